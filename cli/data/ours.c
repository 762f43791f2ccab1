// Tells folders that mograph made from others, and removes them.
#include "cli/data/ours.h"

#include "cli/media/paths.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <string.h>

#define MARKER ".mograph-partial"

// Far more than a data set has; beyond it lies something else.
enum { MAX_DEPTH = 64 };

static bool has(const char *folder, const char *name) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    return path_join(path, folder, name, &ignored) && sys_exists(path);
}

// The text behind one word of JSON, NULL when another stands there.
static const char *skip_word(const char *at, const char *word) {
    at += strspn(at, " \t\r\n");
    return strncmp(at, word, strlen(word)) == 0 ? at + strlen(word) : NULL;
}

// Our manifests begin with their generator.
static bool begins_like_ours(const char *text) {
    static const char *const words[] = {"{", "\"generator\"", ":", "\"mograph"};
    for (size_t i = 0; text != NULL && i < sizeof words / sizeof *words; i++)
        text = skip_word(text, words[i]);
    return text != NULL;
}

// Only the beginning is read: every folder of a search is asked.
static enum folder_origin look_at_manifest(const char *folder) {
    char path[PATH_CAPACITY], head[256];
    struct cli_error ignored;
    if (!path_join(path, folder, "manifest.json", &ignored))
        return FOLDER_OTHER;
    int fd = sys_open(path);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? FOLDER_OTHER : FOLDER_UNKNOWN;
    ptrdiff_t got = sys_read(fd, head, sizeof head - 1);
    sys_close(fd);
    head[got > 0 ? got : 0] = '\0';
    return begins_like_ours(head) ? FOLDER_DATA_SET : FOLDER_OTHER;
}

enum folder_origin folder_made_by_us(const char *folder) {
    char checkpoints[PATH_CAPACITY];
    struct cli_error ignored;
    enum folder_origin origin = look_at_manifest(folder);
    if (origin != FOLDER_OTHER) // with a mark, too: a process was killed right behind the end
        return origin;
    if (has(folder, MARKER))
        return FOLDER_UNFINISHED;
    if (has(folder, "config.json") && path_join(checkpoints, folder, "checkpoints", &ignored) &&
        path_is_folder(checkpoints))
        return FOLDER_RUN;
    return FOLDER_OTHER;
}

const char *folder_origin_text(enum folder_origin origin) {
    static const char *const texts[] = {
        [FOLDER_DATA_SET] = "a data set that mograph made",
        [FOLDER_UNFINISHED] = "a data set that is not finished",
        [FOLDER_RUN] = "a run of `mograph train`",
        [FOLDER_UNKNOWN] = "its manifest.json cannot be opened",
    };
    return origin == FOLDER_OTHER ? NULL : texts[origin];
}

bool ours_is_file(const char *name) {
    return strcmp(name, "manifest.json") == 0 || strcmp(name, "sheet.png") == 0 ||
           strcmp(name, "classifier.safetensors") == 0;
}

static bool is_expected(const char *name, bool set) {
    bool part = strcmp(name, "train") == 0 || strcmp(name, "val") == 0;
    return path_is_worthless(name) || strcmp(name, MARKER) == 0 || (set && (part || ours_is_file(name)));
}

static bool check_list(const char *folder, const struct path_list *list, bool set, struct cli_error *error) {
    for (size_t i = 0; i < list->count; i++)
        if (!is_expected(list->names[i], set))
            return set ? cli_fail(
                             error, folder,
                             "holds %s, which mograph did not put there: move it away, or choose another "
                             "folder",
                             list->names[i])
                       : cli_fail(error, folder,
                                  "not a data set that mograph made; remove it yourself or choose another "
                                  "folder");
    return true;
}

bool ours_may_replace(const char *folder, struct cli_error *error) {
    struct path_list seen, passed;
    enum folder_origin origin = folder_made_by_us(folder);
    bool set = origin == FOLDER_DATA_SET;
    if (origin == FOLDER_UNKNOWN)
        return cli_fail(error, folder, "its manifest.json cannot be opened: %s", strerror(errno));
    if (!path_list_read(&seen, folder, error))
        return false;
    bool ok = check_list(folder, &seen, set, error) && path_list_passed_over(&passed, folder, error);
    path_list_destroy(&seen);
    if (!ok)
        return false;
    ok = check_list(folder, &passed, set, error);
    path_list_destroy(&passed);
    return ok;
}

bool ours_mark(const char *folder) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    errno = ENAMETOOLONG;
    int fd = path_join(path, folder, MARKER, &ignored) ? sys_open_create(path) : -1;
    return fd >= 0 && sys_close(fd);
}

bool ours_is_marked(const char *folder) {
    return has(folder, MARKER);
}

void ours_unmark(const char *folder) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    if (path_join(path, folder, MARKER, &ignored))
        sys_remove_file(path);
}

static bool remove_entries(struct sys_folder *folder, const char *keep, int depth);

// From folder to folder, so that no path is too long and no folder is exchanged for a link on the way.
static bool remove_entry(struct sys_folder *parent, const char *name, int depth) {
    if (sys_folder_remove_file(parent, name))
        return true;
    if ((errno != EISDIR && errno != EPERM) || depth > MAX_DEPTH)
        return false;
    struct sys_folder *folder = sys_folder_open_in(parent, name);
    return folder != NULL && remove_entries(folder, NULL, depth + 1) &&
           sys_folder_remove_folder(parent, name);
}

// Takes `folder` over.
static bool remove_entries(struct sys_folder *folder, const char *keep, int depth) {
    bool all = true;
    for (const char *name; (name = sys_folder_next(folder)) != NULL;)
        if (!path_is_dots(name) && (keep == NULL || strcmp(name, keep) != 0))
            all = remove_entry(folder, name, depth) && all;
    sys_folder_close(folder);
    return all;
}

bool ours_remove(const char *path) {
    struct sys_folder *folder = sys_folder_open_here(path);
    if (folder == NULL || !remove_entries(folder, MARKER, 0))
        return false;
    ours_unmark(path);
    return sys_remove_folder(path);
}

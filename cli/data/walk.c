// Walks folders: remembers what was seen, tells what is passed over.
#include "cli/data/walk.h"

#include "cli/media/read.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- what was seen: a hash table that is never more than half full

struct visit {
    struct sys_info info;
    char *path; // NULL: free
};

struct walk_visits {
    struct visit *slots;
    size_t count, capacity; // a power of two
};

static size_t slot_of(const struct walk_visits *visits, const struct sys_info *info) {
    uint64_t hash = (info->number ^ info->volume << 32) * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(hash >> 20) & (visits->capacity - 1);
    while (visits->slots[at].path != NULL && !sys_is_same(&visits->slots[at].info, info))
        at = (at + 1) & (visits->capacity - 1);
    return at;
}

static bool grow(struct walk_visits *visits) {
    struct walk_visits larger = {.count = visits->count,
                                 .capacity = visits->capacity > 0 ? 2 * visits->capacity : 256};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < visits->capacity; i++) {
        const struct visit *visit = &visits->slots[i];
        if (visit->path != NULL)
            larger.slots[slot_of(&larger, &visit->info)] = *visit;
    }
    free(visits->slots);
    *visits = larger;
    return true;
}

// Where it was seen before, NULL when this is the first time; *failed without memory.
static const char *remember(struct walk_visits *visits, const struct sys_info *info, const char *path,
                            bool *failed) {
    *failed = 2 * visits->count >= visits->capacity && !grow(visits);
    if (*failed)
        return NULL;
    struct visit *visit = &visits->slots[slot_of(visits, info)];
    if (visit->path != NULL)
        return visit->path;
    *visit = (struct visit){*info, strdup(path)};
    *failed = visit->path == NULL;
    visits->count += !*failed;
    return NULL;
}

bool walk_begin(struct folder_walk *walk, struct walk_report *report, struct cli_error *error) {
    report->skipped = report->left_out = 0;
    *walk = (struct folder_walk){report, calloc(1, sizeof *walk->visits)};
    return walk->visits != NULL || cli_no_memory(error, "the list of folders");
}

void walk_end(struct folder_walk *walk) {
    if (walk->visits != NULL) {
        for (size_t i = 0; i < walk->visits->capacity; i++)
            free(walk->visits->slots[i].path);
        free(walk->visits->slots);
    }
    free(walk->visits);
    walk->visits = NULL;
}

// --- telling

static void tell(struct folder_walk *walk, enum walk_telling telling, uint32_t count, const char *text) {
    *(telling == WALK_SKIPPED ? &walk->report->skipped : &walk->report->left_out) += count;
    if (walk->report->tell != NULL)
        walk->report->tell(walk->report->user, telling, text);
}

void walk_tell(struct folder_walk *walk, enum walk_telling telling, const char *path, const char *format,
               ...) {
    char text[CLI_ERROR_TEXT];
    struct cli_error line;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_fail(&line, path, "%s", text);
    tell(walk, telling, 1, line.text);
}

bool walk_passed_over(const char *folder, size_t *count, struct cli_error *line, struct cli_error *error) {
    enum { NAMED = 5 };
    char names[CLI_ERROR_TEXT / 2];
    struct path_list list;
    if (!path_list_passed_over(&list, folder, error))
        return false;
    *count = list.count;
    size_t used = 0;
    for (size_t i = 0; i < list.count && i < NAMED; i++)
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%.80s", i > 0 ? ", " : "", list.names[i]);
    if (list.count > 0)
        cli_fail(line, folder, "hidden, or of the system: %s", names);
    if (list.count > NAMED)
        cli_error_add(line, "and %zu more", list.count - NAMED);
    path_list_destroy(&list);
    return true;
}

static bool tell_passed_over(struct folder_walk *walk, const char *folder, struct cli_error *error) {
    struct cli_error line;
    size_t count = 0;
    if (!walk_passed_over(folder, &count, &line, error))
        return false;
    if (count > 0)
        tell(walk, WALK_LEFT_OUT, (uint32_t)count, line.text);
    return true;
}

// --- looking

bool walk_is_link(const char *path) {
    struct sys_info info;
    return sys_look_here(path, &info) && info.kind == SYS_LINK;
}

bool walk_list(struct folder_walk *walk, const char *folder, struct path_list *list,
               struct cli_error *error) {
    if (!path_list_read(list, folder, error))
        return false;
    if (list->passed_over == 0 || tell_passed_over(walk, folder, error))
        return true;
    path_list_destroy(list);
    return false;
}

// Whether a folder that was met twice lies above this path: then a link leads in a circle.
static bool is_above(const char *seen, const char *path) {
    size_t length = strlen(seen);
    return strncmp(seen, path, length) == 0 && (path[length] == '/' || seen[length - 1] == '/');
}

static enum walk_entry look_into(struct folder_walk *walk, const char *path, struct cli_error *error) {
    bool frames = false;
    errno = 0;
    // One that may not be listed is a folder: whoever goes into it says why it cannot. Any other failure is
    // not taken for an answer.
    if (!clip_is_png_folder(path, &frames, error))
        return errno == EACCES ? WALK_FOLDER : WALK_FAILED;
    if (!frames)
        return WALK_FOLDER;
    return tell_passed_over(walk, path, error) ? WALK_FRAMES : WALK_FAILED;
}

enum walk_entry walk_look(struct folder_walk *walk, const char *path, struct cli_error *error) {
    struct sys_info info;
    bool failed;
    if (!sys_look(path, &info)) {
        walk_tell(walk, WALK_SKIPPED, path, "cannot open: %s", strerror(errno));
        return WALK_NOTHING;
    }
    bool folder = info.kind == SYS_FOLDER;
    if (!folder && info.kind != SYS_FILE) {
        walk_tell(walk, WALK_SKIPPED, path, "neither a file nor a folder");
        return WALK_NOTHING;
    }
    const char *seen = remember(walk->visits, &info, path, &failed);
    if (failed) {
        cli_no_memory(error, "the list of folders");
        return WALK_FAILED;
    }
    if (seen == NULL)
        return folder ? look_into(walk, path, error) : WALK_FILE;
    if (strcmp(seen, path) == 0)
        walk_tell(walk, WALK_SKIPPED, path, "taken already");
    else
        walk_tell(walk, WALK_SKIPPED, path,
                  folder && is_above(seen, path) ? "a circle: it leads back to %.400s"
                  : folder                       ? "the same folder as %.400s"
                                                 : "the same file as %.400s",
                  seen);
    return WALK_NOTHING;
}

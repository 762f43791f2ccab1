// Finds the clips of a data set on disk, and their kinds.
#include "cli/data/scan.h"

#include "cli/data/kind_names.h"
#include "cli/data/ours.h"
#include "cli/media/read.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A folder of clips of one kind.
struct kind_folder {
    char *path;
    bool val;
    enum walk_entry entry;
};

struct scan {
    struct data_set *set;
    struct folder_walk walk;
    struct kind_folder *folders; // in the order of their clips
    uint32_t folder_count;
    bool no_memory; // for a note
    struct cli_error *error;
};

// --- lists that grow

// An array of `count` elements with room for one more; it grows at powers of two. NULL without memory.
static void *with_room(void *array, uint32_t count, size_t element) {
    if ((count & (count - 1)) != 0)
        return array;
    return realloc(array, (count > 0 ? 2 * (size_t)count : 1) * element);
}

static bool no_memory(struct scan *scan) {
    return cli_no_memory(scan->error, "the list of clips");
}

static bool add_kind(struct data_set *set, const char *name) {
    for (uint32_t i = 0; i < set->kind_count; i++)
        if (strcmp(set->kinds[i], name) == 0)
            return true;
    char **kinds = realloc(set->kinds, (set->kind_count + 1) * sizeof *kinds);
    if (kinds == NULL)
        return false;
    set->kinds = kinds;
    kinds[set->kind_count] = strdup(name);
    return kinds[set->kind_count] != NULL && ++set->kind_count;
}

static bool add_folder(struct scan *scan, const char *path, bool val, enum walk_entry entry) {
    struct kind_folder *folders = with_room(scan->folders, scan->folder_count, sizeof *folders);
    char *copy = strdup(path);
    if (folders != NULL)
        scan->folders = folders;
    if (folders == NULL || copy == NULL) {
        free(copy);
        return no_memory(scan);
    }
    folders[scan->folder_count++] = (struct kind_folder){copy, val, entry};
    return add_kind(scan->set, path_base(path)) || no_memory(scan);
}

static bool add_clip(struct data_set *set, const char *path, uint32_t kind, bool val) {
    struct data_clip *clips = with_room(set->clips, set->clip_count, sizeof *clips);
    char *copy = strdup(path);
    if (clips != NULL)
        set->clips = clips;
    if (clips == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    clips[set->clip_count++] = (struct data_clip){copy, kind, val};
    return true;
}

static void add_note(void *user, enum walk_telling telling, const char *text) {
    struct scan *scan = user;
    struct data_set *set = scan->set;
    struct data_note *notes = with_room(set->notes, set->note_count, sizeof *notes);
    char *copy = strdup(text);
    if (notes != NULL)
        set->notes = notes;
    if (notes != NULL && copy != NULL) {
        notes[set->note_count++] = (struct data_note){telling, copy};
    } else {
        free(copy);
        scan->no_memory = true;
    }
}

// --- looking

// A folder's entries and what they are.
struct listing {
    struct path_list list;
    enum walk_entry *entries;
};

static void listing_destroy(struct listing *listing) {
    path_list_destroy(&listing->list);
    free(listing->entries);
}

static bool look_at(struct scan *scan, const char *folder, struct listing *listing, bool links) {
    for (size_t i = 0; i < listing->list.count; i++) {
        char path[PATH_CAPACITY];
        if (!path_join(path, folder, listing->list.names[i], scan->error))
            return false;
        if (walk_is_link(path) != links)
            continue;
        listing->entries[i] = walk_look(&scan->walk, path, scan->error);
        if (listing->entries[i] == WALK_FAILED)
            return false;
    }
    return true;
}

// Links come last: where a link and what it leads to are both there, the link is the one too many. `known` is
// what the folder itself was found to be: what a folder of frames passes over was told then.
static bool list_folder(struct scan *scan, const char *folder, enum walk_entry known, struct listing *out) {
    *out = (struct listing){0};
    bool read = known == WALK_FRAMES ? path_list_read(&out->list, folder, scan->error)
                                     : walk_list(&scan->walk, folder, &out->list, scan->error);
    if (!read)
        return false;
    out->entries = calloc(out->list.count + 1, sizeof *out->entries);
    if (out->entries == NULL)
        no_memory(scan);
    else if (look_at(scan, folder, out, false) && look_at(scan, folder, out, true))
        return true;
    listing_destroy(out);
    return false;
}

// --- the three levels

static bool is_folder(enum walk_entry entry) {
    return entry == WALK_FOLDER || entry == WALK_FRAMES;
}

// A file where no clip can be.
static void tell_file(struct scan *scan, const char *path) {
    if (clip_name_is_known(path))
        walk_tell(&scan->walk, WALK_SKIPPED, path, "a clip in no kind's folder");
    else
        walk_tell(&scan->walk, WALK_LEFT_OUT, path, "not a clip");
}

// Tells of a folder that mograph made itself.
static bool is_ours(struct scan *scan, const char *path) {
    enum folder_origin origin = folder_made_by_us(path);
    int code = errno;
    const char *what = folder_origin_text(origin);
    if (origin == FOLDER_UNKNOWN)
        walk_tell(&scan->walk, WALK_SKIPPED, path, "%s: %s", what, strerror(code));
    else if (what != NULL)
        walk_tell(&scan->walk, WALK_LEFT_OUT, path, "%s", what);
    return what != NULL;
}

// A folder in a kind's folder that is no clip.
static void tell_folder(struct scan *scan, const char *path) {
    if (is_ours(scan, path))
        return;
    if (!sys_may(path, SYS_MAY_READ | SYS_MAY_ENTER))
        walk_tell(&scan->walk, WALK_SKIPPED, path, "cannot list the folder: %s", strerror(errno));
    else
        walk_tell(&scan->walk, WALK_SKIPPED, path,
                  "a folder in a kind's folder is a clip when it holds PNGs and nothing else; "
                  "`mograph dataset import` takes others apart");
}

static bool take_clip(struct scan *scan, const char *path, enum walk_entry entry, uint32_t kind, bool val) {
    if (entry == WALK_FRAMES || (entry == WALK_FILE && clip_name_is_known(path)))
        return add_clip(scan->set, path, kind, val) || no_memory(scan);
    if (entry == WALK_FILE)
        walk_tell(&scan->walk, WALK_SKIPPED, path, "not a clip");
    else if (entry == WALK_FOLDER)
        tell_folder(scan, path);
    return true;
}

static bool scan_kind(struct scan *scan, const struct kind_folder *folder) {
    struct listing listing;
    uint32_t kind = 0;
    while (strcmp(scan->set->kinds[kind], path_base(folder->path)) != 0)
        kind++;
    if (!list_folder(scan, folder->path, folder->entry, &listing))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < listing.list.count; i++) {
        char path[PATH_CAPACITY];
        ok = path_join(path, folder->path, listing.list.names[i], scan->error) &&
             take_clip(scan, path, listing.entries[i], kind, folder->val);
    }
    listing_destroy(&listing);
    return ok;
}

static bool take_folder(struct scan *scan, const char *path, bool val, enum walk_entry entry) {
    return is_ours(scan, path) || add_folder(scan, path, val, entry);
}

// Finds the kinds' folders of one part.
static bool scan_part(struct scan *scan, const char *folder, bool val, enum walk_entry entry) {
    struct listing listing;
    if (!list_folder(scan, folder, entry, &listing))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < listing.list.count; i++) {
        char path[PATH_CAPACITY];
        ok = path_join(path, folder, listing.list.names[i], scan->error);
        if (ok && is_folder(listing.entries[i]))
            ok = take_folder(scan, path, val, listing.entries[i]);
        else if (ok && listing.entries[i] == WALK_FILE && !ours_is_file(listing.list.names[i]))
            tell_file(scan, path);
    }
    listing_destroy(&listing);
    return ok;
}

// What lies beside train/ and val/.
static void tell_beside(struct scan *scan, const char *path, const char *name, enum walk_entry entry) {
    if (is_folder(entry) && !is_ours(scan, path))
        walk_tell(&scan->walk, WALK_SKIPPED, path, "neither train/ nor val/: nothing in it is read");
    else if (entry == WALK_FILE && !ours_is_file(name))
        tell_file(scan, path);
}

static bool scan_parts(struct scan *scan, const char *folder, enum walk_entry entry) {
    struct listing listing;
    if (!list_folder(scan, folder, entry, &listing))
        return false;
    bool ok = true;
    for (int val = 0; ok && val < 2; val++)
        for (size_t i = 0; ok && i < listing.list.count; i++) {
            char path[PATH_CAPACITY];
            ok = path_join(path, folder, listing.list.names[i], scan->error);
            if (ok && strcmp(listing.list.names[i], val ? "val" : "train") == 0 &&
                is_folder(listing.entries[i]))
                ok = scan_part(scan, path, val == 1, listing.entries[i]);
        }
    for (size_t i = 0; ok && i < listing.list.count; i++) {
        char path[PATH_CAPACITY];
        const char *name = listing.list.names[i];
        ok = path_join(path, folder, name, scan->error);
        if (ok && strcmp(name, "train") != 0 && strcmp(name, "val") != 0)
            tell_beside(scan, path, name, listing.entries[i]);
    }
    listing_destroy(&listing);
    return ok;
}

// --- the whole

static int by_text(const void *left, const void *right) {
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

static bool has_part(const char *folder, const char *part) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    return path_join(path, folder, part, &ignored) && path_is_folder(path);
}

static bool scan_all(struct scan *scan, const char *folder) {
    struct data_set *set = scan->set;
    enum walk_entry entry = walk_look(&scan->walk, folder, scan->error);
    set->has_train = has_part(folder, "train");
    bool parts = set->has_train || has_part(folder, "val");
    bool ok = entry != WALK_FAILED &&
              (parts ? scan_parts(scan, folder, entry) : scan_part(scan, folder, false, entry));
    if (ok && set->kind_count > 0)
        qsort(set->kinds, set->kind_count, sizeof *set->kinds, by_text);
    for (uint32_t i = 0; ok && i < scan->folder_count; i++)
        ok = scan_kind(scan, &scan->folders[i]);
    return ok && (!scan->no_memory || no_memory(scan));
}

static bool refuse_empty(const struct data_set *set, const char *folder, struct cli_error *error) {
    cli_fail(error, folder, "no clips here; a data set is DIR/train/KIND/CLIP and DIR/val/KIND/CLIP");
    for (uint32_t i = 0; i < set->note_count; i++)
        if (set->notes[i].telling == WALK_SKIPPED)
            return cli_error_add(error, "skipped %.400s", set->notes[i].text);
    return false;
}

bool data_set_scan(struct data_set *set, const char *folder, struct cli_error *error) {
    *set = (struct data_set){0};
    if (!path_is_folder(folder))
        return cli_fail(error, folder, "no such folder; make a data set with: mograph dataset");
    struct scan scan = {.set = set, .error = error};
    struct walk_report report = {.tell = add_note, .user = &scan};
    bool ok = walk_begin(&scan.walk, &report, error) && scan_all(&scan, folder);
    set->skipped = report.skipped;
    set->left_out = report.left_out;
    if (ok && set->clip_count == 0)
        ok = refuse_empty(set, folder, error);
    for (uint32_t i = 0; i < scan.folder_count; i++)
        free(scan.folders[i].path);
    free(scan.folders);
    walk_end(&scan.walk);
    if (!ok)
        data_set_destroy(set);
    return ok;
}

void data_set_destroy(struct data_set *set) {
    for (uint32_t i = 0; i < set->kind_count; i++)
        free(set->kinds[i]);
    for (uint32_t i = 0; i < set->clip_count; i++)
        free(set->clips[i].path);
    for (uint32_t i = 0; i < set->note_count; i++)
        free(set->notes[i].text);
    free(set->kinds);
    free(set->clips);
    free(set->notes);
    *set = (struct data_set){0};
}

uint32_t data_set_count(const struct data_set *set, uint32_t kind, bool val) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->clip_count; i++)
        count += set->clips[i].kind == kind && set->clips[i].val == val;
    return count;
}

bool data_set_check(const struct data_set *set, const char *folder, struct cli_error *error) {
    uint32_t training = 0;
    for (uint32_t i = 0; i < set->clip_count; i++)
        training += !set->clips[i].val;
    if (training == 0)
        return cli_fail(error, folder, "no training clips: %s",
                        set->has_train ? "train/ holds none" : "there is no train/ beside val/");
    return kind_names_check((const char *const *)set->kinds, set->kind_count, folder, error);
}

// Finds the clips of a data set on disk, and their kinds.
#include "cli/data/scan.h"

#include "cli/media/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(const char *folder, struct cli_error *error) {
    return cli_fail(error, folder, "no memory for the list of its clips");
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

static bool add_clip(struct data_set *set, const char *path, uint32_t kind, bool val) {
    // Grows at powers of two.
    if ((set->clip_count & (set->clip_count - 1)) == 0) {
        uint32_t capacity = set->clip_count ? set->clip_count * 2 : 1;
        struct data_clip *clips = realloc(set->clips, capacity * sizeof *clips);
        if (clips == NULL)
            return false;
        set->clips = clips;
    }
    char *copy = strdup(path);
    if (copy == NULL)
        return false;
    set->clips[set->clip_count++] = (struct data_clip){copy, kind, val};
    return true;
}

static bool look_at(const char *path, bool *is_clip, struct cli_error *error) {
    if (path_is_folder(path))
        return clip_is_png_folder(path, is_clip, error);
    *is_clip = clip_name_is_known(path);
    return true;
}

static bool scan_kind(struct data_set *set, const char *folder, uint32_t kind, bool val,
                      struct cli_error *error) {
    struct path_list list;
    if (!path_list_read(&list, folder, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < list.count; i++) {
        char path[PATH_CAPACITY];
        bool is_clip;
        ok = path_join(path, folder, list.names[i], error) && look_at(path, &is_clip, error);
        if (ok && is_clip && !add_clip(set, path, kind, val))
            ok = no_memory(folder, error);
    }
    path_list_destroy(&list);
    return ok;
}

// First call of a part collects its kinds, the second its clips; `visit_clips` tells them apart.
static bool scan_part(struct data_set *set, const char *folder, bool val, bool visit_clips,
                      struct cli_error *error) {
    struct path_list list;
    if (!path_is_folder(folder))
        return true;
    if (!path_list_read(&list, folder, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < list.count; i++) {
        char path[PATH_CAPACITY];
        ok = path_join(path, folder, list.names[i], error);
        if (!ok || !path_is_folder(path))
            continue;
        if (!visit_clips && !add_kind(set, list.names[i]))
            ok = no_memory(folder, error);
        for (uint32_t kind = 0; visit_clips && ok && kind < set->kind_count; kind++)
            if (strcmp(set->kinds[kind], list.names[i]) == 0)
                ok = scan_kind(set, path, kind, val, error);
    }
    path_list_destroy(&list);
    return ok;
}

static int by_text(const void *left, const void *right) {
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

static bool scan_parts(struct data_set *set, const char *train, const char *val, struct cli_error *error) {
    if (!scan_part(set, train, false, false, error) || !scan_part(set, val, true, false, error))
        return false;
    if (set->kind_count > 0)
        qsort(set->kinds, set->kind_count, sizeof *set->kinds, by_text);
    return scan_part(set, train, false, true, error) && scan_part(set, val, true, true, error);
}

bool data_set_scan(struct data_set *set, const char *folder, struct cli_error *error) {
    *set = (struct data_set){0};
    char train[PATH_CAPACITY], val[PATH_CAPACITY];
    if (!path_is_folder(folder))
        return cli_fail(error, folder, "no such folder; make a data set with: mograph dataset");
    bool ok = path_join(train, folder, "train", error) && path_join(val, folder, "val", error);
    if (ok && !path_is_folder(train) && !path_is_folder(val))
        snprintf(train, sizeof train, "%s", folder);
    ok = ok && scan_parts(set, train, val, error);
    if (ok && set->clip_count == 0)
        ok =
            cli_fail(error, folder, "no clips here; a data set is DIR/train/KIND/CLIP and DIR/val/KIND/CLIP");
    if (!ok)
        data_set_destroy(set);
    return ok;
}

void data_set_destroy(struct data_set *set) {
    for (uint32_t i = 0; i < set->kind_count; i++)
        free(set->kinds[i]);
    for (uint32_t i = 0; i < set->clip_count; i++)
        free(set->clips[i].path);
    free(set->kinds);
    free(set->clips);
    *set = (struct data_set){0};
}

uint32_t data_set_count(const struct data_set *set, uint32_t kind, bool val) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->clip_count; i++)
        count += set->clips[i].kind == kind && set->clips[i].val == val;
    return count;
}

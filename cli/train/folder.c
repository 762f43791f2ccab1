// Creates and opens a run's folder, finds its checkpoints and removes old ones.
#include "cli/train/folder.h"

#include "model/files/atomic_file.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_CHECKPOINTS = 2 };

#define CHECKPOINT_FORMAT "step-%010" PRIu64 ".safetensors"

static bool make_folder(const char *path, struct cli_error *error) {
    if (sys_make_folder(path) || errno == EEXIST)
        return true;
    return cli_fail(error, path, "%s", strerror(errno));
}

// Makes one part of the path, and remembers the first that was not there.
static bool make_part(struct run_folder *folder, const char *part, struct cli_error *error) {
    if (sys_make_folder(part)) {
        folder->made = folder->made > 0 ? folder->made : strlen(part);
        return true;
    }
    return errno == EEXIST || cli_fail(error, part, "cannot make the folder: %s", strerror(errno));
}

static bool make_parents(struct run_folder *folder, struct cli_error *error) {
    char part[PATH_CAPACITY];
    snprintf(part, sizeof part, "%s", folder->path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_part(folder, part, error))
            return false;
        *slash = '/';
    }
    return make_part(folder, part, error);
}

static bool set_path(struct run_folder *folder, const char *path, struct cli_error *error) {
    int length = snprintf(folder->path, sizeof folder->path, "%s", path);
    return (length > 0 && length < PATH_CAPACITY) || cli_fail(error, NULL, "the run's name is too long");
}

// What is there may be a run, which can go on, or anything.
static bool refuse_full(const struct run_folder *folder, struct cli_error *error) {
    char config[PATH_CAPACITY];
    if (!run_folder_file(folder, "config.json", config, error))
        return false;
    if (!sys_exists(config))
        return cli_fail(error, folder->path, "the folder is not empty: give another name with -o");
    return cli_fail(error, folder->path,
                    "there is a run already: go on with it by --resume %s, or give another name with -o",
                    folder->path);
}

static bool is_empty(const struct run_folder *folder, struct cli_error *error) {
    struct path_list list;
    if (!path_list_read(&list, folder->path, error))
        return false;
    size_t count = list.count;
    path_list_destroy(&list);
    return count == 0 || refuse_full(folder, error);
}

static bool lies_in(const char *path, const char *folder) {
    char inner[PATH_CAPACITY], outer[PATH_CAPACITY];
    if (!sys_real_path(path, inner, sizeof inner) || !sys_real_path(folder, outer, sizeof outer))
        return false;
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 && (inner[length] == '/' || inner[length] == '\0');
}

// Of a set with train/ and val/ only these two hold clips.
bool run_folder_beside(const struct run_folder *folder, const char *data, struct cli_error *error) {
    char train[PATH_CAPACITY], val[PATH_CAPACITY];
    if (!path_join(train, data, "train", error) || !path_join(val, data, "val", error))
        return false;
    bool parted = path_is_folder(train) || path_is_folder(val);
    bool among =
        parted ? lies_in(folder->path, train) || lies_in(folder->path, val) : lies_in(folder->path, data);
    return !among || cli_fail(error, folder->path,
                              "the run would lie among the clips of %.400s: -o another folder", data);
}

bool run_folder_lock(struct run_folder *folder, struct cli_error *error) {
    return folder_lock_take(&folder->lock, folder->path, error) &&
           (sys_may(folder->path, SYS_MAY_WRITE | SYS_MAY_ENTER) ||
            cli_fail(error, folder->path, "cannot write here: %s", strerror(errno)));
}

bool run_folder_create(struct run_folder *folder, const char *path, struct cli_error *error) {
    if (!set_path(folder, path, error))
        return false;
    if (make_parents(folder, error) && run_folder_lock(folder, error) && is_empty(folder, error))
        return true;
    run_folder_abandon(folder);
    return false;
}

static size_t parent_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

// rmdir only takes what is empty. The run's own folder goes only under its lock: another process that was
// faster has it before there is anything in it.
void run_folder_abandon(struct run_folder *folder) {
    char part[PATH_CAPACITY];
    snprintf(part, sizeof part, "%s", folder->path);
    size_t length = folder->lock.held ? strlen(part) : parent_length(part);
    for (; folder->made > 0 && length >= folder->made; length = parent_length(part)) {
        part[length] = '\0';
        sys_remove_folder(part);
    }
    folder->made = 0;
    run_folder_close(folder);
}

bool run_folder_check(const struct run_folder *folder, struct cli_error *error) {
    return !folder->lock.held || folder_lock_is_on(&folder->lock, folder->path) ||
           cli_fail(error, folder->path, "the run's folder was moved or replaced while it was written");
}

void run_folder_close(struct run_folder *folder) {
    folder_lock_release(&folder->lock);
}

bool run_folder_fill(const struct run_folder *folder, struct cli_error *error) {
    char inside[PATH_CAPACITY];
    return run_folder_file(folder, "samples", inside, error) && make_folder(inside, error) &&
           run_folder_file(folder, "checkpoints", inside, error) && make_folder(inside, error);
}

bool run_folder_open(struct run_folder *folder, const char *path, struct cli_error *error) {
    char config[PATH_CAPACITY];
    if (!set_path(folder, path, error) || !run_folder_file(folder, "config.json", config, error))
        return false;
    return sys_may(config, SYS_MAY_READ) ||
           cli_fail(error, config, "%s: this is no run's folder", strerror(errno));
}

bool run_folder_file(const struct run_folder *folder, const char *name, char out[PATH_CAPACITY],
                     struct cli_error *error) {
    return path_join(out, folder->path, name, error);
}

bool run_folder_checkpoint(const struct run_folder *folder, uint64_t step, char out[PATH_CAPACITY],
                           struct cli_error *error) {
    char name[64];
    snprintf(name, sizeof name, "checkpoints/" CHECKPOINT_FORMAT, step);
    return run_folder_file(folder, name, out, error);
}

static bool is_checkpoint(const char *name) {
    uint64_t step;
    char again[64];
    if (sscanf(name, "step-%" SCNu64, &step) != 1)
        return false;
    snprintf(again, sizeof again, CHECKPOINT_FORMAT, step);
    return strcmp(name, again) == 0;
}

// The checkpoints, oldest first: names sort by their step.
static bool list_checkpoints(const struct run_folder *folder, struct path_list *list,
                             char where[PATH_CAPACITY], struct cli_error *error) {
    return run_folder_file(folder, "checkpoints", where, error) && path_list_read(list, where, error);
}

bool run_folder_find_checkpoint(const struct run_folder *folder, int age, char out[PATH_CAPACITY]) {
    char where[PATH_CAPACITY];
    struct path_list list;
    struct cli_error error;
    bool found = false;
    if (!list_checkpoints(folder, &list, where, &error))
        return false;
    for (size_t i = list.count; i-- > 0 && !found;)
        if (is_checkpoint(list.names[i]) && age-- == 0)
            found = path_join(out, where, list.names[i], &error);
    path_list_destroy(&list);
    return found;
}

void run_folder_prune(const struct run_folder *folder) {
    char where[PATH_CAPACITY], file[PATH_CAPACITY];
    struct path_list list;
    struct cli_error error;
    int kept = 0;
    if (!list_checkpoints(folder, &list, where, &error))
        return;
    for (size_t i = list.count; i-- > 0;)
        if (is_checkpoint(list.names[i]) && kept++ >= KEPT_CHECKPOINTS &&
            path_join(file, where, list.names[i], &error))
            sys_remove_file(file);
    if (run_folder_checkpoint(folder, 0, file, &error))
        atomic_file_sweep(file);
    path_list_destroy(&list);
}

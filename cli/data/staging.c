// Builds a data set in a folder beside the target and exchanges the two when it is complete.
#include "cli/data/staging.h"

#include "cli/data/ours.h"
#include "model/files/atomic_file.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// --- the target

// A folder that something is mounted on cannot be renamed.
static bool is_mount_point(const char *folder, const struct sys_info *info) {
    char above[PATH_CAPACITY];
    struct cli_error ignored;
    struct sys_info parent;
    return path_join(above, folder, "..", &ignored) && sys_look(above, &parent) &&
           (parent.volume != info->volume || parent.number == info->number);
}

static bool is_empty(const char *folder, struct cli_error *error, bool *empty) {
    struct path_list list;
    if (!path_list_read(&list, folder, error))
        return false;
    *empty = list.count == 0 && list.passed_over == 0;
    path_list_destroy(&list);
    return true;
}

static bool may_replace(const char *target, bool force, struct cli_error *error) {
    struct sys_info info;
    bool empty = false;
    if (!sys_look_here(target, &info))
        return errno == ENOENT || cli_fail(error, target, "cannot write here: %s", strerror(errno));
    if (info.kind == SYS_LINK)
        return cli_fail(error, target, "is a link; name the folder that it leads to");
    if (info.kind != SYS_FOLDER)
        return cli_fail(error, target, "is not a folder, and is not replaced by one");
    if (!is_empty(target, error, &empty))
        return false;
    if (!empty && !force)
        return cli_fail(error, target, "exists already; --force replaces it");
    if (is_mount_point(target, &info))
        return cli_fail(error, target, "cannot be replaced as a whole; name a folder in it");
    if (!sys_may(target, SYS_MAY_WRITE | SYS_MAY_ENTER))
        return cli_fail(error, target, "cannot write here: %s", strerror(errno));
    return empty || ours_may_replace(target, error);
}

// --- what a killed process left

static void name_aside(const struct staging *staging, char out[PATH_CAPACITY]) {
    snprintf(out, PATH_CAPACITY, "%.*s.replaced", PATH_CAPACITY - 16, staging->target);
}

// Where two folders cannot be exchanged in one step, a process may have been killed between the two.
static bool recover(const struct staging *staging, struct cli_error *error) {
    char aside[PATH_CAPACITY];
    struct sys_info info;
    name_aside(staging, aside);
    if (!ours_is_marked(aside))
        return true;
    if (sys_look_here(staging->target, &info))
        return ours_remove(aside) || cli_fail(error, aside, "cannot be removed: %s", strerror(errno));
    if (!sys_rename(aside, staging->target))
        return cli_fail(error, aside, "cannot become %s again: %s", staging->target, strerror(errno));
    ours_unmark(staging->target);
    return true;
}

// DIR.partial exists: removes it when it is a leftover of ours. Its lock is held meanwhile, so that nobody
// works in it.
static bool remove_leftover(const char *folder, struct cli_error *error) {
    struct folder_lock lock = {0};
    bool empty = false, ok = true;
    enum folder_lock_result result = folder_lock_try(&lock, folder);
    if (result == FOLDER_LOCK_BUSY)
        return cli_fail(error, folder,
                        "another mograph is making this data set; wait for it, or choose another name");
    if (result == FOLDER_LOCK_TAKEN && !lock.certain)
        ok = cli_fail(error, folder,
                      "is there already, and nothing tells whether it is in use: remove it when it is not");
    else if (path_is_folder(folder) && !ours_is_marked(folder))
        ok = is_empty(folder, error, &empty);
    if (ok && !empty && !ours_is_marked(folder))
        ok = cli_fail(error, folder, "is in the way, and nothing says that mograph made it: move it away");
    if (ok && !ours_remove(folder) && errno != ENOENT)
        ok = cli_fail(error, folder, "cannot be removed: %s", strerror(errno));
    folder_lock_release(&lock);
    return ok;
}

// Others may do the same at the same moment: whoever has the lock on the folder of that name has it.
static bool begin_partial(struct staging *staging, struct cli_error *error) {
    enum { ROUNDS = 16 };
    for (int round = 0; round < ROUNDS; round++) {
        if (sys_make_folder(staging->folder)) {
            if (folder_lock_try(&staging->lock, staging->folder) == FOLDER_LOCK_TAKEN)
                return ours_mark(staging->folder) ||
                       cli_fail(error, staging->folder, "cannot write here: %s", strerror(errno));
        } else if (errno != EEXIST) {
            return cli_fail(error, staging->folder, "cannot make the folder: %s", strerror(errno));
        } else if (!remove_leftover(staging->folder, error)) {
            return false;
        }
    }
    return folder_lock_take(&staging->lock, staging->folder, error);
}

// --- from beginning to end

bool staging_begin(struct staging *staging, const char *target, bool force, struct cli_error *error) {
    *staging = (struct staging){.force = force};
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    const char *base = path_base(target);
    if (length == 0 || length + 16 >= PATH_CAPACITY || target[length - 1] == '/' || strcmp(base, ".") == 0 ||
        strcmp(base, "..") == 0)
        return cli_fail(error, length ? target : NULL, "not a name for a folder");
    snprintf(staging->target, PATH_CAPACITY, "%.*s", (int)length, target);
    snprintf(staging->folder, PATH_CAPACITY, "%.*s.partial", (int)length, target);
    if (recover(staging, error) && may_replace(staging->target, force, error) &&
        begin_partial(staging, error))
        return true;
    if (!staging->lock.held)
        staging->folder[0] = '\0'; // not ours
    staging_end(staging);
    return false;
}

static bool make_folder(const char *path, struct cli_error *error) {
    return sys_make_folder(path) || (errno == EEXIST && path_is_folder(path)) ||
           cli_fail(error, path, "cannot make the folder: %s", strerror(errno));
}

bool staging_folder(const struct staging *staging, const char *relative, char out[PATH_CAPACITY],
                    struct cli_error *error) {
    if (!path_join(out, staging->folder, relative, error))
        return false;
    for (char *slash = out + strlen(staging->folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        bool ok = make_folder(out, error);
        *slash = '/';
        if (!ok)
            return false;
    }
    return make_folder(out, error);
}

// In two steps, where the file system knows no exchange: recover() puts right what a kill in between leaves.
static bool replace_in_steps(struct staging *staging, const char *aside, struct cli_error *error) {
    if (!sys_rename(staging->target, aside))
        return cli_fail(error, aside, "the old data set cannot step aside: %s", strerror(errno));
    if (sys_rename(staging->folder, staging->target))
        return true;
    cli_fail(error, staging->target, "cannot write here: %s", strerror(errno));
    sys_rename(aside, staging->target);
    ours_unmark(staging->target);
    return false;
}

// The old set is marked while it still has its name, so that it is known for a leftover when it has lost it.
static bool replace(struct staging *staging, struct cli_error *error) {
    char old[PATH_CAPACITY];
    if (!ours_mark(staging->target))
        return cli_fail(error, staging->target, "cannot write here: %s", strerror(errno));
    snprintf(old, sizeof old, "%s", staging->folder);
    if (atomic_exchange_names(staging->folder, staging->target) != 0) {
        name_aside(staging, old);
        if (!replace_in_steps(staging, old, error))
            return false;
    }
    staging->folder[0] = '\0';
    ours_unmark(staging->target);
    ours_remove(old); // what cannot be removed is marked: the next run says why it cannot
    return true;
}

bool staging_commit(struct staging *staging, struct cli_error *error) {
    struct sys_info info;
    int code = atomic_sync(staging->folder);
    if (code != 0)
        return cli_fail(error, staging->folder, "cannot write: %s", strerror(code));
    if (sys_look_here(staging->target, &info)) {
        // Judged once more: it may be another one by now.
        if (!may_replace(staging->target, staging->force, error) || !replace(staging, error))
            return false;
    } else if (!sys_rename(staging->folder, staging->target)) {
        return cli_fail(error, staging->target, "cannot write here: %s", strerror(errno));
    } else {
        ours_unmark(staging->target);
        staging->folder[0] = '\0';
    }
    atomic_sync_parent(staging->target);
    return true;
}

void staging_end(struct staging *staging) {
    if (staging->folder[0] != '\0')
        ours_remove(staging->folder);
    staging->folder[0] = '\0';
    folder_lock_release(&staging->lock);
}

static bool is_same(const char *a, const char *b) {
    struct sys_info one, other;
    return a[0] != '\0' && sys_look(a, &one) && sys_look(b, &other) && sys_is_same(&one, &other);
}

bool staging_is_target(const struct staging *staging, const char *folder) {
    return is_same(staging->target, folder);
}

bool staging_is_folder(const struct staging *staging, const char *folder) {
    return is_same(staging->folder, folder);
}

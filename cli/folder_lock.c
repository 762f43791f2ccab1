// The lock on a folder, in words.
#include "cli/folder_lock.h"

#include <errno.h>
#include <string.h>

enum folder_lock_result folder_lock_try(struct folder_lock *lock, const char *folder) {
    struct sys_folder_lock taken;
    switch (sys_lock_folder(&taken, folder)) {
    case SYS_LOCK_TAKEN:
        *lock = (struct folder_lock){.held = true, .certain = taken.certain, .system = taken};
        return FOLDER_LOCK_TAKEN;
    case SYS_LOCK_BUSY:
        return FOLDER_LOCK_BUSY;
    case SYS_LOCK_FAILED:
        break;
    }
    return FOLDER_LOCK_FAILED;
}

bool folder_lock_take(struct folder_lock *lock, const char *folder, struct cli_error *error) {
    switch (folder_lock_try(lock, folder)) {
    case FOLDER_LOCK_TAKEN:
        return true;
    case FOLDER_LOCK_BUSY:
        return cli_fail(error, folder,
                        "another mograph is writing here; wait for it, or choose another folder");
    case FOLDER_LOCK_FAILED:
        break;
    }
    return cli_fail(error, folder, "cannot open the folder: %s", strerror(errno));
}

bool folder_lock_is_on(const struct folder_lock *lock, const char *folder) {
    return lock->held && sys_lock_is_on(&lock->system, folder);
}

void folder_lock_release(struct folder_lock *lock) {
    if (lock->held)
        sys_unlock_folder(&lock->system);
    *lock = (struct folder_lock){0};
}

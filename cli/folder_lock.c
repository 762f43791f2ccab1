// flock on a folder's own descriptor.
#define _DEFAULT_SOURCE // flock
#define _XOPEN_SOURCE 700

#include "cli/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Whether the name still leads to what was opened: it may have been renamed or replaced before the lock came.
static bool still_named(int fd, const char *folder) {
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(folder, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

enum folder_lock_result folder_lock_try(struct folder_lock *lock, const char *folder) {
    // Only a folder that is replaced again and again in between needs more than two rounds.
    for (int round = 0; round < 8; round++) {
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return FOLDER_LOCK_FAILED;
        // EWOULDBLOCK alone means a holder; others (ENOLCK, EBADF over NFS) that there are no locks here.
        if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(fd);
            return FOLDER_LOCK_BUSY;
        }
        if (still_named(fd, folder)) {
            *lock = (struct folder_lock){.held = true, .fd = fd};
            return FOLDER_LOCK_TAKEN;
        }
        close(fd);
    }
    return FOLDER_LOCK_BUSY;
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

void folder_lock_release(struct folder_lock *lock) {
    if (lock->held)
        close(lock->fd);
    *lock = (struct folder_lock){0};
}

// Folders as POSIX has them; a lock on one is flock on its own descriptor.
#define _DEFAULT_SOURCE   // flock
#define _XOPEN_SOURCE 700 // realpath

#include "runtime/system/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool sys_make_folder(const char *path) {
    return mkdir(path, 0777) == 0;
}

bool sys_make_private_folder(const char *path) {
    return mkdir(path, 0700) == 0;
}

bool sys_remove_folder(const char *path) {
    return rmdir(path) == 0;
}

bool sys_real_path(const char *path, char *out, size_t size) {
    char whole[PATH_MAX];
    if (realpath(path, whole) == NULL)
        return false;
    errno = ENAMETOOLONG;
    size_t length = strlen(whole);
    if (length >= size)
        return false;
    memcpy(out, whole, length + 1);
    return true;
}

// --- listing

// A folder is its stream: struct sys_folder has no other content.
static struct sys_folder *as_folder(DIR *stream) {
    return (struct sys_folder *)(void *)stream;
}

static DIR *as_stream(struct sys_folder *folder) {
    return (DIR *)(void *)folder;
}

struct sys_folder *sys_folder_open(const char *path) {
    return as_folder(opendir(path));
}

// Takes the descriptor over.
static struct sys_folder *open_stream(int fd) {
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && stream == NULL)
        close(fd);
    return as_folder(stream);
}

struct sys_folder *sys_folder_open_here(const char *path) {
    return open_stream(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

struct sys_folder *sys_folder_open_in(struct sys_folder *parent, const char *name) {
    int fd = dirfd(as_stream(parent));
    return open_stream(fd >= 0 ? openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1);
}

const char *sys_folder_next(struct sys_folder *folder) {
    struct dirent *entry = readdir(as_stream(folder));
    return entry != NULL ? entry->d_name : NULL;
}

bool sys_folder_look(struct sys_folder *folder, const char *name, struct sys_info *info) {
    struct stat status;
    int fd = dirfd(as_stream(folder));
    if (fd < 0 || fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    *info = (struct sys_info){.kind = S_ISREG(status.st_mode)    ? SYS_FILE
                                      : S_ISDIR(status.st_mode)  ? SYS_FOLDER
                                      : S_ISLNK(status.st_mode)  ? SYS_LINK
                                      : S_ISFIFO(status.st_mode) ? SYS_PIPE
                                      : S_ISSOCK(status.st_mode) ? SYS_SOCKET
                                                                 : SYS_DEVICE,
                              .bytes = (uint64_t)status.st_size,
                              .volume = (uint64_t)status.st_dev,
                              .number = (uint64_t)status.st_ino,
                              .names = (uint64_t)status.st_nlink};
    return true;
}

bool sys_folder_remove_file(struct sys_folder *folder, const char *name) {
    int fd = dirfd(as_stream(folder));
    return fd >= 0 && unlinkat(fd, name, 0) == 0;
}

bool sys_folder_remove_folder(struct sys_folder *folder, const char *name) {
    int fd = dirfd(as_stream(folder));
    return fd >= 0 && unlinkat(fd, name, AT_REMOVEDIR) == 0;
}

void sys_folder_moved(struct sys_folder *folder, const char *path) {
    (void)folder;
    (void)path;
}

void sys_folder_close(struct sys_folder *folder) {
    int code = errno;
    closedir(as_stream(folder));
    errno = code;
}

// --- locks

bool sys_lock_file(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_SETLK, &lock) == 0;
}

enum sys_lock_result sys_lock_folder(struct sys_folder_lock *lock, const char *path) {
    // Only a folder that is replaced again and again in between needs more than two rounds.
    for (int round = 0; round < 8; round++) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return SYS_LOCK_FAILED;
        // EWOULDBLOCK alone means a holder; others (ENOLCK, EBADF over NFS) that there are no locks here.
        bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (!locked && errno == EWOULDBLOCK) {
            close(fd);
            return SYS_LOCK_BUSY;
        }
        *lock = (struct sys_folder_lock){.certain = locked, .handle = fd};
        // The name may have been given to another folder before the lock came.
        if (sys_look_open(fd, &lock->info) && sys_lock_is_on(lock, path))
            return SYS_LOCK_TAKEN;
        close(fd);
    }
    return SYS_LOCK_BUSY;
}

void sys_unlock_folder(struct sys_folder_lock *lock) {
    close((int)lock->handle);
}

bool sys_lock_is_on(const struct sys_folder_lock *lock, const char *path) {
    struct sys_info named;
    return sys_look(path, &named) && sys_is_same(&lock->info, &named);
}

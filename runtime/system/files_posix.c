// Files as POSIX has them.
#define _GNU_SOURCE // renameat2, where there is one

#include "runtime/system/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sys_kind kind_of(mode_t mode) {
    return S_ISREG(mode)    ? SYS_FILE
           : S_ISDIR(mode)  ? SYS_FOLDER
           : S_ISLNK(mode)  ? SYS_LINK
           : S_ISFIFO(mode) ? SYS_PIPE
           : S_ISSOCK(mode) ? SYS_SOCKET
                            : SYS_DEVICE;
}

static bool tell(int code, const struct stat *status, struct sys_info *info) {
    if (code != 0)
        return false;
    *info = (struct sys_info){.kind = kind_of(status->st_mode),
                              .bytes = (uint64_t)status->st_size,
                              .volume = (uint64_t)status->st_dev,
                              .number = (uint64_t)status->st_ino,
                              .names = (uint64_t)status->st_nlink};
    return true;
}

bool sys_look(const char *path, struct sys_info *info) {
    struct stat status;
    return tell(stat(path, &status), &status, info);
}

bool sys_look_here(const char *path, struct sys_info *info) {
    struct stat status;
    return tell(lstat(path, &status), &status, info);
}

bool sys_look_open(int fd, struct sys_info *info) {
    struct stat status;
    return tell(fstat(fd, &status), &status, info);
}

bool sys_is_same(const struct sys_info *a, const struct sys_info *b) {
    return a->volume == b->volume && a->number == b->number;
}

bool sys_exists(const char *path) {
    return access(path, F_OK) == 0;
}

bool sys_may(const char *path, int what) {
    return access(path, ((what & SYS_MAY_READ) ? R_OK : 0) | ((what & SYS_MAY_WRITE) ? W_OK : 0) |
                            ((what & SYS_MAY_ENTER) ? X_OK : 0)) == 0;
}

int sys_open(const char *path) {
    return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int sys_open_create(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
}

int sys_open_there(const char *path) {
    return open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

int sys_create(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

ptrdiff_t sys_read(int fd, void *bytes, size_t size) {
    return read(fd, bytes, size);
}

ptrdiff_t sys_read_at(int fd, void *bytes, size_t size, uint64_t offset) {
    return pread(fd, bytes, size, (off_t)offset);
}

bool sys_close(int fd) {
    return close(fd) == 0;
}

FILE *sys_stream(int fd, const char *mode) {
    return fdopen(fd, mode);
}

FILE *sys_fopen(const char *path, const char *mode) {
    return fopen(path, mode);
}

bool sys_sync(FILE *file) {
    return fflush(file) == 0 && fsync(fileno(file)) == 0;
}

bool sys_sync_path(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    // Some file systems cannot sync folders and say EINVAL; there is nothing more to do there.
    int code = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    errno = code;
    return code == 0;
}

bool sys_remove_file(const char *path) {
    return unlink(path) == 0;
}

bool sys_rename(const char *from, const char *to) {
    return rename(from, to) == 0;
}

bool sys_take_name(const char *from, const char *to) {
    // link() refuses to replace what another program made meanwhile.
    if (link(from, to) == 0)
        return unlink(from) == 0;
    // Not every file system has links; there a target that exists is seen, if not excluded.
    if (errno == EEXIST || access(to, F_OK) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

bool sys_exchange_names(const char *a, const char *b) {
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0;
#else
    (void)a;
    (void)b;
    errno = ENOSYS;
    return false;
#endif
}

// Writes to a temporary name, flushes to the disk and renames.
#define _GNU_SOURCE // renameat2, where there is one

#include "model/files/atomic_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Room for "PID-N" behind the name.
#define SUFFIX_CAPACITY 40

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

// The folder that holds `path`, with its slash; "./" for a bare name.
static int parent_folder(const char *path, char out[ATOMIC_PATH_CAPACITY]) {
    size_t length = (size_t)(base_name(path) - path);
    if (length >= ATOMIC_PATH_CAPACITY)
        return ENAMETOOLONG;
    snprintf(out, ATOMIC_PATH_CAPACITY, "%.*s", (int)(length ? length : 2), length ? path : "./");
    return 0;
}

static int name_paths(struct atomic_file *file, const char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0)
        return ENOENT;
    if (length + SUFFIX_CAPACITY + 4 >= ATOMIC_PATH_CAPACITY)
        return ENAMETOOLONG;
    memcpy(file->path, path, length);
    file->path[length] = '\0';
    size_t folder = (size_t)(base_name(file->path) - file->path);
    // A dot in front: listings and data sets do not see what is half written.
    snprintf(file->temporary, ATOMIC_PATH_CAPACITY, "%.*s.%.*s.", (int)folder, path, (int)(length - folder),
             path + folder);
    return 0;
}

// POSIX locks die with their process, which is how a sweep tells leftovers from work.
static bool lock_file(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_SETLK, &lock) == 0;
}

// An open, locked, new file, or -1 with errno. Unlike mkstemp's, with the mode that the umask gives.
static int create_locked(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    struct stat status;
    if (fd < 0)
        return -1;
    // Where locks do not exist no sweep can take them either.
    lock_file(fd);
    if (fstat(fd, &status) == 0 && status.st_nlink > 0)
        return fd;
    close(fd); // a sweep came between the creation and the lock
    errno = EEXIST;
    return -1;
}

// `attempt` tells names of one process apart, whatever thread asks.
static int make_temporary(struct atomic_file *file, bool folder) {
    size_t length = strlen(file->temporary);
    for (unsigned attempt = 0; attempt < 10000; attempt++) {
        snprintf(file->temporary + length, ATOMIC_PATH_CAPACITY - length, "%ld-%u", (long)getpid(), attempt);
        if (folder && mkdir(file->temporary, 0777) == 0)
            return 0;
        int fd = folder ? -1 : create_locked(file->temporary);
        if (fd >= 0) {
            file->file = fdopen(fd, "wb");
            if (file->file != NULL)
                return 0;
            int code = errno;
            close(fd);
            unlink(file->temporary);
            return code;
        }
        if (errno != EEXIST)
            return errno;
    }
    return EEXIST;
}

int atomic_file_begin(struct atomic_file *file, const char *path, bool folder) {
    *file = (struct atomic_file){0};
    int code = name_paths(file, path);
    if (code == 0)
        code = make_temporary(file, folder);
    if (code != 0)
        file->temporary[0] = '\0';
    return code;
}

int atomic_file_write(struct atomic_file *file, const void *bytes, size_t size) {
    errno = EIO; // in case the library fails without a word
    return size == 0 || fwrite(bytes, 1, size, file->file) == size ? 0 : errno;
}

int atomic_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    // Some file systems cannot sync folders and say EINVAL; there is nothing more to do there.
    int code = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    return code;
}

int atomic_sync_parent(const char *path) {
    char parent[ATOMIC_PATH_CAPACITY];
    int code = parent_folder(path, parent);
    return code != 0 ? code : atomic_sync(parent);
}

// Closing is part of it: some file systems report a full disk only then.
static int flush_and_close(struct atomic_file *file) {
    errno = EIO;
    int code = fflush(file->file) == 0 && fsync(fileno(file->file)) == 0 ? 0 : errno;
    errno = EIO;
    if (fclose(file->file) != 0 && code == 0)
        code = errno;
    file->file = NULL;
    return code;
}

static int take_name(const struct atomic_file *file, bool replace) {
    if (!replace) {
        // link() refuses to replace what another program made meanwhile.
        if (link(file->temporary, file->path) == 0)
            return unlink(file->temporary) == 0 ? 0 : errno;
        // Not every file system has links; there a target that exists is seen, if not excluded.
        if (errno == EEXIST || access(file->path, F_OK) == 0)
            return EEXIST;
    }
    return rename(file->temporary, file->path) == 0 ? 0 : errno;
}

int atomic_file_commit(struct atomic_file *file, bool replace) {
    int code = flush_and_close(file);
    if (code == 0)
        code = take_name(file, replace);
    if (code != 0) {
        atomic_file_discard(file);
        return code;
    }
    file->temporary[0] = '\0';
    // The new file is whole and in place; a folder that cannot be opened for reading does not change that.
    atomic_sync_parent(file->path);
    return 0;
}

void atomic_file_discard(struct atomic_file *file) {
    if (file->file != NULL)
        fclose(file->file);
    file->file = NULL;
    if (file->temporary[0] != '\0')
        remove(file->temporary);
    file->temporary[0] = '\0';
}

// Whether `entry` is `.NAME.PID-N` of another process, with `suffix` behind it.
static bool is_foreign_temporary(const char *entry, const char *name, const char *suffix) {
    size_t length = strlen(name);
    if (entry[0] != '.' || strncmp(entry + 1, name, length) != 0 || entry[length + 1] != '.')
        return false;
    const char *digits = entry + length + 2;
    char *end;
    if (!isdigit((unsigned char)digits[0]))
        return false;
    // One's own are skipped: a process does not see its own locks, and closing would drop them.
    long pid = strtol(digits, &end, 10);
    if (pid == (long)getpid() || *end != '-' || !isdigit((unsigned char)end[1]))
        return false;
    return strcmp(end + 1 + strspn(end + 1, "0123456789"), suffix) == 0;
}

static void remove_if_abandoned(const char *path, const char *of) {
    (void)of;
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (lock_file(fd))
        unlink(path);
    close(fd);
}

static void sweep(const char *path, const char *suffix, void (*found)(const char *leftover, const char *of)) {
    char parent[ATOMIC_PATH_CAPACITY], leftover[2 * ATOMIC_PATH_CAPACITY];
    DIR *stream = parent_folder(path, parent) == 0 ? opendir(parent) : NULL;
    if (stream == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (!is_foreign_temporary(entry->d_name, base_name(path), suffix))
            continue;
        int length = snprintf(leftover, sizeof leftover, "%s%s", parent, entry->d_name);
        if (length > 0 && (size_t)length < sizeof leftover)
            found(leftover, path);
    }
    closedir(stream);
}

void atomic_file_sweep(const char *path) {
    sweep(path, "", remove_if_abandoned);
}

void atomic_folder_sweep(const char *path, void (*found)(const char *leftover, const char *path)) {
    sweep(path, "", found);
    sweep(path, ".old", found);
}

int atomic_exchange_names(const char *a, const char *b) {
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0 ? 0 : errno;
#else
    (void)a;
    (void)b;
    return ENOSYS;
#endif
}

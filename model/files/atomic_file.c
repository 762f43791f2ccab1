// Writes to a temporary name, flushes to the disk and renames.
#include "model/files/atomic_file.h"

#include "runtime/system/folders.h"
#include "runtime/system/machine.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

// An open, locked, new file, or -1 with errno. Unlike mkstemp's, with the mode that the umask gives.
static int create_locked(const char *path) {
    int fd = sys_create(path);
    struct sys_info info;
    if (fd < 0)
        return -1;
    // Locks die with their process, which is how a sweep tells leftovers from work. Where locks do not exist
    // no sweep can take them either.
    sys_lock_file(fd);
    if (sys_look_open(fd, &info) && info.names > 0)
        return fd;
    sys_close(fd); // a sweep came between the creation and the lock
    errno = EEXIST;
    return -1;
}

// `attempt` tells names of one process apart, whatever thread asks.
static int make_temporary(struct atomic_file *file, bool folder) {
    size_t length = strlen(file->temporary);
    for (unsigned attempt = 0; attempt < 10000; attempt++) {
        snprintf(file->temporary + length, ATOMIC_PATH_CAPACITY - length, "%" PRIu64 "-%u",
                 sys_process_number(), attempt);
        if (folder && sys_make_folder(file->temporary))
            return 0;
        int fd = folder ? -1 : create_locked(file->temporary);
        if (fd >= 0) {
            file->file = sys_stream(fd, "wb");
            if (file->file != NULL)
                return 0;
            int code = errno;
            sys_close(fd);
            sys_remove_file(file->temporary);
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
    return sys_sync_path(path) ? 0 : errno;
}

int atomic_sync_parent(const char *path) {
    char parent[ATOMIC_PATH_CAPACITY];
    int code = parent_folder(path, parent);
    return code != 0 ? code : atomic_sync(parent);
}

// Closing is part of it: some file systems report a full disk only then.
static int flush_and_close(struct atomic_file *file) {
    errno = EIO;
    int code = sys_sync(file->file) ? 0 : errno;
    errno = EIO;
    if (fclose(file->file) != 0 && code == 0)
        code = errno;
    file->file = NULL;
    return code;
}

static int take_name(const struct atomic_file *file, bool replace) {
    bool taken =
        replace ? sys_rename(file->temporary, file->path) : sys_take_name(file->temporary, file->path);
    return taken ? 0 : errno;
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
    if (file->temporary[0] != '\0' && !sys_remove_file(file->temporary))
        sys_remove_folder(file->temporary);
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
    uint64_t process = strtoull(digits, &end, 10);
    if (process == sys_process_number() || *end != '-' || !isdigit((unsigned char)end[1]))
        return false;
    return strcmp(end + 1 + strspn(end + 1, "0123456789"), suffix) == 0;
}

static void remove_if_abandoned(const char *path, const char *of) {
    (void)of;
    int fd = sys_open_there(path);
    if (fd < 0)
        return;
    if (sys_lock_file(fd))
        sys_remove_file(path);
    sys_close(fd);
}

static void sweep(const char *path, const char *suffix, void (*found)(const char *leftover, const char *of)) {
    char parent[ATOMIC_PATH_CAPACITY], leftover[2 * ATOMIC_PATH_CAPACITY];
    struct sys_folder *folder = parent_folder(path, parent) == 0 ? sys_folder_open(parent) : NULL;
    if (folder == NULL)
        return;
    for (const char *name; (name = sys_folder_next(folder)) != NULL;) {
        if (!is_foreign_temporary(name, base_name(path), suffix))
            continue;
        int length = snprintf(leftover, sizeof leftover, "%s%s", parent, name);
        if (length > 0 && (size_t)length < sizeof leftover)
            found(leftover, path);
    }
    sys_folder_close(folder);
}

void atomic_file_sweep(const char *path) {
    sweep(path, "", remove_if_abandoned);
}

void atomic_folder_sweep(const char *path, void (*found)(const char *leftover, const char *path)) {
    sweep(path, "", found);
    sweep(path, ".old", found);
}

int atomic_exchange_names(const char *a, const char *b) {
    return sys_exchange_names(a, b) ? 0 : errno;
}

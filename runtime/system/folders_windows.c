// Folders as Windows has them. A lock on one is a named mutex that only its holder has made: the name says
// which folder, and the system removes it with the process.
#include "runtime/system/folders.h"

#include "runtime/system/wide_windows.h"

#include <errno.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

bool sys_make_folder(const char *path) {
    struct wide name;
    return wide_path(path, &name) && (CreateDirectoryW(name.text, NULL) || wide_fail());
}

// What lies in a user's own folders is the user's only, without a word from us.
bool sys_make_private_folder(const char *path) {
    return sys_make_folder(path);
}

bool sys_remove_folder(const char *path) {
    struct wide name;
    return wide_path(path, &name) && (RemoveDirectoryW(name.text) || wide_fail());
}

// Disks in memory and some networks do not tell the final name; there the full one has to do.
static bool final_name(const struct wide *name, struct wide *out) {
    HANDLE file =
        CreateFileW(name->text, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return wide_fail();
    DWORD length = GetFinalPathNameByHandleW(file, out->text, WIDE_CAPACITY, FILE_NAME_NORMALIZED);
    CloseHandle(file);
    if (length == 0)
        length = GetFullPathNameW(name->text, WIDE_CAPACITY, out->text, NULL);
    errno = ENAMETOOLONG;
    return length < WIDE_CAPACITY && (length > 0 || wide_fail());
}

bool sys_real_path(const char *path, char *out, size_t size) {
    struct wide name, real;
    if (!wide_path(path, &name) || !final_name(&name, &real))
        return false;
    wchar_t *start = real.text;
    if (wcsncmp(start, L"\\\\?\\UNC\\", 8) == 0) {
        start += 6;
        *start = L'\\';
    } else if (wcsncmp(start, L"\\\\?\\", 4) == 0) {
        start += 4;
    }
    return narrow_path(start, out, size);
}

// --- listing

// All names are read when it is opened: a search that goes on would keep the folder from being renamed.
struct sys_folder {
    char *path, *names; // each with its NUL
    size_t used, capacity, at;
};

static bool add_name(struct sys_folder *folder, const wchar_t *name) {
    char text[1024];
    if (!narrow_path(name, text, sizeof text))
        return false;
    size_t length = strlen(text) + 1;
    if (folder->used + length > folder->capacity) {
        size_t wanted = 2 * (folder->capacity + length) + 256;
        char *names = realloc(folder->names, wanted);
        if (names == NULL)
            return false;
        folder->names = names;
        folder->capacity = wanted;
    }
    memcpy(folder->names + folder->used, text, length);
    folder->used += length;
    return true;
}

static bool read_names(struct sys_folder *folder) {
    struct wide pattern;
    WIN32_FIND_DATAW entry;
    if (!wide_path(folder->path, &pattern))
        return false;
    size_t length = wcslen(pattern.text);
    if (length + 3 > WIDE_CAPACITY) {
        errno = ENAMETOOLONG;
        return false;
    }
    wcscpy(pattern.text + length, pattern.text[length - 1] == L'\\' ? L"*" : L"\\*");
    HANDLE search = FindFirstFileW(pattern.text, &entry);
    if (search == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_FILE_NOT_FOUND || wide_fail();
    bool read = add_name(folder, entry.cFileName);
    while (read && FindNextFileW(search, &entry))
        read = add_name(folder, entry.cFileName);
    if (read && GetLastError() != ERROR_NO_MORE_FILES)
        read = wide_fail();
    FindClose(search);
    return read;
}

static struct sys_folder *open_path(char *path) {
    struct sys_folder *folder = path != NULL ? calloc(1, sizeof *folder) : NULL;
    if (folder == NULL) {
        free(path);
        return NULL;
    }
    folder->path = path;
    if (!read_names(folder)) {
        sys_folder_close(folder);
        return NULL;
    }
    return folder;
}

struct sys_folder *sys_folder_open(const char *path) {
    struct sys_info info;
    if (!sys_look(path, &info))
        return NULL;
    if (info.kind != SYS_FOLDER) {
        errno = ENOTDIR;
        return NULL;
    }
    return open_path(strdup(path));
}

struct sys_folder *sys_folder_open_here(const char *path) {
    struct sys_info info;
    if (!sys_look_here(path, &info))
        return NULL;
    if (info.kind != SYS_FOLDER) {
        errno = info.kind == SYS_LINK ? ELOOP : ENOTDIR;
        return NULL;
    }
    return open_path(strdup(path));
}

// FOLDER/NAME; the caller frees. NULL without memory.
static char *join(const struct sys_folder *folder, const char *name) {
    size_t length = strlen(folder->path) + strlen(name) + 2;
    char *path = malloc(length);
    if (path != NULL)
        snprintf(path, length, "%s/%s", folder->path, name);
    return path;
}

struct sys_folder *sys_folder_open_in(struct sys_folder *parent, const char *name) {
    char *path = join(parent, name);
    struct sys_folder *folder = path != NULL ? sys_folder_open_here(path) : NULL;
    free(path);
    return folder;
}

const char *sys_folder_next(struct sys_folder *folder) {
    if (folder->at >= folder->used)
        return NULL;
    const char *name = folder->names + folder->at;
    folder->at += strlen(name) + 1;
    return name;
}

bool sys_folder_look(struct sys_folder *folder, const char *name, struct sys_info *info) {
    char *path = join(folder, name);
    bool known = path != NULL && sys_look_here(path, info);
    free(path);
    return known;
}

bool sys_folder_remove_file(struct sys_folder *folder, const char *name) {
    char *path = join(folder, name);
    bool removed = path != NULL && sys_remove_file(path);
    free(path);
    return removed;
}

bool sys_folder_remove_folder(struct sys_folder *folder, const char *name) {
    char *path = join(folder, name);
    bool removed = path != NULL && sys_remove_folder(path);
    free(path);
    return removed;
}

void sys_folder_moved(struct sys_folder *folder, const char *path) {
    char *copy = strdup(path);
    free(folder->path);
    folder->path = copy;
    if (copy == NULL) // nothing is touched under a name that means another folder by now
        folder->at = folder->used;
}

void sys_folder_close(struct sys_folder *folder) {
    int code = errno;
    free(folder->path);
    free(folder->names);
    free(folder);
    errno = code;
}

// --- locks

// Far behind the end of any file: what is locked here cannot be read or written by others.
bool sys_lock_file(int fd) {
    OVERLAPPED place = {.OffsetHigh = 0x40000000};
    return LockFileEx((HANDLE)_get_osfhandle(fd), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1,
                      0, &place) ||
           wide_fail();
}

// A mutex is known to this machine only: a folder of another one may be locked there.
static bool is_local(const char *path) {
    struct wide name;
    wchar_t root[WIDE_CAPACITY];
    return wide_path(path, &name) && GetVolumePathNameW(name.text, root, WIDE_CAPACITY) &&
           GetDriveTypeW(root) != DRIVE_REMOTE;
}

enum sys_lock_result sys_lock_folder(struct sys_folder_lock *lock, const char *path) {
    wchar_t name[80];
    *lock = (struct sys_folder_lock){.certain = false};
    if (!sys_look(path, &lock->info))
        return SYS_LOCK_FAILED;
    if (lock->info.kind != SYS_FOLDER) {
        errno = ENOTDIR;
        return SYS_LOCK_FAILED;
    }
    _snwprintf(name, 80, L"Global\\mograph-%I64x-%I64x", lock->info.volume, lock->info.number);
    HANDLE mutex = CreateMutexW(NULL, FALSE, name);
    if (mutex == NULL && GetLastError() == ERROR_ACCESS_DENIED) // another user's
        return SYS_LOCK_BUSY;
    if (mutex != NULL && GetLastError() == ERROR_ALREADY_EXISTS) {
        CloseHandle(mutex);
        return SYS_LOCK_BUSY;
    }
    lock->handle = (intptr_t)mutex;
    lock->certain = mutex != NULL && is_local(path);
    if (sys_lock_is_on(lock, path))
        return SYS_LOCK_TAKEN;
    sys_unlock_folder(lock);
    return SYS_LOCK_BUSY;
}

void sys_unlock_folder(struct sys_folder_lock *lock) {
    if (lock->handle != 0)
        CloseHandle((HANDLE)lock->handle);
}

bool sys_lock_is_on(const struct sys_folder_lock *lock, const char *path) {
    struct sys_info named;
    return sys_look(path, &named) && sys_is_same(&lock->info, &named);
}

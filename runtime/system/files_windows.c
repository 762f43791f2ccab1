// Files as Windows has them, by the wide functions. Everything is opened for sharing, so that names can
// change and go while a file is open, as elsewhere.
#include "runtime/system/files.h"

#include "runtime/system/wide_windows.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>

enum { SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

static HANDLE open_handle(const char *path, DWORD access, DWORD disposition, DWORD flags) {
    struct wide name;
    if (!wide_path(path, &name))
        return INVALID_HANDLE_VALUE;
    HANDLE file = CreateFileW(name.text, access, SHARE_ALL, NULL, disposition, flags, NULL);
    if (file == INVALID_HANDLE_VALUE)
        wide_fail();
    return file;
}

// Other marks of that kind (files in the cloud, compressed ones) are what they seem to be.
static bool is_link(HANDLE file, DWORD attributes) {
    FILE_ATTRIBUTE_TAG_INFO tag;
    return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
           GetFileInformationByHandleEx(file, FileAttributeTagInfo, &tag, sizeof tag) &&
           (tag.ReparseTag == IO_REPARSE_TAG_SYMLINK || tag.ReparseTag == IO_REPARSE_TAG_MOUNT_POINT);
}

static bool describe(HANDLE file, struct sys_info *info) {
    BY_HANDLE_FILE_INFORMATION known;
    FILE_STANDARD_INFO state;
    DWORD type = GetFileType(file);
    *info = (struct sys_info){.kind = type == FILE_TYPE_PIPE ? SYS_PIPE : SYS_DEVICE, .names = 1};
    if (type != FILE_TYPE_DISK)
        return true;
    if (!GetFileInformationByHandle(file, &known))
        return wide_fail();
    bool gone =
        GetFileInformationByHandleEx(file, FileStandardInfo, &state, sizeof state) && state.DeletePending;
    info->kind = is_link(file, known.dwFileAttributes)                      ? SYS_LINK
                 : (known.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? SYS_FOLDER
                                                                            : SYS_FILE;
    info->bytes = (uint64_t)known.nFileSizeHigh << 32 | known.nFileSizeLow;
    info->volume = known.dwVolumeSerialNumber;
    info->number = (uint64_t)known.nFileIndexHigh << 32 | known.nFileIndexLow;
    info->names = gone ? 0 : known.nNumberOfLinks;
    return true;
}

static bool look(const char *path, DWORD flags, struct sys_info *info) {
    if (wide_is_device(path)) {
        *info = (struct sys_info){.kind = SYS_DEVICE, .names = 1};
        return true;
    }
    HANDLE file = open_handle(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool known = describe(file, info);
    int code = errno;
    CloseHandle(file);
    errno = code;
    return known;
}

bool sys_look(const char *path, struct sys_info *info) {
    return look(path, 0, info);
}

bool sys_look_here(const char *path, struct sys_info *info) {
    return look(path, FILE_FLAG_OPEN_REPARSE_POINT, info);
}

bool sys_look_open(int fd, struct sys_info *info) {
    return describe((HANDLE)_get_osfhandle(fd), info);
}

bool sys_is_same(const struct sys_info *a, const struct sys_info *b) {
    return a->volume == b->volume && a->number == b->number;
}

bool sys_exists(const char *path) {
    struct sys_info info;
    return sys_look(path, &info);
}

// Permission to enter is not asked for here: nearly everybody may.
bool sys_may(const char *path, int what) {
    DWORD access =
        ((what & SYS_MAY_READ) ? FILE_READ_DATA : 0) | ((what & SYS_MAY_WRITE) ? FILE_WRITE_DATA : 0);
    HANDLE file = open_handle(path, access | FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return file != INVALID_HANDLE_VALUE;
}

// --- open files

// Takes the handle over; -1 with errno.
static int as_descriptor(HANDLE file, int flags) {
    if (file == INVALID_HANDLE_VALUE)
        return -1;
    int fd = _open_osfhandle((intptr_t)file, flags | _O_BINARY | _O_NOINHERIT);
    if (fd < 0)
        CloseHandle(file);
    return fd;
}

int sys_open(const char *path) {
    return as_descriptor(open_handle(path, GENERIC_READ, OPEN_EXISTING, 0), _O_RDONLY);
}

int sys_open_create(const char *path) {
    return as_descriptor(open_handle(path, GENERIC_WRITE, OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT), 0);
}

int sys_open_there(const char *path) {
    return as_descriptor(open_handle(path, GENERIC_WRITE, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT), 0);
}

int sys_create(const char *path) {
    return as_descriptor(open_handle(path, GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0), 0);
}

ptrdiff_t sys_read(int fd, void *bytes, size_t size) {
    return _read(fd, bytes, size < INT_MAX ? (unsigned)size : INT_MAX);
}

ptrdiff_t sys_read_at(int fd, void *bytes, size_t size, uint64_t offset) {
    if (_lseeki64(fd, (int64_t)offset, SEEK_SET) < 0)
        return -1;
    return sys_read(fd, bytes, size);
}

bool sys_close(int fd) {
    return _close(fd) == 0;
}

// "r", "w" or "a", as bytes.
static FILE *as_stream(int fd, const char *mode) {
    char binary[4] = {mode[0], 'b', strchr(mode, '+') != NULL ? '+' : '\0'};
    return _fdopen(fd, binary);
}

FILE *sys_stream(int fd, const char *mode) {
    return as_stream(fd, mode);
}

FILE *sys_fopen(const char *path, const char *mode) {
    bool both = strchr(mode, '+') != NULL;
    DWORD access = mode[0] == 'r' ? GENERIC_READ : mode[0] == 'a' ? FILE_APPEND_DATA : GENERIC_WRITE;
    DWORD disposition = mode[0] == 'r' ? OPEN_EXISTING : mode[0] == 'a' ? OPEN_ALWAYS : CREATE_ALWAYS;
    int flags = mode[0] == 'r' && !both ? _O_RDONLY : mode[0] == 'a' ? _O_APPEND : 0;
    int fd =
        as_descriptor(open_handle(path, both ? GENERIC_READ | GENERIC_WRITE : access | FILE_READ_ATTRIBUTES,
                                  disposition, 0),
                      flags);
    FILE *stream = fd >= 0 ? as_stream(fd, mode) : NULL;
    if (fd >= 0 && stream == NULL)
        _close(fd);
    return stream;
}

bool sys_sync(FILE *file) {
    return fflush(file) == 0 && _commit(_fileno(file)) == 0;
}

// Windows has no such call for folders: their file system writes names down in order.
bool sys_sync_path(const char *path) {
    struct sys_info info = {.names = 0};
    if (!sys_look(path, &info) || info.kind == SYS_FOLDER)
        return info.kind == SYS_FOLDER;
    HANDLE file = open_handle(path, GENERIC_WRITE, OPEN_EXISTING, 0);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool done = FlushFileBuffers(file) || wide_fail();
    CloseHandle(file);
    return done;
}

// --- names

bool sys_remove_file(const char *path) {
    struct wide name;
    if (!wide_path(path, &name))
        return false;
    DWORD attributes = GetFileAttributesW(name.text);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return wide_fail();
    bool folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (folder && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
        errno = EISDIR;
        return false;
    }
    if (attributes & FILE_ATTRIBUTE_READONLY) // which keeps nobody from removing a file elsewhere
        SetFileAttributesW(name.text, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY);
    return (folder ? RemoveDirectoryW(name.text) : DeleteFileW(name.text)) || wide_fail();
}

static bool is_folder(const struct wide *name) {
    DWORD attributes = GetFileAttributesW(name->text);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

// A scanner of viruses or an index may hold a new file for a moment.
static bool move(const char *from, const char *to, DWORD flags) {
    struct wide old, new;
    if (!wide_path(from, &old) || !wide_path(to, &new))
        return false;
    for (DWORD wait = 1; !MoveFileExW(old.text, new.text, flags | MOVEFILE_WRITE_THROUGH); wait *= 2) {
        DWORD error = GetLastError();
        bool again = error == ERROR_SHARING_VIOLATION || error == ERROR_ACCESS_DENIED;
        if (again && is_folder(&new)) { // which nothing replaces
            errno = EEXIST;
            return false;
        }
        if (!again || wait > 256) {
            SetLastError(error);
            return wide_fail();
        }
        Sleep(wait);
    }
    return true;
}

bool sys_rename(const char *from, const char *to) {
    return move(from, to, MOVEFILE_REPLACE_EXISTING);
}

bool sys_take_name(const char *from, const char *to) {
    return move(from, to, 0);
}

bool sys_exchange_names(const char *a, const char *b) {
    (void)a;
    (void)b;
    errno = ENOSYS;
    return false;
}

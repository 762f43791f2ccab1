// UTF-8 to UTF-16 and back; Windows' errors in errno's words.
#include "runtime/system/wide_windows.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>
#include <wchar.h>

static int errno_of(DWORD error) {
    static const struct {
        DWORD error;
        int code;
    } known[] = {{ERROR_FILE_NOT_FOUND, ENOENT},
                 {ERROR_PATH_NOT_FOUND, ENOENT},
                 {ERROR_INVALID_NAME, ENOENT},
                 {ERROR_BAD_PATHNAME, ENOENT},
                 {ERROR_BAD_NETPATH, ENOENT},
                 {ERROR_BAD_NET_NAME, ENOENT},
                 {ERROR_INVALID_DRIVE, ENOENT},
                 {ERROR_DIRECTORY, ENOTDIR},
                 {ERROR_ACCESS_DENIED, EACCES},
                 {ERROR_SHARING_VIOLATION, EBUSY},
                 {ERROR_LOCK_VIOLATION, EBUSY},
                 {ERROR_FILE_EXISTS, EEXIST},
                 {ERROR_ALREADY_EXISTS, EEXIST},
                 {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
                 {ERROR_DISK_FULL, ENOSPC},
                 {ERROR_HANDLE_DISK_FULL, ENOSPC},
                 {ERROR_WRITE_PROTECT, EROFS},
                 {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
                 {ERROR_OUTOFMEMORY, ENOMEM},
                 {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
                 {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
                 {ERROR_BUFFER_OVERFLOW, ENAMETOOLONG},
                 {ERROR_INSUFFICIENT_BUFFER, ENAMETOOLONG},
                 {ERROR_BROKEN_PIPE, EPIPE},
                 {ERROR_NO_DATA, EPIPE},
                 {ERROR_NOT_SAME_DEVICE, EXDEV},
                 {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
                 {ERROR_NOT_SUPPORTED, ENOSYS},
                 {ERROR_CALL_NOT_IMPLEMENTED, ENOSYS},
                 {ERROR_INVALID_PARAMETER, EINVAL},
                 {ERROR_BAD_EXE_FORMAT, ENOEXEC}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].error == error)
            return known[i].code;
    return EIO;
}

bool wide_fail(void) {
    errno = errno_of(GetLastError());
    return false;
}

static bool is_slash(char c) {
    return c == '/' || c == '\\';
}

static const char *last_part(const char *path) {
    const char *part = path;
    for (const char *c = path; *c != '\0'; c++)
        if (is_slash(*c) && c[1] != '\0' && !is_slash(c[1]))
            part = c + 1;
    return part;
}

// Whether `text`, of `length` characters, is `name` and, with `numbered`, a digit from 1 behind it.
static bool is_name(const char *text, size_t length, const char *name, bool numbered) {
    size_t own = strlen(name);
    for (size_t i = 0; i < own; i++)
        if (i >= length || toupper((unsigned char)text[i]) != name[i])
            return false;
    return numbered ? length == own + 1 && text[own] >= '1' && text[own] <= '9' : length == own;
}

bool wide_is_device(const char *path) {
    const char *name = last_part(path);
    size_t length = strcspn(name, ".:/\\");
    while (length > 0 && name[length - 1] == ' ')
        length--;
    bool space = is_slash(path[0]) && is_slash(path[1]) && path[2] == '.' && is_slash(path[3]);
    return space || is_name(name, length, "CON", false) || is_name(name, length, "PRN", false) ||
           is_name(name, length, "AUX", false) || is_name(name, length, "NUL", false) ||
           is_name(name, length, "CONIN$", false) || is_name(name, length, "CONOUT$", false) ||
           is_name(name, length, "COM", true) || is_name(name, length, "LPT", true);
}

// A colon stands behind the letter of a drive, with a slash or nothing behind it. Elsewhere it would mean a
// stream that lies in a file unseen, or a folder of its own on each drive.
static bool colons_are_sound(const char *path) {
    bool verbatim = is_slash(path[0]) && is_slash(path[1]) && path[2] == '?' && is_slash(path[3]);
    const char *start = path + (verbatim ? 4 : 0), *colon = strchr(start, ':');
    if (colon == NULL)
        return true;
    bool drive = colon == start + 1 && isalpha((unsigned char)start[0]);
    return drive && (colon[1] == '\0' || is_slash(colon[1])) && strchr(colon + 1, ':') == NULL;
}

// Long names are taken as they stand behind the prefix: they must be whole and have backslashes alone.
static bool lift_limit(struct wide *path) {
    wchar_t whole[WIDE_CAPACITY - 16];
    DWORD length = GetFullPathNameW(path->text, WIDE_CAPACITY - 16, whole, NULL);
    if (length == 0)
        return wide_fail();
    if (length >= WIDE_CAPACITY - 16) {
        errno = ENAMETOOLONG;
        return false;
    }
    bool share = whole[0] == L'\\' && whole[1] == L'\\';
    wcscpy(path->text, share ? L"\\\\?\\UNC\\" : L"\\\\?\\");
    wcscat(path->text, whole + (share ? 2 : 0));
    return true;
}

bool wide_path(const char *path, struct wide *out) {
    enum { SHORT = 240 }; // folders must leave room for a name of 8.3
    errno = path[0] == '\0' ? ENOENT : EINVAL;
    if (path[0] == '\0' || wide_is_device(path) || !colons_are_sound(path))
        return false;
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out->text, WIDE_CAPACITY);
    if (length == 0)
        return wide_fail();
    for (wchar_t *c = out->text; *c != L'\0'; c++)
        if (*c == L'/')
            *c = L'\\';
    bool verbatim = wcsncmp(out->text, L"\\\\?\\", 4) == 0;
    wchar_t here[2]; // a relative name may be long behind the folder that it stands in
    bool relative = out->text[0] != L'\\' && (out->text[0] == L'\0' || out->text[1] != L':');
    DWORD before = relative ? GetCurrentDirectoryW(2, here) : 0;
    return verbatim || (DWORD)length + before < SHORT || lift_limit(out);
}

bool narrow_path(const wchar_t *text, char *out, size_t size) {
    if (WideCharToMultiByte(CP_UTF8, 0, text, -1, out, (int)size, NULL, NULL) == 0)
        return wide_fail();
    for (char *c = out; *c != '\0'; c++)
        if (*c == '\\')
            *c = '/';
    return true;
}

FILE *wide_temporary_file(void) {
    wchar_t folder[MAX_PATH + 2], path[MAX_PATH + 40];
    DWORD length = GetTempPathW(MAX_PATH + 1, folder);
    if (length == 0 || length > MAX_PATH + 1) {
        wide_fail();
        return NULL;
    }
    HANDLE file = INVALID_HANDLE_VALUE;
    for (unsigned i = 0; i < 1000 && file == INVALID_HANDLE_VALUE; i++) {
        _snwprintf(path, MAX_PATH + 40, L"%lsmograph-%lu-%u.tmp", folder, GetCurrentProcessId(), i);
        file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE,
                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, CREATE_NEW,
                           FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
        if (file == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    if (file == INVALID_HANDLE_VALUE) {
        wide_fail();
        return NULL;
    }
    int fd = _open_osfhandle((intptr_t)file, _O_RDWR | _O_BINARY);
    FILE *stream = fd >= 0 ? _fdopen(fd, "w+b") : NULL;
    if (stream == NULL && fd >= 0)
        _close(fd);
    else if (fd < 0)
        CloseHandle(file);
    return stream;
}

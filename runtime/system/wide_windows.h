// What the Windows halves share: names as UTF-16, errors as errno.
#ifndef MOGRAPH_RUNTIME_SYSTEM_WIDE_WINDOWS_H
#define MOGRAPH_RUNTIME_SYSTEM_WIDE_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <windows.h>

enum { WIDE_CAPACITY = 4400 };

struct wide {
    wchar_t text[WIDE_CAPACITY];
};

// Sets errno from GetLastError() and yields false.
bool wide_fail(void);

// Whether the last part of a name means a device, wherever it stands: CON, NUL, COM1, ..., also with an
// extension.
bool wide_is_device(const char *path);

// A path for the wide functions: backslashes, and with the prefix that lifts the limit of 260 where it is
// long. False with errno for names that no file here can have.
bool wide_path(const char *path, struct wide *out);

// UTF-8, with slashes. False when it does not fit.
bool narrow_path(const wchar_t *text, char *out, size_t size);

// A new file without a name that others see, gone once it is closed. NULL with errno.
FILE *wide_temporary_file(void);

#endif

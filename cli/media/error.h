// How everything in cli/media and cli/data reports failure: the function returns false and leaves one line in
// a buffer of the caller's: which file, what is wrong with it, what to do. Only commands print.
#ifndef MOGRAPH_CLI_MEDIA_ERROR_H
#define MOGRAPH_CLI_MEDIA_ERROR_H

#include <stdbool.h>

struct media_error {
    char text[768]; // one line without a newline; "" while nothing has failed
};

// Writes "path: message" ("message" when `path` is NULL) and returns false, so that callers can return it.
// Control characters of file names are shown as '?', so that the line stays one line.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bool media_fail(struct media_error *error, const char *path, const char *format, ...);

#endif

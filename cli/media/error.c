// Formats the one line that a failure in cli/media and cli/data leaves.
#include "cli/media/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

bool media_fail(struct media_error *error, const char *path, const char *format, ...) {
    size_t used = 0;
    if (path != NULL) {
        int length = snprintf(error->text, sizeof error->text, "%.400s: ", path);
        used = length > 0 ? (size_t)length : 0;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(error->text + used, sizeof error->text - used, format, args);
    va_end(args);
    for (char *c = error->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return false;
}

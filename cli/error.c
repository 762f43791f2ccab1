// Fills in how a command fails: one line and the exit status that it asks for.
#include "cli/error.h"

#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(struct cli_error *error, const char *format, va_list args) {
    size_t used = strlen(error->text);
    vsnprintf(error->text + used, sizeof error->text - used, format, args);
    text_make_line(error->text); // whatever file names hold
}

void cli_error_fail(struct cli_error *error, const char *path, const char *format, ...) {
    error->text[0] = '\0';
    error->status = CLI_FAILED;
    if (path != NULL)
        snprintf(error->text, sizeof error->text, "%.400s: ", path);
    va_list args;
    va_start(args, format);
    append(error, format, args);
    va_end(args);
}

void cli_error_usage(struct cli_error *error, const char *format, ...) {
    error->text[0] = '\0';
    error->status = CLI_USAGE;
    va_list args;
    va_start(args, format);
    append(error, format, args);
    va_end(args);
}

bool cli_error_prefix(struct cli_error *error, const char *prefix) {
    char text[CLI_ERROR_TEXT];
    memcpy(text, error->text, sizeof text);
    error->text[0] = '\0';
    return cli_error_add(error, "%.400s: %s", prefix, text);
}

bool cli_error_add(struct cli_error *error, const char *format, ...) {
    va_list args;
    if (error->text[0] != '\0')
        snprintf(error->text + strlen(error->text), sizeof error->text - strlen(error->text), "; ");
    va_start(args, format);
    append(error, format, args);
    va_end(args);
    return false;
}

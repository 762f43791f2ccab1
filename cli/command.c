// From the command line to a command: finds it by name, parses its options, prints usage and help.
#include "cli/command.h"

#include <stdarg.h>

static void complain(const char *format, va_list args) {
    fputs("mograph: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int cli_fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    complain(format, args);
    va_end(args);
    return CLI_FAILED;
}

int cli_usage(const char *format, ...) {
    va_list args;
    va_start(args, format);
    complain(format, args);
    va_end(args);
    return CLI_USAGE;
}

// How everything in cli/ fails: a function returns false and leaves one line in an error of its caller's:
// what, where, what to do. Only commands and main.c print.
#ifndef MOGRAPH_CLI_ERROR_H
#define MOGRAPH_CLI_ERROR_H

#include <stdbool.h>
#include <stddef.h>

// Exit statuses besides 0. Whoever ends by a signal exits with 128 + its number.
enum {
    CLI_FAILED = 1, // the work failed
    CLI_USAGE = 2,  // the command line was wrong
    CLI_PARTLY = 3, // done, but some of the input was skipped; a line on stderr names each part
};

enum { CLI_ERROR_TEXT = 1024 };

struct cli_cause;

// Zero-initialise.
struct cli_error {
    char text[CLI_ERROR_TEXT]; // one line without a newline; "" while nothing has failed
    int status;                // the exit status that it asks for; 0 while nothing has failed
    struct cli_cause *cause;   // what the library last said (check.h); NULL: nobody listens
};

// bool cli_fail(error, path, format, ...) writes "path: message" ("message" when `path` is NULL), asks for
// CLI_FAILED and yields false, so that callers can return it. Control characters of file names, and bytes
// that are no UTF-8, are shown as '?': the line stays one line.
// bool cli_usage(error, format, ...) does the same for a wrong command line: it asks for CLI_USAGE. main.c
// writes the command's name before it.
// They are macros so that who reads a caller (a compiler, clang's analyzer) sees that it gets false.
#define cli_fail(...) (cli_error_fail(__VA_ARGS__), cli_false())
#define cli_usage(...) (cli_error_usage(__VA_ARGS__), cli_false())

static inline bool cli_false(void) {
    return false;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void cli_error_fail(struct cli_error *error, const char *path, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void cli_error_usage(struct cli_error *error, const char *format, ...);

// The same for memory: "out of memory for WHAT", or "out of memory" with NULL.
static inline bool cli_no_memory(struct cli_error *error, const char *what) {
    return cli_fail(error, NULL, "out of memory%s%s", what != NULL ? " for " : "", what != NULL ? what : "");
}

// Writes "prefix: " before an error, or "; " and more behind it. Both return false.
bool cli_error_prefix(struct cli_error *error, const char *prefix);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool cli_error_add(struct cli_error *error, const char *format, ...);

#endif

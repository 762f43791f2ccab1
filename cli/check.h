// From a status of the library to an error of a command: one failure, one line.
//
// Whoever first finds an error in runtime/, shaders/ or model/ logs one line and returns a status. That line
// is not printed but kept as the cause, until cli_check makes it the error's text.
#ifndef MOGRAPH_CLI_CHECK_H
#define MOGRAPH_CLI_CHECK_H

#include "cli/error.h"
#include "runtime/status.h"

#include <pthread.h>

// Readers of clips log from threads of their own, hence the lock.
struct cli_cause {
    pthread_mutex_t lock;
    char text[CLI_ERROR_TEXT]; // "": none
    bool held;                 // a picture has the terminal: lines wait
    char waiting[4 * CLI_ERROR_TEXT];
};

void cli_cause_init(struct cli_cause *cause);
void cli_cause_destroy(struct cli_cause *cause);
// Keeps a line. True when one was there that nobody had taken: it is in `older` then, and not to be lost.
bool cli_cause_keep(struct cli_cause *cause, const char *line, char older[CLI_ERROR_TEXT]);
// Takes the line out: false when there is none. `cause` may be NULL.
bool cli_cause_take(struct cli_cause *cause, char text[CLI_ERROR_TEXT]);

// Says whether lines for stderr wait from now on, in `cause`, which may be NULL.
void cli_cause_hold(struct cli_cause *cause, bool held);
// Lets a line wait, newline at its end; false when lines do not. What is too much is dropped.
bool cli_cause_wait(struct cli_cause *cause, const char *line);

// True for RT_OK. Else the error becomes the line that the library logged; when it logged none,
// "DOING: status", where DOING says what was being done ("opening the device").
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bool cli_check(struct cli_error *error, enum rt_status status, const char *doing, ...);

// For a failure that can be done without: warns at once, in one line, "cause; format", and goes on.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void cli_warn(struct cli_error *error, const char *format, ...);

#endif

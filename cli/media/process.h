// Another program at the end of a pipe: the user's ffmpeg and ffprobe. No shell sees the arguments.
#ifndef MOGRAPH_CLI_MEDIA_PROCESS_H
#define MOGRAPH_CLI_MEDIA_PROCESS_H

#include "cli/error.h"
#include "runtime/system/child.h"

#include <stddef.h>
#include <stdio.h>

enum { PROCESS_REASON = 400 }; // room for why a program failed

struct process {
    const char *name;
    const char *subject; // what it calls the file at hand, which its reasons need not repeat; NULL: nothing
    struct sys_child child;
    FILE *output; // for SYS_PIPE_READ
    bool spoke;   // once it is finished: whether it wrote anything on standard error
};

// Starts `arguments[0]`, found on PATH; the list ends with NULL. `purpose` says what it is needed for when it
// is not installed ("to read videos").
bool process_start(struct process *process, char *const arguments[], enum sys_pipe pipe, const char *purpose,
                   struct cli_error *error);
// Writes all bytes; false when the program has closed its end (process_finish knows why).
bool process_write(struct process *process, const void *bytes, size_t size);
// Closes the pipe and waits. Yields whether the program ended with status 0; otherwise `reason` is the last
// line on standard error that says something: not that it stops, and where it can not only "Invalid data".
bool process_finish(struct process *process, char *reason, size_t capacity);

#endif

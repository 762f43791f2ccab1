// Another program at the end of a pipe. No shell sees its arguments.
#ifndef MOGRAPH_RUNTIME_SYSTEM_CHILD_H
#define MOGRAPH_RUNTIME_SYSTEM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum sys_pipe {
    SYS_PIPE_READ,  // we read what it writes on its standard output
    SYS_PIPE_WRITE, // it reads on its standard input what we write
};

struct sys_child {
    intptr_t program, input; // for SYS_PIPE_WRITE
    FILE *output;            // for SYS_PIPE_READ
    FILE *errors;            // what it writes on standard error, an unnamed temporary file
};

// Starts `arguments[0]`, found on PATH; the list ends with NULL. 0, or what errno says: ENOENT when it is not
// there.
int sys_child_start(struct sys_child *child, char *const arguments[], enum sys_pipe pipe);
// Writes all bytes; false when the program has closed its end.
bool sys_child_write(struct sys_child *child, const void *bytes, size_t size);
// Closes the pipe and waits. Whether the program ended with status 0. `errors` stays, for the caller to
// close.
bool sys_child_finish(struct sys_child *child);

#endif

// Streams that become texts, and lines of any length.
#ifndef MOGRAPH_RUNTIME_SYSTEM_TEXT_STREAM_H
#define MOGRAPH_RUNTIME_SYSTEM_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sys_text_stream {
    FILE *file; // to be written to
    char *text; // after the end; the caller frees
    size_t size;
};

// False without memory.
bool sys_text_begin(struct sys_text_stream *stream);
// Closes the stream; a NUL follows the text. False when something was lost; the text may be there all the
// same.
bool sys_text_end(struct sys_text_stream *stream);

// Reads a line with its end into *line, which grows; the caller frees. Its length, or -1.
ptrdiff_t sys_read_line(char **line, size_t *capacity, FILE *file);

#endif

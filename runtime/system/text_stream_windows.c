// A temporary file that is read back, and lines byte by byte.
#include "runtime/system/text_stream.h"

#include "runtime/system/wide_windows.h"

#include <stdlib.h>

bool sys_text_begin(struct sys_text_stream *stream) {
    *stream = (struct sys_text_stream){.file = wide_temporary_file()};
    return stream->file != NULL;
}

bool sys_text_end(struct sys_text_stream *stream) {
    FILE *file = stream->file;
    bool whole = fflush(file) == 0 && !ferror(file) && fseek(file, 0, SEEK_END) == 0;
    long size = whole ? ftell(file) : -1;
    whole = size >= 0 && fseek(file, 0, SEEK_SET) == 0;
    stream->text = whole ? malloc((size_t)size + 1) : NULL;
    whole = stream->text != NULL && fread(stream->text, 1, (size_t)size, file) == (size_t)size;
    if (whole) {
        stream->size = (size_t)size;
        stream->text[size] = '\0';
    }
    fclose(file);
    return whole;
}

ptrdiff_t sys_read_line(char **line, size_t *capacity, FILE *file) {
    size_t length = 0;
    int c = 0;
    while (c != '\n' && (c = fgetc(file)) != EOF) {
        if (*line == NULL || length + 2 > *capacity) {
            size_t wanted = 2 * *capacity + 128;
            char *grown = realloc(*line, wanted);
            if (grown == NULL)
                return -1;
            *line = grown;
            *capacity = wanted;
        }
        (*line)[length++] = (char)c;
    }
    if (length == 0)
        return -1;
    (*line)[length] = '\0';
    return (ptrdiff_t)length;
}

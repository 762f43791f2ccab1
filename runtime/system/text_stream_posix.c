// open_memstream and getline.
#include "runtime/system/text_stream.h"

#include <sys/types.h>

bool sys_text_begin(struct sys_text_stream *stream) {
    *stream = (struct sys_text_stream){.file = NULL};
    stream->file = open_memstream(&stream->text, &stream->size);
    return stream->file != NULL;
}

bool sys_text_end(struct sys_text_stream *stream) {
    bool whole = !ferror(stream->file);
    return fclose(stream->file) == 0 && whole;
}

ptrdiff_t sys_read_line(char **line, size_t *capacity, FILE *file) {
    return getline(line, capacity, file);
}

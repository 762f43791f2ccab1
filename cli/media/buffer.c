// Appends bytes to a growing array.
#include "cli/media/buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_add(struct buffer *buffer, const void *bytes, size_t size) {
    if (buffer->failed || size == 0)
        return;
    if (size > buffer->capacity - buffer->size) {
        size_t capacity =
            buffer->capacity * 2 > buffer->size + size ? buffer->capacity * 2 : buffer->size + size;
        uint8_t *grown = realloc(buffer->bytes, capacity);
        if (grown == NULL) {
            buffer->failed = true;
            return;
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

// What the reader and the writer of safetensors share.
#ifndef MOGRAPH_MODEL_FILES_SAFETENSORS_PRIVATE_H
#define MOGRAPH_MODEL_FILES_SAFETENSORS_PRIVATE_H

#include "model/files/safetensors.h"

#include <stdbool.h>

#define SAFETENSORS_METADATA_KEY "__metadata__"
// Why a tensor cannot be measured.
#define SAFETENSORS_NO_SIZE "shape overflows 2^53 bytes, or is no whole number of bytes"
// Beyond it a double, and so many a JSON reader, rounds integers.
#define SAFETENSORS_MAX_INTEGER (UINT64_C(1) << 53)

struct safetensors {
    char *path;   // or label
    char *header; // what names, keys and values point into
    uint8_t *data;
    struct safetensors_tensor *tensors;
    const struct safetensors_tensor **by_name;
    struct safetensors_pair *metadata;
    uint32_t tensor_count, tensor_capacity, metadata_count, metadata_capacity;
};

// Logs "PATH: tensor 'NAME': message" in one line (no tensor when NULL) and returns `status`.
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
enum rt_status
safetensors_refuse(enum rt_status status, const char *path, const char *tensor, const char *format, ...);
enum rt_status safetensors_no_memory(const char *path, uint64_t bytes);

// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool safetensors_is_utf8(const char *text, size_t size);

// SAFETENSORS_DTYPE_COUNT when there is no such type.
enum safetensors_dtype safetensors_dtype_of(const char *name);

// Sets count and size_bytes from rank and shape; false when the bytes exceed SAFETENSORS_MAX_INTEGER.
bool safetensors_measure(struct safetensors_tensor *tensor);

// The index of the first NaN or infinity, `count` when there is none. Whole numbers are always finite.
uint64_t safetensors_first_non_finite(const struct safetensors_tensor *tensor);

// The array, moved if it must, with room for one more element;
// NULL, and the old one as it was, when memory runs out.
void *safetensors_grow(void *array, uint32_t count, uint32_t *capacity, size_t element_bytes);

// qsort comparisons: struct safetensors_pair by key, pointers to struct safetensors_tensor by name.
int safetensors_compare_keys(const void *a, const void *b);
int safetensors_compare_names(const void *a, const void *b);

// Parses `length` bytes at file->header, which a NUL follows, into file->tensors and file->metadata. Strings
// are unescaped in place. Checks the grammar and each entry for itself, not how entries fit together.
enum rt_status safetensors_parse_header(struct safetensors *file, uint64_t length);

#endif

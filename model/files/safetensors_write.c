// The layout is that of the format's own library: largest alignment first, then by name; no spaces in the
// JSON; metadata first, by key; spaces up to a multiple of 8.
#include "model/files/atomic_file.h"
#include "model/files/safetensors_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The file in the making uses the reader's tables; its names are copies.
struct safetensors_writer {
    struct safetensors file;
    enum rt_status status; // the first error
};

// A growing piece of text; `failed` once memory has run out.
struct text {
    char *bytes;
    size_t size, capacity;
    bool failed;
};

static void text_add(struct text *text, const char *bytes, size_t size) {
    if (!text->failed && size > text->capacity - text->size) {
        size_t wanted = 2 * (text->capacity + size) + 256;
        char *grown = realloc(text->bytes, wanted);
        if (grown != NULL) {
            text->bytes = grown;
            text->capacity = wanted;
        }
        text->failed = grown == NULL;
    }
    if (text->failed)
        return;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
text_format(struct text *text, const char *format, ...) {
    char piece[128];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    text_add(text, piece, (size_t)length);
}

static void text_add_string(struct text *text, const char *string) {
    static const char values[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    text_add(text, "\"", 1);
    for (const char *c = string; *c != '\0'; c++) {
        const char *special = strchr(values, *c);
        if (special != NULL)
            text_format(text, "\\%c", names[special - values]);
        else if ((unsigned char)*c < 0x20)
            text_format(text, "\\u%04x", (unsigned)*c);
        else
            text_add(text, c, 1);
    }
    text_add(text, "\"", 1);
}

static bool keep_status(struct safetensors_writer *writer, enum rt_status status) {
    writer->status = status;
    return false;
}

static char *copy_string(struct safetensors_writer *writer, const char *string) {
    size_t size = strlen(string) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, string, size);
    else
        keep_status(writer, safetensors_no_memory(writer->file.path, size));
    return copy;
}

enum rt_status safetensors_begin(const char *path, struct safetensors_writer **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return safetensors_no_memory(path, sizeof **out);
    (*out)->file.path = copy_string(*out, path);
    if ((*out)->file.path != NULL)
        return RT_OK;
    free(*out);
    *out = NULL;
    return RT_ERROR_OUT_OF_MEMORY;
}

// A rule of the format about one tensor, or a promise of the caller's.
static bool check_tensor(struct safetensors_writer *writer, struct safetensors_tensor *tensor,
                         const uint64_t *shape) {
    const char *reason = NULL;
    if (!safetensors_is_utf8(tensor->name, strlen(tensor->name)))
        reason = "the name is not valid UTF-8";
    else if (strcmp(tensor->name, SAFETENSORS_METADATA_KEY) == 0)
        reason = "the name is reserved";
    else if ((unsigned)tensor->dtype >= SAFETENSORS_DTYPE_COUNT)
        reason = "unknown dtype";
    else if (tensor->rank > SAFETENSORS_MAX_RANK)
        reason = "shape has more than 8 dimensions";
    if (reason == NULL) {
        for (uint32_t i = 0; i < tensor->rank; i++)
            tensor->shape[i] = shape[i];
        reason = !safetensors_measure(tensor)                ? SAFETENSORS_NO_SIZE
                 : tensor->data == NULL && tensor->count > 0 ? "has no data"
                                                             : NULL;
    }
    if (reason == NULL)
        return true;
    return keep_status(writer,
                       safetensors_refuse(RT_ERROR_INVALID, writer->file.path, tensor->name, "%s", reason));
}

void safetensors_add(struct safetensors_writer *writer, const char *name, enum safetensors_dtype dtype,
                     uint32_t rank, const uint64_t *shape, const void *data) {
    struct safetensors *file = &writer->file;
    struct safetensors_tensor tensor = {.name = name, .dtype = dtype, .rank = rank, .data = data};
    if (writer->status != RT_OK || !check_tensor(writer, &tensor, shape))
        return;
    struct safetensors_tensor *grown =
        safetensors_grow(file->tensors, file->tensor_count, &file->tensor_capacity, sizeof tensor);
    if (grown == NULL) {
        keep_status(writer, safetensors_no_memory(file->path, sizeof tensor * (file->tensor_count + 1)));
        return;
    }
    file->tensors = grown;
    if ((tensor.name = copy_string(writer, name)) != NULL)
        file->tensors[file->tensor_count++] = tensor;
}

void safetensors_add_metadata(struct safetensors_writer *writer, const char *key, const char *value) {
    struct safetensors *file = &writer->file;
    struct safetensors_pair pair = {0};
    if (writer->status != RT_OK)
        return;
    if (!safetensors_is_utf8(key, strlen(key)) || !safetensors_is_utf8(value, strlen(value))) {
        keep_status(writer,
                    safetensors_refuse(RT_ERROR_INVALID, file->path, NULL,
                                       SAFETENSORS_METADATA_KEY ": '%.120s' is not valid UTF-8", key));
        return;
    }
    struct safetensors_pair *grown =
        safetensors_grow(file->metadata, file->metadata_count, &file->metadata_capacity, sizeof pair);
    if (grown == NULL) {
        keep_status(writer, safetensors_no_memory(file->path, sizeof pair * (file->metadata_count + 1)));
        return;
    }
    file->metadata = grown;
    char *copy = copy_string(writer, key);
    pair.key = copy;
    pair.value = copy != NULL ? copy_string(writer, value) : NULL;
    if (pair.value != NULL)
        file->metadata[file->metadata_count++] = pair;
    else
        free(copy);
}

static int compare_layout(const void *a, const void *b) {
    const struct safetensors_tensor *left = a, *right = b;
    uint32_t left_bits = safetensors_dtype_bits(left->dtype);
    uint32_t right_bits = safetensors_dtype_bits(right->dtype);
    if (left_bits != right_bits)
        return left_bits > right_bits ? -1 : 1;
    if (left->dtype != right->dtype)
        return left->dtype > right->dtype ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int compare_tensor_names(const void *a, const void *b) {
    return strcmp(((const struct safetensors_tensor *)a)->name, ((const struct safetensors_tensor *)b)->name);
}

static enum rt_status check_duplicates(struct safetensors *file) {
    if (file->tensor_count > 0)
        qsort(file->tensors, file->tensor_count, sizeof *file->tensors, compare_tensor_names);
    for (uint32_t i = 1; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i - 1].name, file->tensors[i].name) == 0)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, file->tensors[i].name, "was added twice");
    if (file->metadata_count > 0)
        qsort(file->metadata, file->metadata_count, sizeof *file->metadata, safetensors_compare_keys);
    for (uint32_t i = 1; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i - 1].key, file->metadata[i].key) == 0)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL,
                                      SAFETENSORS_METADATA_KEY ": '%.120s' was added twice",
                                      file->metadata[i].key);
    return RT_OK;
}

// Gives every tensor its place, and judges the values.
static enum rt_status lay_out(struct safetensors *file, uint64_t *data_bytes) {
    if (file->tensor_count > 0)
        qsort(file->tensors, file->tensor_count, sizeof *file->tensors, compare_layout);
    *data_bytes = 0;
    for (uint32_t i = 0; i < file->tensor_count; i++) {
        struct safetensors_tensor *tensor = &file->tensors[i];
        tensor->offset_bytes = *data_bytes;
        *data_bytes += tensor->size_bytes;
        if (tensor->size_bytes > SAFETENSORS_MAX_FILE_BYTES || *data_bytes > SAFETENSORS_MAX_FILE_BYTES)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, tensor->name,
                                      "makes the file larger than 4 GiB");
        uint64_t bad = safetensors_first_non_finite(tensor);
        if (bad < tensor->count)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, tensor->name,
                                      "element %llu is not finite (NaN or infinity); not written",
                                      (unsigned long long)bad);
    }
    return RT_OK;
}

static void write_tensor_entry(struct text *text, const struct safetensors_tensor *tensor) {
    text_add_string(text, tensor->name);
    text_format(text, ":{\"dtype\":\"%s\",\"shape\":[", safetensors_dtype_name(tensor->dtype));
    for (uint32_t i = 0; i < tensor->rank; i++)
        text_format(text, "%s%llu", i ? "," : "", (unsigned long long)tensor->shape[i]);
    unsigned long long begin = tensor->offset_bytes, end = begin + tensor->size_bytes;
    text_format(text, "],\"data_offsets\":[%llu,%llu]}", begin, end);
}

static void write_metadata(struct text *text, const struct safetensors *file) {
    if (file->metadata_count == 0)
        return;
    text_format(text, "\"" SAFETENSORS_METADATA_KEY "\":{");
    for (uint32_t i = 0; i < file->metadata_count; i++) {
        text_add(text, ",", i > 0);
        text_add_string(text, file->metadata[i].key);
        text_add(text, ":", 1);
        text_add_string(text, file->metadata[i].value);
    }
    text_add(text, "},", file->tensor_count > 0 ? 2 : 1);
}

// The first 8 bytes and the header.
static enum rt_status write_header(struct text *text, const struct safetensors *file, uint64_t data_bytes) {
    text_add(text, "\0\0\0\0\0\0\0\0{", 9);
    write_metadata(text, file);
    for (uint32_t i = 0; i < file->tensor_count; i++) {
        text_add(text, ",", i > 0);
        write_tensor_entry(text, &file->tensors[i]);
    }
    text_add(text, "}", 1);
    text_add(text, "       ", (8 - text->size % 8) % 8);
    if (text->failed)
        return safetensors_no_memory(file->path, text->size);
    uint64_t length = text->size - 8;
    if (length > SAFETENSORS_MAX_HEADER_BYTES || data_bytes + text->size > SAFETENSORS_MAX_FILE_BYTES)
        return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL,
                                  "a header of %llu bytes and %llu bytes of data are above 16 MiB or 4 GiB",
                                  (unsigned long long)length, (unsigned long long)data_bytes);
    for (int i = 0; i < 8; i++)
        text->bytes[i] = (char)(length >> 8 * i & 0xff);
    return RT_OK;
}

static enum rt_status write_file(const struct safetensors *file, const struct text *header) {
    struct atomic_file out;
    atomic_file_sweep(file->path);
    int code = atomic_file_begin(&out, file->path, false);
    if (code == 0)
        code = atomic_file_write(&out, header->bytes, header->size);
    for (uint32_t i = 0; code == 0 && i < file->tensor_count; i++)
        code = atomic_file_write(&out, file->tensors[i].data, file->tensors[i].size_bytes);
    if (code == 0)
        code = atomic_file_commit(&out, true);
    atomic_file_discard(&out);
    if (code != 0)
        return safetensors_refuse(RT_ERROR_IO, file->path, NULL, "cannot be written: %s", strerror(code));
    return RT_OK;
}

enum rt_status safetensors_commit(struct safetensors_writer **writer) {
    struct safetensors *file = &(*writer)->file;
    struct text header = {0};
    uint64_t data_bytes = 0;
    enum rt_status status = (*writer)->status;
    if (status == RT_OK)
        status = check_duplicates(file);
    if (status == RT_OK)
        status = lay_out(file, &data_bytes);
    if (status == RT_OK)
        status = write_header(&header, file, data_bytes);
    if (status == RT_OK)
        status = write_file(file, &header);
    free(header.bytes);
    safetensors_discard(writer);
    return status;
}

void safetensors_discard(struct safetensors_writer **writer) {
    if (*writer == NULL)
        return;
    struct safetensors *file = &(*writer)->file;
    for (uint32_t i = 0; i < file->tensor_count; i++)
        free((void *)file->tensors[i].name);
    for (uint32_t i = 0; i < file->metadata_count; i++) {
        free((void *)file->metadata[i].key);
        free((void *)file->metadata[i].value);
    }
    free(file->tensors);
    free(file->metadata);
    free(file->path);
    free(*writer);
    *writer = NULL;
}

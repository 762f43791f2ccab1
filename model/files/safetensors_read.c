// Opens a safetensors file, checks every rule of the format, and reads tensors from it.
#include "model/files/plain_file.h"
#include "model/files/safetensors_private.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where the bytes come from, in order: a descriptor, or memory when `bytes` is set.
struct source {
    const char *path;
    int fd;
    const uint8_t *bytes;
    uint64_t size_bytes;
};

static enum rt_status source_open(struct source *source) {
    const char *obstacle;
    source->fd = plain_file_open(source->path, &source->size_bytes, &obstacle);
    if (source->fd >= 0)
        return RT_OK;
    if (obstacle == NULL)
        return safetensors_refuse(RT_ERROR_IO, source->path, NULL, "cannot be read: %s", strerror(errno));
    if (strcmp(obstacle, "a folder") == 0)
        return safetensors_refuse(RT_ERROR_IO, source->path, NULL,
                                  "is a folder; name the .safetensors file in it");
    return safetensors_refuse(RT_ERROR_IO, source->path, NULL, "is not a regular file but %s", obstacle);
}

// The next `size` bytes, which are known to be there unless the file shrinks meanwhile.
static enum rt_status source_read(struct source *source, void *dst, uint64_t size) {
    if (source->bytes != NULL) {
        memcpy(dst, source->bytes, size);
        source->bytes += size;
        return RT_OK;
    }
    for (uint64_t done = 0; done < size;) {
        ptrdiff_t got = sys_read(source->fd, (char *)dst + done, (size_t)(size - done));
        if (got == 0)
            return safetensors_refuse(RT_ERROR_IO, source->path, NULL, "became shorter while it was read");
        if (got < 0 && errno != EINTR)
            return safetensors_refuse(RT_ERROR_IO, source->path, NULL, "cannot be read: %s", strerror(errno));
        done += got > 0 ? (uint64_t)got : 0;
    }
    return RT_OK;
}

static enum rt_status check_file_size(const struct source *source) {
    if (source->size_bytes == 0)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL, "is empty");
    if (source->size_bytes < 8)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL,
                                  "is too short: %llu bytes, but the header length alone takes 8",
                                  (unsigned long long)source->size_bytes);
    if (source->size_bytes > SAFETENSORS_MAX_FILE_BYTES || source->size_bytes > SIZE_MAX / 2)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL, "is larger than 4 GiB: %llu bytes",
                                  (unsigned long long)source->size_bytes);
    return RT_OK;
}

static enum rt_status check_header_length(const struct source *source, uint64_t length) {
    if (length == 0)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL, "the header length is 0");
    if (length > SAFETENSORS_MAX_HEADER_BYTES)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL,
                                  "the header length %llu is above 16 MiB; is this a safetensors file?",
                                  (unsigned long long)length);
    if (length > source->size_bytes - 8)
        return safetensors_refuse(RT_ERROR_INVALID, source->path, NULL,
                                  "the header length %llu reaches beyond the file's %llu bytes",
                                  (unsigned long long)length, (unsigned long long)source->size_bytes);
    return RT_OK;
}

static enum rt_status read_header(struct safetensors *file, struct source *source, uint64_t *length) {
    uint8_t raw[8];
    enum rt_status status = check_file_size(source);
    if (status == RT_OK)
        status = source_read(source, raw, sizeof raw);
    if (status != RT_OK)
        return status;
    *length = 0;
    for (int i = 7; i >= 0; i--)
        *length = *length << 8 | raw[i];
    if ((status = check_header_length(source, *length)) != RT_OK)
        return status;
    file->header = malloc(*length + 1);
    if (file->header == NULL)
        return safetensors_no_memory(file->path, *length + 1);
    if ((status = source_read(source, file->header, *length)) != RT_OK)
        return status;
    file->header[*length] = '\0';
    if (file->header[0] != '{')
        return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL, "the header does not start with '{'");
    if (!safetensors_is_utf8(file->header, *length))
        return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL, "the header is not valid UTF-8");
    return safetensors_parse_header(file, *length);
}

// By place; empty tensors come before what starts where they stand.
static int compare_places(const void *a, const void *b) {
    const struct safetensors_tensor *left = a, *right = b;
    if (left->offset_bytes != right->offset_bytes)
        return left->offset_bytes < right->offset_bytes ? -1 : 1;
    if (left->size_bytes != right->size_bytes)
        return left->size_bytes < right->size_bytes ? -1 : 1;
    return strcmp(left->name, right->name);
}

static enum rt_status index_names(struct safetensors *file) {
    if (file->tensor_count == 0)
        return RT_OK;
    qsort(file->tensors, file->tensor_count, sizeof *file->tensors, compare_places);
    file->by_name = malloc(file->tensor_count * sizeof *file->by_name);
    if (file->by_name == NULL)
        return safetensors_no_memory(file->path, file->tensor_count * sizeof *file->by_name);
    for (uint32_t i = 0; i < file->tensor_count; i++)
        file->by_name[i] = &file->tensors[i];
    qsort(file->by_name, file->tensor_count, sizeof *file->by_name, safetensors_compare_names);
    for (uint32_t i = 1; i < file->tensor_count; i++)
        if (strcmp(file->by_name[i - 1]->name, file->by_name[i]->name) == 0)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, file->by_name[i]->name, "duplicate key");
    return RT_OK;
}

static enum rt_status index_metadata(struct safetensors *file) {
    if (file->metadata_count == 0)
        return RT_OK;
    qsort(file->metadata, file->metadata_count, sizeof *file->metadata, safetensors_compare_keys);
    for (uint32_t i = 1; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i - 1].key, file->metadata[i].key) == 0)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL,
                                      SAFETENSORS_METADATA_KEY ": duplicate key '%.120s'",
                                      file->metadata[i].key);
    return RT_OK;
}

// The tensors must cover the data exactly: no overlap, no hole, no end too early or too late.
static enum rt_status check_cover(const struct safetensors *file, uint64_t data_bytes) {
    uint64_t covered = 0;
    for (uint32_t i = 0; i < file->tensor_count; i++) {
        const struct safetensors_tensor *tensor = &file->tensors[i];
        unsigned long long begin = tensor->offset_bytes, end = begin + tensor->size_bytes;
        if (end > data_bytes)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, tensor->name,
                                      "data_offsets end at %llu, outside the %llu bytes of data", end,
                                      (unsigned long long)data_bytes);
        if (begin < covered)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, tensor->name,
                                      "overlap: begins at %llu, before '%.100s' ends at %llu", begin,
                                      tensor[-1].name, (unsigned long long)covered);
        if (begin > covered)
            return safetensors_refuse(RT_ERROR_INVALID, file->path, tensor->name,
                                      "hole: begins at %llu, but the data before it end at %llu", begin,
                                      (unsigned long long)covered);
        covered = end;
    }
    if (covered != data_bytes)
        return safetensors_refuse(RT_ERROR_INVALID, file->path, NULL,
                                  "wrong end: the tensors end at byte %llu of the data, which have %llu",
                                  (unsigned long long)covered, (unsigned long long)data_bytes);
    return RT_OK;
}

static enum rt_status read_data(struct safetensors *file, struct source *source, uint64_t data_bytes) {
    file->data = malloc(data_bytes ? data_bytes : 1);
    if (file->data == NULL)
        return safetensors_no_memory(file->path, data_bytes);
    for (uint32_t i = 0; i < file->tensor_count; i++)
        file->tensors[i].data = file->data + file->tensors[i].offset_bytes;
    return source_read(source, file->data, data_bytes);
}

static enum rt_status read_all(struct safetensors *file, struct source *source) {
    uint64_t length = 0, data_bytes = 0;
    enum rt_status status = read_header(file, source, &length);
    if (status == RT_OK)
        status = index_names(file);
    if (status == RT_OK)
        status = index_metadata(file);
    if (status == RT_OK) {
        data_bytes = source->size_bytes - 8 - length;
        status = check_cover(file, data_bytes);
    }
    return status == RT_OK ? read_data(file, source, data_bytes) : status;
}

static enum rt_status create(struct source *source, struct safetensors **out) {
    size_t length = strlen(source->path) + 1;
    struct safetensors *file = calloc(1, sizeof *file);
    if (file == NULL || (file->path = malloc(length)) == NULL) {
        free(file);
        return safetensors_no_memory(source->path, sizeof *file + length);
    }
    memcpy(file->path, source->path, length);
    enum rt_status status = read_all(file, source);
    if (status == RT_OK)
        *out = file;
    else
        safetensors_close(&file);
    return status;
}

enum rt_status safetensors_open(const char *path, struct safetensors **out) {
    struct source source = {.path = path, .fd = -1};
    *out = NULL;
    enum rt_status status = source_open(&source);
    if (status == RT_OK)
        status = create(&source, out);
    if (source.fd >= 0)
        sys_close(source.fd);
    return status;
}

enum rt_status safetensors_open_memory(const char *label, const void *bytes, size_t size_bytes,
                                       struct safetensors **out) {
    struct source source = {.path = label, .fd = -1, .bytes = bytes, .size_bytes = size_bytes};
    *out = NULL;
    return create(&source, out);
}

void safetensors_close(struct safetensors **file) {
    if (*file == NULL)
        return;
    free((*file)->path);
    free((*file)->header);
    free((*file)->data);
    free((*file)->tensors);
    free((void *)(*file)->by_name);
    free((*file)->metadata);
    free(*file);
    *file = NULL;
}

uint32_t safetensors_count(const struct safetensors *file) {
    return file->tensor_count;
}

const struct safetensors_tensor *safetensors_at(const struct safetensors *file, uint32_t i) {
    return i < file->tensor_count ? &file->tensors[i] : NULL;
}

uint32_t safetensors_metadata_count(const struct safetensors *file) {
    return file->metadata_count;
}

struct safetensors_pair safetensors_metadata_at(const struct safetensors *file, uint32_t i) {
    return i < file->metadata_count ? file->metadata[i] : (struct safetensors_pair){0};
}

const struct safetensors_tensor *safetensors_find(const struct safetensors *file, const char *name) {
    const struct safetensors_tensor key = {.name = name}, *wanted = &key, **found = NULL;
    if (file->tensor_count > 0)
        found = bsearch(&wanted, file->by_name, file->tensor_count, sizeof *file->by_name,
                        safetensors_compare_names);
    return found != NULL ? *found : NULL;
}

const char *safetensors_metadata(const struct safetensors *file, const char *key) {
    const struct safetensors_pair wanted = {.key = key}, *found = NULL;
    if (file->metadata_count > 0)
        found =
            bsearch(&wanted, file->metadata, file->metadata_count, sizeof wanted, safetensors_compare_keys);
    return found != NULL ? found->value : NULL;
}

// "F32 [2, 3]"
static void describe(char *out, size_t size, enum safetensors_dtype dtype, uint32_t rank,
                     const uint64_t *shape) {
    size_t used = (size_t)snprintf(out, size, "%s [", safetensors_dtype_name(dtype));
    for (uint32_t i = 0; i < rank && i < SAFETENSORS_MAX_RANK && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%llu", i ? ", " : "", (unsigned long long)shape[i]);
    if (used < size)
        snprintf(out + used, size - used, "]");
}

enum rt_status safetensors_load(const struct safetensors *file, const char *name,
                                enum safetensors_dtype dtype, uint32_t rank, const uint64_t *shape,
                                void *dst) {
    const struct safetensors_tensor *tensor = safetensors_find(file, name);
    if (tensor == NULL)
        return safetensors_refuse(RT_ERROR_INVALID, file->path, name, "is missing");
    if (tensor->dtype != dtype || tensor->rank != rank ||
        (rank > 0 && memcmp(tensor->shape, shape, rank * sizeof *shape) != 0)) {
        char have[192], want[192];
        describe(have, sizeof have, tensor->dtype, tensor->rank, tensor->shape);
        describe(want, sizeof want, dtype, rank, shape);
        return safetensors_refuse(RT_ERROR_INVALID, file->path, name, "is %s, but %s is wanted", have, want);
    }
    uint64_t bad = safetensors_first_non_finite(tensor);
    if (bad < tensor->count)
        return safetensors_refuse(RT_ERROR_INVALID, file->path, name,
                                  "element %llu is not finite (NaN or infinity)", (unsigned long long)bad);
    memcpy(dst, tensor->data, tensor->size_bytes);
    return RT_OK;
}

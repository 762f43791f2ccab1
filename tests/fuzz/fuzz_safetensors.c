// Arbitrary bytes for the reader. What it accepts must keep every promise of safetensors.h; what it refuses,
// it refuses with a reason of one line.
#include "model/files/safetensors.h"
#include "runtime/log.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(int condition) {
    if (!condition)
        abort();
}

static void on_log(void *user, enum rt_log_level level, const char *text) {
    require(level == RT_LOG_ERROR && text[0] != '\0' && strchr(text, '\n') == NULL);
    ++*(int *)user;
}

static bool is_finite(const struct safetensors_tensor *tensor, const void *data) {
    for (uint64_t i = 0; tensor->dtype == SAFETENSORS_F32 && i < tensor->count; i++) {
        float value;
        memcpy(&value, (const char *)data + i * 4, 4);
        if (!isfinite(value))
            return false;
    }
    return true;
}

// Loaded as what it is: the bytes of the file, unless it holds what is not finite, which takes one line.
static void check_tensor(const struct safetensors *file, const struct safetensors_tensor *tensor, uint64_t at,
                         int *lines) {
    require(tensor->rank <= SAFETENSORS_MAX_RANK && tensor->offset_bytes == at);
    require(tensor->size_bytes * 8 == tensor->count * safetensors_dtype_bits(tensor->dtype));
    require(safetensors_find(file, tensor->name) == tensor);
    void *copy = malloc(tensor->size_bytes ? tensor->size_bytes : 1);
    require(copy != NULL);
    *lines = 0;
    enum rt_status status =
        safetensors_load(file, tensor->name, tensor->dtype, tensor->rank, tensor->shape, copy);
    require(*lines == (status != RT_OK) && (status == RT_OK || status == RT_ERROR_INVALID));
    if (status == RT_OK)
        require(memcmp(copy, tensor->data, tensor->size_bytes) == 0 && is_finite(tensor, copy));
    else
        require(tensor->dtype != SAFETENSORS_F32 || !is_finite(tensor, tensor->data));
    free(copy);
}

static void check_file(const struct safetensors *file, size_t size, int *lines) {
    uint64_t at = 0;
    for (uint32_t i = 0; i < safetensors_count(file); i++) {
        const struct safetensors_tensor *tensor = safetensors_at(file, i);
        check_tensor(file, tensor, at, lines);
        at += tensor->size_bytes;
    }
    require(at + 8 < size);
    for (uint32_t i = 0; i < safetensors_metadata_count(file); i++) {
        struct safetensors_pair pair = safetensors_metadata_at(file, i);
        require(safetensors_metadata(file, pair.key) == pair.value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct safetensors *file;
    int lines = 0;
    rt_log_set_callback(on_log, &lines);
    enum rt_status status = safetensors_open_memory("fuzz", bytes, size, &file);
    require((status == RT_OK) == (file != NULL) && lines == (status != RT_OK));
    if (file != NULL)
        check_file(file, size, &lines);
    safetensors_close(&file);
    return 0;
}

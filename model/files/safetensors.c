// Keeps a list of named tensors, and writes it as a safetensors file.
#include "model/files/safetensors_private.h"

#include "runtime/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are copied as they lie in the file, which is little-endian"
#endif

static const struct {
    const char *name;
    uint32_t bits;
    uint32_t exponent_bits; // 0 for integers, and where values are not judged
    uint32_t mantissa_bits;
} dtypes[SAFETENSORS_DTYPE_COUNT] = {
    [SAFETENSORS_U8] = {"U8", 8, 0, 0},
    [SAFETENSORS_F16] = {"F16", 16, 5, 10},
    [SAFETENSORS_BF16] = {"BF16", 16, 8, 7},
    [SAFETENSORS_I32] = {"I32", 32, 0, 0},
    [SAFETENSORS_F32] = {"F32", 32, 8, 23},
    [SAFETENSORS_F64] = {"F64", 64, 11, 52},
    [SAFETENSORS_I64] = {"I64", 64, 0, 0},
    [SAFETENSORS_U64] = {"U64", 64, 0, 0},
    [SAFETENSORS_BOOL] = {"BOOL", 8, 0, 0},
    [SAFETENSORS_F4] = {"F4", 4, 0, 0},
    [SAFETENSORS_F6_E2M3] = {"F6_E2M3", 6, 0, 0},
    [SAFETENSORS_F6_E3M2] = {"F6_E3M2", 6, 0, 0},
    [SAFETENSORS_I8] = {"I8", 8, 0, 0},
    [SAFETENSORS_F8_E5M2] = {"F8_E5M2", 8, 0, 0},
    [SAFETENSORS_F8_E4M3] = {"F8_E4M3", 8, 0, 0},
    [SAFETENSORS_F8_E8M0] = {"F8_E8M0", 8, 0, 0},
    [SAFETENSORS_F8_E4M3FNUZ] = {"F8_E4M3FNUZ", 8, 0, 0},
    [SAFETENSORS_F8_E5M2FNUZ] = {"F8_E5M2FNUZ", 8, 0, 0},
    [SAFETENSORS_I16] = {"I16", 16, 0, 0},
    [SAFETENSORS_U16] = {"U16", 16, 0, 0},
    [SAFETENSORS_U32] = {"U32", 32, 0, 0},
    [SAFETENSORS_C64] = {"C64", 64, 0, 0},
};

const char *safetensors_dtype_name(enum safetensors_dtype dtype) {
    return (unsigned)dtype < SAFETENSORS_DTYPE_COUNT ? dtypes[dtype].name : "unknown";
}

uint32_t safetensors_dtype_bits(enum safetensors_dtype dtype) {
    return (unsigned)dtype < SAFETENSORS_DTYPE_COUNT ? dtypes[dtype].bits : 0;
}

enum safetensors_dtype safetensors_dtype_of(const char *name) {
    unsigned i = 0;
    while (i < SAFETENSORS_DTYPE_COUNT && strcmp(dtypes[i].name, name) != 0)
        i++;
    return (enum safetensors_dtype)i;
}

// At most 120 bytes of a name, cut between characters, so that it leaves room for the reason.
static int shown_length(const char *name) {
    size_t length = strlen(name);
    if (length > 120)
        for (length = 120; length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80;)
            length--;
    return (int)length;
}

enum rt_status safetensors_refuse(enum rt_status status, const char *path, const char *tensor,
                                  const char *format, ...) {
    char line[960];
    int used = snprintf(line, sizeof line, "%.400s: ", path);
    size_t length = used > 0 ? (size_t)used : 0;
    if (tensor != NULL) {
        used = snprintf(line + length, sizeof line - length, "tensor '%.*s': ", shown_length(tensor), tensor);
        length += used > 0 ? (size_t)used : 0;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(line + length, sizeof line - length, format, args);
    va_end(args);
    // Names come from the file: whatever they hold, the line stays one line.
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    rt_log(RT_LOG_ERROR, "%s", line);
    return status;
}

enum rt_status safetensors_no_memory(const char *path, uint64_t bytes) {
    return safetensors_refuse(RT_ERROR_OUT_OF_MEMORY, path, NULL, "no memory for %llu bytes",
                              (unsigned long long)bytes);
}

// Bytes of the character that starts here, 0 when it is malformed. Table 3-7 of the Unicode standard.
static size_t utf8_length(const unsigned char *c, size_t left) {
    size_t length = c[0] < 0x80   ? 1
                    : c[0] < 0xc2 ? 0
                    : c[0] < 0xe0 ? 2
                    : c[0] < 0xf0 ? 3
                    : c[0] < 0xf5 ? 4
                                  : 0;
    if (length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90);
    bool outside = (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf4 && c[1] > 0x8f);
    return overlong || outside ? 0 : length;
}

bool safetensors_is_utf8(const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length = utf8_length((const unsigned char *)text + at, size - at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

bool safetensors_measure(struct safetensors_tensor *tensor) {
    tensor->count = 1;
    for (uint32_t i = 0; i < tensor->rank; i++) {
        if (tensor->shape[i] != 0 && tensor->count > SAFETENSORS_MAX_INTEGER / tensor->shape[i])
            return false;
        tensor->count *= tensor->shape[i];
    }
    // The count is at most 2^53, so that its bits stay below 2^59.
    uint64_t bits = tensor->count * safetensors_dtype_bits(tensor->dtype);
    tensor->size_bytes = bits / 8;
    return bits % 8 == 0 && tensor->size_bytes <= SAFETENSORS_MAX_INTEGER;
}

// One loop per width, which compilers turn into vector code. All exponent bits set: infinity or NaN.
#define FIRST_NON_FINITE(bits)                                                                               \
    static uint64_t first_non_finite_##bits(const uint8_t *data, uint64_t count, uint64_t exponent) {        \
        const uint##bits##_t mask = (uint##bits##_t)exponent;                                                \
        for (uint64_t i = 0; i < count; i++) {                                                               \
            uint##bits##_t value;                                                                            \
            memcpy(&value, data + i * sizeof value, sizeof value);                                           \
            if ((value & mask) == mask)                                                                      \
                return i;                                                                                    \
        }                                                                                                    \
        return count;                                                                                        \
    }
FIRST_NON_FINITE(16)
FIRST_NON_FINITE(32)
FIRST_NON_FINITE(64)

uint64_t safetensors_first_non_finite(const struct safetensors_tensor *tensor) {
    uint32_t exponent_bits = dtypes[tensor->dtype].exponent_bits;
    uint64_t exponent = ((UINT64_C(1) << exponent_bits) - 1) << dtypes[tensor->dtype].mantissa_bits;
    if (exponent_bits == 0)
        return tensor->count;
    switch (dtypes[tensor->dtype].bits) {
    case 16:
        return first_non_finite_16(tensor->data, tensor->count, exponent);
    case 32:
        return first_non_finite_32(tensor->data, tensor->count, exponent);
    default:
        return first_non_finite_64(tensor->data, tensor->count, exponent);
    }
}

void *safetensors_grow(void *array, uint32_t count, uint32_t *capacity, size_t element_bytes) {
    if (count < *capacity)
        return array;
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = wanted > *capacity ? realloc(array, wanted * element_bytes) : NULL;
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

int safetensors_compare_keys(const void *a, const void *b) {
    return strcmp(((const struct safetensors_pair *)a)->key, ((const struct safetensors_pair *)b)->key);
}

int safetensors_compare_names(const void *a, const void *b) {
    const struct safetensors_tensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

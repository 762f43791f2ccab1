// Host values to device bytes and back.
#include "shaders/check/op_arrays.h"

#include <math.h>
#include <string.h>

static uint16_t bf16_from(double value) {
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, 4);
    if (isnan(single))
        return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

static double bf16_value(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float single;
    memcpy(&single, &bits, 4);
    return (double)single;
}

void op_encode(enum op_dtype dtype, const double *values, uint64_t count, void *bytes) {
    for (uint64_t i = 0; i < count; i++) {
        switch (dtype) {
        case OP_F32:
            ((float *)bytes)[i] = (float)values[i];
            break;
        case OP_BF16:
            ((uint16_t *)bytes)[i] = bf16_from(values[i]);
            break;
        case OP_U8:
            ((uint8_t *)bytes)[i] = (uint8_t)values[i];
            break;
        case OP_U32:
            ((uint32_t *)bytes)[i] = (uint32_t)values[i];
            break;
        }
    }
}

void op_decode(enum op_dtype dtype, const void *bytes, uint64_t count, double *values) {
    for (uint64_t i = 0; i < count; i++) {
        switch (dtype) {
        case OP_F32:
            values[i] = (double)((const float *)bytes)[i];
            break;
        case OP_BF16:
            values[i] = bf16_value(((const uint16_t *)bytes)[i]);
            break;
        case OP_U8:
            values[i] = ((const uint8_t *)bytes)[i];
            break;
        case OP_U32:
            values[i] = ((const uint32_t *)bytes)[i];
            break;
        }
    }
}

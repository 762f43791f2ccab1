// Tables between sRGB bytes and linear light.
#include "cli/media/srgb.h"

#include <math.h>

float srgb_to_linear(float value) {
    return value <= 0.04045f ? value / 12.92f : powf((value + 0.055f) / 1.055f, 2.4f);
}

float srgb_from_linear(float light) {
    return light <= 0.0031308f ? light * 12.92f : 1.055f * powf(light, 1 / 2.4f) - 0.055f;
}

void srgb_tables_init(struct srgb_tables *tables) {
    for (int i = 0; i < 256; i++)
        tables->linear[i] = srgb_to_linear((float)i / 255);
    for (int i = 0; i <= 4096; i++) {
        float root = (float)i / 4096;
        tables->byte[i] = (uint8_t)lrintf(255 * srgb_from_linear(root * root));
    }
}

uint8_t srgb_byte(const struct srgb_tables *tables, float light) {
    float clamped = light > 0 ? light < 1 ? light : 1 : 0; // a NaN becomes black
    return tables->byte[(int)(4096 * sqrtf(clamped) + 0.5f)];
}

void srgb_mix(const struct srgb_tables *tables, const struct srgb_part *parts, uint32_t part_count,
              size_t count, uint8_t *out) {
    for (size_t i = 0; i < count; i++) {
        float light = parts[0].share * tables->linear[parts[0].bytes[i]];
        for (uint32_t k = 1; k < part_count; k++)
            light += parts[k].share * tables->linear[parts[k].bytes[i]];
        out[i] = srgb_byte(tables, light);
    }
}

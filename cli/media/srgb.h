// sRGB bytes and linear light (IEC 61966-2-1). Light adds and averages in linear values only.
#ifndef MOGRAPH_CLI_MEDIA_SRGB_H
#define MOGRAPH_CLI_MEDIA_SRGB_H

#include <stdint.h>

// Linear light of an sRGB value, both 0 to 1.
float srgb_to_linear(float value);
float srgb_from_linear(float light);

// Tables for many pixels; read-only once built.
struct srgb_tables {
    float linear[256];      // of a byte
    uint8_t byte[4096 + 1]; // of round(4096 sqrt(light)): fine enough that every byte survives a round trip
};
void srgb_tables_init(struct srgb_tables *tables);
// Rounds to the nearest byte; clamps.
uint8_t srgb_byte(const struct srgb_tables *tables, float light);

#endif

// sRGB bytes and linear light (IEC 61966-2-1). Light adds and averages in linear values only.
#ifndef MOGRAPH_CLI_MEDIA_SRGB_H
#define MOGRAPH_CLI_MEDIA_SRGB_H

#include <stddef.h>
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

// A picture that shines through others: sRGB bytes, and how much of their light there is.
struct srgb_part {
    const uint8_t *bytes;
    float share;
};
// Mixes parts, at least one, as light adds up: `count` bytes of each.
void srgb_mix(const struct srgb_tables *tables, const struct srgb_part *parts, uint32_t part_count,
              size_t count, uint8_t *out);

#endif

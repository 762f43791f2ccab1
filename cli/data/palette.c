// Ottosson: A perceptual color space for image processing (2020), the OKLab matrices.
#include "cli/data/palette.h"

#include "cli/media/srgb.h"

#include <math.h>

static void to_oklab(uint32_t hex, float lab[3]) {
    float rgb[3];
    for (int c = 0; c < 3; c++)
        rgb[c] = srgb_to_linear((float)(hex >> (16 - 8 * c) & 255) / 255);
    float l = cbrtf(0.4122214708f * rgb[0] + 0.5363325363f * rgb[1] + 0.0514459929f * rgb[2]);
    float m = cbrtf(0.2119034982f * rgb[0] + 0.6806995451f * rgb[1] + 0.1073969566f * rgb[2]);
    float s = cbrtf(0.0883024619f * rgb[0] + 0.2817188376f * rgb[1] + 0.6299787005f * rgb[2]);
    lab[0] = 0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s;
    lab[1] = 1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s;
    lab[2] = 0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s;
}

static void from_oklab(const float lab[3], float rgb[3]) {
    float l = lab[0] + 0.3963377774f * lab[1] + 0.2158037573f * lab[2];
    float m = lab[0] - 0.1055613458f * lab[1] - 0.0638541728f * lab[2];
    float s = lab[0] - 0.0894841775f * lab[1] - 1.2914855480f * lab[2];
    l = l * l * l;
    m = m * m * m;
    s = s * s * s;
    rgb[0] = fmaxf(0, 4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s);
    rgb[1] = fmaxf(0, -1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s);
    rgb[2] = fmaxf(0, -0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s);
}

// Splits a position along `intervals` intervals into the interval and the way through it.
static int split(float position, int intervals, float *rest) {
    position = fminf(fmaxf(position, 0), (float)intervals);
    int index = (int)position;
    if (index == intervals)
        index--;
    *rest = position - (float)index;
    return index;
}

static void blend(const float a[3], const float b[3], float t, float out[3]) {
    for (int c = 0; c < 3; c++)
        out[c] = a[c] + t * (b[c] - a[c]);
}

static void turn(float lab[3], float turns, float chroma) {
    float angle = 6.28318530718f * turns, c = chroma * cosf(angle), s = chroma * sinf(angle), a = lab[1];
    lab[1] = c * a - s * lab[2];
    lab[2] = s * a + c * lab[2];
}

void palette_init(struct palette *palette, const palette_stops stops, float tint, float hue, float chroma) {
    float between, rest;
    int variant = split(tint, PALETTE_VARIANTS - 1, &between);
    float lab[PALETTE_STOPS][3];
    for (int i = 0; i < PALETTE_STOPS; i++) {
        float a[3], b[3];
        to_oklab(stops[variant][i], a);
        to_oklab(stops[variant + 1][i], b);
        blend(a, b, between, lab[i]);
        turn(lab[i], hue, chroma);
    }
    for (int step = 0; step <= PALETTE_STEPS; step++) {
        float mixed[3];
        int stop = split((float)step * (PALETTE_STOPS - 1) / PALETTE_STEPS, PALETTE_STOPS - 1, &rest);
        blend(lab[stop], lab[stop + 1], rest, mixed);
        from_oklab(mixed, palette->rgb[step]);
    }
}

void palette_at(const struct palette *palette, float position, float rgb[3]) {
    float rest;
    int step = split(position * PALETTE_STEPS, PALETTE_STEPS, &rest);
    blend(palette->rgb[step], palette->rgb[step + 1], rest, rgb);
}

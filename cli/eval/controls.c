// Shuffles the frames of a clip, and blurs them: the two negative controls.
#include "cli/eval/controls.h"

#include "model/noise/draw.h"

#include <math.h>
#include <string.h>

void control_shuffle(const uint8_t *rgb, uint32_t d, uint32_t h, uint32_t w, uint64_t seed, uint32_t clip,
                     uint8_t *out) {
    size_t frame = (size_t)h * w * 3;
    memcpy(out, rgb, d * frame);
    for (uint32_t i = d; i > 1; i--) { // Fisher & Yates: frame i - 1 is one of those not yet placed
        uint32_t k = (uint32_t)(((uint64_t)draw_bits(seed, DRAW_SHUFFLE, clip, i) * i) >> 32);
        uint8_t *a = out + k * frame, *b = out + (i - 1) * frame;
        for (size_t byte = 0; byte < frame; byte++) {
            uint8_t kept = a[byte];
            a[byte] = b[byte];
            b[byte] = kept;
        }
    }
}

enum { RADIUS = 4, TAPS = 2 * RADIUS + 1 };

static void make_weights(float weights[TAPS]) {
    double sum = 0.0, w[TAPS];
    for (int i = 0; i < TAPS; i++)
        sum += w[i] = exp(-0.5 * (i - RADIUS) * (i - RADIUS));
    for (int i = 0; i < TAPS; i++)
        weights[i] = (float)(w[i] / sum);
}

// One line of `count` pixels, `step` bytes apart, in place.
static void blur_line(const float weights[TAPS], uint8_t *line, uint32_t count, size_t step, uint8_t *kept) {
    for (uint32_t i = 0; i < count; i++)
        kept[i] = line[i * step];
    for (int i = 0; i < (int)count; i++) {
        float sum = 0.0f;
        for (int k = -RADIUS; k <= RADIUS; k++) {
            int at = i + k < 0 ? 0 : i + k < (int)count ? i + k : (int)count - 1;
            sum += weights[k + RADIUS] * (float)kept[at];
        }
        line[(size_t)i * step] = (uint8_t)lrintf(sum);
    }
}

void control_blur(const uint8_t *rgb, uint32_t d, uint32_t h, uint32_t w, uint8_t *out) {
    float weights[TAPS];
    uint8_t kept[8192]; // the longest side that clips have
    size_t row = (size_t)w * 3;
    make_weights(weights);
    memcpy(out, rgb, d * h * row);
    for (size_t y = 0; y < (size_t)d * h; y++)
        for (uint32_t c = 0; c < 3; c++)
            blur_line(weights, out + y * row + c, w, 3, kept);
    for (uint32_t t = 0; t < d; t++)
        for (size_t x = 0; x < row; x++)
            blur_line(weights, out + t * h * row + x, h, row, kept);
}

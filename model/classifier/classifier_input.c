// Reduces a clip to what the classifier sees of it.
#include "model/classifier/classifier_input.h"

#include <math.h>

enum { MAX_FRAMES = 8, MAX_SIDE = 32 };

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

struct classifier_config classifier_config_for(uint32_t d, uint32_t h, uint32_t w, uint32_t classes) {
    return (struct classifier_config){
        .d = least(d, MAX_FRAMES), .h = least(h, MAX_SIDE), .w = least(w, MAX_SIDE), .classes = classes};
}

size_t classifier_input_bytes(const struct classifier_config *config) {
    return (size_t)config->d * config->h * config->w * 4;
}

// Sums over a block, of bytes.
struct block {
    uint64_t rgb[3], brightest, squares;
    uint32_t count;
};

static void add_row(struct block *block, const uint8_t *rgb, uint32_t width) {
    for (uint32_t x = 0; x < width; x++, rgb += 3) {
        uint32_t high = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
        high = high > rgb[2] ? high : rgb[2];
        for (int c = 0; c < 3; c++)
            block->rgb[c] += rgb[c];
        block->brightest += high;
        block->squares += high * high;
    }
    block->count += width;
}

static void conclude(const struct block *block, uint8_t out[4]) {
    double n = block->count, mean = (double)block->brightest / n;
    double variance = (double)block->squares / n - mean * mean;
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)lround((double)block->rgb[c] / n);
    out[3] = (uint8_t)lround(fmin(2.0 * sqrt(fmax(variance, 0.0)), 255.0));
}

// Where block i of `blocks` begins along a side.
static uint32_t edge(uint32_t i, uint32_t blocks, uint32_t side) {
    return (uint32_t)((uint64_t)i * side / blocks);
}

void classifier_reduce(const struct classifier_config *config, const uint8_t *rgb, uint32_t d, uint32_t h,
                       uint32_t w, uint8_t *reduced) {
    for (uint32_t bt = 0; bt < config->d; bt++)
        for (uint32_t by = 0; by < config->h; by++)
            for (uint32_t bx = 0; bx < config->w; bx++, reduced += 4) {
                struct block block = {0};
                uint32_t x0 = edge(bx, config->w, w), width = edge(bx + 1, config->w, w) - x0;
                for (uint32_t t = edge(bt, config->d, d); t < edge(bt + 1, config->d, d); t++)
                    for (uint32_t y = edge(by, config->h, h); y < edge(by + 1, config->h, h); y++)
                        add_row(&block, rgb + (((size_t)t * h + y) * w + x0) * 3, width);
                conclude(&block, reduced);
            }
}

// Draws single random numbers on the host, the same ones as the device.
#include "model/noise/draw.h"

#include "shaders/common/philox.h"

static void words_of(uint64_t seed, enum draw_stream stream, uint64_t step, uint32_t index,
                     uint32_t words[4]) {
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {index, (uint32_t)stream, (uint32_t)step, (uint32_t)(step >> 32)};
    op_philox(counter, key, words);
}

uint32_t draw_bits(uint64_t seed, enum draw_stream stream, uint64_t step, uint32_t index) {
    uint32_t words[4];
    words_of(seed, stream, step, index, words);
    return words[0];
}

float draw_uniform(uint64_t seed, enum draw_stream stream, uint64_t step, uint32_t index) {
    uint32_t words[4];
    float values[4];
    words_of(seed, stream, step, index, words);
    op_philox_uniform(words, values);
    return values[0];
}

void draw_normal(uint64_t seed, enum draw_stream stream, uint64_t step, float *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 4) {
        uint32_t words[4];
        float normals[4];
        words_of(seed, stream, step, i / 4, words);
        op_philox_normal(words, normals);
        for (uint32_t k = 0; k < 4 && i + k < count; k++)
            values[i + k] = normals[k];
    }
}

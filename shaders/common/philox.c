// Compiled without contraction to fused multiply-adds (CMakeLists.txt), so that every machine gives the bits
// that philox.glsl gives on every device. Keep the two alike, line by line.
#include "shaders/common/philox.h"

#include <float.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0, "arithmetic in fp32 must not be done in a wider type");

void op_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]}, k[2] = {key[0], key[1]};
    for (int round = 0; round < 10; round++) {
        uint64_t first = (uint64_t)0xD2511F53u * c[0], second = (uint64_t)0xCD9E8D57u * c[2];
        uint32_t next[4] = {(uint32_t)(second >> 32) ^ c[1] ^ k[0], (uint32_t)second,
                            (uint32_t)(first >> 32) ^ c[3] ^ k[1], (uint32_t)first};
        memcpy(c, next, sizeof c);
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    memcpy(words, c, sizeof c);
}

void op_philox_uniform(const uint32_t words[4], float values[4]) {
    for (int i = 0; i < 4; i++)
        values[i] = (float)(words[i] >> 8) * 0x1p-24f;
}

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float radius(uint32_t word) {
    uint32_t bits = bits_of((float)((word >> 8) | 1u) * 0x1p-24f) - 0x3f3504f3u;
    float exponent = (float)((int32_t)bits >> 23);
    float x = float_of((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    float z = x * x;
    float y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = y * x * z;
    y = y - exponent * 2.12194440e-4f;
    y = y - z * 0.5f;
    float log_u = x + y + exponent * 0.693359375f;
    float s = log_u * -2.0f;
    float r = float_of(0x5f3759dfu - (bits_of(s) >> 1));
    float h = s * 0.5f;
    r = r * (1.5f - h * r * r);
    r = r * (1.5f - h * r * r);
    r = r * (1.5f - h * r * r);
    return s * r;
}

static void direction(uint32_t word, float cos_sin[2]) {
    float x =
        (float)((int32_t)(((word >> 7) & 0x7fffffu) | 1u) - 0x400000) * (float)(1.57079632679 / 8388608.0);
    float z = x * x;
    float s = z * -1.9515295891e-4f + 8.3321608736e-3f;
    s = s * z - 1.6666654611e-1f;
    s = s * z * x + x;
    float c = z * 2.443315711809948e-5f - 1.388731625493765e-3f;
    c = c * z + 4.166664568298827e-2f;
    c = c * z * z - z * 0.5f;
    c = c + 1.0f;
    uint32_t quadrant = word >> 30;
    float sign = quadrant >= 2u ? -1.0f : 1.0f;
    cos_sin[0] = sign * (quadrant & 1u ? -s : c);
    cos_sin[1] = sign * (quadrant & 1u ? c : s);
}

void op_philox_normal(const uint32_t words[4], float values[4]) {
    for (int i = 0; i < 4; i += 2) {
        float cos_sin[2], r = radius(words[i]);
        direction(words[i + 1], cos_sin);
        values[i] = r * cos_sin[0];
        values[i + 1] = r * cos_sin[1];
    }
}

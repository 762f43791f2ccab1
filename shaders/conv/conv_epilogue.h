// What a fused convolution does to a sum before it is stored, voxel by voxel and channel by channel:
//   dst = g((f(sum + bias) + residual) (1 + scale[n][c]) + shift[n][c])
// f is SiLU or nothing, g is SiLU, the sigmoid or nothing. Zero-initialised, it leaves the sum as it is.
#ifndef MOGRAPH_SHADERS_CONV_CONV_EPILOGUE_H
#define MOGRAPH_SHADERS_CONV_CONV_EPILOGUE_H

#include <stdbool.h>
#include <stdint.h>

struct conv_epilogue {
    // Channels of scale and shift, which repeat: a divisor of dst's. 0: there are none.
    uint32_t film_channels;
    bool silu, residual;     // silu: f
    bool film_silu, sigmoid; // g: at most one of them
};

// Behind the lowest bit of MODE (conv_geometry.glsl), as conv_epilogue.glsl reads it.
static inline uint32_t conv_epilogue_mode(const struct conv_epilogue *e) {
    return (e->silu ? 2u : 0u) | (e->residual ? 4u : 0u) | (e->sigmoid ? 8u : 0u) |
           (e->film_silu ? 16u : 0u) | e->film_channels << 8;
}

// Leaves what is linear, and returns the steepest slope of what is taken out.
static inline double conv_epilogue_linear(struct conv_epilogue *e) {
    const double of_silu = 1.1; // 1.0998, at 2.4
    double slope = (e->silu ? of_silu : 1.0) * (e->film_silu ? of_silu : 1.0) * (e->sigmoid ? 0.25 : 1.0);
    e->silu = e->film_silu = e->sigmoid = false;
    return slope;
}

#endif

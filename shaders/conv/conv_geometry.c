// The geometry of a convolution: voxels, taps, work, and what its axes must keep to.
#include "shaders/conv/conv_geometry.h"

#include "runtime/align.h"

#include <stdio.h>

uint32_t conv_taps(const struct conv_geometry *g) {
    return g->kernel[0] * g->kernel[1] * g->kernel[2];
}

static uint64_t voxels(uint32_t n, const uint32_t size[3]) {
    return (uint64_t)n * size[0] * size[1] * size[2];
}

uint64_t conv_big_voxels(const struct conv_geometry *g) {
    return voxels(g->n, g->big);
}

uint64_t conv_small_voxels(const struct conv_geometry *g) {
    return voxels(g->n, g->small);
}

double conv_flops(const struct conv_geometry *g, uint32_t a, uint32_t b) {
    return 2.0 * conv_taps(g) * (double)conv_small_voxels(g) * a * b;
}

bool conv_check_axis(struct op_refusal *refusal, char axis, uint32_t kernel, uint32_t stride,
                     uint32_t padding, uint32_t size) {
    char name[16];
    snprintf(name, sizeof name, "kernel %c", axis);
    if (!op_in_range(refusal, name, kernel, 1, 4))
        return false;
    snprintf(name, sizeof name, "stride %c", axis);
    if (!op_in_range(refusal, name, stride, 1, 2))
        return false;
    snprintf(name, sizeof name, "padding %c", axis);
    if (!op_in_range(refusal, name, padding, 0, kernel - 1))
        return false;
    snprintf(name, sizeof name, "size %c", axis);
    return op_in_range(refusal, name, size, 1, 4096);
}

bool conv_check_geometry(const struct conv_geometry *g, uint32_t a, uint32_t b, struct op_refusal *refusal) {
    return op_in_range(refusal, "n", g->n, 1, 65535) && op_check_dtype(refusal, g->dtype) &&
           op_check_count(refusal, "the larger tensor", conv_big_voxels(g) * a) &&
           op_check_count(refusal, "the smaller tensor", conv_small_voxels(g) * b) &&
           op_check_count(refusal, "weight", (uint64_t)conv_taps(g) * a * b);
}

void conv_describe_text(const struct conv_geometry *g, const uint32_t from[3], uint32_t from_channels,
                        const uint32_t to[3], uint32_t to_channels, char *text, size_t size) {
    snprintf(text, size, "%ux%ux%ux%ux%u -> %ux%ux%ux%ux%u k%ux%ux%u s%ux%ux%u p%ux%ux%u %s", g->n, from[0],
             from[1], from[2], from_channels, g->n, to[0], to[1], to[2], to_channels, g->kernel[0],
             g->kernel[1], g->kernel[2], g->stride[0], g->stride[1], g->stride[2], g->padding[0],
             g->padding[1], g->padding[2], g->dtype == OP_BF16 ? "bf16" : "f32");
}

uint32_t conv_chunk(uint32_t channels, uint32_t limit) {
    uint32_t chunk = limit;
    while (chunk > 4 && channels % chunk != 0)
        chunk -= 4;
    return chunk;
}

uint64_t conv_class_voxels(const struct conv_geometry *g, bool transposed) {
    if (!transposed)
        return conv_small_voxels(g);
    uint64_t count = g->n;
    for (int i = 0; i < 3; i++)
        count *= rt_div_up(g->big[i], g->stride[i]);
    return count;
}

uint32_t conv_class_count(const struct conv_geometry *g, bool transposed) {
    return transposed ? g->stride[0] * g->stride[1] * g->stride[2] : 1;
}

uint64_t conv_dst_count(const struct conv_geometry *g, bool transposed, uint32_t b) {
    return (transposed ? conv_big_voxels(g) : conv_small_voxels(g)) * b;
}

uint32_t conv_slab_count(const struct conv_geometry *g, bool transposed, uint32_t a, uint32_t depth) {
    uint32_t taps = 1;
    for (int i = 0; i < 3; i++)
        taps *= transposed ? (uint32_t)rt_div_up(g->kernel[i], g->stride[i]) : g->kernel[i];
    return taps * (a / depth);
}

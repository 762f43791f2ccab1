// Naive on purpose.
#include "shaders/conv/conv_reference.h"

#include <string.h>

static size_t voxel_index(const uint32_t size[3], uint32_t n, const uint32_t at[3]) {
    return (((size_t)n * size[0] + at[0]) * size[1] + at[1]) * size[2] + at[2];
}

// Every (small voxel, tap) whose big voxel lies inside.
struct pair {
    size_t big, small;
    uint32_t tap;
};

// Calls visit for all pairs of one clip, in a fixed order.
static void for_each_pair(const struct conv_geometry *g, uint32_t n,
                          void (*visit)(void *user, const struct pair *pair), void *user) {
    uint32_t o[3], k[3], i[3];
    for (o[0] = 0; o[0] < g->small[0]; o[0]++)
        for (o[1] = 0; o[1] < g->small[1]; o[1]++)
            for (o[2] = 0; o[2] < g->small[2]; o[2]++)
                for (uint32_t tap = 0; tap < conv_taps(g); tap++) {
                    k[2] = tap % g->kernel[2];
                    k[1] = tap / g->kernel[2] % g->kernel[1];
                    k[0] = tap / g->kernel[2] / g->kernel[1];
                    bool inside = true;
                    for (int x = 0; x < 3; x++) {
                        i[x] = o[x] * g->stride[x] + k[x] - g->padding[x]; // wraps to huge when negative
                        inside = inside && i[x] < g->big[x];
                    }
                    if (inside)
                        visit(user,
                              &(struct pair){voxel_index(g->big, n, i), voxel_index(g->small, n, o), tap});
                }
}

struct gather {
    bool transposed, swapped;
    uint32_t a, b;
    const double *src, *weight;
    double *dst;
};

static void gather_pair(void *user, const struct pair *pair) {
    const struct gather *g = user;
    const double *src = g->src + (g->transposed ? pair->small : pair->big) * g->a;
    double *dst = g->dst + (g->transposed ? pair->big : pair->small) * g->b;
    const double *weight = g->weight + (size_t)pair->tap * g->a * g->b;
    for (uint32_t a = 0; a < g->a; a++)
        for (uint32_t b = 0; b < g->b; b++)
            dst[b] += src[a] * (g->swapped ? weight[b * g->a + a] : weight[a * g->b + b]);
}

void conv_reference_gather(const struct conv_geometry *geometry, bool transposed, uint32_t a, uint32_t b,
                           bool swapped_weight, const double *src, const double *weight, const double *bias,
                           double *dst) {
    struct gather gather = {transposed, swapped_weight, a, b, src, weight, dst};
    uint64_t voxels = transposed ? conv_big_voxels(geometry) : conv_small_voxels(geometry);
    for (uint64_t i = 0; i < voxels * b; i++)
        dst[i] = bias != NULL ? bias[i % b] : 0.0;
    for (uint32_t n = 0; n < geometry->n; n++)
        for_each_pair(geometry, n, gather_pair, &gather);
}

struct outer {
    uint32_t a, b;
    bool swap;
    const double *big, *small;
    double *d_weight;
};

static void outer_pair(void *user, const struct pair *pair) {
    const struct outer *o = user;
    const double *big = o->big + pair->big * o->a, *small = o->small + pair->small * o->b;
    double *out = o->d_weight + (size_t)pair->tap * o->a * o->b;
    for (uint32_t a = 0; a < o->a; a++)
        for (uint32_t b = 0; b < o->b; b++)
            out[o->swap ? b * o->a + a : a * o->b + b] += big[a] * small[b];
}

void conv_reference_weight(const struct conv_geometry *geometry, uint32_t a, uint32_t b, bool swap,
                           bool accumulate, const double *big, const double *small, double *d_weight) {
    struct outer outer = {a, b, swap, big, small, d_weight};
    if (!accumulate)
        memset(d_weight, 0, (size_t)conv_taps(geometry) * a * b * sizeof *d_weight);
    for (uint32_t n = 0; n < geometry->n; n++)
        for_each_pair(geometry, n, outer_pair, &outer);
}

void conv_reference_bias(uint64_t voxels, uint32_t channels, bool accumulate, const double *src,
                         double *d_bias) {
    for (uint32_t c = 0; c < channels; c++)
        d_bias[c] = accumulate ? d_bias[c] : 0.0;
    for (uint64_t i = 0; i < voxels * channels; i++)
        d_bias[i % channels] += src[i];
}

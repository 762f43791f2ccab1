// Records the three gathers of the convolution core, and defines them in double precision.
#include "shaders/conv/conv_gemm.h"

#include "shaders/conv/conv_bias_push.h"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_reduce_push.h"
#include "shaders/conv/conv_tiling.h"
#include "shaders/conv/conv_transpose_push.h"
#include "shaders/conv/conv_weight_push.h"
#include "shaders/op_rows.h"

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

static void set_geometry_spec(struct op_launch *launch, const struct conv_geometry *g, uint32_t mode,
                              uint32_t a, uint32_t b) {
    const uint32_t values[] = {mode,
                               g->kernel[0],
                               g->kernel[1],
                               g->kernel[2],
                               g->stride[0],
                               g->stride[1],
                               g->stride[2],
                               g->padding[0],
                               g->padding[1],
                               g->padding[2],
                               a,
                               b};
    for (uint32_t i = 0; i < sizeof values / sizeof values[0]; i++)
        launch->spec[i] = values[i];
    launch->spec_count = sizeof values / sizeof values[0];
}

static enum op_kernel gather_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv_gather_lane_bf16 : KERNEL_conv_gather_lane;
    return dtype == OP_BF16 ? KERNEL_conv_gather_tile_bf16 : KERNEL_conv_gather_tile;
}

static void record_reduce(struct op_recorder *recorder, uint32_t parts, uint32_t taps, uint32_t a, uint32_t b,
                          bool swap, bool accumulate, struct rt_buffer partials, struct rt_buffer dst) {
    struct push_conv_reduce push = {partials.address, dst.address, parts, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv_reduce,
                               .spec = {swap, accumulate},
                               .spec_count = 2,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {partials},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *g, bool transposed,
                        uint32_t a, uint32_t b, const struct conv_gather_buffers *buffers) {
    const struct op_target *target = &recorder->library->target;
    const uint32_t *from = transposed ? g->small : g->big, *to = transposed ? g->big : g->small;
    struct push_conv_gather push = {.src = buffers->src.address,
                                    .weight = buffers->weight.address,
                                    .bias = buffers->bias.address,
                                    .dst = buffers->dst.address,
                                    .zeros = recorder->library->zeros.address,
                                    .n = g->n,
                                    .src_d = from[0],
                                    .src_h = from[1],
                                    .src_w = from[2],
                                    .dst_d = to[0],
                                    .dst_h = to[1],
                                    .dst_w = to[2]};
    struct op_launch launch = {.push = &push,
                               .push_bytes = sizeof push,
                               .reads = {buffers->src, buffers->weight, buffers->bias},
                               .writes = {buffers->dst},
                               .flops = conv_flops(g, a, b)};
    set_geometry_spec(&launch, g, transposed, a, b);
    launch.kernel = gather_kernel(target, g->dtype);
    struct conv_gather_grid grid =
        conv_tiling_gather(target, g, transposed, a, b, buffers->partials.size_bytes / 4, &launch);
    push.tiles_per_class = grid.tiles_per_class;
    push.splits = grid.splits;
    if (push.splits > 1) {
        push.dst = buffers->partials.address;
        launch.writes[0] = buffers->partials;
    }
    op_dispatch(recorder, &launch);
    if (push.splits > 1)
        record_reduce(recorder, push.splits, 1, (uint32_t)voxels(g->n, to), b, false, false,
                      buffers->partials, buffers->dst);
}

void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst) {
    struct push_conv_transpose push = {src.address, dst.address, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv_transpose,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

// The parts as records of a sum over rows (op_rows.h): small weights have thousands of them.
static struct op_rows part_rows(uint32_t parts, uint32_t width) {
    return (struct op_rows){.groups = 1, .rows = parts, .c4 = width / 4, .chunks = parts, .chunk_rows = 1};
}

uint64_t conv_weight_partials(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                              uint32_t b) {
    uint32_t width = conv_taps(g) * a * b;
    struct op_rows rows = part_rows(conv_weight_parts(target, g, a, b), width);
    return op_rows_scratch(&rows, width);
}

static enum op_kernel weight_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv_weight_lane_bf16 : KERNEL_conv_weight_lane;
    return dtype == OP_BF16 ? KERNEL_conv_weight_tile_bf16 : KERNEL_conv_weight_tile;
}

void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        bool swap, bool accumulate, struct rt_buffer big, struct rt_buffer small,
                        struct rt_buffer partials, struct rt_buffer d_weight) {
    const struct op_target *target = &recorder->library->target;
    uint32_t parts = conv_weight_parts(target, g, a, b), taps = conv_taps(g);
    struct push_conv_weight push = {big.address, small.address, partials.address, g->n,        g->big[0],
                                    g->big[1],   g->big[2],     g->small[0],      g->small[1], g->small[2],
                                    parts};
    struct op_launch launch = {.push = &push,
                               .push_bytes = sizeof push,
                               .reads = {big, small},
                               .writes = {partials},
                               .flops = conv_flops(g, a, b)};
    set_geometry_spec(&launch, g, 0, a, b);
    launch.kernel = weight_kernel(target, g->dtype);
    conv_tiling_weight(target, g, a, b, &launch);
    op_dispatch(recorder, &launch);
    struct op_rows rows = part_rows(parts, taps * a * b);
    struct op_partials sums = op_rows_merge(recorder, KERNEL_rows_sum, &rows, taps * a * b, partials);
    record_reduce(recorder, sums.count, taps, a, b, swap, accumulate, sums.buffer, d_weight);
}

uint64_t conv_bias_partials(const struct op_target *target, uint64_t voxel_count, uint32_t channels) {
    struct op_rows rows = op_rows_plan(target, 1, (uint32_t)voxel_count, channels);
    return op_rows_scratch(&rows, channels);
}

void conv_record_bias(struct op_recorder *recorder, uint64_t voxel_count, uint32_t channels,
                      enum op_dtype dtype, bool accumulate, struct rt_buffer src, struct rt_buffer partials,
                      struct rt_buffer d_bias) {
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = op_rows_plan(target, 1, (uint32_t)voxel_count, channels);
    struct push_conv_bias push = {src.address, partials.address, rows};
    struct op_launch launch = {.kernel = dtype == OP_BF16 ? KERNEL_conv_bias_bf16 : KERNEL_conv_bias,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {op_rows_records(&rows, channels, partials)}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    struct op_rows_outputs outputs = {
        .first = d_bias, .first_width = channels, .factor = 1.0f, .accumulate = accumulate};
    op_rows_sum(recorder, &rows, channels, partials, &outputs);
}

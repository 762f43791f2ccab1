// Records the three gathers of the convolution core, and defines them in double precision.
#include "shaders/conv/conv_gemm.h"

#include "shaders/conv/conv_bias_push.h"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_reduce_push.h"
#include "shaders/conv/conv_tiling.h"
#include "shaders/conv/conv_transpose_push.h"
#include "shaders/conv/conv_weight_push.h"
#include "shaders/op_rows.h"

// The constants of conv_geometry.glsl; conv_tiling.h adds the family's behind them.
#define GEOMETRY_SPEC(mode, g, a, b)                                                                         \
    OP_SPEC(mode, (g)->kernel[0], (g)->kernel[1], (g)->kernel[2], (g)->stride[0], (g)->stride[1],            \
            (g)->stride[2], (g)->padding[0], (g)->padding[1], (g)->padding[2], a, b)

static enum op_kernel gather_kernel(const struct op_target *target, enum op_dtype dtype) {
    return target->family == OP_FAMILY_LANE   ? KERNEL_FOR(dtype, conv_gather_lane)
           : target->family == OP_FAMILY_COOP ? KERNEL_FOR(dtype, conv_gather_coop)
                                              : KERNEL_FOR(dtype, conv_gather_tile);
}

struct reduction {
    uint32_t parts, taps, a, b;
    bool swap, accumulate;
    struct rt_buffer partials, dst;
};

static void record_reduce(struct op_recorder *recorder, const struct reduction *sum) {
    struct push_conv_reduce push = {.partials = sum->partials.address,
                                    .dst = sum->dst.address,
                                    .parts = sum->parts,
                                    .taps = sum->taps,
                                    .a = sum->a,
                                    .b = sum->b};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_conv_reduce, push, OP_SPEC(sum->swap, sum->accumulate),
                                    .items = (uint64_t)sum->taps * sum->a * sum->b / 4,
                                    .reads = {sum->partials}, .writes = {sum->dst}));
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
    struct op_launch *launch =
        OP_LAUNCH(gather_kernel(target, g->dtype), push, GEOMETRY_SPEC(transposed, g, a, b),
                  .reads = {buffers->src, buffers->weight, buffers->bias}, .writes = {buffers->dst},
                  .flops = conv_flops(g, a, b));
    struct conv_gather_grid grid = conv_tiling_gather(target, g, transposed, a, b, buffers->kind,
                                                      buffers->partials.size_bytes / 4, launch);
    push.tiles_per_class = grid.tiles_per_class;
    push.splits = grid.splits;
    if (push.splits > 1) {
        push.dst = buffers->partials.address;
        launch->writes[0] = buffers->partials;
    }
    op_dispatch(recorder, launch);
    if (push.splits > 1)
        record_reduce(recorder, &(struct reduction){.parts = push.splits,
                                                    .taps = 1,
                                                    .a = g->n * to[0] * to[1] * to[2],
                                                    .b = b,
                                                    .partials = buffers->partials,
                                                    .dst = buffers->dst});
}

void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst) {
    struct push_conv_transpose push = {.src = src.address, .dst = dst.address, .taps = taps, .a = a, .b = b};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_conv_transpose, push, .items = (uint64_t)taps * a * b / 4,
                                    .reads = {src}, .writes = {dst}));
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
    return target->family == OP_FAMILY_LANE   ? KERNEL_FOR(dtype, conv_weight_lane)
           : target->family == OP_FAMILY_COOP ? KERNEL_FOR(dtype, conv_weight_coop)
                                              : KERNEL_FOR(dtype, conv_weight_tile);
}

// The parts' sums, side by side in `partials`.
static void record_weight_parts(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a,
                                uint32_t b, uint32_t parts, const struct conv_weight_buffers *buffers) {
    const struct op_target *target = &recorder->library->target;
    struct push_conv_weight push = {.big = buffers->big.address,
                                    .small = buffers->small.address,
                                    .partials = buffers->partials.address,
                                    .zeros = recorder->library->zeros.address,
                                    .n = g->n,
                                    .big_d = g->big[0],
                                    .big_h = g->big[1],
                                    .big_w = g->big[2],
                                    .small_d = g->small[0],
                                    .small_h = g->small[1],
                                    .small_w = g->small[2],
                                    .parts = parts};
    struct op_launch *launch = OP_LAUNCH(weight_kernel(target, g->dtype), push, GEOMETRY_SPEC(0, g, a, b),
                                         .reads = {buffers->big, buffers->small},
                                         .writes = {buffers->partials}, .flops = conv_flops(g, a, b));
    conv_tiling_weight(target, g, a, b, buffers->kind, launch);
    op_dispatch(recorder, launch);
}

void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        bool swap, bool accumulate, const struct conv_weight_buffers *buffers) {
    uint32_t parts = conv_weight_parts(&recorder->library->target, g, a, b), taps = conv_taps(g);
    record_weight_parts(recorder, g, a, b, parts, buffers);
    struct op_rows rows = part_rows(parts, taps * a * b);
    struct op_partials sums =
        op_rows_merge(recorder, KERNEL_rows_sum, &rows, taps * a * b, buffers->partials);
    record_reduce(recorder, &(struct reduction){.parts = sums.count,
                                                .taps = taps,
                                                .a = a,
                                                .b = b,
                                                .swap = swap,
                                                .accumulate = accumulate,
                                                .partials = sums.buffer,
                                                .dst = buffers->d_weight});
}

uint64_t conv_bias_partials(const struct op_target *target, uint64_t voxels, uint32_t channels) {
    struct op_rows rows = op_rows_plan(target, 1, (uint32_t)voxels, channels);
    return op_rows_scratch(&rows, channels);
}

void conv_record_bias(struct op_recorder *recorder, uint64_t voxels, uint32_t channels, enum op_dtype dtype,
                      bool accumulate, const struct conv_bias_buffers *buffers) {
    struct op_rows rows = op_rows_plan(&recorder->library->target, 1, (uint32_t)voxels, channels);
    struct push_conv_bias push = {
        .src = buffers->src.address, .records = buffers->partials.address, .rows = rows};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(dtype, conv_bias), push, .items = op_rows_items(&rows),
                                    .reads = {buffers->src},
                                    .writes = {op_rows_records(&rows, channels, buffers->partials)}));
    struct op_rows_outputs outputs = {
        .first = buffers->d_bias, .first_width = channels, .factor = 1.0f, .accumulate = accumulate};
    op_rows_sum(recorder, &rows, channels, buffers->partials, &outputs);
}

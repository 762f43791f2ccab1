// Records the three gathers of the convolution core, and defines them in double precision.
#include "shaders/conv/conv_gemm.h"

#include "shaders/conv/conv_bias_push.h"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_reduce_push.h"
#include "shaders/conv/conv_tiling.h"
#include "shaders/conv/conv_tiling_lane.h"
#include "shaders/conv/conv_tiling_tile.h"
#include "shaders/conv/conv_transpose_push.h"
#include "shaders/conv/conv_tune.h"
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

bool conv_takes_swapped(const struct op_target *target, const struct conv_geometry *g, bool transposed,
                        uint32_t a, uint32_t b) {
    return target->family == OP_FAMILY_LANE && !conv_lane_few(target, g, transposed, a, b);
}

struct gather_work {
    struct push_conv_gather push;
    struct op_launch launch;
};

// What a gather dispatches; `choice` is family tile's.
static void shape_gather(const struct op_library *library, const struct conv_geometry *g, bool transposed,
                         uint32_t a, uint32_t b, uint32_t choice, const struct conv_gather_buffers *buffers,
                         struct gather_work *work) {
    const struct op_target *target = &library->target;
    const uint32_t *from = transposed ? g->small : g->big, *to = transposed ? g->big : g->small;
    uint64_t room = buffers->partials.size_bytes / 4;
    work->push = (struct push_conv_gather){.src = buffers->src.address,
                                           .weight = buffers->weight.address,
                                           .bias = buffers->bias.address,
                                           .dst = buffers->dst.address,
                                           .zeros = library->zeros.address,
                                           .residual = buffers->residual.address,
                                           .scale = buffers->scale.address,
                                           .shift = buffers->shift.address,
                                           .n = g->n,
                                           .src_d = from[0],
                                           .src_h = from[1],
                                           .src_w = from[2],
                                           .dst_d = to[0],
                                           .dst_h = to[1],
                                           .dst_w = to[2]};
    uint32_t mode = transposed | conv_epilogue_mode(&buffers->epilogue);
    work->launch = *OP_LAUNCH(gather_kernel(target, g->dtype), work->push, GEOMETRY_SPEC(mode, g, a, b),
                              .reads = {buffers->src, buffers->weight, buffers->bias, buffers->residual,
                                        buffers->scale, buffers->shift},
                              .writes = {buffers->dst}, .flops = conv_flops(g, a, b));
    struct conv_gather_grid grid =
        target->family == OP_FAMILY_TILE
            ? conv_tile_gather(target, g, transposed, a, b, room, choice, &work->launch)
            : conv_tiling_gather(target, g, transposed, a, b, buffers->kind, room, &work->launch);
    if (buffers->swapped)
        work->launch.spec[work->launch.spec_count++] = true; // the last constant of conv_gather_lane.comp
    work->push.tiles_per_class = grid.tiles_per_class;
    work->push.splits = grid.splits;
    if (grid.splits > 1) {
        work->push.dst = buffers->partials.address;
        work->launch.writes[0] = buffers->partials;
    }
}

// --- which of family tile's choices

struct gather_job {
    const struct conv_geometry *g;
    bool transposed;
    uint32_t a, b;
};

static void try_gather(struct op_recorder *recorder, const void *user, uint32_t choice,
                       const struct rt_buffer *scratch, struct op_launch *launch) {
    const struct gather_job *job = user;
    struct conv_gather_buffers buffers = {.src = scratch[0], .weight = scratch[1], .dst = scratch[2]};
    struct gather_work work;
    shape_gather(recorder->library, job->g, job->transposed, job->a, job->b, choice, &buffers, &work);
    *launch = work.launch;
    if (recorder->stream != NULL)
        op_dispatch(recorder, &work.launch);
}

static uint32_t choose_gather(struct op_recorder *recorder, const struct gather_job *job,
                              const struct conv_gather_buffers *buffers) {
    struct op_library *library = recorder->library;
    struct conv_trial trial = {
        .choices = conv_tile_gather_choices(&library->target, job->g, job->transposed, job->a, job->b),
        .bytes = {buffers->src.size_bytes, buffers->weight.size_bytes, buffers->dst.size_bytes},
        .run = try_gather,
        .user = job};
    return conv_tuned(library, &trial);
}

void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *g, bool transposed,
                        uint32_t a, uint32_t b, const struct conv_gather_buffers *buffers) {
    const uint32_t *to = transposed ? g->big : g->small;
    struct gather_job job = {.g = g, .transposed = transposed, .a = a, .b = b};
    struct gather_work work;
    shape_gather(recorder->library, g, transposed, a, b, choose_gather(recorder, &job, buffers), buffers,
                 &work);
    op_dispatch(recorder, &work.launch);
    if (work.push.splits > 1)
        record_reduce(recorder, &(struct reduction){.parts = work.push.splits,
                                                    .taps = 1,
                                                    .a = g->n * to[0] * to[1] * to[2],
                                                    .b = b,
                                                    .partials = buffers->partials,
                                                    .dst = buffers->dst});
}

void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst) {
    struct push_conv_transpose push = {.src = src.address, .dst = dst.address, .taps = taps, .a = a, .b = b};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_conv_transpose, push, .items = (uint64_t)taps * (a / 4) * (b / 4),
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

struct weight_job {
    const struct conv_geometry *g; // the kernel's: conv_tile_weight_geometry's for family tile
    uint32_t a, b, parts;
};

// The parts' sums, side by side in `partials`. Returns what was dispatched, or is to be where there is no
// stream.
static struct op_launch weight_parts(struct op_recorder *recorder, const struct weight_job *job,
                                     uint32_t choice, const struct conv_weight_buffers *buffers) {
    const struct op_target *target = &recorder->library->target;
    const struct conv_geometry *g = job->g;
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
                                    .parts = job->parts};
    struct op_launch *launch =
        OP_LAUNCH(weight_kernel(target, g->dtype), push, GEOMETRY_SPEC(0, g, job->a, job->b),
                  .reads = {buffers->big, buffers->small}, .writes = {buffers->partials},
                  .flops = conv_flops(g, job->a, job->b));
    if (target->family == OP_FAMILY_TILE)
        conv_tile_weight(target, g, job->a, job->b, choice, launch);
    else
        conv_tiling_weight(target, g, job->a, job->b, buffers->kind, launch);
    if (recorder->stream != NULL)
        op_dispatch(recorder, launch);
    return *launch;
}

static void try_weight(struct op_recorder *recorder, const void *user, uint32_t choice,
                       const struct rt_buffer *scratch, struct op_launch *launch) {
    struct conv_weight_buffers buffers = {.big = scratch[0], .small = scratch[1], .partials = scratch[2]};
    *launch = weight_parts(recorder, user, choice, &buffers);
}

static uint32_t choose_weight(struct op_recorder *recorder, const struct weight_job *job,
                              const struct conv_weight_buffers *buffers) {
    struct op_library *library = recorder->library;
    struct conv_trial trial = {
        .choices = conv_tile_weight_choices(&library->target, job->g, job->a, job->b),
        .bytes = {buffers->big.size_bytes, buffers->small.size_bytes, buffers->partials.size_bytes},
        .run = try_weight,
        .user = job};
    return conv_tuned(library, &trial);
}

void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        bool swap, bool accumulate, const struct conv_weight_buffers *buffers) {
    uint32_t parts = conv_weight_parts(&recorder->library->target, g, a, b), taps = conv_taps(g);
    struct conv_geometry flat = conv_tile_weight_geometry(g);
    bool is_tile = recorder->library->target.family == OP_FAMILY_TILE;
    struct weight_job job = {.g = is_tile ? &flat : g, .a = a, .b = b, .parts = parts};
    struct conv_weight_buffers direct = *buffers;
    bool whole = parts == 1 && !swap && !accumulate; // the only part is the gradient
    if (whole)
        direct.partials = buffers->d_weight;
    weight_parts(recorder, &job, choose_weight(recorder, &job, buffers), &direct);
    if (whole)
        return;
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

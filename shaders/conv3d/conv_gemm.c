#include "shaders/conv3d/conv_gemm.h"

#include "shaders/conv3d/conv3d_bias_push.h"
#include "shaders/conv3d/conv3d_gather_push.h"
#include "shaders/conv3d/conv3d_reduce_push.h"
#include "shaders/conv3d/conv3d_transpose_push.h"
#include "shaders/conv3d/conv3d_weight_push.h"
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

// The largest multiple of 4 that divides `channels`, at most `limit`.
static uint32_t chunk_of(uint32_t channels, uint32_t limit) {
    uint32_t chunk = limit;
    while (chunk > 4 && channels % chunk != 0)
        chunk -= 4;
    return chunk;
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

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

// Output positions of the fullest parity class, all clips.
static uint64_t class_voxels(const struct conv_geometry *g, bool transposed) {
    if (!transposed)
        return conv_small_voxels(g);
    uint64_t count = g->n;
    for (int i = 0; i < 3; i++)
        count *= op_div_up(g->big[i], g->stride[i]);
    return count;
}

static uint32_t class_count(const struct conv_geometry *g, bool transposed) {
    return transposed ? g->stride[0] * g->stride[1] * g->stride[2] : 1;
}

// Family `lane`: small tiles. Code that fits the CPU's caches of decoded instructions beats longer unrolled
// code with fewer loads per product; measured on Mesa 25.0.7 with AVX2, 16 voxels x 32 channels in steps of 4
// input channels were best (48 GFLOP/s), 32 x 32 in steps of 16 ran at a quarter of that. With subgroups of
// 16 (AVX-512) a load inside a loop becomes gathers of eight, some 40 cycles each where microcode guards
// against Downfall (half of all time with 16 voxels): 64 voxels in steps of 2 share their weights.
static void shape_lane_gather(struct op_launch *launch, const struct op_target *target, uint32_t b,
                              uint64_t class_size, uint32_t *tile_voxels, uint32_t *tile_channels) {
    uint32_t subgroup = target->subgroup_size, units = (uint32_t)op_div_up(b, 2 * subgroup);
    uint32_t pairs = units % 2 == 0 ? 2 : 1;
    bool wide = subgroup >= 16 && class_size >= 1024;
    launch->local[0] = subgroup;
    *tile_voxels = wide ? 64 : 16;
    *tile_channels = 2 * subgroup * pairs;
    add_spec(launch, subgroup);
    add_spec(launch, *tile_voxels);
    add_spec(launch, wide || pairs == 1 || subgroup < 4 ? 2 : 4);
    add_spec(launch, pairs);
}

// K per slab of family `tile`. Unrolled code of depth 16 takes a CPU device's compiler seconds, and a CPU
// device runs this family for its tests only.
static uint32_t slab_depth(const struct op_target *target) {
    return target->cpu ? 4 : 16;
}

// A tile of a workgroup of family `tile`, an invocation 4 channels wide, and the teams that share its sums.
struct gather_tile {
    uint32_t voxels, channels, per_invocation, teams;
};

static uint32_t tile_channels(uint32_t b, uint32_t limit) {
    if (limit >= 64 && b > 32 && (b <= 48 || b == 96)) // 64 would leave a quarter idle
        return 48;
    uint32_t wanted = b > 32 ? 64 : b > 16 ? 32 : 16;
    return wanted < limit ? wanted : limit;
}

// Large tiles make the most of every load; small ones give work to every part of a GPU when voxels are few,
// and then several teams share one tile's sums: a sum's length is what such a layer waits for. At most 16 KB
// of shared memory where the device has no more.
static struct gather_tile choose_gather_tile(const struct op_target *target, uint64_t class_size,
                                             uint32_t classes, uint32_t b) {
    uint64_t enough = target->cpu ? 2 : 256; // a CPU device runs tests: they meet every tile
    bool wide = target->max_invocations >= 256, roomy = target->max_shared_bytes >= 32768;
    uint32_t widest = tile_channels(b, wide ? 64 : 32), teams = wide && roomy ? 4 : 2;
    const struct gather_tile tiles[] = {
        {128, widest, 8, 1}, {64, widest, 4, 1}, {32, tile_channels(b, 32), 4, teams}};
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        uint64_t groups = classes * op_div_up(class_size, tiles[i].voxels) * op_div_up(b, tiles[i].channels);
        if (groups >= enough &&
            tiles[i].voxels / tiles[i].per_invocation * tiles[i].channels / 4 * tiles[i].teams <=
                target->max_invocations)
            return tiles[i];
    }
    return (struct gather_tile){16, 16, 4, roomy ? 8 : 4};
}

static uint32_t gather_depth(const struct op_target *target, const struct gather_tile *tile, uint32_t a) {
    uint32_t depth = slab_depth(target);
    return chunk_of(a, tile->teams > 1 && depth > 8 ? 8 : depth);
}

// Slabs of K that one output is summed over, at most.
static uint32_t slab_count(const struct conv_geometry *g, bool transposed, uint32_t a, uint32_t depth) {
    uint32_t taps = 1;
    for (int i = 0; i < 3; i++)
        taps *= transposed ? (uint32_t)op_div_up(g->kernel[i], g->stride[i]) : g->kernel[i];
    return taps * (a / depth);
}

struct gather_plan {
    struct gather_tile tile;
    uint32_t depth, splits;
    uint64_t groups; // of one split
};

static uint64_t dst_count(const struct conv_geometry *g, bool transposed, uint32_t b) {
    return (transposed ? conv_big_voxels(g) : conv_small_voxels(g)) * b;
}

// Splits where few workgroups would add for long: the first layer behind a vector has a row of tens of
// thousands of numbers per output. `room`: floats for the partial sums.
static struct gather_plan plan_tile_gather(const struct op_target *target, const struct conv_geometry *g,
                                           bool transposed, uint32_t a, uint32_t b, uint64_t room) {
    enum { FEW_GROUPS = 128, LONG_ROUNDS = 64 };
    uint64_t size = class_voxels(g, transposed);
    struct gather_plan plan = {.tile = choose_gather_tile(target, size, class_count(g, transposed), b)};
    plan.depth = gather_depth(target, &plan.tile, a);
    uint32_t slabs = slab_count(g, transposed, a, plan.depth);
    while (plan.tile.teams > slabs)
        plan.tile.teams /= 2;
    plan.groups =
        class_count(g, transposed) * op_div_up(size, plan.tile.voxels) * op_div_up(b, plan.tile.channels);
    uint64_t rounds = op_div_up(slabs, plan.tile.teams), splits = rounds * 4 / LONG_ROUNDS;
    uint64_t most = room / dst_count(g, transposed, b);
    splits = splits > CONV_MAX_SPLITS ? CONV_MAX_SPLITS : splits;
    splits = splits > most ? most : splits;
    bool split = g->dtype == OP_F32 && plan.groups < FEW_GROUPS && rounds >= LONG_ROUNDS && splits > 1;
    plan.splits = split ? (uint32_t)splits : 1;
    return plan;
}

static void shape_tile_gather(struct op_launch *launch, const struct gather_plan *plan) {
    const struct gather_tile *tile = &plan->tile;
    launch->local[0] = tile->voxels / tile->per_invocation * tile->channels / 4 * tile->teams;
    add_spec(launch, tile->voxels);
    add_spec(launch, tile->channels);
    add_spec(launch, plan->depth);
    add_spec(launch, tile->per_invocation);
    add_spec(launch, tile->teams);
    launch->groups = plan->groups * plan->splits;
}

static enum op_kernel gather_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv3d_gather_lane_bf16 : KERNEL_conv3d_gather_lane;
    return dtype == OP_BF16 ? KERNEL_conv3d_gather_tile_bf16 : KERNEL_conv3d_gather_tile;
}

static void record_reduce(struct op_recorder *recorder, uint32_t parts, uint32_t taps, uint32_t a, uint32_t b,
                          bool swap, bool accumulate, struct rt_buffer partials, struct rt_buffer dst) {
    struct push_conv3d_reduce push = {partials.address, dst.address, parts, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv3d_reduce,
                               .spec = {swap, accumulate},
                               .spec_count = 2,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {partials},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void shape_gather(const struct op_target *target, const struct conv_geometry *g, bool transposed,
                         uint32_t a, uint32_t b, uint64_t room, struct op_launch *launch,
                         struct push_conv3d_gather *push) {
    uint64_t class_size = class_voxels(g, transposed);
    uint32_t tile_voxels, tile_channels;
    push->splits = 1;
    if (target->family == OP_FAMILY_TILE) {
        struct gather_plan plan = plan_tile_gather(target, g, transposed, a, b, room);
        push->splits = plan.splits;
        push->tiles_per_class = (uint32_t)op_div_up(class_size, plan.tile.voxels);
        shape_tile_gather(launch, &plan);
        return;
    }
    shape_lane_gather(launch, target, b, class_size, &tile_voxels, &tile_channels);
    push->tiles_per_class = (uint32_t)op_div_up(class_size, tile_voxels);
    launch->groups =
        (uint64_t)class_count(g, transposed) * push->tiles_per_class * op_div_up(b, tile_channels);
}

void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *g, bool transposed,
                        uint32_t a, uint32_t b, const struct conv_gather_buffers *buffers) {
    const struct op_target *target = &recorder->library->target;
    const uint32_t *from = transposed ? g->small : g->big, *to = transposed ? g->big : g->small;
    struct push_conv3d_gather push = {.src = buffers->src.address,
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
    shape_gather(target, g, transposed, a, b, buffers->partials.size_bytes / 4, &launch, &push);
    if (push.splits > 1) {
        push.dst = buffers->partials.address;
        launch.writes[0] = buffers->partials;
    }
    op_dispatch(recorder, &launch);
    if (push.splits > 1)
        record_reduce(recorder, push.splits, 1, (uint32_t)(dst_count(g, transposed, b) / b), b, false, false,
                      buffers->partials, buffers->dst);
}

void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst) {
    struct push_conv3d_transpose push = {src.address, dst.address, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv3d_transpose,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

// The block of the weight that one workgroup of the weight gradient computes: family lane, a x b of one tap;
// family tile, `a` of taps x a, by b.
struct weight_tile {
    uint32_t a, b;
    uint32_t pairs;          // family lane: pairs of b channels per lane
    uint32_t per_invocation; // family tile: of a; 4 of b
    uint32_t threads;
    uint64_t blocks; // that cover the weight
};

static struct weight_tile lane_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                           uint32_t b) {
    uint32_t units = (uint32_t)op_div_up(b, 2 * target->subgroup_size);
    uint32_t pairs = units <= 4 ? units : units % 4 == 0 ? 4 : units % 3 == 0 ? 3 : 2;
    struct weight_tile tile = {.a = chunk_of(a, 2 * target->subgroup_size),
                               .b = 2 * target->subgroup_size * pairs,
                               .pairs = pairs,
                               .threads = target->subgroup_size};
    tile.blocks = taps * op_div_up(a, tile.a) * op_div_up(b, tile.b);
    return tile;
}

static struct weight_tile tile_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                           uint32_t b) {
    uint64_t rows = (uint64_t)taps * a;
    struct weight_tile tile = {.a = rows > 64 ? 128 : rows > 32 ? 64 : 32, .b = tile_channels(b, 64)};
    tile.per_invocation = tile.a >= 64 ? 8 : 4;
    while (tile.a / tile.per_invocation * tile.b / 4 > target->max_invocations)
        tile.a /= 2;
    tile.threads = tile.a / tile.per_invocation * tile.b / 4;
    tile.blocks = op_div_up(rows, tile.a) * op_div_up(b, tile.b);
    return tile;
}

static struct weight_tile weight_tile_of(const struct op_target *target, uint32_t taps, uint32_t a,
                                         uint32_t b) {
    return target->family == OP_FAMILY_LANE ? lane_weight_tile(target, taps, a, b)
                                            : tile_weight_tile(target, taps, a, b);
}

// Parts of the voxels (family lane: of the rows) that are summed apart, so that there is enough parallel
// work: a GPU wants some hundred thousand invocations, and no part shorter than its own overhead.
static uint32_t weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                             uint32_t b) {
    enum { LANE_GROUPS = 32, TILE_THREADS = 128 * 1024, MIN_VOXELS = 64, MAX_PARTIALS = 1 << 24 };
    struct weight_tile tile = weight_tile_of(target, conv_taps(g), a, b);
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1], weights = (uint64_t)conv_taps(g) * a * b;
    if (target->family == OP_FAMILY_LANE) {
        uint64_t parts = op_div_up(LANE_GROUPS, tile.blocks);
        return (uint32_t)(parts > rows ? rows : parts);
    }
    uint64_t parts = op_div_up(TILE_THREADS, tile.blocks * tile.threads);
    uint64_t most = op_div_up(rows * g->small[2], MIN_VOXELS), room = op_div_up(MAX_PARTIALS, weights);
    parts = parts > most ? most : parts;
    return (uint32_t)(parts > room ? room : parts);
}

// The parts as records of a sum over rows (op_rows.h): small weights have thousands of them.
static struct op_rows part_rows(uint32_t parts, uint32_t width) {
    return (struct op_rows){.groups = 1, .rows = parts, .c4 = width / 4, .chunks = parts, .chunk_rows = 1};
}

uint64_t conv_weight_partials(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                              uint32_t b) {
    uint32_t width = conv_taps(g) * a * b;
    struct op_rows rows = part_rows(weight_parts(target, g, a, b), width);
    return op_rows_scratch(&rows, width);
}

static enum op_kernel weight_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv3d_weight_lane_bf16 : KERNEL_conv3d_weight_lane;
    return dtype == OP_BF16 ? KERNEL_conv3d_weight_tile_bf16 : KERNEL_conv3d_weight_tile;
}

static void shape_weight(struct op_launch *launch, const struct op_target *target,
                         const struct conv_geometry *g, const struct weight_tile *tile) {
    launch->local[0] = tile->threads;
    if (target->family == OP_FAMILY_TILE) {
        add_spec(launch, tile->a);
        add_spec(launch, tile->b);
        add_spec(launch, slab_depth(target));
        add_spec(launch, tile->per_invocation);
        for (int i = 0; i < 3; i++)
            add_spec(launch, g->small[i]);
        return;
    }
    add_spec(launch, target->subgroup_size);
    add_spec(launch, tile->a);
    add_spec(launch, tile->pairs >= 3 ? 1 : 2); // voxels per step: see shape_lane_gather on code size
    add_spec(launch, tile->pairs);
}

void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        bool swap, bool accumulate, struct rt_buffer big, struct rt_buffer small,
                        struct rt_buffer partials, struct rt_buffer d_weight) {
    const struct op_target *target = &recorder->library->target;
    uint32_t parts = weight_parts(target, g, a, b), taps = conv_taps(g);
    struct push_conv3d_weight push = {big.address, small.address, partials.address, g->n,        g->big[0],
                                      g->big[1],   g->big[2],     g->small[0],      g->small[1], g->small[2],
                                      parts};
    struct op_launch launch = {.push = &push,
                               .push_bytes = sizeof push,
                               .reads = {big, small},
                               .writes = {partials},
                               .flops = conv_flops(g, a, b)};
    set_geometry_spec(&launch, g, 0, a, b);
    struct weight_tile tile = weight_tile_of(target, taps, a, b);
    launch.kernel = weight_kernel(target, g->dtype);
    shape_weight(&launch, target, g, &tile);
    launch.groups = parts * tile.blocks;
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
    struct push_conv3d_bias push = {src.address, partials.address, rows};
    struct op_launch launch = {.kernel = dtype == OP_BF16 ? KERNEL_conv3d_bias_bf16 : KERNEL_conv3d_bias,
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

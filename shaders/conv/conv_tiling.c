// Chooses tiles, teams and splits of a convolution for a device.
#include "shaders/conv/conv_tiling.h"

#include "runtime/align.h"
#include "shaders/conv/conv_tiling_lane.h"

// The largest multiple of 4 that divides `channels`, at most `limit`.
static uint32_t chunk_of(uint32_t channels, uint32_t limit) {
    uint32_t chunk = limit;
    while (chunk > 4 && channels % chunk != 0)
        chunk -= 4;
    return chunk;
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
        count *= rt_div_up(g->big[i], g->stride[i]);
    return count;
}

static uint32_t class_count(const struct conv_geometry *g, bool transposed) {
    return transposed ? g->stride[0] * g->stride[1] * g->stride[2] : 1;
}

// --- gather

// K per slab of family `tile`. Unrolled code of depth 16 takes a CPU device's compiler seconds, and a CPU
// device runs this family for its tests only.
static uint32_t slab_depth(const struct op_target *target) {
    return target->cpu ? 4 : 16;
}

// A tile of a workgroup of family `tile`, an invocation 4 channels wide, and the teams that share its sums.
struct gather_tile {
    uint32_t voxels, channels, per_invocation, teams;
};

static uint32_t channels_of_tile(uint32_t b, uint32_t limit) {
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
    uint32_t widest = channels_of_tile(b, wide ? 64 : 32), teams = wide && roomy ? 4 : 2;
    const struct gather_tile tiles[] = {
        {128, widest, 8, 1}, {64, widest, 4, 1}, {32, channels_of_tile(b, 32), 4, teams}};
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        uint64_t groups = classes * rt_div_up(class_size, tiles[i].voxels) * rt_div_up(b, tiles[i].channels);
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
        taps *= transposed ? (uint32_t)rt_div_up(g->kernel[i], g->stride[i]) : g->kernel[i];
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
    while (plan.tile.teams > 1 && plan.tile.teams > slabs)
        plan.tile.teams /= 2;
    plan.groups =
        class_count(g, transposed) * rt_div_up(size, plan.tile.voxels) * rt_div_up(b, plan.tile.channels);
    uint64_t rounds = rt_div_up(slabs, plan.tile.teams), splits = rounds * 4 / LONG_ROUNDS;
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

struct conv_gather_grid conv_tiling_gather(const struct op_target *target, const struct conv_geometry *g,
                                           bool transposed, uint32_t a, uint32_t b, uint64_t room,
                                           struct op_launch *launch) {
    if (target->family == OP_FAMILY_LANE)
        return conv_lane_gather(target, g, transposed, a, b, launch);
    struct gather_plan plan = plan_tile_gather(target, g, transposed, a, b, room);
    shape_tile_gather(launch, &plan);
    return (struct conv_gather_grid){(uint32_t)rt_div_up(class_voxels(g, transposed), plan.tile.voxels),
                                     plan.splits};
}

// --- the weight gradient

// The block of the weight that one workgroup of the weight gradient computes: family lane, a x b of one tap;
// family tile, `a` of taps x a, by b.
struct weight_tile {
    uint32_t a, b;
    uint32_t pairs;          // family lane: pairs of b channels per lane
    uint32_t per_invocation; // family tile: of a; 4 of b
    uint32_t threads;
    uint64_t blocks; // that cover the weight
};

static struct weight_tile tile_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                           uint32_t b) {
    uint64_t rows = (uint64_t)taps * a;
    struct weight_tile tile = {.a = rows > 64 ? 128 : rows > 32 ? 64 : 32, .b = channels_of_tile(b, 64)};
    tile.per_invocation = tile.a >= 64 ? 8 : 4;
    while (tile.a / tile.per_invocation * tile.b / 4 > target->max_invocations)
        tile.a /= 2;
    tile.threads = tile.a / tile.per_invocation * tile.b / 4;
    tile.blocks = rt_div_up(rows, tile.a) * rt_div_up(b, tile.b);
    return tile;
}

// Parts of the voxels (family lane: of the rows) that are summed apart, so that there is enough parallel
// work: a GPU wants some hundred thousand invocations, and no part shorter than its own overhead.
uint32_t conv_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                           uint32_t b) {
    enum { TILE_THREADS = 128 * 1024, MIN_VOXELS = 64, MAX_PARTIALS = 1 << 24 };
    if (target->family == OP_FAMILY_LANE)
        return conv_lane_weight_parts(target, g, a, b);
    struct weight_tile tile = tile_weight_tile(target, conv_taps(g), a, b);
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1], weights = (uint64_t)conv_taps(g) * a * b;
    uint64_t parts = rt_div_up(TILE_THREADS, tile.blocks * tile.threads);
    uint64_t most = rt_div_up(rows * g->small[2], MIN_VOXELS), room = rt_div_up(MAX_PARTIALS, weights);
    parts = parts > most ? most : parts;
    return (uint32_t)(parts > room ? room : parts);
}

void conv_tiling_weight(const struct op_target *target, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        struct op_launch *launch) {
    if (target->family == OP_FAMILY_LANE) {
        conv_lane_weight(target, g, a, b, launch);
        return;
    }
    struct weight_tile tile = tile_weight_tile(target, conv_taps(g), a, b);
    launch->local[0] = tile.threads;
    launch->groups = conv_weight_parts(target, g, a, b) * tile.blocks;
    add_spec(launch, tile.a);
    add_spec(launch, tile.b);
    add_spec(launch, slab_depth(target));
    add_spec(launch, tile.per_invocation);
    for (int i = 0; i < 3; i++)
        add_spec(launch, g->small[i]);
}

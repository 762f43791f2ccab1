// Chooses tiles, teams and splits of a convolution for a device.
#include "shaders/conv/conv_tiling.h"

#include "runtime/align.h"
#include "shaders/conv/conv_coop.h"

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

// Family `lane`: small tiles. Code that fits the CPU's caches of decoded instructions beats longer unrolled
// code with fewer loads per product; measured on Mesa 25.0.7 with AVX2, 16 voxels x 32 channels in steps of 4
// input channels were best (48 GFLOP/s), 32 x 32 in steps of 16 ran at a quarter of that. With subgroups of
// 16 (AVX-512) a load inside a loop becomes gathers of eight, some 40 cycles each where microcode guards
// against Downfall (half of all time with 16 voxels): 64 voxels in steps of 2 share their weights.
static void shape_lane_gather(struct op_launch *launch, const struct op_target *target, uint32_t b,
                              uint64_t class_size, uint32_t *tile_voxels, uint32_t *tile_channels) {
    uint32_t subgroup = target->subgroup_size, units = (uint32_t)rt_div_up(b, 2 * subgroup);
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

// Family `coop`. Long sums of few workgroups are split as in family `tile`.
static struct conv_gather_grid shape_coop_gather(const struct op_target *target,
                                                 const struct conv_geometry *g, bool transposed, uint32_t a,
                                                 uint32_t b, enum conv_source src, uint64_t room,
                                                 struct op_launch *launch) {
    enum { FEW_GROUPS = 128, LONG_ROUNDS = 64 };
    uint64_t size = class_voxels(g, transposed), depth = slab_count(g, transposed, a, 1);
    struct conv_coop_tile tile =
        conv_coop_tile(target, CONV_COOP_GATHER, class_count(g, transposed), size, b, depth);
    uint64_t groups = class_count(g, transposed) * rt_div_up(size, tile.m) * rt_div_up(b, tile.n);
    uint64_t rounds = rt_div_up(depth, tile.steps * target->matrix.k), splits = rounds * 8 / LONG_ROUNDS;
    uint64_t most = room / dst_count(g, transposed, b);
    splits = splits > CONV_MAX_SPLITS ? CONV_MAX_SPLITS : splits;
    splits = splits > most ? most : splits;
    if (g->dtype != OP_F32 || groups >= FEW_GROUPS || rounds < LONG_ROUNDS || splits < 1)
        splits = 1;
    conv_coop_shape(target, &tile, launch);
    add_spec(launch, src == CONV_GRADIENT);
    launch->groups = groups * splits;
    return (struct conv_gather_grid){(uint32_t)rt_div_up(size, tile.m), (uint32_t)splits};
}

struct conv_gather_grid conv_tiling_gather(const struct op_target *target, const struct conv_geometry *g,
                                           bool transposed, uint32_t a, uint32_t b, enum conv_source src,
                                           uint64_t room, struct op_launch *launch) {
    uint64_t class_size = class_voxels(g, transposed);
    if (target->family == OP_FAMILY_COOP)
        return shape_coop_gather(target, g, transposed, a, b, src, room, launch);
    if (target->family == OP_FAMILY_TILE) {
        struct gather_plan plan = plan_tile_gather(target, g, transposed, a, b, room);
        shape_tile_gather(launch, &plan);
        return (struct conv_gather_grid){(uint32_t)rt_div_up(class_size, plan.tile.voxels), plan.splits};
    }
    uint32_t tile_voxels, tile_channels;
    shape_lane_gather(launch, target, b, class_size, &tile_voxels, &tile_channels);
    uint64_t tiles = rt_div_up(class_size, tile_voxels);
    launch->groups = class_count(g, transposed) * tiles * rt_div_up(b, tile_channels);
    return (struct conv_gather_grid){(uint32_t)tiles, 1};
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

static struct weight_tile lane_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                           uint32_t b) {
    uint32_t units = (uint32_t)rt_div_up(b, 2 * target->subgroup_size);
    uint32_t pairs = units <= 4 ? units : units % 4 == 0 ? 4 : units % 3 == 0 ? 3 : 2;
    struct weight_tile tile = {.a = chunk_of(a, 2 * target->subgroup_size),
                               .b = 2 * target->subgroup_size * pairs,
                               .pairs = pairs,
                               .threads = target->subgroup_size};
    tile.blocks = taps * rt_div_up(a, tile.a) * rt_div_up(b, tile.b);
    return tile;
}

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

static struct conv_coop_tile coop_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                              uint32_t b) {
    enum { LONG = 1024 }; // voxels are many
    return conv_coop_tile(target, CONV_COOP_WEIGHT, LONG, (uint64_t)taps * a, b, LONG);
}

static struct weight_tile weight_tile_of(const struct op_target *target, uint32_t taps, uint32_t a,
                                         uint32_t b) {
    if (target->family == OP_FAMILY_COOP) {
        struct conv_coop_tile tile = coop_weight_tile(target, taps, a, b);
        uint64_t blocks = rt_div_up((uint64_t)taps * a, tile.m) * rt_div_up(b, tile.n);
        return (struct weight_tile){.a = tile.m, .b = tile.n, .threads = tile.threads, .blocks = blocks};
    }
    return target->family == OP_FAMILY_LANE ? lane_weight_tile(target, taps, a, b)
                                            : tile_weight_tile(target, taps, a, b);
}

// Parts of the voxels (family lane: of the rows) that are summed apart, so that there is enough parallel
// work: a GPU wants some hundred thousand invocations, and no part shorter than its own overhead.
uint32_t conv_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                           uint32_t b) {
    enum { LANE_GROUPS = 32, TILE_THREADS = 128 * 1024, MIN_VOXELS = 64, MAX_PARTIALS = 1 << 24 };
    struct weight_tile tile = weight_tile_of(target, conv_taps(g), a, b);
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1], weights = (uint64_t)conv_taps(g) * a * b;
    if (target->family == OP_FAMILY_LANE) {
        uint64_t parts = rt_div_up(LANE_GROUPS, tile.blocks);
        return (uint32_t)(parts > rows ? rows : parts);
    }
    uint64_t parts = rt_div_up(TILE_THREADS, tile.blocks * tile.threads);
    uint64_t most = rt_div_up(rows * g->small[2], MIN_VOXELS), room = rt_div_up(MAX_PARTIALS, weights);
    parts = parts > most ? most : parts;
    return (uint32_t)(parts > room ? room : parts);
}

void conv_tiling_weight(const struct op_target *target, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        enum conv_source big, struct op_launch *launch) {
    struct weight_tile tile = weight_tile_of(target, conv_taps(g), a, b);
    launch->local[0] = tile.threads;
    launch->groups = conv_weight_parts(target, g, a, b) * tile.blocks;
    if (target->family == OP_FAMILY_COOP) {
        struct conv_coop_tile coop = coop_weight_tile(target, conv_taps(g), a, b);
        conv_coop_shape(target, &coop, launch);
        add_spec(launch, big == CONV_GRADIENT);
        for (int i = 0; i < 3; i++)
            add_spec(launch, g->small[i]);
        return;
    }
    if (target->family == OP_FAMILY_TILE) {
        add_spec(launch, tile.a);
        add_spec(launch, tile.b);
        add_spec(launch, slab_depth(target));
        add_spec(launch, tile.per_invocation);
        for (int i = 0; i < 3; i++)
            add_spec(launch, g->small[i]);
        return;
    }
    add_spec(launch, target->subgroup_size);
    add_spec(launch, tile.a);
    add_spec(launch, tile.pairs >= 3 ? 1 : 2); // voxels per step: see shape_lane_gather on code size
    add_spec(launch, tile.pairs);
}

// Chooses tiles, teams, splits and parts of a convolution for a GPU (family `tile`).
#include "shaders/conv/conv_tiling_tile.h"

#include "runtime/align.h"

enum { SHARED_BYTES = 16384 }; // what every device has

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t channels_of_tile(uint32_t b, uint32_t limit) {
    if (limit >= 64 && b > 32 && (b <= 48 || b == 96)) // 64 would leave a quarter idle
        return 48;
    return least(b > 32 ? 64 : b > 16 ? 32 : 16, limit);
}

// --- gather

// A workgroup's tile and an invocation's part of it, the teams that share its sums, and how many of the input's
// channels a team takes from one slab.
struct gather_tile {
    uint32_t voxels, channels, voxels_each, channels_each, teams, depth;
};

static uint32_t gather_threads(const struct gather_tile *t) {
    return t->teams * (t->voxels / t->voxels_each) * (t->channels / t->channels_each);
}

// As conv_gather_tile.comp lays it out.
static uint32_t gather_shared_bytes(const struct gather_tile *t) {
    uint32_t depth4 = t->teams * t->depth / 4, row = depth4 < 8 ? depth4 : depth4 + 1;
    uint32_t slab = t->voxels * row + depth4 * t->channels, sums = t->teams / 2 * t->voxels * t->channels / 4;
    return (slab > sums ? slab : sums) * 16 + t->voxels * 4;
}

// Few teams where the input has few channels; as deep a slab as an invocation can carry from memory in four
// loads of four floats: more would fill its registers. A CPU device's compiler takes seconds for deep unrolled
// code, and a CPU device runs this family for its tests only.
static bool fit_gather_depth(const struct op_target *target, uint32_t a, struct gather_tile *t) {
    while (t->teams > 1 && a % (4 * t->teams) != 0)
        t->teams /= 2;
    uint32_t most = target->cpu ? 4 : 16;
    for (t->depth = conv_chunk(a / t->teams, most);; t->depth = conv_chunk(a / t->teams, t->depth - 4)) {
        uint32_t loads = (uint32_t)rt_div_up(t->voxels * t->teams * t->depth / 4, gather_threads(t));
        if (loads <= 4 && gather_shared_bytes(t) <= SHARED_BYTES)
            break;
        if (t->depth == 4)
            return false;
    }
    return gather_threads(t) <= target->max_invocations;
}

// Large tiles make the most of every load; small ones give work to every part of a GPU when voxels are few,
// and then several teams share one tile's sums: a sum's length is what such a layer waits for.
static struct gather_tile choose_gather_tile(const struct op_target *target, uint64_t class_size,
                                             uint32_t classes, uint32_t a, uint32_t b) {
    uint64_t enough = target->cpu ? 2 : 256; // a CPU device runs tests: they meet every tile
    uint32_t widest = channels_of_tile(b, target->max_invocations >= 256 ? 64 : 32);
    const struct gather_tile tiles[] = {
        {128, widest, 8, 4, 1, 0}, {64, widest, 4, 4, 1, 0}, {32, channels_of_tile(b, 32), 8, 4, 4, 0}};
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        struct gather_tile tile = tiles[i];
        uint64_t groups = classes * rt_div_up(class_size, tile.voxels) * rt_div_up(b, tile.channels);
        if (groups >= enough && fit_gather_depth(target, a, &tile))
            return tile;
    }
    struct gather_tile smallest = {16, 16, 4, 4, 8, 0};
    fit_gather_depth(target, a, &smallest);
    return smallest;
}

struct gather_plan {
    struct gather_tile tile;
    uint32_t splits;
    uint64_t groups; // of one split
};

// Splits where few workgroups would add for long: the first layer behind a vector has a row of tens of
// thousands of numbers per output. `room`: floats for the partial sums.
static struct gather_plan plan_gather(const struct op_target *target, const struct conv_geometry *g,
                                      bool transposed, uint32_t a, uint32_t b, uint64_t room) {
    enum { FEW_GROUPS = 128, LONG_ROUNDS = 64 };
    uint64_t size = conv_class_voxels(g, transposed);
    uint32_t classes = conv_class_count(g, transposed);
    struct gather_plan plan = {.tile = choose_gather_tile(target, size, classes, a, b)};
    plan.groups = classes * rt_div_up(size, plan.tile.voxels) * rt_div_up(b, plan.tile.channels);
    uint64_t rounds = conv_slab_count(g, transposed, a, plan.tile.depth * plan.tile.teams);
    uint64_t splits = rounds * 4 / LONG_ROUNDS, most = room / conv_dst_count(g, transposed, b);
    splits = splits > CONV_MAX_SPLITS ? CONV_MAX_SPLITS : splits;
    splits = splits > most ? most : splits;
    bool split = g->dtype == OP_F32 && plan.groups < FEW_GROUPS && rounds >= LONG_ROUNDS && splits > 1;
    plan.splits = split ? (uint32_t)splits : 1;
    return plan;
}

struct conv_gather_grid conv_tile_gather(const struct op_target *target, const struct conv_geometry *g,
                                         bool transposed, uint32_t a, uint32_t b, uint64_t room,
                                         struct op_launch *launch) {
    struct gather_plan plan = plan_gather(target, g, transposed, a, b, room);
    const struct gather_tile *tile = &plan.tile;
    launch->local[0] = gather_threads(tile);
    launch->groups = plan.groups * plan.splits;
    add_spec(launch, tile->voxels);
    add_spec(launch, tile->channels);
    add_spec(launch, tile->depth);
    add_spec(launch, tile->voxels_each);
    add_spec(launch, tile->channels_each);
    add_spec(launch, tile->teams);
    add_spec(launch, 1); // buffers
    uint64_t tiles = rt_div_up(conv_class_voxels(g, transposed), tile->voxels);
    return (struct conv_gather_grid){(uint32_t)tiles, plan.splits};
}

// --- the weight gradient

// The block of the weight that one workgroup computes, `a` of taps x a, by b; an invocation's part of it; and
// the voxels of a slab.
struct weight_tile {
    uint32_t a, b, a_each, b_each, voxels, threads;
    uint64_t blocks; // that cover the weight
};

// A slab lies in one row: as long as a row, but no longer than four loads of an invocation.
static uint32_t weight_voxels(const struct op_target *target, uint32_t width, const struct weight_tile *t) {
    uint32_t voxels = target->cpu ? 4 : 16;
    while (voxels > 4 && (width % voxels != 0 || rt_div_up(voxels * t->a / 4, t->threads) > 4))
        voxels /= 2;
    return voxels;
}

static struct weight_tile choose_weight_tile(const struct op_target *target, const struct conv_geometry *g,
                                             uint32_t a, uint32_t b) {
    uint64_t rows = (uint64_t)conv_taps(g) * a;
    struct weight_tile tile = {.a = rows > 64   ? 128
                                    : rows > 32 ? 64
                                                : 32,
                               .b = channels_of_tile(b, 64),
                               .b_each = 4};
    tile.a_each = tile.a >= 64 ? 8 : 4;
    while (tile.a / tile.a_each * tile.b / tile.b_each > target->max_invocations)
        tile.a /= 2;
    tile.threads = tile.a / tile.a_each * tile.b / tile.b_each;
    tile.blocks = rt_div_up(rows, tile.a) * rt_div_up(b, tile.b);
    tile.voxels = weight_voxels(target, g->small[2], &tile);
    return tile;
}

struct conv_geometry conv_tile_weight_geometry(const struct conv_geometry *g) {
    struct conv_geometry flat = *g;
    for (int i = 0; i < 3; i++)
        if (g->kernel[i] != 1 || g->stride[i] != 1 || g->padding[i] != 0)
            return flat;
    flat.n = 1;
    flat.small[0] = flat.small[1] = flat.big[0] = flat.big[1] = 1;
    flat.small[2] = flat.big[2] = (uint32_t)conv_small_voxels(g);
    return flat;
}

// A GPU wants some hundred thousand invocations, and no part shorter than its own overhead.
uint32_t conv_tile_parts(const struct conv_geometry *g, uint64_t invocations, uint64_t weights) {
    enum { ENOUGH = 128 * 1024, MIN_VOXELS = 64, MAX_PARTIALS = 1 << 24 };
    uint64_t parts = rt_div_up(ENOUGH, invocations);
    uint64_t most = rt_div_up(conv_small_voxels(g), MIN_VOXELS), room = rt_div_up(MAX_PARTIALS, weights);
    parts = parts > most ? most : parts;
    return (uint32_t)(parts > room ? room : parts);
}

uint32_t conv_tile_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                                uint32_t b) {
    struct conv_geometry flat = conv_tile_weight_geometry(g);
    struct weight_tile tile = choose_weight_tile(target, &flat, a, b);
    return conv_tile_parts(&flat, tile.blocks * tile.threads, (uint64_t)conv_taps(g) * a * b);
}

void conv_tile_weight(const struct op_target *target, const struct conv_geometry *g, uint32_t a, uint32_t b,
                      struct op_launch *launch) {
    struct weight_tile tile = choose_weight_tile(target, g, a, b);
    launch->local[0] = tile.threads;
    launch->groups = conv_tile_weight_parts(target, g, a, b) * tile.blocks;
    add_spec(launch, tile.a);
    add_spec(launch, tile.b);
    add_spec(launch, tile.voxels);
    add_spec(launch, tile.a_each);
    add_spec(launch, tile.b_each);
    add_spec(launch, 1); // buffers
    add_spec(launch, g->small[2] % tile.voxels != 0);
}

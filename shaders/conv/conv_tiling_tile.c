// Chooses tiles, teams, splits and parts of a convolution for a GPU (family `tile`).
#include "shaders/conv/conv_tiling_tile.h"

#include "runtime/align.h"

#include <string.h>

enum { SHARED_BYTES = 16384 }; // what every device has

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

// What the registers of a make of GPU hold, as compilers count them: RADV for GCN (three waves of eight
// with the 84 registers that these shapes take) and RDNA, NVK for NVIDIA's Pascal and Turing, ANV for
// Intel's (no value leaves its registers); tests/drivers/ measures it. The sums of an invocation are 16,
// 32 or 64 registers, every load that it carries from memory to a slab four.
struct makes {
    uint32_t loads;      // that an invocation carries beside 32 sums
    uint32_t few_loads;  // beside 16
    uint32_t rows;       // voxels of an invocation of a tile of 48 channels or fewer
    uint32_t halo_loads; // from a block, 0: the block's kernel is not for this make
    uint32_t most_each;  // channels of an invocation, where it may have 64 sums
    bool ahead;          // a block's next round is loaded while one is multiplied
    bool unrolled;       // a block's four channels are
    uint32_t buffers;    // slabs of the weight gradient
};

static const struct makes makes[OP_GPU_COUNT] = {
    // Nothing is known of the others' registers.
    [OP_GPU_OTHER] = {.loads = 3, .few_loads = 4, .rows = 8, .halo_loads = 0, .most_each = 4, .buffers = 1},
    [OP_GPU_NVIDIA] = {.loads = 6,
                       .few_loads = 6,
                       .rows = 8,
                       .halo_loads = 6,
                       .most_each = 8,
                       .ahead = true,
                       .unrolled = true,
                       .buffers = 2},
    [OP_GPU_RDNA] = {.loads = 5,
                     .few_loads = 5,
                     .rows = 8,
                     .halo_loads = 4,
                     .most_each = 8,
                     .ahead = true,
                     .unrolled = true,
                     .buffers = 2},
    [OP_GPU_GCN] = {.loads = 3,
                    .few_loads = 4,
                    .rows = 8,
                    .halo_loads = 3,
                    .most_each = 4,
                    .unrolled = true,
                    .buffers = 1},
    [OP_GPU_INTEL] = {.loads = 2, .few_loads = 4, .rows = 4, .halo_loads = 3, .most_each = 4, .buffers = 1},
};

// A CPU device runs this family for its tests only: they meet every make's tiles.
static enum op_gpu make_of(const struct op_target *target, uint32_t a, uint32_t b) {
    return target->cpu ? (enum op_gpu)((a / 4 + b / 4) % OP_GPU_COUNT) : target->gpu;
}

static uint32_t channels_of_tile(uint32_t b, uint32_t limit) {
    if (limit >= 64 && b > 32 && (b <= 48 || b == 96)) // 64 would leave a quarter idle
        return 48;
    return least(b > 32 ? 64 : b > 16 ? 32 : 16, limit);
}

// Two workgroups of a unit at least.
static uint32_t shared_limit(const struct op_target *target) {
    return target->max_shared_bytes < 32768 ? SHARED_BYTES : 24576;
}

// Unrolled code of deep slabs takes a CPU device's compiler seconds.
static uint32_t deepest_slab(const struct op_target *target) {
    return target->cpu ? 4 : 16;
}

static uint64_t enough_groups(const struct op_target *target) {
    return target->cpu ? 2 : 256;
}

// --- gather: tiles of voxels, slabs of channels

// A workgroup's tile and an invocation's part of it, the teams that share its sums, and how many of the
// input's channels a team takes from one slab.
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

static uint32_t gather_loads(const struct gather_tile *t) {
    uint32_t depth4 = t->teams * t->depth / 4, threads = gather_threads(t);
    return (uint32_t)(rt_div_up(t->voxels * depth4, threads) + rt_div_up(depth4 * t->channels, threads));
}

// Few teams where the input has few channels, and as deep a slab as registers and shared memory hold.
static bool fit_gather(const struct op_target *target, uint32_t a, uint32_t b, struct gather_tile *t) {
    const struct makes *make = &makes[make_of(target, a, b)];
    uint32_t sums = t->voxels_each * t->channels_each, loads = sums > 16 ? make->loads : make->few_loads;
    while (t->teams > 1 && a % (4 * t->teams) != 0)
        t->teams /= 2;
    t->depth = conv_chunk(a / t->teams, deepest_slab(target));
    while (t->depth > 4 && (gather_loads(t) > loads || gather_shared_bytes(t) > SHARED_BYTES))
        t->depth = conv_chunk(a / t->teams, t->depth - 4);
    return gather_shared_bytes(t) <= SHARED_BYTES && gather_threads(t) <= target->max_invocations;
}

// --- gather: blocks with their border

struct gather_block {
    uint32_t size[3]; // d, h, w
    uint32_t channels, channels_each;
    bool ahead, unrolled;
};

static uint32_t block_threads(const struct gather_block *block) {
    return block->size[0] * block->size[1] * block->size[2] / 8 * (block->channels / block->channels_each);
}

// Taps of one class along an axis.
static uint32_t axis_taps(const struct conv_geometry *g, bool transposed, int axis) {
    return transposed ? g->kernel[axis] / g->stride[axis] : g->kernel[axis];
}

// As conv_gather_halo.comp lays it out; `halo`: voxels of the block with its border.
static uint32_t block_shared_bytes(const struct conv_geometry *g, bool transposed,
                                   const struct gather_block *block, uint32_t *halo) {
    uint32_t border[3];
    for (int i = 0; i < 3; i++)
        border[i] = block->size[i] + axis_taps(g, transposed, i) - 1;
    uint32_t rows = border[0] * border[1];
    uint32_t weights = axis_taps(g, transposed, 1) * axis_taps(g, transposed, 2) * block->channels;
    *halo = rows * border[2];
    return rows * (uint32_t)rt_align_up(border[2], 4) * 16 + weights * 16;
}

static uint64_t block_count(const struct conv_geometry *g, bool transposed, const uint32_t size[3]) {
    uint64_t count = g->n;
    for (int i = 0; i < 3; i++)
        count *= rt_div_up(transposed ? rt_div_up(g->big[i], g->stride[i]) : g->small[i], size[i]);
    return count;
}

// Stride 1 in what is read, taps to share, and blocks that clips fill.
static bool block_possible(const struct op_target *target, const struct conv_geometry *g, bool transposed,
                           const struct gather_block *block) {
    uint32_t taps = 1;
    for (int i = 0; i < 3; i++) {
        if (transposed ? g->kernel[i] % g->stride[i] != 0 : g->stride[i] != 1)
            return false;
        taps *= axis_taps(g, transposed, i);
    }
    uint64_t filled = conv_class_voxels(g, transposed);
    uint64_t covered =
        block_count(g, transposed, block->size) * block->size[0] * block->size[1] * block->size[2];
    return taps >= 8 && (target->cpu || filled * 4 >= covered * 3);
}

static bool fit_block(const struct op_target *target, const struct conv_geometry *g, bool transposed,
                      uint32_t a, uint32_t b, struct gather_block *block) {
    const struct makes *make = &makes[make_of(target, a, b)];
    uint32_t halo, bytes = block_shared_bytes(g, transposed, block, &halo), threads = block_threads(block);
    uint32_t most =
        target->max_shared_bytes < 32768 ? SHARED_BYTES : 24576; // two workgroups of a unit at least
    block->ahead = make->ahead;
    block->unrolled = make->unrolled;
    return block_possible(target, g, transposed, block) && bytes <= most &&
           threads <= target->max_invocations && rt_div_up(halo, threads) <= make->halo_loads;
}

// The largest of these that fits and leaves enough workgroups, or the smallest that fits: the border of a
// large block is a smaller part of it.
static bool choose_block(const struct op_target *target, const struct conv_geometry *g, bool transposed,
                         uint32_t a, uint32_t b, struct gather_block *block) {
    static const uint32_t sizes[][3] = {{4, 8, 16},  {2, 16, 16}, {4, 8, 8}, {2, 8, 16},
                                        {1, 16, 16}, {2, 8, 8},   {1, 8, 16}};
    uint64_t blocks = (uint64_t)conv_class_count(g, transposed) * rt_div_up(b, block->channels), groups = 0;
    struct gather_block next = *block;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && groups < enough_groups(target); i++) {
        memcpy(next.size, sizes[i], sizeof next.size);
        if (block_threads(&next) > 256 || !fit_block(target, g, transposed, a, b, &next))
            continue;
        *block = next;
        groups = blocks * block_count(g, transposed, next.size);
    }
    return groups > 0;
}

// --- gather: what is best

struct gather_plan {
    bool blocks; // conv_gather_halo.comp, by `block`; else conv_gather_tile.comp, by `tile`
    struct gather_block block;
    struct gather_tile tile;
    uint32_t splits;
    uint64_t tiles, groups; // tiles: of one class; groups: of one split
};

struct gather_shape {
    const struct op_target *target;
    const struct conv_geometry *g;
    bool transposed;
    uint32_t a, b;
};

static bool plan_block(const struct gather_shape *s, uint32_t each, struct gather_plan *plan) {
    const struct makes *make = &makes[make_of(s->target, s->a, s->b)];
    uint32_t channels = channels_of_tile(s->b, 64);
    // A GPU that can carry little takes 48 channels 16 at a time, which fill 256 invocations with fewer
    // loads each.
    if (channels == 48 && make->halo_loads <= 3)
        channels = 16;
    *plan = (struct gather_plan){
        .blocks = true, .splits = 1, .block = {.channels = channels, .channels_each = each}};
    if (each > make->most_each || !choose_block(s->target, s->g, s->transposed, s->a, s->b, &plan->block))
        return false;
    plan->tiles = block_count(s->g, s->transposed, plan->block.size);
    plan->groups =
        plan->tiles * conv_class_count(s->g, s->transposed) * rt_div_up(s->b, plan->block.channels);
    return true;
}

static void count_tile_groups(const struct gather_shape *s, struct gather_plan *plan) {
    plan->tiles = rt_div_up(conv_class_voxels(s->g, s->transposed), plan->tile.voxels);
    plan->groups = plan->tiles * conv_class_count(s->g, s->transposed) * rt_div_up(s->b, plan->tile.channels);
}

static bool plan_tile(const struct gather_shape *s, struct gather_tile tile, struct gather_plan *plan) {
    *plan = (struct gather_plan){.tile = tile, .splits = 1};
    count_tile_groups(s, plan);
    return fit_gather(s->target, s->a, s->b, &plan->tile);
}

enum { MOST_PLANS = 6 };

// All that fit, the largest first.
static uint32_t list_plans(const struct gather_shape *s, struct gather_plan plans[MOST_PLANS]) {
    const struct makes *make = &makes[make_of(s->target, s->a, s->b)];
    uint32_t count = 0, widest = channels_of_tile(s->b, s->target->max_invocations >= 256 ? 64 : 32);
    uint32_t rows = widest > 48 ? 8 : make->rows, narrow = channels_of_tile(s->b, 32);
    const struct gather_tile tiles[] = {
        {.voxels = 128, .channels = widest, .voxels_each = rows, .teams = 1},
        {.voxels = 64, .channels = widest, .voxels_each = 4, .teams = 1},
        {.voxels = 32, .channels = narrow, .voxels_each = make->rows, .teams = 4},
        {.voxels = 16, .channels = 16, .voxels_each = 4, .teams = 8}};
    for (uint32_t each = 8; each >= 4; each -= 4)
        count += plan_block(s, each, &plans[count]);
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        struct gather_tile tile = tiles[i];
        tile.channels_each = 4;
        count += plan_tile(s, tile, &plans[count]);
    }
    return count;
}

// Large tiles make the most of every load; small ones give work to every part of a GPU when voxels are few,
// and then several teams share one tile's sums: a sum's length is what such a layer waits for.
static struct gather_plan best_plan(const struct gather_shape *s) {
    struct gather_plan plans[MOST_PLANS];
    uint32_t count = list_plans(s, plans), best = 0;
    while (best + 1 < count && plans[best].groups < enough_groups(s->target))
        best++;
    return plans[best];
}

// Splits where few workgroups would add for long: the first layer behind a vector has a row of tens of
// thousands of numbers per output. `room`: floats for the partial sums.
static uint32_t choose_splits(const struct gather_shape *s, const struct gather_plan *plan, uint64_t room) {
    enum { FEW_GROUPS = 128, LONG_ROUNDS = 64 };
    if (plan->blocks || s->g->dtype != OP_F32 || plan->groups >= FEW_GROUPS)
        return 1;
    uint64_t rounds = conv_slab_count(s->g, s->transposed, s->a, plan->tile.depth * plan->tile.teams);
    uint64_t splits = rounds * 4 / LONG_ROUNDS, most = room / conv_dst_count(s->g, s->transposed, s->b);
    splits = splits > CONV_MAX_SPLITS ? CONV_MAX_SPLITS : splits;
    splits = splits > most ? most : splits;
    return rounds >= LONG_ROUNDS && splits > 1 ? (uint32_t)splits : 1;
}

static void shape_block(const struct gather_block *block, enum op_dtype dtype, struct op_launch *launch) {
    launch->kernel = KERNEL_FOR(dtype, conv_gather_halo);
    launch->local[0] = block_threads(block);
    for (int i = 0; i < 3; i++)
        add_spec(launch, block->size[i]);
    add_spec(launch, block->channels);
    add_spec(launch, block->channels_each);
    add_spec(launch, block->ahead);
    add_spec(launch, block->unrolled);
}

static void shape_tile(const struct gather_tile *tile, struct op_launch *launch) {
    launch->local[0] = gather_threads(tile);
    add_spec(launch, tile->voxels);
    add_spec(launch, tile->channels);
    add_spec(launch, tile->depth);
    add_spec(launch, tile->voxels_each);
    add_spec(launch, tile->channels_each);
    add_spec(launch, tile->teams);
}

// --- gather: what else would do

static bool vary_block(const struct gather_shape *s, uint32_t choice, struct gather_plan *plan) {
    bool ahead = choice == 2 ? plan->block.ahead : !plan->block.ahead;
    if (choice > 1 && !plan_block(s, plan->block.channels_each == 4 ? 8 : 4, plan))
        return false;
    plan->block.ahead = ahead;
    return true;
}

static bool vary_tile(const struct gather_shape *s, uint32_t choice, struct gather_plan *plan) {
    struct gather_tile *tile = &plan->tile;
    if (choice == 1 && tile->teams == 1 && tile->depth % 8 == 0)
        tile->depth /= 2;
    else if (choice == 2)
        tile->voxels_each = 12 - tile->voxels_each;
    else if (choice == 3 && tile->teams == 1)
        tile->voxels = 192 - tile->voxels;
    else if (choice == 3 && tile->channels == 32)
        tile->channels = 16;
    else
        return false;
    count_tile_groups(s, plan);
    return gather_shared_bytes(tile) <= SHARED_BYTES && gather_threads(tile) <= s->target->max_invocations &&
           gather_loads(tile) <= 8;
}

// The best plan, and others that add in the same order: every choice gives the same bits.
static uint32_t list_choices(const struct gather_shape *s, struct gather_plan plans[CONV_MAX_CHOICES]) {
    uint32_t count = 1;
    plans[0] = best_plan(s);
    for (uint32_t choice = 1; choice < CONV_MAX_CHOICES; choice++) {
        plans[count] = plans[0];
        count += plans[0].blocks ? vary_block(s, choice, &plans[count]) : vary_tile(s, choice, &plans[count]);
    }
    return count;
}

uint32_t conv_tile_gather_choices(const struct op_target *target, const struct conv_geometry *g,
                                  bool transposed, uint32_t a, uint32_t b) {
    struct gather_plan plans[CONV_MAX_CHOICES];
    return list_choices(
        &(struct gather_shape){.target = target, .g = g, .transposed = transposed, .a = a, .b = b}, plans);
}

struct conv_gather_grid conv_tile_gather(const struct op_target *target, const struct conv_geometry *g,
                                         bool transposed, uint32_t a, uint32_t b, uint64_t room,
                                         uint32_t choice, struct op_launch *launch) {
    struct gather_shape shape = {.target = target, .g = g, .transposed = transposed, .a = a, .b = b};
    struct gather_plan plans[CONV_MAX_CHOICES];
    uint32_t count = list_choices(&shape, plans);
    uint32_t splits = choose_splits(&shape, &plans[0], room);
    struct gather_plan *plan = &plans[choice < count && splits == 1 ? choice : 0]; // splits are cut at slabs
    plan->splits = splits;
    if (plan->blocks)
        shape_block(&plan->block, g->dtype, launch);
    else
        shape_tile(&plan->tile, launch);
    launch->groups = plan->groups * plan->splits;
    return (struct conv_gather_grid){(uint32_t)plan->tiles, plan->splits};
}

// --- the weight gradient

// The block of the weight that one workgroup computes, `a` of taps x a, by b; an invocation's part of it; and
// the voxels of a slab.
struct weight_tile {
    uint32_t a, b, a_each, b_each, voxels, buffers, threads;
    uint64_t blocks; // that cover the weight
};

static uint32_t weight_shared_bytes(const struct weight_tile *t) {
    return t->buffers * t->voxels * (t->a + t->b) * 4;
}

// A slab lies in one row: as long as a row, but no longer than four loads of an invocation.
static uint32_t weight_voxels(const struct op_target *target, uint32_t width, const struct weight_tile *t) {
    uint32_t voxels = deepest_slab(target);
    while (voxels > 4 && (width % voxels != 0 || rt_div_up(voxels * t->a / 4, t->threads) > 4))
        voxels /= 2;
    return voxels;
}

static struct weight_tile choose_weight_tile(const struct op_target *target, const struct conv_geometry *g,
                                             uint32_t a, uint32_t b) {
    const struct makes *make = &makes[make_of(target, a, b)];
    uint64_t rows = (uint64_t)conv_taps(g) * a;
    struct weight_tile tile = {.a = rows > 64   ? 128
                                    : rows > 32 ? 64
                                                : 32,
                               .b = channels_of_tile(b, 64),
                               .b_each = 4,
                               .buffers = make->buffers};
    tile.a_each = tile.a >= 64 ? 8 : 4;
    while (tile.a / tile.a_each * tile.b / tile.b_each > target->max_invocations)
        tile.a /= 2;
    tile.threads = tile.a / tile.a_each * tile.b / tile.b_each;
    tile.blocks = rt_div_up(rows, tile.a) * rt_div_up(b, tile.b);
    tile.voxels = weight_voxels(target, g->small[2], &tile);
    if (weight_shared_bytes(&tile) > shared_limit(target))
        tile.buffers = 1;
    return tile;
}

// The best tile, and others that add in the same order: every choice gives the same bits.
static uint32_t list_weight_choices(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                                    uint32_t b, struct weight_tile tiles[CONV_MAX_CHOICES]) {
    uint32_t count = 1;
    tiles[0] = choose_weight_tile(target, g, a, b);
    for (uint32_t choice = 1; choice < CONV_MAX_CHOICES; choice++) {
        struct weight_tile tile = tiles[0];
        if (choice != 2)
            tile.buffers = 3 - tile.buffers;
        if (choice != 1)
            tile.b_each = 8;
        tile.threads = tile.a / tile.a_each * tile.b / tile.b_each;
        if (weight_shared_bytes(&tile) <= shared_limit(target))
            tiles[count++] = tile;
    }
    return count;
}

uint32_t conv_tile_weight_choices(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                                  uint32_t b) {
    struct weight_tile tiles[CONV_MAX_CHOICES];
    return list_weight_choices(target, g, a, b, tiles);
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
                      uint32_t choice, struct op_launch *launch) {
    struct weight_tile tiles[CONV_MAX_CHOICES];
    uint32_t count = list_weight_choices(target, g, a, b, tiles);
    struct weight_tile tile = tiles[choice < count ? choice : 0];
    launch->local[0] = tile.threads;
    launch->groups = conv_tile_weight_parts(target, g, a, b) * tile.blocks;
    add_spec(launch, tile.a);
    add_spec(launch, tile.b);
    add_spec(launch, tile.voxels);
    add_spec(launch, tile.a_each);
    add_spec(launch, tile.b_each);
    add_spec(launch, tile.buffers);
    add_spec(launch, g->small[2] % tile.voxels != 0);
}

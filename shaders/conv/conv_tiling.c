// Chooses the shape of a convolution's kernels for a device: families `lane` and `coop` here, `tile` in
// conv_tiling_tile.c.
#include "shaders/conv/conv_tiling.h"

#include "runtime/align.h"
#include "shaders/conv/conv_coop.h"
#include "shaders/conv/conv_tiling_tile.h"

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
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

// Family `coop`. Long sums of few workgroups are split as in family `tile`.
static struct conv_gather_grid shape_coop_gather(const struct op_target *target,
                                                 const struct conv_geometry *g, bool transposed, uint32_t a,
                                                 uint32_t b, enum conv_source src, uint64_t room,
                                                 struct op_launch *launch) {
    enum { FEW_GROUPS = 128, LONG_ROUNDS = 64 };
    uint64_t size = conv_class_voxels(g, transposed), depth = conv_slab_count(g, transposed, a, 1);
    uint32_t classes = conv_class_count(g, transposed);
    struct conv_coop_tile tile = conv_coop_tile(target, CONV_COOP_GATHER, classes, size, b, depth);
    uint64_t groups = classes * rt_div_up(size, tile.m) * rt_div_up(b, tile.n);
    uint64_t rounds = rt_div_up(depth, tile.steps * target->matrix.k), splits = rounds * 8 / LONG_ROUNDS;
    uint64_t most = room / conv_dst_count(g, transposed, b);
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
    if (target->family == OP_FAMILY_COOP)
        return shape_coop_gather(target, g, transposed, a, b, src, room, launch);
    uint64_t class_size = conv_class_voxels(g, transposed);
    uint32_t tile_voxels, tile_channels;
    shape_lane_gather(launch, target, b, class_size, &tile_voxels, &tile_channels);
    uint64_t tiles = rt_div_up(class_size, tile_voxels);
    launch->groups = conv_class_count(g, transposed) * tiles * rt_div_up(b, tile_channels);
    return (struct conv_gather_grid){(uint32_t)tiles, 1};
}

// --- the weight gradient

// The a x b of one tap of the weight that one workgroup of the weight gradient computes.
struct weight_tile {
    uint32_t a, b;
    uint32_t pairs;  // of b channels per lane
    uint64_t blocks; // that cover the weight
};

static struct weight_tile lane_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                           uint32_t b) {
    uint32_t units = (uint32_t)rt_div_up(b, 2 * target->subgroup_size);
    uint32_t pairs = units <= 4 ? units : units % 4 == 0 ? 4 : units % 3 == 0 ? 3 : 2;
    struct weight_tile tile = {.a = conv_chunk(a, 2 * target->subgroup_size),
                               .b = 2 * target->subgroup_size * pairs,
                               .pairs = pairs};
    tile.blocks = taps * rt_div_up(a, tile.a) * rt_div_up(b, tile.b);
    return tile;
}

static struct conv_coop_tile coop_weight_tile(const struct op_target *target, uint32_t taps, uint32_t a,
                                              uint32_t b) {
    enum { LONG = 1024 }; // voxels are many
    return conv_coop_tile(target, CONV_COOP_WEIGHT, LONG, (uint64_t)taps * a, b, LONG);
}

static uint32_t coop_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                                  uint32_t b, uint64_t *blocks) {
    uint64_t rows = (uint64_t)conv_taps(g) * a;
    struct conv_coop_tile tile = coop_weight_tile(target, conv_taps(g), a, b);
    *blocks = rt_div_up(rows, tile.m) * rt_div_up(b, tile.n);
    return conv_tile_parts(g, *blocks * tile.threads, rows * b);
}

// Parts of the voxels (family lane: of the rows) that are summed apart, so that there is enough parallel
// work.
uint32_t conv_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                           uint32_t b) {
    enum { LANE_GROUPS = 32 };
    uint64_t blocks;
    if (target->family == OP_FAMILY_COOP)
        return coop_weight_parts(target, g, a, b, &blocks);
    if (target->family == OP_FAMILY_TILE)
        return conv_tile_weight_parts(target, g, a, b);
    struct weight_tile tile = lane_weight_tile(target, conv_taps(g), a, b);
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1], parts = rt_div_up(LANE_GROUPS, tile.blocks);
    return (uint32_t)(parts > rows ? rows : parts);
}

void conv_tiling_weight(const struct op_target *target, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        enum conv_source big, struct op_launch *launch) {
    if (target->family == OP_FAMILY_COOP) {
        uint64_t blocks, parts = coop_weight_parts(target, g, a, b, &blocks);
        struct conv_coop_tile tile = coop_weight_tile(target, conv_taps(g), a, b);
        conv_coop_shape(target, &tile, launch);
        add_spec(launch, big == CONV_GRADIENT);
        for (int i = 0; i < 3; i++)
            add_spec(launch, g->small[i]);
        launch->groups = parts * blocks;
        return;
    }
    struct weight_tile tile = lane_weight_tile(target, conv_taps(g), a, b);
    launch->local[0] = target->subgroup_size;
    launch->groups = conv_weight_parts(target, g, a, b) * tile.blocks;
    add_spec(launch, target->subgroup_size);
    add_spec(launch, tile.a);
    add_spec(launch, tile.pairs >= 3 ? 1 : 2); // voxels per step: see shape_lane_gather on code size
    add_spec(launch, tile.pairs);
}

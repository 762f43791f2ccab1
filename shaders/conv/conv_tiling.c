// Chooses the shape of a convolution's kernels for a device: family `coop` here, `lane` in conv_tiling_lane.c,
// `tile` in conv_tiling_tile.c.
#include "shaders/conv/conv_tiling.h"

#include "runtime/align.h"
#include "shaders/conv/conv_coop.h"
#include "shaders/conv/conv_tiling_lane.h"
#include "shaders/conv/conv_tiling_tile.h"

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

// --- gather

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
    return conv_lane_gather(target, g, transposed, a, b, launch);
}

// --- the weight gradient

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

uint32_t conv_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                           uint32_t b) {
    uint64_t blocks;
    if (target->family == OP_FAMILY_COOP)
        return coop_weight_parts(target, g, a, b, &blocks);
    if (target->family == OP_FAMILY_TILE)
        return conv_tile_weight_parts(target, g, a, b);
    return conv_lane_weight_parts(target, g, a, b);
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
    conv_lane_weight(target, g, a, b, launch);
}

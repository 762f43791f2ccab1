// Chooses tiles and parts of the weight gradient for a GPU (family `tile`).
#include "shaders/conv/conv_tiling_tile.h"

#include "runtime/align.h"
#include "shaders/conv/conv_make.h"

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

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
    uint32_t voxels = conv_make_slab(target);
    while (voxels > 4 && (width % voxels != 0 || rt_div_up(voxels * t->a / 4, t->threads) > 4))
        voxels /= 2;
    return voxels;
}

static struct weight_tile choose_weight_tile(const struct op_target *target, const struct conv_geometry *g,
                                             uint32_t a, uint32_t b) {
    const struct conv_make *make = conv_make_of(target, a, b);
    uint64_t rows = (uint64_t)conv_taps(g) * a;
    struct weight_tile tile = {.a = rows > 64   ? 128
                                    : rows > 32 ? 64
                                                : 32,
                               .b = conv_make_channels(b, 64),
                               .b_each = 4,
                               .buffers = make->buffers};
    tile.a_each = tile.a >= 64 ? 8 : 4;
    while (tile.a / tile.a_each * tile.b / tile.b_each > target->max_invocations)
        tile.a /= 2;
    tile.threads = tile.a / tile.a_each * tile.b / tile.b_each;
    tile.blocks = rt_div_up(rows, tile.a) * rt_div_up(b, tile.b);
    tile.voxels = weight_voxels(target, g->small[2], &tile);
    if (weight_shared_bytes(&tile) > conv_make_shared_bytes(target))
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
        if (choice != 1 && conv_make_of(target, a, b)->most_each < 8)
            continue;
        if (choice != 1)
            tile.b_each = 8;
        tile.threads = tile.a / tile.a_each * tile.b / tile.b_each;
        if (weight_shared_bytes(&tile) <= conv_make_shared_bytes(target))
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

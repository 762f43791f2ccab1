// Cuts the tiles of family `coop` into a device's cooperative matrices and subgroups.
#include "shaders/conv/conv_coop.h"

#include "runtime/align.h"

static uint32_t columns_of(uint32_t columns, uint32_t limit) {
    uint32_t wanted = columns > 32 ? 64 : columns > 16 ? 32 : 16;
    return wanted < limit ? wanted : limit;
}

// Sums of an invocation. Intel's subgroups of 8 and 16 spill in the gather with 32; a weight's gradient has
// room for them.
static uint32_t sums_of(const struct op_target *target, enum conv_coop_use use) {
    return target->cpu || (use == CONV_COOP_GATHER && target->subgroup_size < 32) ? 16 : 32;
}

// Deals the tile to subgroups, in blocks as square as can be: then matrices that are loaded serve most
// products. Its sums leave room in the registers for the next slab; 128 invocations share its loads. On a
// CPU, which runs tests, a gather's subgroup has two matrices side by side, and a weight's two below each
// other.
static void deal(const struct op_target *target, enum conv_coop_use use, struct conv_coop_tile *tile) {
    const struct rt_matrix_shape *matrix = &target->matrix;
    uint32_t sums = sums_of(target, use);
    uint32_t lanes = target->subgroup_size, threads = tile->m * tile->n / sums;
    uint32_t least = target->cpu ? lanes : 128;
    threads = threads < least ? least : threads;
    threads = threads > target->max_invocations ? target->max_invocations : threads;
    uint32_t down = 1, across = 1, most = threads / lanes;
    while (2 * down * across <= most) {
        bool fits_down = 2 * down * matrix->m <= tile->m, fits_across = 2 * across * matrix->n <= tile->n;
        uint32_t rows = tile->m / down, columns = tile->n / across;
        bool tall = rows > columns || (rows == columns && use == CONV_COOP_GATHER);
        if (fits_down && (tall || !fits_across))
            down *= 2;
        else if (fits_across)
            across *= 2;
        else
            break;
    }
    tile->subgroups_m = down;
    tile->subgroups_n = across;
    tile->matrices_m = tile->m / (down * matrix->m);
    tile->matrices_n = tile->n / (across * matrix->n);
    tile->threads = down * across * lanes;
}

// A slab as deep as 32, if sums are longer than 16. Intel's subgroups of 8 or 16 have registers for 128
// numbers an invocation: half a slab on its way leaves room for the sums. lavapipe unrolls a product of two
// matrices into some thousand instructions, and takes seconds where a slab holds many: there only short sums
// have two of a slab's.
static uint32_t steps_of(const struct op_target *target, uint64_t depth) {
    uint32_t wanted = target->subgroup_size < 32 || depth <= 16 ? 16 : 32, k = target->matrix.k;
    if (target->cpu && depth > 64)
        wanted = k;
    return wanted > k ? wanted / k : 1;
}

struct conv_coop_tile conv_coop_tile(const struct op_target *target, enum conv_coop_use use,
                                     uint32_t groups_m, uint64_t rows, uint32_t columns, uint64_t depth) {
    uint64_t enough = target->cpu ? 2 : 128; // a CPU device runs tests: they meet several tiles
    uint32_t limit = target->cpu ? 32 : 128, m = limit;
    struct conv_coop_tile tile = {.n = columns_of(columns, target->cpu ? 16 : 64)};
    while (m > 16 && groups_m * rt_div_up(rows, m) * rt_div_up(columns, tile.n) < enough)
        m /= 2;
    tile.m = m;
    tile.steps = steps_of(target, depth);
    deal(target, use, &tile);
    return tile;
}

void conv_coop_shape(const struct op_target *target, const struct conv_coop_tile *tile,
                     struct op_launch *launch) {
    const uint32_t spec[] = {target->matrix.m, target->matrix.n,  target->matrix.k,  tile->matrices_m,
                             tile->matrices_n, tile->subgroups_m, tile->subgroups_n, tile->steps};
    launch->local[0] = tile->threads;
    for (size_t i = 0; i < sizeof spec / sizeof spec[0]; i++)
        launch->spec[launch->spec_count++] = spec[i];
}

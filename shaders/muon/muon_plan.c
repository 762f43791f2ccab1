// Where Muon's matrices lie.
#include "shaders/muon/muon_plan.h"

#include "runtime/align.h"

_Static_assert((int)OP_MUON_MATRICES < 64, "MUON_FIND takes six steps");

static uint64_t square_floats(struct op_muon_matrix m) {
    return rt_align_up((uint64_t)muon_shorter(m) * muon_shorter(m), 64);
}

static uint64_t wide_floats(struct op_muon_matrix m) {
    return muon_tall(m) ? 0 : (uint64_t)m.rows * m.cols;
}

struct muon_floats muon_floats(const struct op_muon *p) {
    struct muon_floats sum = {0};
    for (uint32_t i = 0; i < p->matrices; i++) {
        sum.all += (uint64_t)p->of[i].rows * p->of[i].cols;
        sum.wide += wide_floats(p->of[i]);
        sum.squares += square_floats(p->of[i]);
    }
    return sum;
}

// Those that have an element on the diagonal or above it.
static uint32_t symmetric_tiles(uint32_t n, struct muon_tile tile) {
    uint32_t across = (uint32_t)rt_div_up(n, tile.width), tiles = 0;
    for (uint32_t row = 0; row < n; row += tile.height)
        tiles += across - row / tile.width;
    return tiles;
}

static uint32_t all_tiles(struct op_muon_matrix m, struct muon_tile tile) {
    return (uint32_t)(rt_div_up(m.rows, tile.height) * rt_div_up(m.cols, tile.width));
}

void muon_plan(const struct op_muon *p, struct muon_tile tile, struct muon_matrix *table) {
    struct muon_matrix next = {0};
    for (uint32_t i = 0; i < p->matrices; i++) {
        struct op_muon_matrix m = p->of[i];
        next.rows = m.rows;
        next.cols = m.cols;
        next.n = muon_shorter(m);
        next.longer = muon_longer(m);
        next.scale = (float)muon_step_scale(m);
        table[i] = next;
        next.at += m.rows * m.cols;
        next.turned += (uint32_t)wide_floats(m);
        next.square += (uint32_t)square_floats(m);
        next.symmetric += symmetric_tiles(next.n, tile);
        next.direction += all_tiles(m, tile);
    }
    table[p->matrices] = next;
}

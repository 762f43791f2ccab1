// Private to Muon: its constants, and where each matrix lies in memory and in the grids of its kernels.
#ifndef MOGRAPH_SHADERS_MUON_MUON_PLAN_H
#define MOGRAPH_SHADERS_MUON_MUON_PLAN_H

#include "shaders/muon/muon.h"
#include "shaders/muon/muon_table.h"

#include <math.h>

// Of Jordan et al. 2024: singular values come to lie around 1, between .7 and 1.2, and small ones rise fast.
#define MUON_A 3.4445
#define MUON_B (-4.7750)
#define MUON_C 2.0315

enum { MUON_ROUNDS = 5, MUON_SHORTER_MAX = 1024 };

static inline bool muon_tall(struct op_muon_matrix m) {
    return m.rows >= m.cols;
}

static inline uint32_t muon_shorter(struct op_muon_matrix m) {
    return muon_tall(m) ? m.cols : m.rows;
}

static inline uint32_t muon_longer(struct op_muon_matrix m) {
    return muon_tall(m) ? m.rows : m.cols;
}

static inline double muon_step_scale(struct op_muon_matrix m) {
    return (m.lr_scale > 0.0f ? (double)m.lr_scale : 1.0) * 0.2 * sqrt((double)muon_longer(m));
}

// What a workgroup of the products computes: height x width elements.
struct muon_tile {
    uint32_t height, width;
};

// Floats in all: of the matrices, of those that are wide, of n x n matrices.
struct muon_floats {
    uint64_t all, wide, squares;
};
struct muon_floats muon_floats(const struct op_muon *params);

// Fills in a record for each matrix, and one behind them with the totals.
void muon_plan(const struct op_muon *params, struct muon_tile tile, struct muon_matrix *table);

#endif

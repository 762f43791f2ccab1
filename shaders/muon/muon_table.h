// The matrices of a step, as kernels find them: C and GLSL. A table has a record for each and one behind
// them, whose firsts are the totals.
#ifndef MOGRAPH_SHADERS_MUON_MUON_TABLE_H
#define MOGRAPH_SHADERS_MUON_MUON_TABLE_H

#include "shaders/common/push.h"

// Numbers of floats and tiles, from the first matrix on: where this one begins.
struct muon_matrix {
    UINT rows;
    UINT cols;
    UINT n;         // the shorter side
    UINT longer;    // the other
    UINT at;        // floats of parameters, momenta, x
    UINT turned;    // floats of x transposed; only wide matrices have any
    UINT square;    // floats of an n x n matrix
    UINT symmetric; // tiles on and above the diagonal of an n x n matrix
    UINT direction; // tiles of a matrix [rows][cols]
    FLOAT scale;    // of the step
    UINT unused[2];
};

#ifdef GL_core_profile
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer muon_table_buffer {
    muon_matrix of[];
};

// found = the matrix that holds number `item` of those that its record counts by `first`: the last that
// begins there or before.
#define MUON_FIND(found, table, matrices, first, item)                                                       \
    found = 0;                                                                                               \
    for (uint step = 32; step > 0; step /= 2) {                                                              \
        uint next = min(found + step, matrices);                                                             \
        found = muon_table_buffer(table).of[next].first <= (item) ? next : found;                            \
    }
#endif

#endif

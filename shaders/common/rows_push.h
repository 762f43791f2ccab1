// How a tensor [groups][rows][c] is shared out among invocations;
// filled by op_rows_plan (op_rows.h), read by rows.glsl.
#ifndef MOGRAPH_SHADERS_COMMON_ROWS_PUSH_H
#define MOGRAPH_SHADERS_COMMON_ROWS_PUSH_H

#include "shaders/common/push.h"

struct op_rows {
    UINT groups;
    UINT rows;       // rows of a group
    UINT c4;         // groups of four channels
    UINT chunks;     // chunks of rows in a group, each with at least one row
    UINT chunk_rows; // rows of a chunk, the last may have fewer
};

#ifdef GL_core_profile
#define ROWS op_rows
#else
#define ROWS struct op_rows
#endif

#endif

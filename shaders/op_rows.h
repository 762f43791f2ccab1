// Work on tensors [groups][rows][c] where something belongs to a channel: batch_norm (groups 1, rows n d h
// w), film and mean_voxels (groups n, rows d h w). Kernels walk them with common/rows.glsl; sums over rows go
// through partials in a fixed order: every item writes a record, op_rows_merge combines OP_ROWS_FAN records
// into one until at most that many are left, and a last kernel adds those.
#ifndef MOGRAPH_SHADERS_OP_ROWS_H
#define MOGRAPH_SHADERS_OP_ROWS_H

#include "shaders/common/rows_push.h"
#include "shaders/op_launch.h"

enum { OP_ROWS_FAN = 32 };

// Shares the rows out: few long chunks on CPU devices, many on GPUs. c is a multiple of 4; nothing is 0.
struct op_rows op_rows_plan(const struct op_target *target, uint32_t groups, uint32_t rows, uint32_t c);

// Checks a tensor [n][voxels][c]: nothing empty, at most 2^31 - 1 elements. c was checked before.
bool op_check_rows(struct op_refusal *refusal, uint32_t n, uint32_t voxels, uint32_t c);

// The items of a kernel that walks `rows`, for op_launch.items.
static inline uint64_t op_rows_items(const struct op_rows *rows) {
    return (uint64_t)rows->groups * rows->chunks * rows->c4;
}

// Floats of scratch that a reduction with records of `width` floats needs, over all levels.
uint64_t op_rows_scratch(const struct op_rows *rows, uint32_t width);

// The part of the scratch that the items themselves write: [groups][chunks][width].
struct rt_buffer op_rows_records(const struct op_rows *rows, uint32_t width, struct rt_buffer scratch);

// Records that are left to combine: buffer [groups][count][width].
struct op_partials {
    struct rt_buffer buffer;
    uint32_t count; // at most OP_ROWS_FAN
};

// Records the levels of a reduction. `scratch` begins with the records that the items wrote,
// [groups][chunks][width], and has op_rows_scratch floats. `kernel` merges (push_rows_merge): KERNEL_rows_sum
// adds.
struct op_partials op_rows_merge(struct op_recorder *recorder, enum op_kernel kernel,
                                 const struct op_rows *rows, uint32_t width, struct rt_buffer scratch);

// The whole of a sum over rows: merges, and writes factor x the first `first_width` floats of each group's
// sum to `first`, the others to `second` (absent when width == first_width), or adds them there with
// `accumulate`; `total` (may be the zero buffer) takes the sums themselves, [groups][width].
struct op_rows_outputs {
    struct rt_buffer first, second, total;
    uint32_t first_width;
    float factor;
    bool accumulate;
};
void op_rows_sum(struct op_recorder *recorder, const struct op_rows *rows, uint32_t width,
                 struct rt_buffer scratch, const struct op_rows_outputs *outputs);

#endif

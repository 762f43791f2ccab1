// Private to the checks: comparing one output with its reference.
#ifndef MOGRAPH_SHADERS_CHECK_OP_COMPARE_H
#define MOGRAPH_SHADERS_CHECK_OP_COMPARE_H

#include "shaders/op.h"

struct op_difference {
    double error;   // relative; infinite when one side is not finite and the other is
    uint64_t index; // of the worst element
    double got, want;
};

struct op_difference op_compare(const double *got, const double *want, uint64_t count, double scale_floor);

// 1e-6 of the largest input: the scale below which an output counts as zero.
double op_scale_floor(const struct op_signature *signature, double *const *arrays);
// The same for one output: bytes are judged against their whole range, for rounding to the other side is one
// step of 255 in a dark picture, too.
double op_arg_scale_floor(const struct op_arg *arg, double floor);

// The bound for one trial: `wanted`, or the operation's own, or 1e-5; at least 1e-2 where any output is bf16.
double op_tolerance(enum op_id id, const struct op_signature *signature, double wanted);

// What fp16 costs a sum of products, relative to the size of its summands: each of the two factors is rounded
// to 11 bits, by at most 2^-11 of its own size, so a product is off by 2^-10 of its own and the sum by 2^-10
// of the sum of their sizes; fp32 adds its own. Relative to the sum itself it has no bound: summands may
// cancel. Below 2^-14 the steps of fp16 grow no finer: a smaller factor is judged as if it were of that size.
#define OP_HALF_ERROR (1.0 / 1024 + 2e-5)
#define OP_HALF_LEAST (1.0 / 16384)
// The same where every factor is an fp16 number already: products are exact. Matrix units may cut off digits
// where fp32 rounds, once for each 8 or 16 summands: 2^-23 of the sum's size, for some 100 steps.
#define OP_HALF_SUM_ERROR 2e-5

// The largest sum of the sizes of its summands, of each output of an operation with `products`: its reference
// on the inputs' absolute values, none but zeros below `least`, without what is not linear behind the sums,
// times that one's steepest slope. 0 for other arguments. False when memory is out.
bool op_summands(enum op_id id, const void *params, const struct op_signature *signature,
                 double *const *arrays, double least, double sizes[OP_MAX_ARGS]);

#define OP_HALF_MAX 65504.0

// Rounds to what fp16 can hold, to nearest even; larger numbers become its largest.
double op_round_half(double value);

#endif

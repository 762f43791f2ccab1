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

#endif

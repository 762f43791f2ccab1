// One trial of one operation, on the device and by its reference: for tests and `mograph doctor`.
#ifndef MOGRAPH_SHADERS_CHECK_OP_TRIAL_H
#define MOGRAPH_SHADERS_CHECK_OP_TRIAL_H

#include "shaders/op.h"
#include "shaders/op_shapes.h"

// One run of one operation.
struct op_trial {
    enum op_id id;
    const void *params;
    enum op_fill fill;
    uint64_t seed;
    double tolerance; // 0: the operation's own; bf16 storage takes at least 1e-2
    // Family coop: inputs are rounded to fp16 first, so that its products are exact, and the bound is that of
    // fp32 sums: a wrong summand cannot hide behind the rounding of the others.
    bool halves;
};

struct op_trial_result {
    bool passed;
    char text[640];   // one line: shapes, seed, worst index, both values; or what else went wrong
    double error;     // worst relative error over all outputs
    double tolerance; // the bound that held
};

// Runs the operation on the device and on the CPU and compares. Outputs and scratch start as NaN; 256 bytes
// behind and before every buffer must stay as they were; a second run must give the same bits. Relative
// error: max |got - want| over max |want| of an output (at least 1e-6 of the largest input). For products of
// family coop: over the size of the summands instead, see OP_HALF_ERROR. Returns an error only when the trial
// could not be run at all; a failed trial is RT_OK with passed = false.
enum rt_status op_trial_run(struct op_library *library, const struct op_trial *trial,
                            struct op_trial_result *result);

#endif

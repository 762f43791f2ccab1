// Judging operations against their references, on the device:
// for tests, `mograph doctor` and MOGRAPH_CHECK=1.
#ifndef MOGRAPH_SHADERS_CHECK_OP_CHECK_H
#define MOGRAPH_SHADERS_CHECK_OP_CHECK_H

#include "shaders/op.h"

// What inputs hold. HUGE and TINY: random times 1e4 and 1e-4.
enum op_fill { OP_FILL_RANDOM, OP_FILL_TINY, OP_FILL_HUGE, OP_FILL_CONSTANT, OP_FILL_ONE_HOT, OP_FILL_COUNT };

const char *op_fill_text(enum op_fill fill);

// One run of one operation.
struct op_trial {
    enum op_id id;
    const void *params;
    enum op_fill fill;
    uint64_t seed;
    double tolerance; // 0: the operation's own; bf16 storage takes at least 1e-2
};

struct op_trial_result {
    bool passed;
    char text[640];   // one line: shapes, seed, worst index, both values; or what else went wrong
    double error;     // worst relative error over all outputs
    double tolerance; // the bound that held
};

// Runs the operation on the device and on the CPU and compares. Outputs and scratch start as NaN; 256 bytes
// behind and before every buffer must stay as they were; a second run must give the same bits. Relative
// error: max |got - want| over max |want| of an output (at least 1e-6 of the largest input). Returns an error
// only when the trial could not be run at all; a failed trial is RT_OK with passed = false.
enum rt_status op_trial_run(struct op_library *library, const struct op_trial *trial,
                            struct op_trial_result *result);

// Fills the inputs of a signature as a trial does. arrays[i] has
// signature->args[i].count doubles, or is NULL.
void op_fill_inputs(enum op_id id, const void *params, const struct op_signature *signature,
                    enum op_fill fill, uint64_t seed, double *const *arrays);

// Allocates one array per argument, NaN in each; NULL where absent or scratch. False when memory is out.
bool op_arrays_create(const struct op_signature *signature, double **arrays);
void op_arrays_destroy(double **arrays);

// A double to the element's type and back (rounds inputs to what the device sees).
void op_encode(enum op_dtype dtype, const double *values, uint64_t count, void *bytes);
void op_decode(enum op_dtype dtype, const void *bytes, uint64_t count, double *values);

// --- MOGRAPH_CHECK: around every recorded operation ---
struct op_check_hook;
struct op_check_hook *op_check_before(struct op_recorder *recorder, enum op_id id, const void *params,
                                      const struct op_signature *signature, const struct rt_buffer *args);
void op_check_after(struct op_recorder *recorder, struct op_check_hook *hook);

#endif

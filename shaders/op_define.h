// For the .c files of operations: OP_DEFINE makes op_info from typed functions.
#ifndef MOGRAPH_SHADERS_OP_DEFINE_H
#define MOGRAPH_SHADERS_OP_DEFINE_H

#include "shaders/op_launch.h"
#include "shaders/op_rows.h"
#include "shaders/op_shapes.h"

#define OP_NAME_IN(name) {#name, OP_IN},
#define OP_NAME_OUT(name) {#name, OP_OUT},
#define OP_NAME_INOUT(name) {#name, OP_INOUT},
#define OP_NAME_SCRATCH(name) {#name, OP_SCRATCH},

// op_<op>_info from typed functions:
//   bool describe(const struct op_target *, const params *, struct op_<op>_extents *, struct op_signature *,
//                 struct op_refusal *)
//   void record(struct op_recorder *, const params *, const struct op_<op>_buffers *)
//   void reference(const params *, const struct op_<op>_arrays *)
// and what else op_info holds, by designated initialisers.
#define OP_DEFINE(op, describe_, record_, reference_, ...)                                                   \
    static bool op##_describe(const struct op_target *target, const void *params, struct op_extent *extents, \
                              struct op_signature *signature, struct op_refusal *refusal) {                  \
        return describe_(target, op_##op##_params(params), (struct op_##op##_extents *)(void *)extents,      \
                         signature, refusal);                                                                \
    }                                                                                                        \
    static void op##_record(struct op_recorder *recorder, const void *params,                                \
                            const struct rt_buffer *args) {                                                  \
        record_(recorder, op_##op##_params(params), (const struct op_##op##_buffers *)(const void *)args);   \
    }                                                                                                        \
    static void op##_reference(const void *params, double *const *args) {                                    \
        reference_(op_##op##_params(params), (const struct op_##op##_arrays *)(const void *)args);           \
    }                                                                                                        \
    static const struct op_arg_name op##_args[] = {                                                          \
        OP_ARGS_##op(OP_NAME_IN, OP_NAME_OUT, OP_NAME_INOUT, OP_NAME_SCRATCH)};                              \
    const struct op_info op_##op##_info = {.name = #op,                                                      \
                                           .args = op##_args,                                                \
                                           .arg_count = OP_##op##_ARG_COUNT,                                 \
                                           .params_size = OP_##op##_PARAMS_SIZE,                             \
                                           .describe = op##_describe,                                        \
                                           .record = op##_record,                                            \
                                           .reference = op##_reference,                                      \
                                           __VA_ARGS__}

// Before OP_DEFINE, for `.prepare = <op>_prepare`: from void function(const params *, const struct
// op_<op>_arrays *).
#define OP_PREPARE(op, function)                                                                             \
    static void op##_prepare(const void *params, double *const *args) {                                      \
        function(op_##op##_params(params), (const struct op_##op##_arrays *)(const void *)args);             \
    }                                                                                                        \
    static void op##_prepare(const void *params, double *const *args)

// Records another operation as a step of this one: by its kernels alone, not judged by MOGRAPH_CHECK on its
// own.
#define OP_STEP(recorder, op, params, ...)                                                                   \
    op_table[OP_##op]->record((recorder), op_##op##_untyped(params), OP_BUFFERS(op, __VA_ARGS__))

#endif

// What conv3d, conv_transpose3d and linear share above the GEMM core: extents, recording and references of
// the passes. conv3d and linear go from the big grid to the small one, conv_transpose3d the other way.
#ifndef MOGRAPH_SHADERS_CONV_CONV_LAYER_H
#define MOGRAPH_SHADERS_CONV_CONV_LAYER_H

#include "shaders/conv/conv_args.h"
#include "shaders/conv/conv_epilogue.h"
#include "shaders/conv/conv_geometry.h"

#include <string.h>

OP_DECLARE_ARGS(conv_forward);
OP_DECLARE_ARGS(conv_fused);
OP_DECLARE_ARGS(conv_backward_input);
OP_DECLARE_ARGS(conv_backward_weight);

struct conv_layer {
    struct conv_geometry geometry;
    bool transposed; // from small to big
    uint32_t cin, cout;
    bool has_bias, accumulate;
    struct conv_epilogue epilogue; // of the fused pass
};

// The shared part of describe(): sizes, flops and text. The axes must have been checked.
bool conv_layer_describe(const struct conv_layer *layer, struct op_signature *signature,
                         struct op_refusal *refusal);

// The passes. Each states its arguments' extents for a layer that was described (false, with a reason,
// when its scratch would be too large), records, and computes in double precision.
bool conv_layer_forward_extents(const struct conv_layer *layer, const struct op_target *target,
                                struct op_conv_forward_extents *args, struct op_refusal *refusal);
void conv_layer_forward_record(const struct conv_layer *layer, struct op_recorder *recorder,
                               const struct op_conv_forward_buffers *args);
void conv_layer_forward_reference(const struct conv_layer *layer, const struct op_conv_forward_arrays *args);

bool conv_layer_fused_extents(const struct conv_layer *layer, const struct op_target *target,
                              struct op_conv_fused_extents *args, struct op_refusal *refusal);
void conv_layer_fused_record(const struct conv_layer *layer, struct op_recorder *recorder,
                             const struct op_conv_fused_buffers *args);
void conv_layer_fused_reference(const struct conv_layer *layer, const struct op_conv_fused_arrays *args);

bool conv_layer_backward_input_extents(const struct conv_layer *layer, const struct op_target *target,
                                       struct op_conv_backward_input_extents *args,
                                       struct op_refusal *refusal);
void conv_layer_backward_input_record(const struct conv_layer *layer, struct op_recorder *recorder,
                                      const struct op_conv_backward_input_buffers *args);
void conv_layer_backward_input_reference(const struct conv_layer *layer,
                                         const struct op_conv_backward_input_arrays *args);

bool conv_layer_backward_weight_extents(const struct conv_layer *layer, const struct op_target *target,
                                        struct op_conv_backward_weight_extents *args,
                                        struct op_refusal *refusal);
void conv_layer_backward_weight_record(const struct conv_layer *layer, struct op_recorder *recorder,
                                       const struct op_conv_backward_weight_buffers *args);
void conv_layer_backward_weight_reference(const struct conv_layer *layer,
                                          const struct op_conv_backward_weight_arrays *args);

// describe_<pass> and record_<pass> of op_<op>_<pass>, for OP_DEFINE. The file that uses this has
//   bool describe(const params *, struct op_signature *, struct op_refusal *)   all but the extents
//   struct conv_layer layer_of(const params *)
// The structs of conv3d_forward's arguments and of conv_forward's come from one list: one is copied as the
// other.
#define CONV_LAYER_PASS(op, pass, params_type)                                                               \
    static bool describe_##pass(const struct op_target *target, const params_type *p,                        \
                                struct op_##op##_##pass##_extents *args, struct op_signature *signature,     \
                                struct op_refusal *refusal) {                                                \
        if (!describe(p, signature, refusal))                                                                \
            return false;                                                                                    \
        struct conv_layer layer = layer_of(p);                                                               \
        struct op_conv_##pass##_extents extents = {0};                                                       \
        bool possible = conv_layer_##pass##_extents(&layer, target, &extents, refusal);                      \
        memcpy(args, &extents, sizeof *args);                                                                \
        return possible;                                                                                     \
    }                                                                                                        \
    static void record_##pass(struct op_recorder *recorder, const params_type *p,                            \
                              const struct op_##op##_##pass##_buffers *args) {                               \
        struct conv_layer layer = layer_of(p);                                                               \
        struct op_conv_##pass##_buffers buffers;                                                             \
        memcpy(&buffers, args, sizeof buffers);                                                              \
        conv_layer_##pass##_record(&layer, recorder, &buffers);                                              \
    }                                                                                                        \
    _Static_assert(sizeof(struct op_conv_##pass##_buffers) == sizeof(struct op_##op##_##pass##_buffers),     \
                   "the arguments of " #op " and of conv come from one list")

// reference_<pass>, for an operation without a definition of its own.
#define CONV_LAYER_REFERENCE(op, pass, params_type)                                                          \
    static void reference_##pass(const params_type *p, const struct op_##op##_##pass##_arrays *args) {       \
        struct conv_layer layer = layer_of(p);                                                               \
        struct op_conv_##pass##_arrays arrays;                                                               \
        memcpy(&arrays, args, sizeof arrays);                                                                \
        conv_layer_##pass##_reference(&layer, &arrays);                                                      \
    }                                                                                                        \
    _Static_assert(sizeof(struct op_conv_##pass##_arrays) == sizeof(struct op_##op##_##pass##_arrays),       \
                   "the arguments of " #op " and of conv come from one list")

#endif

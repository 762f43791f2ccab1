// What conv3d and conv_transpose3d share above the GEMM core: arguments, recording and references of the
// three passes. conv3d goes from the big grid to the small one, conv_transpose3d the other way.
#ifndef MOGRAPH_SHADERS_CONV_CONV_LAYER_H
#define MOGRAPH_SHADERS_CONV_CONV_LAYER_H

#include "shaders/conv/conv_gemm.h"

struct conv_layer {
    struct conv_geometry geometry;
    bool transposed; // from small to big
    uint32_t cin, cout;
    bool has_bias, accumulate;
};

// The shared part of describe(): sizes, flops and text. The axes must have been checked.
bool conv_layer_describe(const struct conv_layer *layer, struct op_signature *signature,
                         struct op_refusal *refusal);

// forward: src, weight, bias, dst.
void conv_layer_forward_args(const struct conv_layer *layer, struct op_signature *signature);
void conv_layer_forward_record(const struct conv_layer *layer, struct op_recorder *recorder,
                               const struct rt_buffer *args);
void conv_layer_forward_reference(const struct conv_layer *layer, double *const *args);

// backward_input: d_dst, weight, d_src, scratch.
void conv_layer_backward_input_args(const struct conv_layer *layer, struct op_signature *signature);
void conv_layer_backward_input_record(const struct conv_layer *layer, struct op_recorder *recorder,
                                      const struct rt_buffer *args);
void conv_layer_backward_input_reference(const struct conv_layer *layer, double *const *args);

// backward_weight: src, d_dst, d_weight, d_bias, scratch. False when the scratch would be too large.
bool conv_layer_backward_weight_args(const struct conv_layer *layer, const struct op_target *target,
                                     struct op_signature *signature, struct op_refusal *refusal);
void conv_layer_backward_weight_record(const struct conv_layer *layer, struct op_recorder *recorder,
                                       const struct rt_buffer *args);
void conv_layer_backward_weight_reference(const struct conv_layer *layer, double *const *args);

// The op_info functions of all three passes, given `check(params, refusal)` and `layer_of(params)`.
#define CONV_LAYER_PASSES                                                                                    \
    static bool describe_forward(const struct op_target *target, const void *params,                         \
                                 struct op_signature *signature, struct op_refusal *refusal) {               \
        (void)target;                                                                                        \
        if (!check(params, refusal))                                                                         \
            return false;                                                                                    \
        struct conv_layer layer = layer_of(params);                                                          \
        conv_layer_forward_args(&layer, signature);                                                          \
        return conv_layer_describe(&layer, signature, refusal);                                              \
    }                                                                                                        \
    static bool describe_backward_input(const struct op_target *target, const void *params,                  \
                                        struct op_signature *signature, struct op_refusal *refusal) {        \
        (void)target;                                                                                        \
        if (!check(params, refusal))                                                                         \
            return false;                                                                                    \
        struct conv_layer layer = layer_of(params);                                                          \
        conv_layer_backward_input_args(&layer, signature);                                                   \
        return conv_layer_describe(&layer, signature, refusal);                                              \
    }                                                                                                        \
    static bool describe_backward_weight(const struct op_target *target, const void *params,                 \
                                         struct op_signature *signature, struct op_refusal *refusal) {       \
        if (!check(params, refusal))                                                                         \
            return false;                                                                                    \
        struct conv_layer layer = layer_of(params);                                                          \
        return conv_layer_describe(&layer, signature, refusal) &&                                            \
               conv_layer_backward_weight_args(&layer, target, signature, refusal);                          \
    }                                                                                                        \
    CONV_LAYER_PASS(forward)                                                                                 \
    CONV_LAYER_PASS(backward_input)                                                                          \
    CONV_LAYER_PASS(backward_weight)

#define CONV_LAYER_PASS(pass)                                                                                \
    static void record_##pass(struct op_recorder *recorder, const void *params,                              \
                              const struct rt_buffer *args) {                                                \
        struct conv_layer layer = layer_of(params);                                                          \
        conv_layer_##pass##_record(&layer, recorder, args);                                                  \
    }                                                                                                        \
    static void reference_##pass(const void *params, double *const *args) {                                  \
        struct conv_layer layer = layer_of(params);                                                          \
        conv_layer_##pass##_reference(&layer, args);                                                         \
    }

// The members of op_info that follow from a pass's name.
#define CONV_LAYER_INFO(operation, type, pass)                                                               \
    .name = #operation "_" #pass, .params_size = sizeof(type), .describe = describe_##pass,                  \
    .record = record_##pass, .reference = reference_##pass, .examples = examples,                            \
    .example_count = sizeof examples / sizeof examples[0]

#define CONV_LAYER_BACKWARD_INPUT_LINKS                                                                      \
    {                                                                                                        \
        {OP_LINK_GRADIENT, 3}, {OP_LINK_SAME, 1}, {                                                          \
            OP_LINK_GRADIENT, 0                                                                              \
        }                                                                                                    \
    }
#define CONV_LAYER_BACKWARD_WEIGHT_LINKS                                                                     \
    {                                                                                                        \
        {OP_LINK_SAME, 0}, {OP_LINK_GRADIENT, 3}, {OP_LINK_GRADIENT, 1}, {                                   \
            OP_LINK_GRADIENT, 2                                                                              \
        }                                                                                                    \
    }

#endif

// Arguments, recording and references that conv3d and conv_transpose3d share.
#include "shaders/conv/conv_layer.h"

#include "runtime/align.h"

static uint64_t src_count(const struct conv_layer *l) {
    return (l->transposed ? conv_small_voxels(&l->geometry) : conv_big_voxels(&l->geometry)) * l->cin;
}

static uint64_t dst_voxels(const struct conv_layer *l) {
    return l->transposed ? conv_big_voxels(&l->geometry) : conv_small_voxels(&l->geometry);
}

static uint64_t weight_count(const struct conv_layer *l) {
    return (uint64_t)conv_taps(&l->geometry) * l->cin * l->cout;
}

// Channels of the big and of the small grid.
static uint32_t big_channels(const struct conv_layer *l) {
    return l->transposed ? l->cout : l->cin;
}

static uint32_t small_channels(const struct conv_layer *l) {
    return l->transposed ? l->cin : l->cout;
}

bool conv_layer_describe(const struct conv_layer *l, struct op_signature *signature,
                         struct op_refusal *refusal) {
    const struct conv_geometry *g = &l->geometry;
    const uint32_t *from = l->transposed ? g->small : g->big, *to = l->transposed ? g->big : g->small;
    signature->flops = conv_flops(g, l->cin, l->cout);
    conv_describe_text(g, from, l->cin, to, l->cout, signature->text, sizeof signature->text);
    return conv_check_geometry(g, big_channels(l), small_channels(l), refusal);
}

void conv_layer_forward_args(const struct conv_layer *l, struct op_signature *signature) {
    op_add_arg(signature, "src", OP_IN, l->geometry.dtype, src_count(l));
    op_add_arg(signature, "weight", OP_IN, OP_F32, weight_count(l));
    op_add_arg(signature, "bias", OP_IN, OP_F32, l->has_bias ? l->cout : 0);
    op_add_arg(signature, "dst", OP_OUT, l->geometry.dtype, dst_voxels(l) * l->cout);
}

void conv_layer_forward_record(const struct conv_layer *l, struct op_recorder *recorder,
                               const struct rt_buffer *args) {
    struct conv_gather_buffers buffers = {.src = args[0], .weight = args[1], .bias = args[2], .dst = args[3]};
    conv_record_gather(recorder, &l->geometry, l->transposed, l->cin, l->cout, &buffers);
}

void conv_layer_forward_reference(const struct conv_layer *l, double *const *args) {
    conv_reference_gather(&l->geometry, l->transposed, l->cin, l->cout, false, args[0], args[1], args[2],
                          args[3]);
}

// The swapped weight, and behind it room for split sums of d_src.
static uint64_t swapped_floats(const struct conv_layer *l) {
    return rt_align_up(weight_count(l), 64);
}

static uint64_t split_floats(const struct conv_layer *l) {
    uint64_t most = CONV_MAX_SPLITS * src_count(l), weight = weight_count(l);
    return weight < most ? weight : most;
}

void conv_layer_backward_input_args(const struct conv_layer *l, struct op_signature *signature) {
    op_add_arg(signature, "d_dst", OP_IN, l->geometry.dtype, dst_voxels(l) * l->cout);
    op_add_arg(signature, "weight", OP_IN, OP_F32, weight_count(l));
    op_add_arg(signature, "d_src", OP_OUT, l->geometry.dtype, src_count(l));
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, swapped_floats(l) + split_floats(l));
}

// The gather of the other direction, with the weight's channels swapped.
void conv_layer_backward_input_record(const struct conv_layer *l, struct op_recorder *recorder,
                                      const struct rt_buffer *args) {
    struct conv_gather_buffers buffers = {
        .src = args[0],
        .weight = rt_buffer_slice(args[3], 0, weight_count(l) * 4),
        .dst = args[2],
        .partials = rt_buffer_slice(args[3], swapped_floats(l) * 4, split_floats(l) * 4)};
    conv_record_transpose_weight(recorder, conv_taps(&l->geometry), l->cin, l->cout, args[1], buffers.weight);
    conv_record_gather(recorder, &l->geometry, !l->transposed, l->cout, l->cin, &buffers);
}

void conv_layer_backward_input_reference(const struct conv_layer *l, double *const *args) {
    conv_reference_gather(&l->geometry, !l->transposed, l->cout, l->cin, true, args[0], args[1], NULL,
                          args[2]);
}

static uint64_t weight_partials(const struct conv_layer *l, const struct op_target *target) {
    return conv_weight_partials(target, &l->geometry, big_channels(l), small_channels(l));
}

// Weight partials and bias partials share the scratch; the second part starts at a multiple of 64 floats.
static uint64_t bias_offset(const struct conv_layer *l, const struct op_target *target) {
    return rt_align_up(weight_partials(l, target), 64);
}

bool conv_layer_backward_weight_args(const struct conv_layer *l, const struct op_target *target,
                                     struct op_signature *signature, struct op_refusal *refusal) {
    enum op_role role = l->accumulate ? OP_INOUT : OP_OUT;
    uint64_t scratch = bias_offset(l, target);
    if (l->has_bias)
        scratch += conv_bias_partials(target, dst_voxels(l), l->cout);
    op_add_arg(signature, "src", OP_IN, l->geometry.dtype, src_count(l));
    op_add_arg(signature, "d_dst", OP_IN, l->geometry.dtype, dst_voxels(l) * l->cout);
    op_add_arg(signature, "d_weight", role, OP_F32, weight_count(l));
    op_add_arg(signature, "d_bias", role, OP_F32, l->has_bias ? l->cout : 0);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, scratch);
    return op_check_count(refusal, "scratch", scratch);
}

void conv_layer_backward_weight_record(const struct conv_layer *l, struct op_recorder *recorder,
                                       const struct rt_buffer *args) {
    const struct op_target *target = &recorder->library->target;
    struct rt_buffer big = args[l->transposed ? 1 : 0], small = args[l->transposed ? 0 : 1];
    conv_record_weight(recorder, &l->geometry, big_channels(l), small_channels(l), l->transposed,
                       l->accumulate, big, small, rt_buffer_slice(args[4], 0, weight_partials(l, target) * 4),
                       args[2]);
    if (!l->has_bias)
        return;
    uint64_t bytes = conv_bias_partials(target, dst_voxels(l), l->cout) * 4;
    conv_record_bias(recorder, dst_voxels(l), l->cout, l->geometry.dtype, l->accumulate, args[1],
                     rt_buffer_slice(args[4], bias_offset(l, target) * 4, bytes), args[3]);
}

void conv_layer_backward_weight_reference(const struct conv_layer *l, double *const *args) {
    const double *big = args[l->transposed ? 1 : 0], *small = args[l->transposed ? 0 : 1];
    conv_reference_weight(&l->geometry, big_channels(l), small_channels(l), l->transposed, l->accumulate, big,
                          small, args[2]);
    if (l->has_bias)
        conv_reference_bias(dst_voxels(l), l->cout, l->accumulate, args[1], args[3]);
}

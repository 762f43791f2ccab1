// Arguments, recording and references that conv3d and conv_transpose3d share.
#include "shaders/conv/conv_layer.h"

#include "runtime/align.h"
#include "shaders/activation/activation.h"
#include "shaders/conv/conv_gemm.h"
#include "shaders/conv/conv_reference.h"
#include "shaders/conv/conv_tiling.h"

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

static struct op_extent src_extent(const struct conv_layer *l) {
    return op_elements(l->geometry.dtype, src_count(l));
}

static struct op_extent dst_extent(const struct conv_layer *l) {
    return op_elements(l->geometry.dtype, dst_voxels(l) * l->cout);
}

bool conv_layer_forward_extents(const struct conv_layer *l, const struct op_target *target,
                                struct op_conv_forward_extents *args, struct op_refusal *refusal) {
    (void)target;
    (void)refusal;
    args->src = src_extent(l);
    args->weight = op_elements(OP_F32, weight_count(l));
    args->bias = op_elements_if(l->has_bias, OP_F32, l->cout);
    args->dst = dst_extent(l);
    return true;
}

void conv_layer_forward_record(const struct conv_layer *l, struct op_recorder *recorder,
                               const struct op_conv_forward_buffers *args) {
    struct conv_gather_buffers buffers = {
        .src = args->src, .weight = args->weight, .bias = args->bias, .dst = args->dst};
    conv_record_gather(recorder, &l->geometry, l->transposed, l->cin, l->cout, &buffers);
}

void conv_layer_forward_reference(const struct conv_layer *l, const struct op_conv_forward_arrays *args) {
    conv_reference_gather(&l->geometry, l->transposed, l->cin, l->cout, false, args->src, args->weight,
                          args->bias, args->dst);
}

bool conv_layer_fused_extents(const struct conv_layer *l, const struct op_target *target,
                              struct op_conv_fused_extents *args, struct op_refusal *refusal) {
    const struct conv_epilogue *e = &l->epilogue;
    (void)target;
    if (e->film_channels > 0 &&
        (!op_check_channels(refusal, "film_channels", e->film_channels) || l->cout % e->film_channels != 0))
        return op_refuse(refusal, "film_channels is %u, it must be a multiple of 4 and a divisor of cout, %u",
                         e->film_channels, l->cout);
    uint64_t film = (uint64_t)l->geometry.n * e->film_channels;
    args->src = src_extent(l);
    args->weight = op_elements(OP_F32, weight_count(l));
    args->bias = op_elements_if(l->has_bias, OP_F32, l->cout);
    args->residual = op_elements_if(e->residual, l->geometry.dtype, dst_voxels(l) * l->cout);
    args->scale = op_elements(OP_F32, film);
    args->shift = op_elements(OP_F32, film);
    args->dst = dst_extent(l);
    return true;
}

void conv_layer_fused_record(const struct conv_layer *l, struct op_recorder *recorder,
                             const struct op_conv_fused_buffers *args) {
    struct conv_gather_buffers buffers = {.src = args->src,
                                          .weight = args->weight,
                                          .bias = args->bias,
                                          .dst = args->dst,
                                          .epilogue = l->epilogue,
                                          .residual = args->residual,
                                          .scale = args->scale,
                                          .shift = args->shift};
    conv_record_gather(recorder, &l->geometry, l->transposed, l->cin, l->cout, &buffers);
}

void conv_layer_fused_reference(const struct conv_layer *l, const struct op_conv_fused_arrays *args) {
    uint64_t count = dst_voxels(l) * l->cout, clip = count / l->geometry.n;
    const struct conv_epilogue *e = &l->epilogue;
    conv_reference_gather(&l->geometry, l->transposed, l->cin, l->cout, false, args->src, args->weight,
                          args->bias, args->dst);
    for (uint64_t i = 0; i < count; i++) {
        double x = args->dst[i];
        if (e->silu)
            x = op_activation_value(OP_ACTIVATION_SILU, 0.0f, x);
        if (e->residual)
            x += args->residual[i];
        if (e->film_channels > 0) {
            uint64_t film = i / clip * e->film_channels + i % e->film_channels;
            x = x * (1.0 + args->scale[film]) + args->shift[film];
        }
        if (e->film_silu)
            x = op_activation_value(OP_ACTIVATION_SILU, 0.0f, x);
        args->dst[i] = e->sigmoid ? op_activation_value(OP_ACTIVATION_SIGMOID, 0.0f, x) : x;
    }
}

// The swapped weight, and behind it room for split sums of d_src.
static uint64_t swapped_floats(const struct conv_layer *l) {
    return rt_align_up(weight_count(l), 64);
}

static uint64_t split_floats(const struct conv_layer *l) {
    uint64_t most = CONV_MAX_SPLITS * src_count(l), weight = weight_count(l);
    return weight < most ? weight : most;
}

bool conv_layer_backward_input_extents(const struct conv_layer *l, const struct op_target *target,
                                       struct op_conv_backward_input_extents *args,
                                       struct op_refusal *refusal) {
    (void)target;
    (void)refusal;
    args->d_dst = dst_extent(l);
    args->weight = op_elements(OP_F32, weight_count(l));
    args->d_src = src_extent(l);
    args->scratch = op_elements(OP_F32, swapped_floats(l) + split_floats(l));
    return true;
}

// The gather of the other direction, with the weight's channels swapped: by a kernel where need be.
void conv_layer_backward_input_record(const struct conv_layer *l, struct op_recorder *recorder,
                                      const struct op_conv_backward_input_buffers *args) {
    const struct op_target *target = &recorder->library->target;
    struct conv_gather_buffers buffers = {
        .src = args->d_dst,
        .kind = CONV_GRADIENT,
        .weight = args->weight,
        .dst = args->d_src,
        .swapped = conv_takes_swapped(target, &l->geometry, !l->transposed, l->cout, l->cin),
        .partials = rt_buffer_slice(args->scratch, swapped_floats(l) * 4, split_floats(l) * 4)};
    if (!buffers.swapped) {
        buffers.weight = rt_buffer_slice(args->scratch, 0, weight_count(l) * 4);
        conv_record_transpose_weight(recorder, conv_taps(&l->geometry), l->cin, l->cout, args->weight,
                                     buffers.weight);
    }
    conv_record_gather(recorder, &l->geometry, !l->transposed, l->cout, l->cin, &buffers);
}

void conv_layer_backward_input_reference(const struct conv_layer *l,
                                         const struct op_conv_backward_input_arrays *args) {
    conv_reference_gather(&l->geometry, !l->transposed, l->cout, l->cin, true, args->d_dst, args->weight,
                          NULL, args->d_src);
}

static uint64_t weight_partials(const struct conv_layer *l, const struct op_target *target) {
    return conv_weight_partials(target, &l->geometry, big_channels(l), small_channels(l));
}

// Weight partials and bias partials share the scratch; the second part starts at a multiple of 64 floats.
static uint64_t bias_offset(const struct conv_layer *l, const struct op_target *target) {
    return rt_align_up(weight_partials(l, target), 64);
}

bool conv_layer_backward_weight_extents(const struct conv_layer *l, const struct op_target *target,
                                        struct op_conv_backward_weight_extents *args,
                                        struct op_refusal *refusal) {
    uint64_t scratch = bias_offset(l, target);
    if (l->has_bias)
        scratch += conv_bias_partials(target, dst_voxels(l), l->cout);
    args->src = src_extent(l);
    args->d_dst = dst_extent(l);
    args->d_weight = op_elements_added(l->accumulate, OP_F32, weight_count(l));
    args->d_bias = op_elements_added(l->accumulate, OP_F32, l->has_bias ? l->cout : 0);
    args->scratch = op_elements(OP_F32, scratch);
    return op_check_count(refusal, "scratch", scratch);
}

void conv_layer_backward_weight_record(const struct conv_layer *l, struct op_recorder *recorder,
                                       const struct op_conv_backward_weight_buffers *args) {
    const struct op_target *target = &recorder->library->target;
    struct conv_weight_buffers weight = {
        .big = l->transposed ? args->d_dst : args->src,
        .small = l->transposed ? args->src : args->d_dst,
        .kind = l->transposed ? CONV_GRADIENT : CONV_ACTIVATION,
        .partials = rt_buffer_slice(args->scratch, 0, weight_partials(l, target) * 4),
        .d_weight = args->d_weight};
    conv_record_weight(recorder, &l->geometry, big_channels(l), small_channels(l), l->transposed,
                       l->accumulate, &weight);
    if (!l->has_bias)
        return;
    uint64_t bytes = conv_bias_partials(target, dst_voxels(l), l->cout) * 4;
    struct conv_bias_buffers bias = {.src = args->d_dst,
                                     .partials =
                                         rt_buffer_slice(args->scratch, bias_offset(l, target) * 4, bytes),
                                     .d_bias = args->d_bias};
    conv_record_bias(recorder, dst_voxels(l), l->cout, l->geometry.dtype, l->accumulate, &bias);
}

void conv_layer_backward_weight_reference(const struct conv_layer *l,
                                          const struct op_conv_backward_weight_arrays *args) {
    const double *big = l->transposed ? args->d_dst : args->src;
    const double *small = l->transposed ? args->src : args->d_dst;
    conv_reference_weight(&l->geometry, big_channels(l), small_channels(l), l->transposed, l->accumulate, big,
                          small, args->d_weight);
    if (l->has_bias)
        conv_reference_bias(dst_voxels(l), l->cout, l->accumulate, args->d_dst, args->d_bias);
}

// Scale and shift per clip and channel: checks, recording, references.
#include "shaders/film/film.h"

#include "shaders/activation/activation.h"
#include "shaders/film/film_backward_push.h"
#include "shaders/film/film_forward_push.h"
#include "shaders/op_define.h"

#include <stddef.h>
#include <stdio.h>

static uint64_t element_count(const struct op_film *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static struct op_rows plan(const struct op_target *target, const struct op_film *p) {
    return op_rows_plan(target, p->n, p->voxels, p->c);
}

static bool describe(const struct op_film *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u %s%s", p->n, p->voxels, p->c,
             p->dtype == OP_BF16 ? "bf16" : "fp32", p->silu ? " silu" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const struct op_film *p,
                             struct op_film_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->src = op_elements(p->dtype, element_count(p));
    args->scale = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->shift = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->dst = op_elements(p->dtype, element_count(p));
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_film *p,
                              struct op_film_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    args->src = op_elements(p->dtype, element_count(p));
    args->scale = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->shift = op_elements_if(p->silu, OP_F32, (uint64_t)p->n * p->c);
    args->d_dst = op_elements(p->dtype, element_count(p));
    args->d_src = op_elements(p->dtype, element_count(p));
    args->d_scale = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->d_shift = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->partials = op_elements(OP_F32, op_rows_scratch(&rows, 2 * p->c));
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_film *p,
                           const struct op_film_forward_buffers *args) {
    struct push_film_forward push = {.src = args->src.address,
                                     .scale = args->scale.address,
                                     .shift = args->shift.address,
                                     .dst = args->dst.address,
                                     .rows = plan(&recorder->library->target, p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, film_forward), push,
                                    OP_SPEC(OP_ACTIVATION_SILU, p->silu), .items = op_rows_items(&push.rows),
                                    .reads = {args->src, args->scale, args->shift}, .writes = {args->dst}));
}

static void record_backward(struct op_recorder *recorder, const struct op_film *p,
                            const struct op_film_backward_buffers *args) {
    struct op_rows rows = plan(&recorder->library->target, p);
    struct push_film_backward push = {.src = args->src.address,
                                      .scale = args->scale.address,
                                      .shift = args->shift.address,
                                      .d_dst = args->d_dst.address,
                                      .d_src = args->d_src.address,
                                      .records = args->partials.address,
                                      .rows = rows};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, film_backward), push, OP_SPEC(OP_ACTIVATION_SILU, p->silu),
                          .items = op_rows_items(&rows),
                          .reads = {args->src, args->scale, args->shift, args->d_dst},
                          .writes = {args->d_src, op_rows_records(&rows, 2 * p->c, args->partials)}));
    const struct op_rows_outputs outputs = {
        .first = args->d_scale, .second = args->d_shift, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, 2 * p->c, args->partials, &outputs);
}

static void reference_forward(const struct op_film *p, const struct op_film_forward_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++) {
        uint64_t channel = i / p->c / p->voxels * p->c + i % p->c;
        double x = args->src[i] * (1.0 + args->scale[channel]) + args->shift[channel];
        args->dst[i] = p->silu ? op_activation_value(OP_ACTIVATION_SILU, 0.0f, x) : x;
    }
}

static void reference_backward(const struct op_film *p, const struct op_film_backward_arrays *args) {
    for (uint32_t channel = 0; channel < p->n * p->c; channel++)
        args->d_scale[channel] = args->d_shift[channel] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++) {
        uint64_t channel = i / p->c / p->voxels * p->c + i % p->c;
        double d = args->d_dst[i], factor = 1.0 + args->scale[channel];
        if (p->silu)
            d *= op_activation_derivative(OP_ACTIVATION_SILU, 0.0f,
                                          args->src[i] * factor + args->shift[channel]);
        args->d_src[i] = d * factor;
        args->d_scale[channel] += d * args->src[i];
        args->d_shift[channel] += d;
    }
}

OP_DEFINE(film_forward, describe_forward, record_forward, reference_forward,
          .flags_at = offsetof(struct op_film, silu), .shapes = {&op_film_shapes});
OP_DEFINE(film_backward, describe_backward, record_backward, reference_backward,
          .flags_at = offsetof(struct op_film, silu), .shapes = {&op_film_shapes});

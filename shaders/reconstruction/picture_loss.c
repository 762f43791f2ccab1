// The end of a decoder and its loss in one pass: checks, recording, references.
#include "shaders/reconstruction/picture_loss.h"

#include "shaders/activation/activation.h"
#include "shaders/op_define.h"
#include "shaders/reconstruction/picture_loss_backward_push.h"
#include "shaders/reconstruction/picture_loss_forward_push.h"
#include "shaders/reconstruction/reconstruction_private.h"
#include "shaders/space_to_depth/space_to_depth.h"

#include <math.h>
#include <stdio.h>

// The two operations that it is made of.
static struct op_space_to_depth blocks(const struct op_picture_loss *p) {
    return (struct op_space_to_depth){.dtype = p->dtype,
                                      .n = p->n,
                                      .d = p->d,
                                      .h = p->h,
                                      .w = p->w,
                                      .c = p->c,
                                      .bd = p->bd,
                                      .bh = p->bh,
                                      .bw = p->bw};
}

static struct op_reconstruction error(const struct op_picture_loss *p) {
    return (struct op_reconstruction){.n = p->n,
                                      .voxels = p->d * p->h * p->w,
                                      .c = p->c,
                                      .c_used = p->c_used,
                                      .sigma_floor = p->sigma_floor};
}

static uint32_t channels_used(const struct op_picture_loss *p) {
    return p->c_used ? p->c_used : p->c;
}

static uint32_t places(const struct op_picture_loss *p) {
    return p->bd * p->bh * p->bw;
}

// deep, its blocks as rows.
static struct op_rows plan(const struct op_target *target, const struct op_picture_loss *p) {
    return op_rows_plan(target, p->n, p->d * p->h * p->w / places(p), places(p) * p->c);
}

// A record for each chunk of blocks and place in them.
static struct op_rows plan_records(const struct op_rows *rows, const struct op_picture_loss *p) {
    struct op_rows records = *rows;
    records.c4 = p->c / 4;
    records.chunks *= places(p);
    return records;
}

static uint64_t element_count(const struct op_picture_loss *p) {
    return (uint64_t)p->n * p->d * p->h * p->w * p->c;
}

static bool describe(const struct op_target *target, const struct op_picture_loss *p,
                     struct op_signature *signature, struct op_refusal *refusal) {
    struct op_space_to_depth deep = blocks(p);
    struct op_signature part;
    if (!op_describe(target, OP_space_to_depth, &deep, &part, refusal))
        return false;
    struct op_reconstruction loss = error(p); // sizes are sound from here on
    if (!op_describe(target, OP_reconstruction_forward, &loss, &part, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u d=%u h=%u w=%u c=%u block=%ux%ux%u used=%u %s",
             p->n, p->d, p->h, p->w, p->c, p->bd, p->bh, p->bw, channels_used(p),
             p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static bool describe_forward(const struct op_target *target, const struct op_picture_loss *p,
                             struct op_picture_loss_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(target, p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p), records = plan_records(&rows, p);
    uint64_t sums = (uint64_t)p->n * p->c;
    *args = (struct op_picture_loss_forward_extents){
        .deep = op_elements(p->dtype, element_count(p)),
        .scale = op_elements(OP_F32, sums),
        .shift = op_elements(OP_F32, sums),
        .target = op_elements(OP_F32, element_count(p)),
        .calibration = op_elements(OP_F32, OP_CALIBRATION_COUNT),
        .squared_error = op_elements(OP_F32, p->n),
        .nll = op_elements(OP_F32, p->n),
        .partials = op_elements(OP_F32, sums + op_rows_scratch(&records, p->c))};
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_picture_loss *p,
                              struct op_picture_loss_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    if (!describe(target, p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p), records = plan_records(&rows, p);
    uint64_t channels = (uint64_t)p->n * p->c;
    *args = (struct op_picture_loss_backward_extents){
        .deep = op_elements(p->dtype, element_count(p)),
        .scale = op_elements(OP_F32, channels),
        .shift = op_elements(OP_F32, channels),
        .target = op_elements(OP_F32, element_count(p)),
        .calibration = op_elements(OP_F32, OP_CALIBRATION_COUNT),
        .d_nll = op_elements(OP_F32, p->n),
        .d_deep = op_elements(p->dtype, element_count(p)),
        .d_scale = op_elements(OP_F32, channels),
        .d_shift = op_elements(OP_F32, channels),
        .partials = op_elements(OP_F32, op_rows_scratch(&records, 2 * p->c))};
    return true;
}

// The specialisation of both kernels: the activation, then what picture.glsl names.
#define PICTURE_SPEC(p)                                                                                      \
    OP_SPEC(OP_ACTIVATION_SIGMOID, (p)->h / (p)->bh, (p)->w / (p)->bw, (p)->bd, (p)->bh, (p)->bw, (p)->c / 4)

static void record_forward(struct op_recorder *recorder, const struct op_picture_loss *p,
                           const struct op_picture_loss_forward_buffers *args) {
    struct op_rows rows = plan(&recorder->library->target, p), records = plan_records(&rows, p);
    uint64_t sums_bytes = (uint64_t)p->n * p->c * sizeof(float);
    struct rt_buffer sums = rt_buffer_slice(args->partials, 0, sums_bytes);
    struct rt_buffer scratch =
        rt_buffer_slice(args->partials, sums_bytes, op_rows_scratch(&records, p->c) * sizeof(float));
    struct push_picture_loss_forward push = {.deep = args->deep.address,
                                             .scale = args->scale.address,
                                             .shift = args->shift.address,
                                             .target = args->target.address,
                                             .records = scratch.address,
                                             .rows = rows,
                                             .c_used = channels_used(p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, picture_loss_forward), push, PICTURE_SPEC(p),
                                    .items = op_rows_items(&rows),
                                    .reads = {args->deep, args->scale, args->shift, args->target},
                                    .writes = {op_rows_records(&records, p->c, scratch)}));
    const struct op_rows_outputs outputs = {.first = sums, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &records, p->c, scratch, &outputs);
    struct op_reconstruction loss = error(p);
    op_reconstruction_finish(recorder, &loss, sums, args->calibration, args->squared_error, args->nll);
}

static void record_backward(struct op_recorder *recorder, const struct op_picture_loss *p,
                            const struct op_picture_loss_backward_buffers *args) {
    struct op_rows rows = plan(&recorder->library->target, p), records = plan_records(&rows, p);
    struct op_reconstruction loss = error(p);
    struct push_picture_loss_backward push = {.deep = args->deep.address,
                                              .scale = args->scale.address,
                                              .shift = args->shift.address,
                                              .target = args->target.address,
                                              .calibration = args->calibration.address,
                                              .d_nll = args->d_nll.address,
                                              .d_deep = args->d_deep.address,
                                              .records = args->partials.address,
                                              .rows = rows,
                                              .c_used = channels_used(p),
                                              .least = op_reconstruction_least(&loss)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, picture_loss_backward), push, PICTURE_SPEC(p),
                          .items = op_rows_items(&rows),
                          .reads = {args->deep, args->scale, args->shift, args->target, args->calibration,
                                    args->d_nll},
                          .writes = {args->d_deep, op_rows_records(&records, 2 * p->c, args->partials)}));
    const struct op_rows_outputs outputs = {
        .first = args->d_scale, .second = args->d_shift, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &records, 2 * p->c, args->partials, &outputs);
}

// --- references

// Where an element of the picture lies in deep, straight from space_to_depth.h's definition.
static uint64_t deep_index(const struct op_picture_loss *p, uint64_t i) {
    uint64_t channel = i % p->c, x = i / p->c % p->w, y = i / p->c / p->w % p->h;
    uint64_t z = i / p->c / p->w / p->h; // over all clips: bd divides d
    uint64_t place = (z % p->bd * p->bh + y % p->bh) * p->bw + x % p->bw;
    uint64_t block = (z / p->bd * (p->h / p->bh) + y / p->bh) * (p->w / p->bw) + x / p->bw;
    return (block * places(p) + place) * p->c + channel;
}

static uint64_t film_index(const struct op_picture_loss *p, uint64_t i) {
    return i / p->c / p->w / p->h / p->d * p->c + i % p->c;
}

// The sigmoid's argument.
static double logit(const struct op_picture_loss *p, uint64_t i, const double *deep, const double *scale,
                    const double *shift) {
    return deep[deep_index(p, i)] * (1.0 + scale[film_index(p, i)]) + shift[film_index(p, i)];
}

static double sigmoid(double x) {
    return op_activation_value(OP_ACTIVATION_SIGMOID, 0.0f, x);
}

static void reference_forward(const struct op_picture_loss *p,
                              const struct op_picture_loss_forward_arrays *args) {
    struct op_reconstruction loss = error(p);
    double sigma2 = op_reconstruction_variance(&loss, args->calibration);
    double elements = (double)p->d * p->h * p->w * channels_used(p);
    for (uint32_t n = 0; n < p->n; n++)
        args->squared_error[n] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++)
        if (i % p->c < channels_used(p)) {
            double pred = sigmoid(logit(p, i, args->deep, args->scale, args->shift));
            args->squared_error[i / (element_count(p) / p->n)] += pow(pred - args->target[i], 2.0);
        }
    for (uint32_t n = 0; n < p->n; n++)
        args->nll[n] = 0.5 * (args->squared_error[n] / sigma2 + elements * log(4.0 * acos(0.0) * sigma2));
}

static void reference_backward(const struct op_picture_loss *p,
                               const struct op_picture_loss_backward_arrays *args) {
    struct op_reconstruction loss = error(p);
    double sigma2 = op_reconstruction_variance(&loss, args->calibration);
    for (uint64_t i = 0; i < (uint64_t)p->n * p->c; i++)
        args->d_scale[i] = args->d_shift[i] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++) {
        uint64_t at = deep_index(p, i), film = film_index(p, i);
        double x = logit(p, i, args->deep, args->scale, args->shift), deep = args->deep[at], d = 0.0;
        if (i % p->c < channels_used(p))
            d = args->d_nll[i / (element_count(p) / p->n)] * (sigmoid(x) - args->target[i]) / sigma2 *
                op_activation_derivative(OP_ACTIVATION_SIGMOID, 0.0f, x);
        args->d_scale[film] += d * deep;
        args->d_shift[film] += d;
        args->d_deep[at] = d * (1.0 + args->scale[film]);
    }
}

static void prepare_forward(const struct op_picture_loss *p,
                            const struct op_picture_loss_forward_arrays *args) {
    op_reconstruction_prepare(p->n, args->calibration);
}

static void prepare_backward(const struct op_picture_loss *p,
                             const struct op_picture_loss_backward_arrays *args) {
    op_reconstruction_prepare(p->n, args->calibration);
}

OP_PREPARE(picture_loss_forward, prepare_forward);
OP_DEFINE(picture_loss_forward, describe_forward, record_forward, reference_forward,
          .prepare = picture_loss_forward_prepare, .shapes = {&op_picture_loss_shapes});

OP_PREPARE(picture_loss_backward, prepare_backward);
OP_DEFINE(picture_loss_backward, describe_backward, record_backward, reference_backward,
          .prepare = picture_loss_backward_prepare, .shapes = {&op_picture_loss_shapes});

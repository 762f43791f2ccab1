// Hinge loss with LeCam anchors: checks, recording, references.
#include "shaders/hinge/hinge.h"

#include "shaders/hinge/hinge_backward_push.h"
#include "shaders/hinge/hinge_forward_push.h"
#include "shaders/hinge/hinge_track_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const char *const side_names[OP_HINGE_SIDES] = {"real", "fake", "generator"};

static uint32_t channels_used(const struct op_hinge *p) {
    return p->c_used ? p->c_used : p->c;
}

static double elements_used(const struct op_hinge *p) {
    return (double)p->rows * channels_used(p);
}

// One long row of groups of four elements: which channels they hold does not matter to the sharing out.
static struct op_rows plan(const struct op_target *target, const struct op_hinge *p) {
    return op_rows_plan(target, 1, p->rows * (p->c / 4), 4);
}

static bool describe(const struct op_hinge *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_in_range(refusal, "side", (uint64_t)p->side, 0, OP_HINGE_SIDES - 1) ||
        !op_check_channels(refusal, "c", p->c) || !op_in_range(refusal, "c_used", p->c_used, 0, p->c) ||
        !op_check_rows(refusal, 1, p->rows, p->c))
        return false;
    if (p->lecam && p->side == OP_HINGE_GENERATOR)
        return op_refuse(refusal, "lecam regularises the discriminator, not the generator");
    snprintf(signature->text, sizeof signature->text, "%s rows=%u c=%u used=%u%s%s", side_names[p->side],
             p->rows, p->c, channels_used(p), p->lecam ? " lecam" : "", p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const struct op_hinge *p,
                             struct op_hinge_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    args->x = op_elements(OP_F32, (uint64_t)p->rows * p->c);
    args->anchors = op_elements_if(p->lecam, OP_F32, OP_HINGE_ANCHORS);
    args->result = op_elements(OP_F32, OP_HINGE_RESULTS);
    args->partials = op_elements(OP_F32, op_rows_scratch(&rows, OP_HINGE_RESULTS));
    return true;
}

enum { WEIGHTS = 2 }; // of d_result: of the loss and of lecam

static bool describe_backward(const struct op_target *target, const struct op_hinge *p,
                              struct op_hinge_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->x = op_elements(OP_F32, (uint64_t)p->rows * p->c);
    args->anchors = op_elements_if(p->lecam, OP_F32, OP_HINGE_ANCHORS);
    args->d_result = op_elements(OP_F32, WEIGHTS);
    args->d_x = op_elements_added(p->accumulate, OP_F32, (uint64_t)p->rows * p->c);
    return true;
}

static bool describe_track(const struct op_target *target, const struct op_hinge_track *p,
                           struct op_hinge_track_extents *args, struct op_signature *signature,
                           struct op_refusal *refusal) {
    (void)target;
    if (!(p->decay >= 0.0f && p->decay <= 1.0f))
        return op_refuse(refusal, "decay is %g, it must be 0 to 1", (double)p->decay);
    snprintf(signature->text, sizeof signature->text, "decay=%g", (double)p->decay);
    args->real = args->fake = op_elements(OP_F32, OP_HINGE_RESULTS);
    args->anchors = op_elements(OP_F32, OP_HINGE_ANCHORS);
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_hinge *p,
                           const struct op_hinge_forward_buffers *args) {
    struct op_rows rows = plan(&recorder->library->target, p);
    struct push_hinge_forward push = {.x = args->x.address,
                                      .anchors = args->anchors.address,
                                      .records = args->partials.address,
                                      .rows = rows,
                                      .c4 = p->c / 4,
                                      .c_used = channels_used(p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_hinge_forward, push, OP_SPEC((uint32_t)p->side),
                                    .items = op_rows_items(&rows), .reads = {args->x, args->anchors},
                                    .writes = {op_rows_records(&rows, OP_HINGE_RESULTS, args->partials)}));
    const struct op_rows_outputs outputs = {
        .first = args->result, .first_width = OP_HINGE_RESULTS, .factor = (float)(1.0 / elements_used(p))};
    op_rows_sum(recorder, &rows, OP_HINGE_RESULTS, args->partials, &outputs);
}

static void record_backward(struct op_recorder *recorder, const struct op_hinge *p,
                            const struct op_hinge_backward_buffers *args) {
    struct push_hinge_backward push = {.x = args->x.address,
                                       .anchors = args->anchors.address,
                                       .d_result = args->d_result.address,
                                       .d_x = args->d_x.address,
                                       .count4 = p->rows * (p->c / 4),
                                       .c4 = p->c / 4,
                                       .c_used = channels_used(p),
                                       .accumulate = p->accumulate,
                                       .inv_count = (float)(1.0 / elements_used(p))};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_hinge_backward, push, OP_SPEC((uint32_t)p->side), .items = push.count4,
                          .reads = {args->x, args->anchors, args->d_result, args->d_x},
                          .writes = {args->d_x}));
}

static float decay(const struct op_hinge_track *p) {
    return p->decay != 0.0f ? p->decay : 0.99f;
}

static void record_track(struct op_recorder *recorder, const struct op_hinge_track *p,
                         const struct op_hinge_track_buffers *args) {
    struct push_hinge_track push = {.real = args->real.address,
                                    .fake = args->fake.address,
                                    .anchors = args->anchors.address,
                                    .decay = decay(p)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_hinge_track, push, .items = 1,
                          .reads = {args->real, args->fake, args->anchors}, .writes = {args->anchors}));
}

static double anchor(const struct op_hinge *p, const double *anchors) {
    return anchors[p->side == OP_HINGE_REAL ? OP_HINGE_ANCHOR_FAKE : OP_HINGE_ANCHOR_REAL];
}

static double loss(enum op_hinge_side side, double x) {
    return side == OP_HINGE_GENERATOR ? -x : fmax(0.0, side == OP_HINGE_REAL ? 1.0 - x : 1.0 + x);
}

static double derivative(enum op_hinge_side side, double x) {
    if (side == OP_HINGE_FAKE)
        return x > -1.0 ? 1.0 : 0.0;
    return side == OP_HINGE_GENERATOR || x < 1.0 ? -1.0 : 0.0;
}

static void reference_forward(const struct op_hinge *p, const struct op_hinge_forward_arrays *args) {
    double *result = args->result;
    for (int i = 0; i < OP_HINGE_RESULTS; i++)
        result[i] = 0.0;
    for (uint64_t i = 0; i < (uint64_t)p->rows * p->c; i++) {
        double x = args->x[i];
        if (i % p->c >= channels_used(p))
            continue;
        result[OP_HINGE_LOSS] += loss(p->side, x);
        result[OP_HINGE_LECAM] += p->lecam ? pow(x - anchor(p, args->anchors), 2.0) : 0.0;
        result[OP_HINGE_MEAN] += x;
        result[OP_HINGE_RIGHT] += (p->side == OP_HINGE_FAKE ? -x : x) > 0.0;
    }
    for (int i = 0; i < OP_HINGE_RESULTS; i++)
        result[i] /= elements_used(p);
}

static void reference_backward(const struct op_hinge *p, const struct op_hinge_backward_arrays *args) {
    for (uint64_t i = 0; i < (uint64_t)p->rows * p->c; i++) {
        double x = args->x[i], d = args->d_result[OP_HINGE_LOSS] * derivative(p->side, x);
        if (p->lecam)
            d += args->d_result[OP_HINGE_LECAM] * 2.0 * (x - anchor(p, args->anchors));
        d = i % p->c < channels_used(p) ? d / elements_used(p) : 0.0;
        args->d_x[i] = d + (p->accumulate ? args->d_x[i] : 0.0);
    }
}

static void reference_track(const struct op_hinge_track *p, const struct op_hinge_track_arrays *args) {
    double real = args->real[OP_HINGE_MEAN], fake = args->fake[OP_HINGE_MEAN], *anchors = args->anchors;
    if (!isfinite(real) || !isfinite(fake))
        return;
    double keep = anchors[OP_HINGE_ANCHOR_UPDATES] > 0.0 ? (double)decay(p) : 0.0;
    anchors[OP_HINGE_ANCHOR_REAL] = keep * anchors[OP_HINGE_ANCHOR_REAL] + (1.0 - keep) * real;
    anchors[OP_HINGE_ANCHOR_FAKE] = keep * anchors[OP_HINGE_ANCHOR_FAKE] + (1.0 - keep) * fake;
    anchors[OP_HINGE_ANCHOR_UPDATES] += 1.0;
}

// By the decay: the first update (0.25), a mean that is not finite (0.75), any other.
static void prepare_track(const struct op_hinge_track *p, const struct op_hinge_track_arrays *args) {
    args->anchors[OP_HINGE_ANCHOR_UPDATES] = p->decay == 0.25f ? 0.0 : 9.0;
    if (p->decay == 0.75f)
        args->fake[OP_HINGE_MEAN] = INFINITY;
}

OP_DEFINE(hinge_forward, describe_forward, record_forward, reference_forward,
          .flags_at = offsetof(struct op_hinge, lecam), .shapes = {&op_hinge_shapes});
OP_DEFINE(hinge_backward, describe_backward, record_backward, reference_backward,
          .flags_at = offsetof(struct op_hinge, lecam), .shapes = {&op_hinge_shapes});

OP_PREPARE(hinge_track, prepare_track);
OP_DEFINE(hinge_track, describe_track, record_track, reference_track, .prepare = hinge_track_prepare,
          .shapes = {&op_hinge_track_shapes});

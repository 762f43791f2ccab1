// Hinge loss with LeCam anchors: checks, recording, references.
#include "shaders/hinge/hinge.h"

#include "shaders/hinge/hinge_backward_push.h"
#include "shaders/hinge/hinge_forward_push.h"
#include "shaders/hinge/hinge_track_push.h"
#include "shaders/op_rows.h"

#include <math.h>
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
    op_add_arg(signature, "x", OP_IN, OP_F32, (uint64_t)p->rows * p->c);
    op_add_arg(signature, "anchors", OP_IN, OP_F32, p->lecam ? OP_HINGE_ANCHORS : 0);
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_hinge *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    op_add_arg(signature, "result", OP_OUT, OP_F32, OP_HINGE_RESULTS);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, OP_HINGE_RESULTS));
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_hinge *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "d_result", OP_IN, OP_F32, 2);
    op_add_arg(signature, "d_x", p->accumulate ? OP_INOUT : OP_OUT, OP_F32, (uint64_t)p->rows * p->c);
    return true;
}

static bool describe_track(const struct op_target *target, const void *params, struct op_signature *signature,
                           struct op_refusal *refusal) {
    const struct op_hinge_track *p = params;
    (void)target;
    if (!(p->decay >= 0.0f && p->decay <= 1.0f))
        return op_refuse(refusal, "decay is %g, it must be 0 to 1", (double)p->decay);
    snprintf(signature->text, sizeof signature->text, "decay=%g", (double)p->decay);
    op_add_arg(signature, "real", OP_IN, OP_F32, OP_HINGE_RESULTS);
    op_add_arg(signature, "fake", OP_IN, OP_F32, OP_HINGE_RESULTS);
    op_add_arg(signature, "anchors", OP_INOUT, OP_F32, OP_HINGE_ANCHORS);
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_hinge *p = params;
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = plan(target, p);
    struct push_hinge_forward push = {args[0].address, args[1].address, args[3].address, rows,
                                      p->c / 4,        channels_used(p)};
    struct op_launch launch = {.kernel = KERNEL_hinge_forward,
                               .spec = {(uint32_t)p->side},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {op_rows_records(&rows, OP_HINGE_RESULTS, args[3])}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    const struct op_rows_outputs outputs = {
        .first = args[2], .first_width = OP_HINGE_RESULTS, .factor = (float)(1.0 / elements_used(p))};
    op_rows_sum(recorder, &rows, OP_HINGE_RESULTS, args[3], &outputs);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_hinge *p = params;
    struct push_hinge_backward push = {.x = args[0].address,
                                       .anchors = args[1].address,
                                       .d_result = args[2].address,
                                       .d_x = args[3].address,
                                       .count4 = p->rows * (p->c / 4),
                                       .c4 = p->c / 4,
                                       .c_used = channels_used(p),
                                       .accumulate = p->accumulate,
                                       .inv_count = (float)(1.0 / elements_used(p))};
    struct op_launch launch = {.kernel = KERNEL_hinge_backward,
                               .spec = {(uint32_t)p->side},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3]},
                               .writes = {args[3]}};
    op_grid_for_items(&recorder->library->target, push.count4, &launch);
    op_dispatch(recorder, &launch);
}

static float decay(const struct op_hinge_track *p) {
    return p->decay != 0.0f ? p->decay : 0.99f;
}

static void record_track(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    struct push_hinge_track push = {args[0].address, args[1].address, args[2].address, decay(params)};
    struct op_launch launch = {.kernel = KERNEL_hinge_track,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[2]}};
    op_grid_for_items(&recorder->library->target, 1, &launch);
    op_dispatch(recorder, &launch);
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

static void reference_forward(const void *params, double *const *args) {
    const struct op_hinge *p = params;
    double *result = args[2];
    for (int i = 0; i < OP_HINGE_RESULTS; i++)
        result[i] = 0.0;
    for (uint64_t i = 0; i < (uint64_t)p->rows * p->c; i++) {
        double x = args[0][i];
        if (i % p->c >= channels_used(p))
            continue;
        result[OP_HINGE_LOSS] += loss(p->side, x);
        result[OP_HINGE_LECAM] += p->lecam ? pow(x - anchor(p, args[1]), 2.0) : 0.0;
        result[OP_HINGE_MEAN] += x;
        result[OP_HINGE_RIGHT] += (p->side == OP_HINGE_FAKE ? -x : x) > 0.0;
    }
    for (int i = 0; i < OP_HINGE_RESULTS; i++)
        result[i] /= elements_used(p);
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_hinge *p = params;
    for (uint64_t i = 0; i < (uint64_t)p->rows * p->c; i++) {
        double x = args[0][i], d = args[2][OP_HINGE_LOSS] * derivative(p->side, x);
        if (p->lecam)
            d += args[2][OP_HINGE_LECAM] * 2.0 * (x - anchor(p, args[1]));
        d = i % p->c < channels_used(p) ? d / elements_used(p) : 0.0;
        args[3][i] = d + (p->accumulate ? args[3][i] : 0.0);
    }
}

static void reference_track(const void *params, double *const *args) {
    double real = args[0][OP_HINGE_MEAN], fake = args[1][OP_HINGE_MEAN], *anchors = args[2];
    if (!isfinite(real) || !isfinite(fake))
        return;
    double keep = anchors[OP_HINGE_ANCHOR_UPDATES] > 0.0 ? (double)decay(params) : 0.0;
    anchors[OP_HINGE_ANCHOR_REAL] = keep * anchors[OP_HINGE_ANCHOR_REAL] + (1.0 - keep) * real;
    anchors[OP_HINGE_ANCHOR_FAKE] = keep * anchors[OP_HINGE_ANCHOR_FAKE] + (1.0 - keep) * fake;
    anchors[OP_HINGE_ANCHOR_UPDATES] += 1.0;
}

// By the decay: the first update (0.25), a mean that is not finite (0.75), any other.
static void prepare_track(const void *params, double *const *args) {
    const struct op_hinge_track *p = params;
    args[2][OP_HINGE_ANCHOR_UPDATES] = p->decay == 0.25f ? 0.0 : 9.0;
    if (p->decay == 0.75f)
        args[1][OP_HINGE_MEAN] = INFINITY;
}

static const struct op_hinge examples[] = {
    {.side = OP_HINGE_REAL, .rows = 128, .c = 4, .c_used = 1, .lecam = true},
    {.side = OP_HINGE_FAKE, .rows = 37, .c = 4, .c_used = 1},
    {.side = OP_HINGE_GENERATOR, .rows = 130, .c = 4, .c_used = 1}};
static const struct op_hinge_track track_examples[] = {{0.25f}, {0.9f}};

const struct op_info op_hinge_forward_info = {.name = "hinge_forward",
                                              .params_size = sizeof(struct op_hinge),
                                              .describe = describe_forward,
                                              .record = record_forward,
                                              .reference = reference_forward,
                                              .examples = examples,
                                              .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_hinge_backward_info = {
    .name = "hinge_backward",
    .params_size = sizeof(struct op_hinge),
    .describe = describe_backward,
    .record = record_backward,
    .reference = reference_backward,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_hinge_forward,
    .links = {{OP_LINK_SAME, 0}, {OP_LINK_SAME, 1}, {OP_LINK_GRADIENT, 2}, {OP_LINK_GRADIENT, 0}}};

const struct op_info op_hinge_track_info = {.name = "hinge_track",
                                            .params_size = sizeof(struct op_hinge_track),
                                            .describe = describe_track,
                                            .record = record_track,
                                            .reference = reference_track,
                                            .prepare = prepare_track,
                                            .examples = track_examples,
                                            .example_count =
                                                sizeof track_examples / sizeof track_examples[0]};

void op_hinge_forward(struct op_recorder *recorder, const struct op_hinge *params, struct rt_buffer x,
                      struct rt_buffer anchors, struct rt_buffer result, struct rt_buffer partials) {
    op_record(recorder, OP_hinge_forward, params, (struct rt_buffer[]){x, anchors, result, partials}, 4);
}

void op_hinge_backward(struct op_recorder *recorder, const struct op_hinge *params, struct rt_buffer x,
                       struct rt_buffer anchors, struct rt_buffer d_result, struct rt_buffer d_x) {
    op_record(recorder, OP_hinge_backward, params, (struct rt_buffer[]){x, anchors, d_result, d_x}, 4);
}

void op_hinge_track(struct op_recorder *recorder, const struct op_hinge_track *params, struct rt_buffer real,
                    struct rt_buffer fake, struct rt_buffer anchors) {
    op_record(recorder, OP_hinge_track, params, (struct rt_buffer[]){real, fake, anchors}, 3);
}

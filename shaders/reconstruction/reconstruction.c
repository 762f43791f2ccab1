// Squared error and its calibrated likelihood: checks, recording, references.
#include "shaders/reconstruction/reconstruction.h"

#include "shaders/op_rows.h"
#include "shaders/reconstruction/reconstruction_backward_push.h"
#include "shaders/reconstruction/reconstruction_calibrate_push.h"
#include "shaders/reconstruction/reconstruction_finish_push.h"
#include "shaders/reconstruction/reconstruction_forward_push.h"

#include <math.h>
#include <stdio.h>

enum { PRED, TARGET, CALIBRATION, SQUARED_ERROR, NLL, PARTIALS };
enum { D_NLL = 3, D_PRED };

#define KERNEL_FOR(p, name) ((p)->dtype == OP_BF16 ? KERNEL_##name##_bf16 : KERNEL_##name)

static uint64_t element_count(const struct op_reconstruction *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static uint32_t channels_used(const struct op_reconstruction *p) {
    return p->c_used ? p->c_used : p->c;
}

// What counts in one sample.
static uint32_t elements_used(const struct op_reconstruction *p) {
    return p->voxels * channels_used(p);
}

static float least_variance(const struct op_reconstruction *p) {
    float sigma = p->sigma_floor != 0.0f ? p->sigma_floor : 0.03f;
    return sigma * sigma;
}

static float momentum(const struct op_reconstruction *p) {
    return p->momentum != 0.0f ? p->momentum : 0.01f;
}

static bool describe(const struct op_reconstruction *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_dtype(refusal, p->target_dtype) ||
        !op_check_channels(refusal, "c", p->c) || !op_in_range(refusal, "c_used", p->c_used, 0, p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    if (!(p->sigma_floor == 0.0f || (p->sigma_floor >= 1e-6f && p->sigma_floor <= 1e6f)))
        return op_refuse(refusal, "sigma_floor is %g, it must be 1e-6 to 1e6", (double)p->sigma_floor);
    if (!(p->momentum >= 0.0f && p->momentum <= 1.0f))
        return op_refuse(refusal, "momentum is %g, it must be 0 to 1", (double)p->momentum);
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u used=%u %s target %s%s", p->n,
             p->voxels, p->c, channels_used(p), p->dtype == OP_BF16 ? "bf16" : "fp32",
             p->target_dtype == OP_BF16 ? "bf16" : "fp32", p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_reconstruction *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    op_add_arg(signature, "pred", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "target", OP_IN, p->target_dtype, element_count(p));
    op_add_arg(signature, "calibration", OP_IN, OP_F32, OP_CALIBRATION_COUNT);
    op_add_arg(signature, "squared_error", OP_OUT, OP_F32, p->n);
    op_add_arg(signature, "nll", OP_OUT, OP_F32, p->n);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32,
               (uint64_t)p->n * p->c + op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_calibrate(const struct op_target *target, const void *params,
                               struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_reconstruction *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "squared_error", OP_IN, OP_F32, p->n);
    op_add_arg(signature, "calibration", OP_INOUT, OP_F32, OP_CALIBRATION_COUNT);
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_reconstruction *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "pred", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "target", OP_IN, p->target_dtype, element_count(p));
    op_add_arg(signature, "calibration", OP_IN, OP_F32, OP_CALIBRATION_COUNT);
    op_add_arg(signature, "d_nll", OP_IN, OP_F32, p->n);
    op_add_arg(signature, "d_pred", p->accumulate ? OP_INOUT : OP_OUT, p->dtype, element_count(p));
    return true;
}

static void record_finish(struct op_recorder *recorder, const struct op_reconstruction *p,
                          struct rt_buffer sums, const struct rt_buffer *args) {
    struct push_reconstruction_finish push = {.sums = sums.address,
                                              .calibration = args[CALIBRATION].address,
                                              .squared_error = args[SQUARED_ERROR].address,
                                              .nll = args[NLL].address,
                                              .n = p->n,
                                              .c = p->c,
                                              .elements = elements_used(p),
                                              .least = least_variance(p)};
    struct op_launch launch = {.kernel = KERNEL_reconstruction_finish,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {sums, args[CALIBRATION]},
                               .writes = {args[SQUARED_ERROR], args[NLL]}};
    op_grid_for_items(&recorder->library->target, p->n, &launch);
    op_dispatch(recorder, &launch);
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_reconstruction *p = params;
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    uint64_t sums_bytes = (uint64_t)p->n * p->c * sizeof(float);
    struct rt_buffer sums = rt_buffer_slice(args[PARTIALS], 0, sums_bytes);
    struct rt_buffer scratch =
        rt_buffer_slice(args[PARTIALS], sums_bytes, op_rows_scratch(&rows, p->c) * sizeof(float));
    struct push_reconstruction_forward push = {args[PRED].address, args[TARGET].address, scratch.address,
                                               rows, channels_used(p)};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, reconstruction_forward),
                               .spec = {p->target_dtype == OP_BF16},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[PRED], args[TARGET]},
                               .writes = {op_rows_records(&rows, p->c, scratch)}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    const struct op_rows_outputs outputs = {.first = sums, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, p->c, scratch, &outputs);
    record_finish(recorder, p, sums, args);
}

static void record_calibrate(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_reconstruction *p = params;
    struct push_reconstruction_calibrate push = {
        args[0].address, args[1].address,  p->n, (float)p->n * (float)elements_used(p),
        momentum(p),     least_variance(p)};
    struct op_launch launch = {.kernel = KERNEL_reconstruction_calibrate,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[1]}};
    op_grid_for_items(&recorder->library->target, 1, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_reconstruction *p = params;
    uint32_t sample4 = p->voxels * (p->c / 4);
    struct push_reconstruction_backward push = {.pred = args[PRED].address,
                                                .target = args[TARGET].address,
                                                .calibration = args[CALIBRATION].address,
                                                .d_nll = args[D_NLL].address,
                                                .d_pred = args[D_PRED].address,
                                                .count4 = p->n * sample4,
                                                .sample4 = sample4,
                                                .c4 = p->c / 4,
                                                .c_used = channels_used(p),
                                                .accumulate = p->accumulate,
                                                .least = least_variance(p)};
    struct op_launch launch = {
        .kernel = KERNEL_FOR(p, reconstruction_backward),
        .spec = {p->target_dtype == OP_BF16},
        .spec_count = 1,
        .push = &push,
        .push_bytes = sizeof push,
        .reads = {args[PRED], args[TARGET], args[CALIBRATION], args[D_NLL], args[D_PRED]},
        .writes = {args[D_PRED]}};
    op_grid_for_items(&recorder->library->target, push.count4, &launch);
    op_dispatch(recorder, &launch);
}

static double variance(const struct op_reconstruction *p, const double *calibration) {
    return fmax(calibration[OP_CALIBRATION_SIGMA2], (double)least_variance(p));
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_reconstruction *p = params;
    double sigma2 = variance(p, args[CALIBRATION]);
    for (uint32_t n = 0; n < p->n; n++)
        args[SQUARED_ERROR][n] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++)
        if (i % p->c < channels_used(p))
            args[SQUARED_ERROR][i / p->c / p->voxels] += pow(args[PRED][i] - args[TARGET][i], 2.0);
    for (uint32_t n = 0; n < p->n; n++)
        args[NLL][n] = 0.5 * (args[SQUARED_ERROR][n] / sigma2 +
                              (double)elements_used(p) * log(4.0 * acos(0.0) * sigma2));
}

static void reference_calibrate(const void *params, double *const *args) {
    const struct op_reconstruction *p = params;
    double sum = 0.0, *calibration = args[1];
    for (uint32_t n = 0; n < p->n; n++)
        sum += args[0][n];
    if (!isfinite(sum))
        return;
    double rate = fmax((double)momentum(p), 1.0 / (calibration[OP_CALIBRATION_UPDATES] + 1.0));
    double batch = sum / ((double)p->n * elements_used(p));
    calibration[OP_CALIBRATION_MSE] += rate * (batch - calibration[OP_CALIBRATION_MSE]);
    calibration[OP_CALIBRATION_SIGMA2] = fmax(calibration[OP_CALIBRATION_MSE], (double)least_variance(p));
    calibration[OP_CALIBRATION_UPDATES] += 1.0;
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_reconstruction *p = params;
    double sigma2 = variance(p, args[CALIBRATION]);
    for (uint64_t i = 0; i < element_count(p); i++) {
        double d = args[D_NLL][i / p->c / p->voxels] * (args[PRED][i] - args[TARGET][i]) / sigma2;
        d = i % p->c < channels_used(p) ? d : 0.0;
        args[D_PRED][i] = d + (p->accumulate ? args[D_PRED][i] : 0.0);
    }
}

// A variance is positive; zeros, as at first, must work too (one sample in four).
static void prepare(const void *params, double *const *args) {
    const struct op_reconstruction *p = params;
    double *calibration = args[CALIBRATION];
    calibration[OP_CALIBRATION_SIGMA2] = p->n % 4 == 0 ? 0.0 : fmod(fabs(calibration[1]), 1.0);
}

// Errors are positive. By the batch: the first one (2), one that is not finite (3), any other.
static void prepare_calibrate(const void *params, double *const *args) {
    const struct op_reconstruction *p = params;
    static const double first[] = {0, 0, 0, 0}, later[] = {0.5, 0.5, 40, 0};
    for (uint32_t n = 0; n < p->n; n++)
        args[0][n] = fabs(args[0][n]);
    for (int i = 0; i < OP_CALIBRATION_COUNT; i++)
        args[1][i] = p->n == 2 ? first[i] : later[i];
    if (p->n == 3)
        args[0][1] = NAN;
}

static const struct op_reconstruction examples[] = {
    {.n = 2, .voxels = 300, .c = 4, .c_used = 3},
    {.dtype = OP_BF16, .n = 3, .voxels = 128, .c = 4, .c_used = 3},
};

const struct op_info op_reconstruction_forward_info = {.name = "reconstruction_forward",
                                                       .params_size = sizeof(struct op_reconstruction),
                                                       .describe = describe_forward,
                                                       .record = record_forward,
                                                       .reference = reference_forward,
                                                       .prepare = prepare,
                                                       .examples = examples,
                                                       .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_reconstruction_calibrate_info = {.name = "reconstruction_calibrate",
                                                         .params_size = sizeof(struct op_reconstruction),
                                                         .describe = describe_calibrate,
                                                         .record = record_calibrate,
                                                         .reference = reference_calibrate,
                                                         .prepare = prepare_calibrate,
                                                         .examples = examples,
                                                         .example_count =
                                                             sizeof examples / sizeof examples[0]};

const struct op_info op_reconstruction_backward_info = {.name = "reconstruction_backward",
                                                        .params_size = sizeof(struct op_reconstruction),
                                                        .describe = describe_backward,
                                                        .record = record_backward,
                                                        .reference = reference_backward,
                                                        .prepare = prepare,
                                                        .examples = examples,
                                                        .example_count = sizeof examples / sizeof examples[0],
                                                        .forward = OP_reconstruction_forward,
                                                        .links = {{OP_LINK_SAME, PRED},
                                                                  {OP_LINK_SAME, TARGET},
                                                                  {OP_LINK_SAME, CALIBRATION},
                                                                  {OP_LINK_GRADIENT, NLL},
                                                                  {OP_LINK_GRADIENT, PRED}}};

void op_reconstruction_forward(struct op_recorder *recorder, const struct op_reconstruction *params,
                               struct rt_buffer pred, struct rt_buffer target, struct rt_buffer calibration,
                               struct rt_buffer squared_error, struct rt_buffer nll,
                               struct rt_buffer partials) {
    const struct rt_buffer args[] = {pred, target, calibration, squared_error, nll, partials};
    op_record(recorder, OP_reconstruction_forward, params, args, 6);
}

void op_reconstruction_calibrate(struct op_recorder *recorder, const struct op_reconstruction *params,
                                 struct rt_buffer squared_error, struct rt_buffer calibration) {
    const struct rt_buffer args[] = {squared_error, calibration};
    op_record(recorder, OP_reconstruction_calibrate, params, args, 2);
}

void op_reconstruction_backward(struct op_recorder *recorder, const struct op_reconstruction *params,
                                struct rt_buffer pred, struct rt_buffer target, struct rt_buffer calibration,
                                struct rt_buffer d_nll, struct rt_buffer d_pred) {
    const struct rt_buffer args[] = {pred, target, calibration, d_nll, d_pred};
    op_record(recorder, OP_reconstruction_backward, params, args, 5);
}

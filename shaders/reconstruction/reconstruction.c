// Squared error and its calibrated likelihood: checks, recording, references.
#include "shaders/reconstruction/reconstruction.h"

#include "shaders/op_define.h"
#include "shaders/reconstruction/reconstruction_backward_push.h"
#include "shaders/reconstruction/reconstruction_calibrate_push.h"
#include "shaders/reconstruction/reconstruction_finish_push.h"
#include "shaders/reconstruction/reconstruction_forward_push.h"
#include "shaders/reconstruction/reconstruction_private.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

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

float op_reconstruction_least(const struct op_reconstruction *p) {
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

static bool describe_forward(const struct op_target *target, const struct op_reconstruction *p,
                             struct op_reconstruction_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    args->pred = op_elements(p->dtype, element_count(p));
    args->target = op_elements(p->target_dtype, element_count(p));
    args->calibration = op_elements(OP_F32, OP_CALIBRATION_COUNT);
    args->squared_error = args->nll = op_elements(OP_F32, p->n);
    args->partials = op_elements(OP_F32, (uint64_t)p->n * p->c + op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_calibrate(const struct op_target *target, const struct op_reconstruction *p,
                               struct op_reconstruction_calibrate_extents *args,
                               struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->squared_error = op_elements(OP_F32, p->n);
    args->calibration = op_elements(OP_F32, OP_CALIBRATION_COUNT);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_reconstruction *p,
                              struct op_reconstruction_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->pred = op_elements(p->dtype, element_count(p));
    args->target = op_elements(p->target_dtype, element_count(p));
    args->calibration = op_elements(OP_F32, OP_CALIBRATION_COUNT);
    args->d_nll = op_elements(OP_F32, p->n);
    args->d_pred = op_elements_added(p->accumulate, p->dtype, element_count(p));
    return true;
}

void op_reconstruction_finish(struct op_recorder *recorder, const struct op_reconstruction *p,
                              struct rt_buffer sums, struct rt_buffer calibration,
                              struct rt_buffer squared_error, struct rt_buffer nll) {
    struct push_reconstruction_finish push = {.sums = sums.address,
                                              .calibration = calibration.address,
                                              .squared_error = squared_error.address,
                                              .nll = nll.address,
                                              .n = p->n,
                                              .c = p->c,
                                              .elements = elements_used(p),
                                              .least = op_reconstruction_least(p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_reconstruction_finish, push, .items = p->n,
                                    .reads = {sums, calibration}, .writes = {squared_error, nll}));
}

static void record_forward(struct op_recorder *recorder, const struct op_reconstruction *p,
                           const struct op_reconstruction_forward_buffers *args) {
    struct op_rows rows = op_rows_plan(&recorder->library->target, p->n, p->voxels, p->c);
    uint64_t sums_bytes = (uint64_t)p->n * p->c * sizeof(float);
    struct rt_buffer sums = rt_buffer_slice(args->partials, 0, sums_bytes);
    struct rt_buffer scratch =
        rt_buffer_slice(args->partials, sums_bytes, op_rows_scratch(&rows, p->c) * sizeof(float));
    struct push_reconstruction_forward push = {.pred = args->pred.address,
                                               .target = args->target.address,
                                               .records = scratch.address,
                                               .rows = rows,
                                               .c_used = channels_used(p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, reconstruction_forward), push,
                                    OP_SPEC(p->target_dtype == OP_BF16), .items = op_rows_items(&rows),
                                    .reads = {args->pred, args->target},
                                    .writes = {op_rows_records(&rows, p->c, scratch)}));
    const struct op_rows_outputs outputs = {.first = sums, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, p->c, scratch, &outputs);
    op_reconstruction_finish(recorder, p, sums, args->calibration, args->squared_error, args->nll);
}

static void record_calibrate(struct op_recorder *recorder, const struct op_reconstruction *p,
                             const struct op_reconstruction_calibrate_buffers *args) {
    struct push_reconstruction_calibrate push = {.squared_error = args->squared_error.address,
                                                 .calibration = args->calibration.address,
                                                 .n = p->n,
                                                 .elements = (float)p->n * (float)elements_used(p),
                                                 .momentum = momentum(p),
                                                 .least = op_reconstruction_least(p)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_reconstruction_calibrate, push, .items = 1,
                          .reads = {args->squared_error, args->calibration}, .writes = {args->calibration}));
}

static void record_backward(struct op_recorder *recorder, const struct op_reconstruction *p,
                            const struct op_reconstruction_backward_buffers *args) {
    uint32_t sample4 = p->voxels * (p->c / 4);
    struct push_reconstruction_backward push = {.pred = args->pred.address,
                                                .target = args->target.address,
                                                .calibration = args->calibration.address,
                                                .d_nll = args->d_nll.address,
                                                .d_pred = args->d_pred.address,
                                                .count4 = p->n * sample4,
                                                .c_used = channels_used(p),
                                                .accumulate = p->accumulate,
                                                .least = op_reconstruction_least(p)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, reconstruction_backward), push,
                          OP_SPEC(p->target_dtype == OP_BF16, sample4, p->c / 4), .items = push.count4,
                          .reads = {args->pred, args->target, args->calibration, args->d_nll, args->d_pred},
                          .writes = {args->d_pred}));
}

double op_reconstruction_variance(const struct op_reconstruction *p, const double *calibration) {
    return fmax(calibration[OP_CALIBRATION_SIGMA2], (double)op_reconstruction_least(p));
}

static void reference_forward(const struct op_reconstruction *p,
                              const struct op_reconstruction_forward_arrays *args) {
    double sigma2 = op_reconstruction_variance(p, args->calibration), elements = elements_used(p);
    for (uint32_t n = 0; n < p->n; n++)
        args->squared_error[n] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++)
        if (i % p->c < channels_used(p))
            args->squared_error[i / p->c / p->voxels] += pow(args->pred[i] - args->target[i], 2.0);
    for (uint32_t n = 0; n < p->n; n++)
        args->nll[n] = 0.5 * (args->squared_error[n] / sigma2 + elements * log(4.0 * acos(0.0) * sigma2));
}

static void reference_calibrate(const struct op_reconstruction *p,
                                const struct op_reconstruction_calibrate_arrays *args) {
    double sum = 0.0, *calibration = args->calibration;
    for (uint32_t n = 0; n < p->n; n++)
        sum += args->squared_error[n];
    if (!isfinite(sum))
        return;
    double rate = fmax((double)momentum(p), 1.0 / (calibration[OP_CALIBRATION_UPDATES] + 1.0));
    double batch = sum / ((double)p->n * elements_used(p));
    calibration[OP_CALIBRATION_MSE] += rate * (batch - calibration[OP_CALIBRATION_MSE]);
    calibration[OP_CALIBRATION_SIGMA2] =
        fmax(calibration[OP_CALIBRATION_MSE], (double)op_reconstruction_least(p));
    calibration[OP_CALIBRATION_UPDATES] += 1.0;
}

static void reference_backward(const struct op_reconstruction *p,
                               const struct op_reconstruction_backward_arrays *args) {
    double sigma2 = op_reconstruction_variance(p, args->calibration);
    for (uint64_t i = 0; i < element_count(p); i++) {
        double d = args->d_nll[i / p->c / p->voxels] * (args->pred[i] - args->target[i]) / sigma2;
        d = i % p->c < channels_used(p) ? d : 0.0;
        args->d_pred[i] = d + (p->accumulate ? args->d_pred[i] : 0.0);
    }
}

void op_reconstruction_prepare(uint32_t n, double *calibration) {
    double random = calibration[OP_CALIBRATION_SIGMA2];
    calibration[OP_CALIBRATION_SIGMA2] = n % 4 == 0 ? 0.0 : fmod(fabs(random), 1.0);
}

static void prepare_forward(const struct op_reconstruction *p,
                            const struct op_reconstruction_forward_arrays *args) {
    op_reconstruction_prepare(p->n, args->calibration);
}

static void prepare_backward(const struct op_reconstruction *p,
                             const struct op_reconstruction_backward_arrays *args) {
    op_reconstruction_prepare(p->n, args->calibration);
}

// Errors are positive. By the batch: the first one (2), one that is not finite (3), any other.
static void prepare_calibrate(const struct op_reconstruction *p,
                              const struct op_reconstruction_calibrate_arrays *args) {
    const struct reconstruction_calibration first = {.updates = 0};
    const struct reconstruction_calibration later = {.mse = 0.5f, .sigma2 = 0.5f, .updates = 40};
    for (uint32_t n = 0; n < p->n; n++)
        args->squared_error[n] = fabs(args->squared_error[n]);
    shared_put(p->n == 2 ? &first : &later, args->calibration);
    if (p->n == 3)
        args->squared_error[1] = NAN;
}

OP_PREPARE(reconstruction_forward, prepare_forward);
OP_DEFINE(reconstruction_forward, describe_forward, record_forward, reference_forward,
          .prepare = reconstruction_forward_prepare,
          .flags_at = offsetof(struct op_reconstruction, accumulate),
          .shapes = {&op_reconstruction_shapes, &op_reconstruction_bench_shapes});

OP_PREPARE(reconstruction_calibrate, prepare_calibrate);
OP_DEFINE(reconstruction_calibrate, describe_calibrate, record_calibrate, reference_calibrate,
          .prepare = reconstruction_calibrate_prepare,
          .flags_at = offsetof(struct op_reconstruction, accumulate), .shapes = {&op_reconstruction_shapes});

OP_PREPARE(reconstruction_backward, prepare_backward);
OP_DEFINE(reconstruction_backward, describe_backward, record_backward, reference_backward,
          .prepare = reconstruction_backward_prepare,
          .flags_at = offsetof(struct op_reconstruction, accumulate),
          .shapes = {&op_reconstruction_shapes, &op_reconstruction_bench_shapes});

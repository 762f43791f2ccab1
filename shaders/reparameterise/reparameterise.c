// Sampling of a Gaussian with gradients: checks, recording, references.
#include "shaders/reparameterise/reparameterise.h"

#include "shaders/op_define.h"
#include "shaders/reparameterise/reparameterise_backward_push.h"
#include "shaders/reparameterise/reparameterise_push.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static uint64_t element_count(const struct op_reparameterise *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static uint32_t channels_used(const struct op_reparameterise *p) {
    return p->c_used ? p->c_used : p->c;
}

static bool describe(const struct op_reparameterise *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_channels(refusal, "c", p->c) || !op_in_range(refusal, "c_used", p->c_used, 0, p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u used=%u%s%s", p->n, p->voxels,
             p->c, channels_used(p), p->tempered ? " tempered" : "", p->accumulate ? " accumulate" : "");
    return true;
}

static struct op_extent temperature_extent(const struct op_reparameterise *p) {
    return op_elements_if(p->tempered, OP_F32, 1);
}

static bool describe_forward(const struct op_target *target, const struct op_reparameterise *p,
                             struct op_reparameterise_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->mu = args->log_sigma = args->eps = args->z = op_elements(OP_F32, element_count(p));
    args->temperature = temperature_extent(p);
    return true;
}

static bool describe_inverse(const struct op_target *target, const struct op_reparameterise *p,
                             struct op_reparameterise_inverse_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->mu = args->log_sigma = args->z = args->eps = op_elements(OP_F32, element_count(p));
    args->temperature = temperature_extent(p);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_reparameterise *p,
                              struct op_reparameterise_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->log_sigma = args->eps = args->d_z = op_elements(OP_F32, element_count(p));
    args->temperature = temperature_extent(p);
    args->d_mu = args->d_log_sigma = op_elements_added(p->accumulate, OP_F32, element_count(p));
    return true;
}

// A driver may read ahead of the test for it (Mesa 26.1's lavapipe does), so there is always something to
// read.
static uint64_t temperature_address(const struct op_recorder *recorder, const struct op_reparameterise *p,
                                    struct rt_buffer temperature) {
    return p->tempered ? temperature.address : recorder->library->zeros.address;
}

static void record_forward(struct op_recorder *recorder, const struct op_reparameterise *p,
                           const struct op_reparameterise_forward_buffers *args) {
    struct push_reparameterise push = {.mu = args->mu.address,
                                       .log_sigma = args->log_sigma.address,
                                       .temperature = temperature_address(recorder, p, args->temperature),
                                       .src = args->eps.address,
                                       .dst = args->z.address,
                                       .count4 = (uint32_t)(element_count(p) / 4),
                                       .c4 = p->c / 4,
                                       .c_used = channels_used(p),
                                       .tempered = p->tempered};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_reparameterise, push, OP_SPEC(false), .items = push.count4,
                                    .reads = {args->mu, args->log_sigma, args->temperature, args->eps},
                                    .writes = {args->z}));
}

static void record_inverse(struct op_recorder *recorder, const struct op_reparameterise *p,
                           const struct op_reparameterise_inverse_buffers *args) {
    struct push_reparameterise push = {.mu = args->mu.address,
                                       .log_sigma = args->log_sigma.address,
                                       .temperature = temperature_address(recorder, p, args->temperature),
                                       .src = args->z.address,
                                       .dst = args->eps.address,
                                       .count4 = (uint32_t)(element_count(p) / 4),
                                       .c4 = p->c / 4,
                                       .c_used = channels_used(p),
                                       .tempered = p->tempered};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_reparameterise, push, OP_SPEC(true), .items = push.count4,
                                    .reads = {args->mu, args->log_sigma, args->temperature, args->z},
                                    .writes = {args->eps}));
}

static void record_backward(struct op_recorder *recorder, const struct op_reparameterise *p,
                            const struct op_reparameterise_backward_buffers *args) {
    struct push_reparameterise_backward push = {.log_sigma = args->log_sigma.address,
                                                .temperature =
                                                    temperature_address(recorder, p, args->temperature),
                                                .eps = args->eps.address,
                                                .d_z = args->d_z.address,
                                                .d_mu = args->d_mu.address,
                                                .d_log_sigma = args->d_log_sigma.address,
                                                .count4 = (uint32_t)(element_count(p) / 4),
                                                .c4 = p->c / 4,
                                                .c_used = channels_used(p),
                                                .tempered = p->tempered,
                                                .accumulate = p->accumulate};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_reparameterise_backward, push, .items = push.count4,
                                    .reads = {args->log_sigma, args->temperature, args->eps, args->d_z,
                                              args->d_mu, args->d_log_sigma},
                                    .writes = {args->d_mu, args->d_log_sigma}));
}

static double temperature_of(const struct op_reparameterise *p, const double *slice) {
    return p->tempered ? slice[0] : 1.0;
}

static void reference_forward(const struct op_reparameterise *p,
                              const struct op_reparameterise_forward_arrays *args) {
    double t = temperature_of(p, args->temperature);
    for (uint64_t i = 0; i < element_count(p); i++) {
        double z = args->mu[i] + t * exp(args->log_sigma[i]) * args->eps[i];
        args->z[i] = i % p->c < channels_used(p) ? z : 0.0;
    }
}

static void reference_inverse(const struct op_reparameterise *p,
                              const struct op_reparameterise_inverse_arrays *args) {
    double t = temperature_of(p, args->temperature);
    for (uint64_t i = 0; i < element_count(p); i++) {
        double eps = (args->z[i] - args->mu[i]) / (t * exp(args->log_sigma[i]));
        args->eps[i] = i % p->c < channels_used(p) ? eps : 0.0;
    }
}

static void reference_backward(const struct op_reparameterise *p,
                               const struct op_reparameterise_backward_arrays *args) {
    double t = temperature_of(p, args->temperature);
    for (uint64_t i = 0; i < element_count(p); i++) {
        double d_mu = i % p->c < channels_used(p) ? args->d_z[i] : 0.0;
        double d_log_sigma = d_mu * t * exp(args->log_sigma[i]) * args->eps[i];
        args->d_mu[i] = d_mu + (p->accumulate ? args->d_mu[i] : 0.0);
        args->d_log_sigma[i] = d_log_sigma + (p->accumulate ? args->d_log_sigma[i] : 0.0);
    }
}

// exp must stay finite, and temperatures are positive.
static void prepare(const struct op_reparameterise *p, double *log_sigma, double *temperature) {
    for (uint64_t i = 0; i < element_count(p); i++)
        log_sigma[i] = fmod(log_sigma[i], 3.0);
    if (p->tempered)
        temperature[0] = 0.5 + fmod(fabs(temperature[0]), 1.0);
}

static void prepare_forward(const struct op_reparameterise *p,
                            const struct op_reparameterise_forward_arrays *args) {
    prepare(p, args->log_sigma, args->temperature);
}

static void prepare_inverse(const struct op_reparameterise *p,
                            const struct op_reparameterise_inverse_arrays *args) {
    prepare(p, args->log_sigma, args->temperature);
}

static void prepare_backward(const struct op_reparameterise *p,
                             const struct op_reparameterise_backward_arrays *args) {
    prepare(p, args->log_sigma, args->temperature);
}

OP_PREPARE(reparameterise_forward, prepare_forward);
OP_DEFINE(reparameterise_forward, describe_forward, record_forward, reference_forward,
          .prepare = reparameterise_forward_prepare, .flags_at = offsetof(struct op_reparameterise, tempered),
          .shapes = {&op_reparameterise_shapes, &op_reparameterise_bench_shapes});

OP_PREPARE(reparameterise_inverse, prepare_inverse);
OP_DEFINE(reparameterise_inverse, describe_inverse, record_inverse, reference_inverse,
          .prepare = reparameterise_inverse_prepare, .flags_at = offsetof(struct op_reparameterise, tempered),
          .shapes = {&op_reparameterise_shapes});

OP_PREPARE(reparameterise_backward, prepare_backward);
OP_DEFINE(reparameterise_backward, describe_backward, record_backward, reference_backward,
          .prepare = reparameterise_backward_prepare,
          .accumulate_at = offsetof(struct op_reparameterise, accumulate),
          .flags_at = offsetof(struct op_reparameterise, tempered),
          .shapes = {&op_reparameterise_shapes, &op_reparameterise_bench_shapes});

// KL divergence of two Gaussians: checks, recording, references.
#include "shaders/kl/kl.h"

#include "shaders/kl/kl_backward_push.h"
#include "shaders/kl/kl_finish_push.h"
#include "shaders/kl/kl_forward_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static uint64_t element_count(const struct op_kl *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static uint32_t channels_used(const struct op_kl *p) {
    return p->c_used ? p->c_used : p->c;
}

static bool describe(const struct op_kl *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_check_channels(refusal, "c", p->c) || !op_in_range(refusal, "c_used", p->c_used, 0, p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u used=%u%s%s", p->n, p->voxels,
             p->c, channels_used(p), p->standard ? " standard" : "", p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const struct op_kl *p,
                             struct op_kl_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    args->mu_q = args->log_sigma_q = op_elements(OP_F32, element_count(p));
    args->mu_p = args->log_sigma_p = op_elements_if(!p->standard, OP_F32, element_count(p));
    args->kl = op_elements(OP_F32, p->n);
    args->channels = op_elements_if(p->per_channel, OP_F32, p->c);
    args->partials = op_elements(OP_F32, (uint64_t)p->n * p->c + op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_kl *p,
                              struct op_kl_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    uint64_t count = element_count(p), prior = p->standard ? 0 : count;
    args->mu_q = args->log_sigma_q = op_elements(OP_F32, count);
    args->mu_p = args->log_sigma_p = op_elements(OP_F32, prior);
    args->d_kl = op_elements(OP_F32, p->n);
    args->d_mu_q = args->d_log_sigma_q = op_elements_added(p->accumulate, OP_F32, count);
    args->d_mu_p = args->d_log_sigma_p = op_elements_added(p->accumulate, OP_F32, prior);
    return true;
}

static void record_finish(struct op_recorder *recorder, const struct op_kl *p, struct rt_buffer sums,
                          const struct op_kl_forward_buffers *args) {
    struct push_kl_finish push = {.sums = sums.address,
                                  .kl = args->kl.address,
                                  .channels = args->channels.address,
                                  .n = p->n,
                                  .c = p->c};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_kl_finish, push, .items = (uint64_t)p->n + p->c, .reads = {sums},
                                    .writes = {args->kl, args->channels}));
}

static void record_forward(struct op_recorder *recorder, const struct op_kl *p,
                           const struct op_kl_forward_buffers *args) {
    struct op_rows rows = op_rows_plan(&recorder->library->target, p->n, p->voxels, p->c);
    uint64_t sums_bytes = (uint64_t)p->n * p->c * sizeof(float);
    struct rt_buffer sums = rt_buffer_slice(args->partials, 0, sums_bytes);
    struct rt_buffer scratch =
        rt_buffer_slice(args->partials, sums_bytes, op_rows_scratch(&rows, p->c) * sizeof(float));
    struct push_kl_forward push = {.mu_q = args->mu_q.address,
                                   .log_sigma_q = args->log_sigma_q.address,
                                   .mu_p = args->mu_p.address,
                                   .log_sigma_p = args->log_sigma_p.address,
                                   .records = scratch.address,
                                   .rows = rows,
                                   .c_used = channels_used(p),
                                   .standard = p->standard};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_kl_forward, push, .items = op_rows_items(&rows),
                                    .reads = {args->mu_q, args->log_sigma_q, args->mu_p, args->log_sigma_p},
                                    .writes = {op_rows_records(&rows, p->c, scratch)}));
    const struct op_rows_outputs outputs = {.first = sums, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, p->c, scratch, &outputs);
    record_finish(recorder, p, sums, args);
}

static void record_backward(struct op_recorder *recorder, const struct op_kl *p,
                            const struct op_kl_backward_buffers *args) {
    uint32_t sample4 = p->voxels * (p->c / 4);
    struct push_kl_backward push = {.mu_q = args->mu_q.address,
                                    .log_sigma_q = args->log_sigma_q.address,
                                    .mu_p = args->mu_p.address,
                                    .log_sigma_p = args->log_sigma_p.address,
                                    .d_kl = args->d_kl.address,
                                    .d_mu_q = args->d_mu_q.address,
                                    .d_log_sigma_q = args->d_log_sigma_q.address,
                                    .d_mu_p = args->d_mu_p.address,
                                    .d_log_sigma_p = args->d_log_sigma_p.address,
                                    .count4 = p->n * sample4,
                                    .sample4 = sample4,
                                    .c4 = p->c / 4,
                                    .c_used = channels_used(p),
                                    .standard = p->standard,
                                    .accumulate = p->accumulate};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_kl_backward, push, .items = push.count4,
                          .reads = {args->mu_q, args->log_sigma_q, args->mu_p, args->log_sigma_p, args->d_kl,
                                    args->d_mu_q, args->d_log_sigma_q, args->d_mu_p, args->d_log_sigma_p},
                          .writes = {args->d_mu_q, args->d_log_sigma_q, args->d_mu_p, args->d_log_sigma_p}));
}

// A Gaussian at one element; the standard normal one has no parameters to read.
struct gaussian {
    double mu, log_sigma;
};

static struct gaussian gaussian_at(const double *mu, const double *log_sigma, bool standard, uint64_t i) {
    return standard ? (struct gaussian){.mu = 0.0, .log_sigma = 0.0}
                    : (struct gaussian){.mu = mu[i], .log_sigma = log_sigma[i]};
}

// As in the header, with expm1 so that equal distributions give 0 and near ones keep their digits.
static double divergence(struct gaussian q, struct gaussian p) {
    double t = 2.0 * (q.log_sigma - p.log_sigma), distance = (q.mu - p.mu) / exp(p.log_sigma);
    return 0.5 * (expm1(t) - t + distance * distance);
}

static void reference_forward(const struct op_kl *p, const struct op_kl_forward_arrays *args) {
    for (uint32_t n = 0; n < p->n; n++)
        args->kl[n] = 0.0;
    for (uint32_t c = 0; c < p->c && p->per_channel; c++)
        args->channels[c] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++) {
        if (i % p->c >= channels_used(p))
            continue;
        double kl = divergence(gaussian_at(args->mu_q, args->log_sigma_q, false, i),
                               gaussian_at(args->mu_p, args->log_sigma_p, p->standard, i));
        args->kl[i / p->c / p->voxels] += kl;
        if (p->per_channel)
            args->channels[i % p->c] += kl;
    }
}

static void put(const struct op_kl *p, double *gradient, uint64_t i, double value) {
    if (i % p->c >= channels_used(p))
        value = 0.0;
    gradient[i] = value + (p->accumulate ? gradient[i] : 0.0);
}

static void reference_backward(const struct op_kl *p, const struct op_kl_backward_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++) {
        struct gaussian posterior = gaussian_at(args->mu_q, args->log_sigma_q, false, i);
        struct gaussian prior = gaussian_at(args->mu_p, args->log_sigma_p, p->standard, i);
        double w = args->d_kl[i / p->c / p->voxels], difference = posterior.mu - prior.mu;
        double precision = exp(-2.0 * prior.log_sigma);
        double d_mu = w * difference * precision;
        double d_log_sigma = w * expm1(2.0 * (posterior.log_sigma - prior.log_sigma));
        put(p, args->d_mu_q, i, d_mu);
        put(p, args->d_log_sigma_q, i, d_log_sigma);
        if (!p->standard) {
            put(p, args->d_mu_p, i, -d_mu);
            put(p, args->d_log_sigma_p, i, -d_log_sigma - w * difference * difference * precision);
        }
    }
}

// exp must stay finite.
static void prepare(const struct op_kl *p, double *log_sigma_q, double *log_sigma_p) {
    for (uint64_t i = 0; i < element_count(p); i++) {
        log_sigma_q[i] = fmod(log_sigma_q[i], 3.0);
        if (!p->standard)
            log_sigma_p[i] = fmod(log_sigma_p[i], 3.0);
    }
}

static void prepare_forward(const struct op_kl *p, const struct op_kl_forward_arrays *args) {
    prepare(p, args->log_sigma_q, args->log_sigma_p);
}

static void prepare_backward(const struct op_kl *p, const struct op_kl_backward_arrays *args) {
    prepare(p, args->log_sigma_q, args->log_sigma_p);
}

OP_PREPARE(kl_forward, prepare_forward);
OP_DEFINE(kl_forward, describe_forward, record_forward, reference_forward, .prepare = kl_forward_prepare,
          .flags_at = offsetof(struct op_kl, standard), .shapes = {&op_kl_shapes});

OP_PREPARE(kl_backward, prepare_backward);
OP_DEFINE(kl_backward, describe_backward, record_backward, reference_backward, .prepare = kl_backward_prepare,
          .accumulate_at = offsetof(struct op_kl, accumulate), .flags_at = offsetof(struct op_kl, standard),
          .shapes = {&op_kl_shapes});

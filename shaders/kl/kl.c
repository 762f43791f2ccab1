// KL divergence of two Gaussians: checks, recording, references.
#include "shaders/kl/kl.h"

#include "shaders/kl/kl_backward_push.h"
#include "shaders/kl/kl_finish_push.h"
#include "shaders/kl/kl_forward_push.h"
#include "shaders/op_rows.h"

#include <math.h>
#include <stdio.h>

enum { MU_Q, LOG_SIGMA_Q, MU_P, LOG_SIGMA_P, KL, CHANNELS, PARTIALS };
enum { D_KL = 4, D_MU_Q, D_LOG_SIGMA_Q, D_MU_P, D_LOG_SIGMA_P };

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
    uint64_t count = element_count(p), prior = p->standard ? 0 : count;
    op_add_arg(signature, "mu_q", OP_IN, OP_F32, count);
    op_add_arg(signature, "log_sigma_q", OP_IN, OP_F32, count);
    op_add_arg(signature, "mu_p", OP_IN, OP_F32, prior);
    op_add_arg(signature, "log_sigma_p", OP_IN, OP_F32, prior);
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_kl *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    op_add_arg(signature, "kl", OP_OUT, OP_F32, p->n);
    op_add_arg(signature, "channels", OP_OUT, OP_F32, p->per_channel ? p->c : 0);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32,
               (uint64_t)p->n * p->c + op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_kl *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    enum op_role gradient = p->accumulate ? OP_INOUT : OP_OUT;
    uint64_t count = element_count(p), prior = p->standard ? 0 : count;
    op_add_arg(signature, "d_kl", OP_IN, OP_F32, p->n);
    op_add_arg(signature, "d_mu_q", gradient, OP_F32, count);
    op_add_arg(signature, "d_log_sigma_q", gradient, OP_F32, count);
    op_add_arg(signature, "d_mu_p", gradient, OP_F32, prior);
    op_add_arg(signature, "d_log_sigma_p", gradient, OP_F32, prior);
    return true;
}

static void record_finish(struct op_recorder *recorder, const struct op_kl *p, struct rt_buffer sums,
                          const struct rt_buffer *args) {
    struct push_kl_finish push = {sums.address, args[KL].address, args[CHANNELS].address, p->n, p->c};
    struct op_launch launch = {.kernel = KERNEL_kl_finish,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {sums},
                               .writes = {args[KL], args[CHANNELS]}};
    op_grid_for_items(&recorder->library->target, (uint64_t)p->n + p->c, &launch);
    op_dispatch(recorder, &launch);
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_kl *p = params;
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    uint64_t sums_bytes = (uint64_t)p->n * p->c * sizeof(float);
    struct rt_buffer sums = rt_buffer_slice(args[PARTIALS], 0, sums_bytes);
    struct rt_buffer scratch =
        rt_buffer_slice(args[PARTIALS], sums_bytes, op_rows_scratch(&rows, p->c) * sizeof(float));
    struct push_kl_forward push = {.mu_q = args[MU_Q].address,
                                   .log_sigma_q = args[LOG_SIGMA_Q].address,
                                   .mu_p = args[MU_P].address,
                                   .log_sigma_p = args[LOG_SIGMA_P].address,
                                   .records = scratch.address,
                                   .rows = rows,
                                   .c_used = channels_used(p),
                                   .standard = p->standard};
    struct op_launch launch = {.kernel = KERNEL_kl_forward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[MU_Q], args[LOG_SIGMA_Q], args[MU_P], args[LOG_SIGMA_P]},
                               .writes = {op_rows_records(&rows, p->c, scratch)}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    const struct op_rows_outputs outputs = {.first = sums, .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, p->c, scratch, &outputs);
    record_finish(recorder, p, sums, args);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_kl *p = params;
    uint32_t sample4 = p->voxels * (p->c / 4);
    struct push_kl_backward push = {.mu_q = args[MU_Q].address,
                                    .log_sigma_q = args[LOG_SIGMA_Q].address,
                                    .mu_p = args[MU_P].address,
                                    .log_sigma_p = args[LOG_SIGMA_P].address,
                                    .d_kl = args[D_KL].address,
                                    .d_mu_q = args[D_MU_Q].address,
                                    .d_log_sigma_q = args[D_LOG_SIGMA_Q].address,
                                    .d_mu_p = args[D_MU_P].address,
                                    .d_log_sigma_p = args[D_LOG_SIGMA_P].address,
                                    .count4 = p->n * sample4,
                                    .sample4 = sample4,
                                    .c4 = p->c / 4,
                                    .c_used = channels_used(p),
                                    .standard = p->standard,
                                    .accumulate = p->accumulate};
    struct op_launch launch = {
        .kernel = KERNEL_kl_backward,
        .push = &push,
        .push_bytes = sizeof push,
        .reads = {args[MU_Q], args[LOG_SIGMA_Q], args[MU_P], args[LOG_SIGMA_P], args[D_KL], args[D_MU_Q],
                  args[D_LOG_SIGMA_Q], args[D_MU_P], args[D_LOG_SIGMA_P]},
        .writes = {args[D_MU_Q], args[D_LOG_SIGMA_Q], args[D_MU_P], args[D_LOG_SIGMA_P]}};
    op_grid_for_items(&recorder->library->target, push.count4, &launch);
    op_dispatch(recorder, &launch);
}

// The distributions at one element.
struct pair {
    double mu_q, log_sigma_q, mu_p, log_sigma_p;
};

static struct pair pair_at(const struct op_kl *p, double *const *args, uint64_t i) {
    struct pair pair = {args[MU_Q][i], args[LOG_SIGMA_Q][i], 0.0, 0.0};
    if (!p->standard) {
        pair.mu_p = args[MU_P][i];
        pair.log_sigma_p = args[LOG_SIGMA_P][i];
    }
    return pair;
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_kl *p = params;
    for (uint32_t n = 0; n < p->n; n++)
        args[KL][n] = 0.0;
    for (uint32_t c = 0; c < p->c && p->per_channel; c++)
        args[CHANNELS][c] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++) {
        if (i % p->c >= channels_used(p))
            continue;
        struct pair x = pair_at(p, args, i);
        // As in the header, with expm1 so that equal distributions give 0 and near ones keep their digits.
        double t = 2.0 * (x.log_sigma_q - x.log_sigma_p), distance = (x.mu_q - x.mu_p) / exp(x.log_sigma_p);
        double kl = 0.5 * (expm1(t) - t + distance * distance);
        args[KL][i / p->c / p->voxels] += kl;
        if (p->per_channel)
            args[CHANNELS][i % p->c] += kl;
    }
}

static void put(const struct op_kl *p, double *gradient, uint64_t i, double value) {
    if (i % p->c >= channels_used(p))
        value = 0.0;
    gradient[i] = value + (p->accumulate ? gradient[i] : 0.0);
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_kl *p = params;
    for (uint64_t i = 0; i < element_count(p); i++) {
        struct pair x = pair_at(p, args, i);
        double w = args[D_KL][i / p->c / p->voxels], difference = x.mu_q - x.mu_p;
        double precision = exp(-2.0 * x.log_sigma_p);
        double d_mu = w * difference * precision;
        double d_log_sigma = w * expm1(2.0 * (x.log_sigma_q - x.log_sigma_p));
        put(p, args[D_MU_Q], i, d_mu);
        put(p, args[D_LOG_SIGMA_Q], i, d_log_sigma);
        if (!p->standard) {
            put(p, args[D_MU_P], i, -d_mu);
            put(p, args[D_LOG_SIGMA_P], i, -d_log_sigma - w * difference * difference * precision);
        }
    }
}

// exp must stay finite.
static void prepare(const void *params, double *const *args) {
    const struct op_kl *p = params;
    for (uint64_t i = 0; i < element_count(p); i++) {
        args[LOG_SIGMA_Q][i] = fmod(args[LOG_SIGMA_Q][i], 3.0);
        if (!p->standard)
            args[LOG_SIGMA_P][i] = fmod(args[LOG_SIGMA_P][i], 3.0);
    }
}

static const struct op_kl examples[] = {{.n = 3, .voxels = 1, .c = 24, .standard = true, .per_channel = true},
                                        {.n = 2, .voxels = 128, .c = 8, .per_channel = true},
                                        {.n = 2, .voxels = 300, .c = 4, .c_used = 2, .per_channel = true}};

const struct op_info op_kl_forward_info = {.name = "kl_forward",
                                           .params_size = sizeof(struct op_kl),
                                           .describe = describe_forward,
                                           .record = record_forward,
                                           .reference = reference_forward,
                                           .prepare = prepare,
                                           .examples = examples,
                                           .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_kl_backward_info = {.name = "kl_backward",
                                            .params_size = sizeof(struct op_kl),
                                            .describe = describe_backward,
                                            .record = record_backward,
                                            .reference = reference_backward,
                                            .prepare = prepare,
                                            .examples = examples,
                                            .example_count = sizeof examples / sizeof examples[0],
                                            .forward = OP_kl_forward,
                                            .links = {{OP_LINK_SAME, MU_Q},
                                                      {OP_LINK_SAME, LOG_SIGMA_Q},
                                                      {OP_LINK_SAME, MU_P},
                                                      {OP_LINK_SAME, LOG_SIGMA_P},
                                                      {OP_LINK_GRADIENT, KL},
                                                      {OP_LINK_GRADIENT, MU_Q},
                                                      {OP_LINK_GRADIENT, LOG_SIGMA_Q},
                                                      {OP_LINK_GRADIENT, MU_P},
                                                      {OP_LINK_GRADIENT, LOG_SIGMA_P}}};

void op_kl_forward(struct op_recorder *recorder, const struct op_kl *params, struct rt_buffer mu_q,
                   struct rt_buffer log_sigma_q, struct rt_buffer mu_p, struct rt_buffer log_sigma_p,
                   struct rt_buffer kl, struct rt_buffer channels, struct rt_buffer partials) {
    const struct rt_buffer args[] = {mu_q, log_sigma_q, mu_p, log_sigma_p, kl, channels, partials};
    op_record(recorder, OP_kl_forward, params, args, 7);
}

void op_kl_backward(struct op_recorder *recorder, const struct op_kl *params, struct rt_buffer mu_q,
                    struct rt_buffer log_sigma_q, struct rt_buffer mu_p, struct rt_buffer log_sigma_p,
                    struct rt_buffer d_kl, const struct op_kl_gradients *gradients) {
    const struct rt_buffer args[] = {mu_q,
                                     log_sigma_q,
                                     mu_p,
                                     log_sigma_p,
                                     d_kl,
                                     gradients->mu_q,
                                     gradients->log_sigma_q,
                                     gradients->mu_p,
                                     gradients->log_sigma_p};
    op_record(recorder, OP_kl_backward, params, args, 9);
}

// Sampling of a Gaussian with gradients: checks, recording, references.
#include "shaders/reparameterise/reparameterise.h"

#include "shaders/op_rows.h"
#include "shaders/reparameterise/reparameterise_backward_push.h"
#include "shaders/reparameterise/reparameterise_push.h"

#include <math.h>
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

static bool describe_sample(const struct op_reparameterise *p, const char *src, const char *dst,
                            struct op_signature *signature, struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "mu", OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, "log_sigma", OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, "temperature", OP_IN, OP_F32, p->tempered ? 1 : 0);
    op_add_arg(signature, src, OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, dst, OP_OUT, OP_F32, element_count(p));
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    return describe_sample(params, "eps", "z", signature, refusal);
}

static bool describe_inverse(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    return describe_sample(params, "z", "eps", signature, refusal);
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_reparameterise *p = params;
    enum op_role gradient = p->accumulate ? OP_INOUT : OP_OUT;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "log_sigma", OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, "temperature", OP_IN, OP_F32, p->tempered ? 1 : 0);
    op_add_arg(signature, "eps", OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, "d_z", OP_IN, OP_F32, element_count(p));
    op_add_arg(signature, "d_mu", gradient, OP_F32, element_count(p));
    op_add_arg(signature, "d_log_sigma", gradient, OP_F32, element_count(p));
    return true;
}

// A driver may read ahead of the test for it (Mesa 26.1's lavapipe does), so there is always something to
// read.
static uint64_t temperature_address(const struct op_recorder *recorder, const struct op_reparameterise *p,
                                    struct rt_buffer temperature) {
    return p->tempered ? temperature.address : recorder->library->zeros.address;
}

static void record_sample(struct op_recorder *recorder, const struct op_reparameterise *p, bool inverse,
                          const struct rt_buffer *args) {
    struct push_reparameterise push = {
        args[0].address, args[1].address,  temperature_address(recorder, p, args[2]),
        args[3].address, args[4].address,  0,
        p->c / 4,        channels_used(p), p->tempered};
    push.count4 = (uint32_t)(element_count(p) / 4);
    struct op_launch launch = {.kernel = KERNEL_reparameterise,
                               .spec = {inverse},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3]},
                               .writes = {args[4]}};
    op_grid_for_items(&recorder->library->target, push.count4, &launch);
    op_dispatch(recorder, &launch);
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record_sample(recorder, params, false, args);
}

static void record_inverse(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record_sample(recorder, params, true, args);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_reparameterise *p = params;
    struct push_reparameterise_backward push = {.log_sigma = args[0].address,
                                                .temperature = temperature_address(recorder, p, args[1]),
                                                .eps = args[2].address,
                                                .d_z = args[3].address,
                                                .d_mu = args[4].address,
                                                .d_log_sigma = args[5].address,
                                                .count4 = (uint32_t)(element_count(p) / 4),
                                                .c4 = p->c / 4,
                                                .c_used = channels_used(p),
                                                .tempered = p->tempered,
                                                .accumulate = p->accumulate};
    struct op_launch launch = {.kernel = KERNEL_reparameterise_backward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3], args[4], args[5]},
                               .writes = {args[4], args[5]}};
    op_grid_for_items(&recorder->library->target, push.count4, &launch);
    op_dispatch(recorder, &launch);
}

static double temperature_of(const struct op_reparameterise *p, const double *slice) {
    return p->tempered ? slice[0] : 1.0;
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_reparameterise *p = params;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[4][i] = i % p->c < channels_used(p)
                         ? args[0][i] + temperature_of(p, args[2]) * exp(args[1][i]) * args[3][i]
                         : 0.0;
}

static void reference_inverse(const void *params, double *const *args) {
    const struct op_reparameterise *p = params;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[4][i] = i % p->c < channels_used(p)
                         ? (args[3][i] - args[0][i]) / (temperature_of(p, args[2]) * exp(args[1][i]))
                         : 0.0;
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_reparameterise *p = params;
    for (uint64_t i = 0; i < element_count(p); i++) {
        double d_mu = i % p->c < channels_used(p) ? args[3][i] : 0.0;
        double d_log_sigma = d_mu * temperature_of(p, args[1]) * exp(args[0][i]) * args[2][i];
        args[4][i] = d_mu + (p->accumulate ? args[4][i] : 0.0);
        args[5][i] = d_log_sigma + (p->accumulate ? args[5][i] : 0.0);
    }
}

// exp must stay finite, and temperatures are positive.
static void prepare(const struct op_reparameterise *p, double *log_sigma, double *slice) {
    for (uint64_t i = 0; i < element_count(p); i++)
        log_sigma[i] = fmod(log_sigma[i], 3.0);
    if (p->tempered)
        slice[0] = 0.5 + fmod(fabs(slice[0]), 1.0);
}

static void prepare_sample(const void *params, double *const *args) {
    prepare(params, args[1], args[2]);
}

static void prepare_backward(const void *params, double *const *args) {
    prepare(params, args[0], args[1]);
}

static const struct op_reparameterise examples[] = {{.n = 2, .voxels = 30, .c = 8},
                                                    {.n = 2, .voxels = 1, .c = 24, .tempered = true},
                                                    {.n = 1, .voxels = 64, .c = 4, .c_used = 2}};

const struct op_info op_reparameterise_forward_info = {.name = "reparameterise_forward",
                                                       .params_size = sizeof(struct op_reparameterise),
                                                       .describe = describe_forward,
                                                       .record = record_forward,
                                                       .reference = reference_forward,
                                                       .prepare = prepare_sample,
                                                       .examples = examples,
                                                       .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_reparameterise_inverse_info = {.name = "reparameterise_inverse",
                                                       .params_size = sizeof(struct op_reparameterise),
                                                       .describe = describe_inverse,
                                                       .record = record_inverse,
                                                       .reference = reference_inverse,
                                                       .prepare = prepare_sample,
                                                       .examples = examples,
                                                       .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_reparameterise_backward_info = {.name = "reparameterise_backward",
                                                        .params_size = sizeof(struct op_reparameterise),
                                                        .describe = describe_backward,
                                                        .record = record_backward,
                                                        .reference = reference_backward,
                                                        .prepare = prepare_backward,
                                                        .examples = examples,
                                                        .example_count = sizeof examples / sizeof examples[0],
                                                        .forward = OP_reparameterise_forward,
                                                        .links = {{OP_LINK_SAME, 1},
                                                                  {OP_LINK_SAME, 2},
                                                                  {OP_LINK_SAME, 3},
                                                                  {OP_LINK_GRADIENT, 4},
                                                                  {OP_LINK_GRADIENT, 0},
                                                                  {OP_LINK_GRADIENT, 1}}};

void op_reparameterise_forward(struct op_recorder *recorder, const struct op_reparameterise *params,
                               struct rt_buffer mu, struct rt_buffer log_sigma, struct rt_buffer temperature,
                               struct rt_buffer eps, struct rt_buffer z) {
    const struct rt_buffer args[] = {mu, log_sigma, temperature, eps, z};
    op_record(recorder, OP_reparameterise_forward, params, args, 5);
}

void op_reparameterise_backward(struct op_recorder *recorder, const struct op_reparameterise *params,
                                struct rt_buffer log_sigma, struct rt_buffer temperature,
                                struct rt_buffer eps, struct rt_buffer d_z, struct rt_buffer d_mu,
                                struct rt_buffer d_log_sigma) {
    const struct rt_buffer args[] = {log_sigma, temperature, eps, d_z, d_mu, d_log_sigma};
    op_record(recorder, OP_reparameterise_backward, params, args, 6);
}

void op_reparameterise_inverse(struct op_recorder *recorder, const struct op_reparameterise *params,
                               struct rt_buffer mu, struct rt_buffer log_sigma, struct rt_buffer temperature,
                               struct rt_buffer z, struct rt_buffer eps) {
    const struct rt_buffer args[] = {mu, log_sigma, temperature, z, eps};
    op_record(recorder, OP_reparameterise_inverse, params, args, 5);
}

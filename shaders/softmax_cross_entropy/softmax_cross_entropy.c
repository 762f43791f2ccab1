// Softmax cross-entropy: checks, recording, references.
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"

#include "shaders/softmax_cross_entropy/softmax_cross_entropy_backward_push.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy_forward_push.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_softmax_cross_entropy *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_count(refusal, "logits", (uint64_t)p->n * p->classes))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u classes=%u%s", p->n, p->classes,
             p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_softmax_cross_entropy *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "logits", OP_IN, OP_F32, (uint64_t)p->n * p->classes);
    op_add_arg(signature, "labels", OP_IN, OP_U32, p->n);
    op_add_arg(signature, "loss", OP_OUT, OP_F32, p->n);
    op_add_arg(signature, "probabilities", OP_OUT, OP_F32, (uint64_t)p->n * p->classes);
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_softmax_cross_entropy *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "probabilities", OP_IN, OP_F32, (uint64_t)p->n * p->classes);
    op_add_arg(signature, "labels", OP_IN, OP_U32, p->n);
    op_add_arg(signature, "d_loss", OP_IN, OP_F32, p->n);
    op_add_arg(signature, "d_logits", p->accumulate ? OP_INOUT : OP_OUT, OP_F32, (uint64_t)p->n * p->classes);
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_softmax_cross_entropy *p = params;
    struct push_softmax_cross_entropy_forward push = {
        args[0].address, args[1].address, args[2].address, args[3].address, p->n, p->classes};
    struct op_launch launch = {.kernel = KERNEL_softmax_cross_entropy_forward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[2], args[3]}};
    op_grid_for_items(&recorder->library->target, p->n, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_softmax_cross_entropy *p = params;
    struct push_softmax_cross_entropy_backward push = {
        args[0].address, args[1].address, args[2].address, args[3].address, p->n, p->classes, p->accumulate};
    struct op_launch launch = {.kernel = KERNEL_softmax_cross_entropy_backward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3]},
                               .writes = {args[3]}};
    op_grid_for_items(&recorder->library->target, (uint64_t)p->n * p->classes, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_softmax_cross_entropy *p = params;
    for (uint32_t n = 0; n < p->n; n++) {
        const double *logits = args[0] + (uint64_t)n * p->classes;
        double *probabilities = args[3] + (uint64_t)n * p->classes;
        double largest = logits[0], sum = 0.0, label = args[1][n];
        for (uint32_t c = 1; c < p->classes; c++)
            largest = fmax(largest, logits[c]);
        for (uint32_t c = 0; c < p->classes; c++)
            sum += probabilities[c] = exp(logits[c] - largest);
        for (uint32_t c = 0; c < p->classes; c++)
            probabilities[c] /= sum;
        args[2][n] = label < p->classes ? log(sum) + largest - logits[(uint32_t)label] : NAN;
    }
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_softmax_cross_entropy *p = params;
    for (uint64_t i = 0; i < (uint64_t)p->n * p->classes; i++) {
        double label = args[1][i / p->classes], target = label == (double)(i % p->classes) ? 1.0 : 0.0;
        double d = label < p->classes ? args[2][i / p->classes] * (args[0][i] - target) : 0.0;
        args[3][i] = d + (p->accumulate ? args[3][i] : 0.0);
    }
}

// Valid labels, but the first keeps one that is not when there are `unknown_at` samples.
static void prepare_labels(const struct op_softmax_cross_entropy *p, uint32_t unknown_at, double *labels) {
    for (uint32_t n = 0; n < p->n; n++)
        labels[n] = fmod(labels[n], p->classes);
    if (p->n == unknown_at)
        labels[0] = p->classes;
}

static void prepare_forward(const void *params, double *const *args) {
    prepare_labels(params, 5, args[1]);
}

static void prepare_backward(const void *params, double *const *args) {
    prepare_labels(params, 7, args[1]);
}

static const struct op_softmax_cross_entropy examples[] = {{8, 6, false}, {7, 17, true}};

const struct op_info op_softmax_cross_entropy_forward_info = {
    .name = "softmax_cross_entropy_forward",
    .params_size = sizeof(struct op_softmax_cross_entropy),
    .describe = describe_forward,
    .record = record_forward,
    .reference = reference_forward,
    .prepare = prepare_forward,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_softmax_cross_entropy_backward_info = {
    .name = "softmax_cross_entropy_backward",
    .params_size = sizeof(struct op_softmax_cross_entropy),
    .describe = describe_backward,
    .record = record_backward,
    .reference = reference_backward,
    .prepare = prepare_backward,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_softmax_cross_entropy_forward,
    .links = {{OP_LINK_SAME, 3}, {OP_LINK_SAME, 1}, {OP_LINK_GRADIENT, 2}, {OP_LINK_GRADIENT, 0}}};

void op_softmax_cross_entropy_forward(struct op_recorder *recorder,
                                      const struct op_softmax_cross_entropy *params, struct rt_buffer logits,
                                      struct rt_buffer labels, struct rt_buffer loss,
                                      struct rt_buffer probabilities) {
    const struct rt_buffer args[] = {logits, labels, loss, probabilities};
    op_record(recorder, OP_softmax_cross_entropy_forward, params, args, 4);
}

void op_softmax_cross_entropy_backward(struct op_recorder *recorder,
                                       const struct op_softmax_cross_entropy *params,
                                       struct rt_buffer probabilities, struct rt_buffer labels,
                                       struct rt_buffer d_loss, struct rt_buffer d_logits) {
    const struct rt_buffer args[] = {probabilities, labels, d_loss, d_logits};
    op_record(recorder, OP_softmax_cross_entropy_backward, params, args, 4);
}

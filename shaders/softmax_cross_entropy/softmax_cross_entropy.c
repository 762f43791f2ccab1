// Softmax cross-entropy: checks, recording, references.
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"

#include "shaders/op_define.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy_backward_push.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy_forward_push.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static bool describe(const struct op_softmax_cross_entropy *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_count(refusal, "logits", (uint64_t)p->n * p->classes))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u classes=%u%s", p->n, p->classes,
             p->accumulate ? " accumulate" : "");
    return true;
}

static uint64_t element_count(const struct op_softmax_cross_entropy *p) {
    return (uint64_t)p->n * p->classes;
}

static bool describe_forward(const struct op_target *target, const struct op_softmax_cross_entropy *p,
                             struct op_softmax_cross_entropy_forward_extents *args,
                             struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->logits = args->probabilities = op_elements(OP_F32, element_count(p));
    args->labels = op_elements(OP_U32, p->n);
    args->loss = op_elements(OP_F32, p->n);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_softmax_cross_entropy *p,
                              struct op_softmax_cross_entropy_backward_extents *args,
                              struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->probabilities = op_elements(OP_F32, element_count(p));
    args->labels = op_elements(OP_U32, p->n);
    args->d_loss = op_elements(OP_F32, p->n);
    args->d_logits = op_elements_added(p->accumulate, OP_F32, element_count(p));
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_softmax_cross_entropy *p,
                           const struct op_softmax_cross_entropy_forward_buffers *args) {
    struct push_softmax_cross_entropy_forward push = {.logits = args->logits.address,
                                                      .labels = args->labels.address,
                                                      .loss = args->loss.address,
                                                      .probabilities = args->probabilities.address,
                                                      .n = p->n,
                                                      .classes = p->classes};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_softmax_cross_entropy_forward, push, .items = p->n,
                                    .reads = {args->logits, args->labels},
                                    .writes = {args->loss, args->probabilities}));
}

static void record_backward(struct op_recorder *recorder, const struct op_softmax_cross_entropy *p,
                            const struct op_softmax_cross_entropy_backward_buffers *args) {
    struct push_softmax_cross_entropy_backward push = {.probabilities = args->probabilities.address,
                                                       .labels = args->labels.address,
                                                       .d_loss = args->d_loss.address,
                                                       .d_logits = args->d_logits.address,
                                                       .n = p->n,
                                                       .classes = p->classes,
                                                       .accumulate = p->accumulate};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_softmax_cross_entropy_backward, push, .items = element_count(p),
                          .reads = {args->probabilities, args->labels, args->d_loss, args->d_logits},
                          .writes = {args->d_logits}));
}

static void reference_forward(const struct op_softmax_cross_entropy *p,
                              const struct op_softmax_cross_entropy_forward_arrays *args) {
    for (uint32_t n = 0; n < p->n; n++) {
        const double *logits = args->logits + (uint64_t)n * p->classes;
        double *probabilities = args->probabilities + (uint64_t)n * p->classes;
        double largest = logits[0], sum = 0.0, label = args->labels[n];
        for (uint32_t c = 1; c < p->classes; c++)
            largest = fmax(largest, logits[c]);
        for (uint32_t c = 0; c < p->classes; c++)
            sum += probabilities[c] = exp(logits[c] - largest);
        for (uint32_t c = 0; c < p->classes; c++)
            probabilities[c] /= sum;
        args->loss[n] = label < p->classes ? log(sum) + largest - logits[(uint32_t)label] : NAN;
    }
}

static void reference_backward(const struct op_softmax_cross_entropy *p,
                               const struct op_softmax_cross_entropy_backward_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++) {
        double label = args->labels[i / p->classes], target = label == (double)(i % p->classes) ? 1.0 : 0.0;
        double d =
            label < p->classes ? args->d_loss[i / p->classes] * (args->probabilities[i] - target) : 0.0;
        args->d_logits[i] = d + (p->accumulate ? args->d_logits[i] : 0.0);
    }
}

// Valid labels, but the first keeps one that is not when there are `unknown_at` samples.
static void prepare_labels(const struct op_softmax_cross_entropy *p, uint32_t unknown_at, double *labels) {
    for (uint32_t n = 0; n < p->n; n++)
        labels[n] = fmod(labels[n], p->classes);
    if (p->n == unknown_at)
        labels[0] = p->classes;
}

static void prepare_forward(const struct op_softmax_cross_entropy *p,
                            const struct op_softmax_cross_entropy_forward_arrays *args) {
    prepare_labels(p, 5, args->labels);
}

static void prepare_backward(const struct op_softmax_cross_entropy *p,
                             const struct op_softmax_cross_entropy_backward_arrays *args) {
    prepare_labels(p, 7, args->labels);
}

OP_PREPARE(softmax_cross_entropy_forward, prepare_forward);
OP_DEFINE(softmax_cross_entropy_forward, describe_forward, record_forward, reference_forward,
          .prepare = softmax_cross_entropy_forward_prepare,
          .flags_at = offsetof(struct op_softmax_cross_entropy, accumulate),
          .shapes = {&op_softmax_cross_entropy_shapes, &op_softmax_unknown_shapes});

OP_PREPARE(softmax_cross_entropy_backward, prepare_backward);
OP_DEFINE(softmax_cross_entropy_backward, describe_backward, record_backward, reference_backward,
          .prepare = softmax_cross_entropy_backward_prepare,
          .flags_at = offsetof(struct op_softmax_cross_entropy, accumulate),
          .shapes = {&op_softmax_cross_entropy_shapes});

// Central differences: with a random cotangent g, L(x) = <g, forward(x)>; (L(x + h e_i) - L(x - h e_i)) / 2h
// must be what the backward reference says. All in double precision on the CPU.
#include "tests/ops/gradient.h"

#include "shaders/check/op_arrays.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SAMPLES = 40 };

struct gradient {
    enum op_id id; // of the backward pass
    const struct op_info *forward, *backward;
    const void *params;
    struct op_signature forward_signature, backward_signature;
    double *in[OP_MAX_ARGS];   // the forward pass at x
    double *work[OP_MAX_ARGS]; // the forward pass at x +- h
    double *back[OP_MAX_ARGS];
};

static bool is_output(enum op_role role) {
    return role == OP_OUT || role == OP_INOUT;
}

static void copy_args(const struct op_signature *signature, double *const *from, double *const *to) {
    for (uint32_t i = 0; i < signature->arg_count; i++)
        if (from[i] != NULL)
            memcpy(to[i], from[i], signature->args[i].count * sizeof(double));
}

// <g, forward(x)>, where g stands in the backward arguments linked to forward outputs.
static double objective(struct gradient *g) {
    g->forward->reference(g->params, g->work);
    double sum = 0.0;
    for (uint32_t b = 0; b < g->backward_signature.arg_count; b++) {
        struct op_link link = op_link(g->id, b);
        bool cotangent = link.kind == OP_LINK_GRADIENT &&
                         is_output(g->forward_signature.args[link.forward_arg].role) && g->back[b] != NULL;
        for (uint64_t i = 0; cotangent && i < g->backward_signature.args[b].count; i++)
            sum += g->back[b][i] * g->work[link.forward_arg][i];
    }
    return sum;
}

static double difference(struct gradient *g, uint32_t arg, uint64_t index, double h) {
    copy_args(&g->forward_signature, g->in, g->work);
    g->work[arg][index] += h;
    double up = objective(g);
    copy_args(&g->forward_signature, g->in, g->work);
    g->work[arg][index] -= h;
    return (up - objective(g)) / (2.0 * h);
}

static void check_argument(struct gradient *g, uint32_t b) {
    uint32_t arg = op_link(g->id, b).forward_arg;
    uint64_t count = g->backward_signature.args[b].count;
    double scale = 1e-12;
    for (uint64_t i = 0; i < count; i++)
        scale = fmax(scale, fabs(g->back[b][i]));
    uint64_t stride = count > MAX_SAMPLES ? count / MAX_SAMPLES : 1;
    for (uint64_t i = 0; i < count; i += stride) {
        double numeric = difference(g, arg, i, 1e-5), analytic = g->back[b][i];
        if (!CHECK(fabs(numeric - analytic) <= 1e-5 * scale + 1e-7)) {
            fprintf(stderr, "  %s %s: %s[%llu] is %.9g, central differences say %.9g\n", g->backward->name,
                    g->backward_signature.text, g->backward_signature.args[b].name, (unsigned long long)i,
                    analytic, numeric);
            return;
        }
    }
}

// Backward inputs that repeat forward arguments take the values of the forward pass.
static void link_inputs(struct gradient *g) {
    for (uint32_t b = 0; b < g->backward_signature.arg_count; b++) {
        struct op_link link = op_link(g->id, b);
        if (link.kind == OP_LINK_SAME && g->back[b] != NULL)
            memcpy(g->back[b], g->work[link.forward_arg],
                   g->backward_signature.args[b].count * sizeof(double));
        else if (g->back[b] != NULL && g->backward_signature.args[b].role == OP_INOUT)
            memset(g->back[b], 0,
                   g->backward_signature.args[b].count * sizeof(double)); // accumulates onto zero
    }
}

static void run(struct gradient *g, uint64_t seed) {
    op_fill_inputs(op_forward(g->id), g->params, &g->forward_signature, OP_FILL_RANDOM, seed, g->in);
    op_fill_inputs(g->id, g->params, &g->backward_signature, OP_FILL_RANDOM, seed + 1, g->back);
    copy_args(&g->forward_signature, g->in, g->work);
    g->forward->reference(g->params, g->work);
    link_inputs(g);
    g->backward->reference(g->params, g->back);
    for (uint32_t b = 0; b < g->backward_signature.arg_count; b++)
        if (op_link(g->id, b).kind == OP_LINK_GRADIENT && is_output(g->backward_signature.args[b].role) &&
            g->back[b] != NULL)
            check_argument(g, b);
}

void gradient_check(enum op_id backward, const void *params, uint64_t seed) {
    const struct op_target target = {.family = OP_FAMILY_LANE,
                                     .cpu = true,
                                     .subgroup_size = 8,
                                     .max_invocations = 1024,
                                     .max_shared_bytes = 32768};
    enum op_id forward = op_forward(backward);
    struct gradient g = {
        .id = backward, .forward = op_table[forward], .backward = op_table[backward], .params = params};
    struct op_refusal refusal;
    bool described = op_describe(&target, forward, params, &g.forward_signature, &refusal) &&
                     op_describe(&target, backward, params, &g.backward_signature, &refusal);
    if (!CHECK(described)) {
        fprintf(stderr, "  %s: %s\n", g.backward->name, refusal.text);
        return;
    }
    if (CHECK(op_arrays_create(&g.forward_signature, g.in) &&
              op_arrays_create(&g.forward_signature, g.work) &&
              op_arrays_create(&g.backward_signature, g.back)))
        run(&g, seed);
    op_arrays_destroy(g.in);
    op_arrays_destroy(g.work);
    op_arrays_destroy(g.back);
}

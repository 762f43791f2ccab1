// Fuses what follows a convolution into it, for networks that only run forward: frozen BatchNorm (folded into
// the weights), SiLU, a sum, FiLM with its SiLU, the sigmoid. What a convolution has computed is then read no
// more.
//
// A chain grows from each convolution, node by node, as long as the next node is the only one that reads what
// the last one wrote, and fits conv_epilogue.h's formula. Blocks that become voxels on the way
// (depth_to_space) only move values: what follows them is done before, and they come last.
#include "model/graph/graph_private.h"

#include "shaders/add/add.h"
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "shaders/film/film.h"
#include "shaders/space_to_depth/space_to_depth.h"

#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

// A convolution and what it takes in. Nodes by their index, NOWHERE for none.
struct chain {
    struct conv_epilogue epilogue;
    uint32_t conv, norm, moved;
    uint32_t last; // the node in whose place the fused one stands: all that it reads is there by then
    uint32_t residual, scale, shift, dst; // values
    uint32_t weight, bias;                // values, with BatchNorm folded in
};

struct fusion {
    struct graph *graph;
    const struct node *nodes; // as they were
    const struct step *steps;
    uint32_t count;
    uint32_t *role; // by node: the chain's convolution that took it in, NOWHERE for none
};

static enum op_id node_op(const struct fusion *f, uint32_t node) {
    return f->steps[f->nodes[node].step].id;
}

static const void *node_params(const struct fusion *f, uint32_t node) {
    return f->steps[f->nodes[node].step].params;
}

// A node's value by the name of its argument.
static uint32_t node_value(const struct fusion *f, uint32_t node, const char *name) {
    return f->nodes[node].args[op_arg_index(node_op(f, node), name)];
}

// The only node that reads a value which nothing else is to see; NOWHERE when there is no such node.
static uint32_t only_reader(const struct fusion *f, uint32_t value) {
    uint32_t reader = NOWHERE, uses = 0;
    if (f->graph->slots[f->graph->values[value].slot].keep)
        return NOWHERE;
    for (uint32_t n = 0; n < f->count; n++) {
        const struct op_signature *signature = &f->steps[f->nodes[n].step].signature;
        for (uint32_t i = 0; i < signature->arg_count; i++)
            if (f->nodes[n].args[i] == value && signature->args[i].role != OP_OUT) {
                reader = n;
                uses++;
            }
    }
    return uses == 1 && f->role[reader] == NOWHERE ? reader : NOWHERE;
}

static bool is_conv(enum op_id id) {
    return id == OP_conv3d_forward || id == OP_conv_transpose3d_forward;
}

struct channels {
    uint32_t n, cin, cout;
};

static struct channels conv_channels(const struct fusion *f, uint32_t conv) {
    const void *params = node_params(f, conv);
    const struct op_conv3d *p = params;
    const struct op_conv_transpose3d *t = params;
    return node_op(f, conv) == OP_conv3d_forward ? (struct channels){p->n, p->cin, p->cout}
                                                 : (struct channels){t->n, t->cin, t->cout};
}

static bool takes_norm(const struct fusion *f, struct chain *c, uint32_t node) {
    const struct op_batch_norm *p = node_params(f, node);
    if (c->last != c->conv || p->c != conv_channels(f, c->conv).cout ||
        (p->activate && p->activation != OP_ACTIVATION_SILU))
        return false;
    c->norm = node;
    c->epilogue.silu = p->activate;
    return true;
}

static bool takes_sum(const struct fusion *f, struct chain *c, uint32_t node) {
    const struct op_add *p = node_params(f, node);
    const struct conv_epilogue *e = &c->epilogue;
    if (c->moved != NOWHERE || e->residual || e->film_channels > 0 || (p->alpha != 0.0f && p->alpha != 1.0f))
        return false;
    uint32_t a = node_value(f, node, "a");
    c->residual = a == c->dst ? node_value(f, node, "b") : a;
    c->epilogue.residual = true;
    return true;
}

static bool takes_film(const struct fusion *f, struct chain *c, uint32_t node) {
    const struct op_film *p = node_params(f, node);
    struct channels of = conv_channels(f, c->conv);
    if (c->epilogue.film_channels > 0 || p->n != of.n || of.cout % p->c != 0 ||
        node_value(f, node, "src") != c->dst)
        return false;
    c->scale = node_value(f, node, "scale");
    c->shift = node_value(f, node, "shift");
    c->epilogue.film_channels = p->c;
    c->epilogue.film_silu = p->silu;
    return true;
}

static bool takes_sigmoid(const struct fusion *f, struct chain *c, uint32_t node) {
    if (((const struct op_activation *)node_params(f, node))->kind != OP_ACTIVATION_SIGMOID)
        return false;
    c->epilogue.sigmoid = true;
    return true;
}

static bool moves(struct chain *c, uint32_t node) {
    if (c->moved != NOWHERE)
        return false;
    c->moved = node;
    return true;
}

static bool takes(const struct fusion *f, struct chain *c, uint32_t node) {
    if (c->epilogue.sigmoid || c->epilogue.film_silu) // the last of all
        return false;
    switch (node_op(f, node)) {
    case OP_batch_norm_frozen_forward:
        return takes_norm(f, c, node);
    case OP_add:
        return takes_sum(f, c, node);
    case OP_film_forward:
        return takes_film(f, c, node);
    case OP_activation_forward:
        return takes_sigmoid(f, c, node);
    case OP_depth_to_space:
        return moves(c, node);
    default:
        return false;
    }
}

// The longest chain from a convolution; false when it takes in nothing. Marks what it takes in.
static bool grow(struct fusion *f, uint32_t conv, struct chain *chain) {
    struct chain next = {
        .conv = conv, .norm = NOWHERE, .moved = NOWHERE, .last = conv, .dst = node_value(f, conv, "dst")};
    *chain = next;
    for (uint32_t node; (node = only_reader(f, next.dst)) != NOWHERE && takes(f, &next, node);) {
        bool moved = node == next.moved;
        next.last = node;
        next.dst = node_value(f, node, moved ? "wide" : "dst");
        if (!moved)
            *chain = next; // moving alone is no reason
    }
    if (chain->last == conv)
        return false;
    for (uint32_t n = conv, value; n != chain->last;) {
        f->role[n] = conv;
        value = node_value(f, n, node_op(f, n) == OP_depth_to_space ? "wide" : "dst");
        n = only_reader(f, value);
    }
    f->role[chain->last] = conv;
    return true;
}

// --- writing the list anew

// Weights and bias with BatchNorm folded in.
static void fold(const struct fusion *f, struct chain *c) {
    const struct op_batch_norm *norm = node_params(f, c->norm);
    uint64_t count = graph_value_elements(f->graph, c->weight);
    uint32_t cin = conv_channels(f, c->conv).cin;
    struct op_batch_norm_fold params = {.taps = (uint32_t)(count / cin / norm->c),
                                        .cin = cin,
                                        .cout = norm->c,
                                        .eps = norm->eps,
                                        .has_bias = c->bias != GRAPH_NONE};
    uint32_t folded_weight = graph_activation(f->graph, "folded weight", OP_F32, count);
    uint32_t folded_bias = graph_activation(f->graph, "folded bias", OP_F32, norm->c);
    GRAPH_APPLY(f->graph, batch_norm_fold, &params, .weight = c->weight, .bias = c->bias,
                .gamma = node_value(f, c->norm, "gamma"), .beta = node_value(f, c->norm, "beta"),
                .running_mean = node_value(f, c->norm, "running_mean"),
                .running_var = node_value(f, c->norm, "running_var"), .folded_weight = folded_weight,
                .folded_bias = folded_bias);
    c->weight = folded_weight;
    c->bias = folded_bias;
}

static void write_fused(const struct fusion *f, const struct chain *c) {
    uint32_t dst = c->moved == NOWHERE ? c->dst : node_value(f, c->moved, "deep");
    const struct op_conv3d_fused_values args = {.src = node_value(f, c->conv, "src"),
                                                .weight = c->weight,
                                                .bias = c->bias,
                                                .residual = c->residual,
                                                .scale = c->scale,
                                                .shift = c->shift,
                                                .dst = dst};
    uint32_t values[OP_MAX_ARGS];
    memcpy(values, &args, sizeof args);
    if (node_op(f, c->conv) == OP_conv3d_forward) {
        struct op_conv3d params = *op_conv3d_forward_params(node_params(f, c->conv));
        params.has_bias = c->bias != GRAPH_NONE;
        params.epilogue = c->epilogue;
        graph_apply(f->graph, OP_conv3d_fused, &params, values);
    } else {
        struct op_conv_transpose3d params = *op_conv_transpose3d_forward_params(node_params(f, c->conv));
        params.has_bias = c->bias != GRAPH_NONE;
        params.epilogue = c->epilogue;
        graph_apply(f->graph, OP_conv_transpose3d_fused, &params, values);
    }
    if (c->moved != NOWHERE)
        GRAPH_APPLY(f->graph, depth_to_space, (const struct op_space_to_depth *)node_params(f, c->moved),
                    .deep = dst, .wide = c->dst);
}

static void rewrite(struct fusion *f, struct chain *chains) {
    for (uint32_t n = 0; n < f->count; n++)
        if (f->role[n] == NOWHERE && is_conv(node_op(f, n)) && grow(f, n, &chains[n])) {
            chains[n].weight = node_value(f, n, "weight");
            chains[n].bias = node_value(f, n, "bias");
            if (chains[n].norm != NOWHERE) // before the voxels: then it waits for no memory of theirs
                fold(f, &chains[n]);
        }
    for (uint32_t n = 0; n < f->count; n++) {
        if (f->role[n] == NOWHERE)
            graph_apply(f->graph, node_op(f, n), node_params(f, n), f->nodes[n].args);
        else if (chains[f->role[n]].last == n)
            write_fused(f, &chains[f->role[n]]);
    }
}

void graph_fuse(struct graph *graph) {
    if (graph->status != RT_OK || graph->node_count == 0)
        return;
    struct node *nodes = graph->nodes;
    struct step *steps = graph->steps;
    struct fusion f = {.graph = graph, .nodes = nodes, .steps = steps, .count = graph->node_count};
    struct chain *chains = calloc(f.count, sizeof *chains);
    f.role = malloc(f.count * sizeof *f.role);
    if (chains == NULL || f.role == NULL) {
        graph_refuse(graph, RT_ERROR_OUT_OF_MEMORY, "out of host memory for a network");
    } else {
        graph->nodes = NULL;
        graph->steps = NULL;
        graph->node_count = graph->node_capacity = graph->step_count = graph->step_capacity = 0;
        for (uint32_t n = 0; n < f.count; n++)
            f.role[n] = NOWHERE;
        rewrite(&f, chains);
        free(nodes);
        free(steps);
    }
    free(chains);
    free(f.role);
}

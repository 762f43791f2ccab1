// The backward pass, derived: reverse-mode differentiation
// (Griewank & Walther 2008) over the operation table.
#include "model/graph/graph_private.h"

#include "shaders/add/add.h"
#include "shaders/cast/cast.h"

#include <stddef.h>
#include <string.h>

static bool written(enum op_role role) {
    return role == OP_OUT || role == OP_INOUT;
}

// The slot of d_value, made on first need.
static uint32_t gradient_slot(struct graph *graph, uint32_t value) {
    struct value *v = &graph->values[value];
    if (v->gradient != GRAPH_NONE)
        return v->gradient;
    struct slot of = graph->slots[v->slot];
    bool parameter = of.kind == SLOT_PARAMETER;
    uint32_t slot =
        graph_add_slot(graph, parameter ? SLOT_PARAMETER_GRADIENT : SLOT_PLANNED, of.dtype, of.count);
    if (slot != GRAPH_NONE) {
        graph->slots[slot].parameter = of.parameter;
        graph->slots[slot].keep = graph->values[value].keep_gradient;
        graph->values[value].gradient = slot;
    }
    return slot;
}

static void add_zero(struct graph *graph, uint32_t slot) {
    struct step *step = graph_add_step(graph, STEP_ZERO);
    if (step != NULL)
        step->to = slot;
}

// into += alpha from.
static void add_into(struct graph *graph, uint32_t into, uint32_t from, float alpha) {
    if (into == GRAPH_NONE || from == GRAPH_NONE)
        return;
    const struct slot *slot = &graph->slots[into];
    struct op_add params = {.dtype = slot->dtype, .count = (uint32_t)slot->count, .alpha = alpha};
    graph_add_operation(graph, OP_add, &params, OP_VALUES(add, .a = into, .b = from, .dst = into));
}

// Where a backward operation writes a gradient: the gradient itself when it is the first to arrive, a slot of
// its own otherwise, or when nobody wants it. *pending: the value to add that slot to, GRAPH_NONE for none.
static uint32_t gradient_target(struct graph *graph, uint32_t value, const struct op_arg *arg,
                                uint32_t *pending) {
    *pending = GRAPH_NONE;
    bool wanted = value != GRAPH_NONE && graph->values[value].wants_gradient;
    if (wanted && graph->values[value].gradient == GRAPH_NONE)
        return gradient_slot(graph, value);
    if (wanted)
        *pending = value;
    return graph_add_slot(graph, SLOT_PLANNED, arg->dtype, arg->count);
}

// An incoming gradient: what has arrived, or zeros where an output was not used.
static uint32_t gradient_source(struct graph *graph, uint32_t value) {
    if (graph->values[value].gradient == GRAPH_NONE)
        add_zero(graph, gradient_slot(graph, value));
    return graph->values[value].gradient;
}

// Whether a backward operation has anything to do: a gradient has come, and one of its results is wanted.
static bool is_needed(const struct graph *graph, const struct node *node, enum op_id id,
                      const struct op_signature *signature) {
    bool arrived = false, wanted = false;
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        struct op_link link = op_link(id, i);
        if (link.kind != OP_LINK_GRADIENT || signature->args[i].count == 0)
            continue;
        const struct value *value = &graph->values[node->args[link.forward_arg]];
        if (written(signature->args[i].role))
            wanted = wanted || value->wants_gradient;
        else
            arrived = arrived || value->gradient != GRAPH_NONE;
    }
    return arrived && wanted;
}

// Whether an operation can add to its gradients itself: all are wanted, have been written, and are not one.
static bool can_add(const struct graph *graph, const struct node *node, enum op_id id,
                    const struct op_signature *signature) {
    uint32_t values[OP_MAX_ARGS], count = 0;
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        struct op_link link = op_link(id, i);
        if (link.kind != OP_LINK_GRADIENT || signature->args[i].count == 0 ||
            !written(signature->args[i].role))
            continue;
        uint32_t value = node->args[link.forward_arg];
        if (!graph->values[value].wants_gradient || graph->values[value].gradient == GRAPH_NONE)
            return false;
        for (uint32_t k = 0; k < count; k++)
            if (values[k] == value)
                return false;
        values[count++] = value;
    }
    return op_table[id]->accumulate_at > 0;
}

static bool describe(struct graph *graph, enum op_id id, const void *params, struct op_signature *signature) {
    struct op_refusal refusal;
    if (op_describe(&graph->target, id, params, signature, &refusal))
        return true;
    graph_refuse(graph, RT_ERROR_INVALID, "%s: %s", op_table[id]->name, refusal.text);
    return false;
}

static void apply_backward(struct graph *graph, const struct node *node, enum op_id id, const void *params) {
    struct op_signature signature;
    _Alignas(max_align_t) unsigned char adding[OP_MAX_PARAMS];
    if (!describe(graph, id, params, &signature))
        return;
    if (!is_needed(graph, node, id, &signature))
        return;
    bool adds = can_add(graph, node, id, &signature), added = true;
    if (adds) {
        memcpy(adding, params, op_table[id]->params_size);
        memcpy(adding + op_table[id]->accumulate_at, &added, sizeof added);
        params = adding;
        if (!describe(graph, id, params, &signature))
            return;
    }
    uint32_t slots[OP_MAX_ARGS], pending[OP_MAX_ARGS];
    for (uint32_t i = 0; i < OP_MAX_ARGS; i++)
        slots[i] = pending[i] = GRAPH_NONE;
    // Incoming first: a value may be its own input and output, and zeros come before the operation.
    for (int outgoing = 0; outgoing < 2; outgoing++)
        for (uint32_t i = 0; i < signature.arg_count && graph->status == RT_OK; i++) {
            const struct op_arg *arg = &signature.args[i];
            struct op_link link = op_link(id, i);
            if (arg->count == 0 || arg->role == OP_SCRATCH || written(arg->role) != (outgoing == 1))
                continue;
            uint32_t value = link.kind != OP_LINK_NONE ? node->args[link.forward_arg] : GRAPH_NONE;
            if (link.kind == OP_LINK_NONE)
                graph_refuse(graph, RT_ERROR_INVALID, "%s: argument %s does not follow from its forward pass",
                             op_table[id]->name, arg->name);
            else if (link.kind == OP_LINK_SAME)
                slots[i] = graph->values[value].slot;
            else
                slots[i] = !outgoing || adds ? gradient_source(graph, value)
                                             : gradient_target(graph, value, arg, &pending[i]);
        }
    if (!graph_add_operation(graph, id, params, slots))
        return;
    for (uint32_t i = 0; i < signature.arg_count; i++)
        if (pending[i] != GRAPH_NONE)
            add_into(graph, graph->values[pending[i]].gradient, slots[i], 1.0f);
}

static struct op_add_values add_args(const struct node *node) {
    struct op_add_values args;
    memcpy(&args, node->args, sizeof args);
    return args;
}

// dst = a + alpha b is its own kind: its gradients are d_dst and alpha d_dst, no operation computes them.
static void add_backward(struct graph *graph, const struct node *node, const struct op_add *params) {
    struct op_add_values args = add_args(node);
    uint32_t d_dst = graph->values[args.dst].gradient;
    if (d_dst == GRAPH_NONE)
        return;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t value = i == 0 ? args.a : args.b;
        float alpha = i == 0 || params->alpha == 0.0f ? 1.0f : params->alpha;
        if (!graph->values[value].wants_gradient)
            continue;
        if (graph->values[value].gradient != GRAPH_NONE) {
            add_into(graph, graph->values[value].gradient, d_dst, alpha);
            continue;
        }
        uint32_t gradient = gradient_slot(graph, value);
        if (alpha != 1.0f) {
            add_zero(graph, gradient);
            add_into(graph, gradient, d_dst, alpha);
            continue;
        }
        struct step *step = graph_add_step(graph, STEP_COPY);
        if (step != NULL) {
            step->from = d_dst;
            step->to = gradient;
        }
    }
}

// The gradient in the storage type of what was cast.
static void cast_backward(struct graph *graph, const struct node *node, const struct op_cast *params) {
    struct op_cast_values args;
    memcpy(&args, node->args, sizeof args);
    uint32_t value = args.src, d_dst = graph->values[args.dst].gradient;
    if (d_dst == GRAPH_NONE || !graph->values[value].wants_gradient)
        return;
    struct op_cast back = {
        .src_dtype = params->dst_dtype, .dst_dtype = params->src_dtype, .count = params->count};
    bool first = graph->values[value].gradient == GRAPH_NONE;
    uint32_t target = first ? gradient_slot(graph, value)
                            : graph_add_slot(graph, SLOT_PLANNED, params->src_dtype, params->count);
    if (target == GRAPH_NONE ||
        !graph_add_operation(graph, OP_cast, &back, OP_VALUES(cast, .src = d_dst, .dst = target)))
        return;
    if (!first)
        add_into(graph, graph->values[value].gradient, target, 1.0f);
}

void graph_derive(struct graph *graph) {
    for (uint32_t i = 0; i < graph->value_count; i++)
        if (graph->values[i].seeded)
            gradient_slot(graph, i);
    for (uint32_t n = graph->node_count; n-- > 0 && graph->status == RT_OK;) {
        const struct node node = graph->nodes[n];
        // A copy: adding steps may move the array.
        const struct step step = graph->steps[node.step];
        if (step.id == OP_add)
            add_backward(graph, &node, (const struct op_add *)(const void *)step.params);
        if (step.id == OP_cast)
            cast_backward(graph, &node, (const struct op_cast *)(const void *)step.params);
        for (int id = 0; id < OP_COUNT; id++)
            if (op_forward((enum op_id)id) == step.id)
                apply_backward(graph, &node, (enum op_id)id, step.params);
    }
}

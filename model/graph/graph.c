// Builds a graph: values, parameters and operations, and what is asked about them.
#include "model/graph/graph_private.h"

#include "runtime/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void graph_destroy(struct graph **handle) {
    struct graph *graph = *handle;
    if (graph == NULL)
        return;
    free(graph->values);
    free(graph->slots);
    free(graph->steps);
    free(graph->nodes);
    free(graph);
    *handle = NULL;
}

uint32_t graph_refuse(struct graph *graph, enum rt_status status, const char *format, ...) {
    if (graph->status != RT_OK)
        return GRAPH_NONE;
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rt_log(RT_LOG_ERROR, "%s", text);
    graph->status = status;
    return GRAPH_NONE;
}

enum rt_status graph_status(const struct graph *graph) {
    return graph->status;
}

// A new zeroed item at the end of a growing array; NULL, latched, when there is none.
static void *append(struct graph *graph, void **array, uint32_t *count, uint32_t *capacity, size_t bytes) {
    if (graph->status != RT_OK)
        return NULL;
    if (*count == *capacity) {
        uint32_t wanted = *capacity ? *capacity * 2 : 64;
        void *grown = realloc(*array, wanted * bytes);
        if (grown == NULL) {
            graph_refuse(graph, RT_ERROR_OUT_OF_MEMORY, "out of host memory for a network");
            return NULL;
        }
        *array = grown;
        *capacity = wanted;
    }
    return memset((char *)*array + (*count)++ * bytes, 0, bytes);
}

uint32_t graph_add_slot(struct graph *graph, enum slot_kind kind, enum op_dtype dtype, uint64_t count) {
    struct slot *slot = append(graph, (void **)&graph->slots, &graph->slot_count, &graph->slot_capacity,
                               sizeof *graph->slots);
    if (slot == NULL)
        return GRAPH_NONE;
    *slot = (struct slot){.kind = kind, .dtype = dtype, .count = count, .first = UINT32_MAX};
    return graph->slot_count - 1;
}

// Number 0 of the slots and of the values.
static void reserve_none(struct graph *graph) {
    graph_add_slot(graph, SLOT_PLANNED, OP_F32, 0);
    append(graph, (void **)&graph->values, &graph->value_count, &graph->value_capacity,
           sizeof *graph->values);
}

enum rt_status graph_create(const struct op_target *target, struct parameters *parameters,
                            struct graph **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return rt_no_memory("a network");
    (*out)->target = *target;
    (*out)->parameters = parameters;
    reserve_none(*out);
    if ((*out)->status == RT_OK)
        return RT_OK;
    graph_destroy(out);
    return RT_ERROR_OUT_OF_MEMORY;
}

static uint32_t add_value(struct graph *graph, const char *name, uint32_t slot) {
    if (slot == GRAPH_NONE)
        return GRAPH_NONE;
    if (graph->finished)
        return graph_refuse(graph, RT_ERROR_INVALID, "%s is added to a finished network", name);
    struct value *value = append(graph, (void **)&graph->values, &graph->value_count, &graph->value_capacity,
                                 sizeof *graph->values);
    if (value == NULL)
        return GRAPH_NONE;
    snprintf(value->name, sizeof value->name, "%s", name);
    value->slot = slot;
    return graph->value_count - 1;
}

uint32_t graph_activation(struct graph *graph, const char *name, enum op_dtype dtype, uint64_t count) {
    return add_value(graph, name, graph_add_slot(graph, SLOT_PLANNED, dtype, count));
}

uint32_t graph_input(struct graph *graph, const char *name, enum op_dtype dtype, uint64_t count,
                     bool wants_gradient) {
    uint32_t value = add_value(graph, name, graph_add_slot(graph, SLOT_BOUND, dtype, count));
    if (value != GRAPH_NONE)
        graph->values[value].wants_gradient = wants_gradient;
    return value;
}

uint32_t graph_parameter(struct graph *graph, const struct parameter *parameter) {
    if (graph->status != RT_OK)
        return GRAPH_NONE;
    uint32_t index;
    graph->status = parameters_add(graph->parameters, parameter, &index);
    if (graph->status != RT_OK)
        return GRAPH_NONE;
    uint64_t count = parameters_get(graph->parameters, index)->count;
    uint32_t slot = graph_add_slot(graph, SLOT_PARAMETER, OP_F32, count);
    uint32_t value = add_value(graph, parameter->name, slot);
    if (value != GRAPH_NONE) {
        graph->slots[slot].parameter = index;
        graph->values[value].wants_gradient = !parameter->state && !graph->hold_parameters;
    }
    return value;
}

void graph_hold_parameters(struct graph *graph) {
    graph->hold_parameters = true;
}

struct step *graph_add_step(struct graph *graph, enum step_kind kind) {
    struct step *step = append(graph, (void **)&graph->steps, &graph->step_count, &graph->step_capacity,
                               sizeof *graph->steps);
    if (step != NULL)
        step->kind = kind;
    return step;
}

// True when the slots given are what the signature asks for; refuses by name otherwise.
static bool slots_fit(struct graph *graph, enum op_id id, const struct op_signature *signature,
                      const uint32_t *slots) {
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        if (arg->role == OP_SCRATCH || arg->count == 0)
            continue;
        const struct slot *slot = &graph->slots[slots[i]];
        if (slots[i] == GRAPH_NONE)
            graph_refuse(graph, RT_ERROR_INVALID, "%s (%s): argument %s is left out", op_table[id]->name,
                         signature->text, arg->name);
        else if (slot->count != arg->count || slot->dtype != arg->dtype)
            graph_refuse(graph, RT_ERROR_INVALID, "%s (%s): argument %s has %llu elements, it needs %llu%s",
                         op_table[id]->name, signature->text, arg->name, (unsigned long long)slot->count,
                         (unsigned long long)arg->count, slot->dtype != arg->dtype ? " of another type" : "");
        if (graph->status != RT_OK)
            return false;
    }
    return true;
}

bool graph_add_operation(struct graph *graph, enum op_id id, const void *params, const uint32_t *slots) {
    struct op_signature signature;
    struct op_refusal refusal;
    if (graph->status != RT_OK)
        return false;
    if (!op_describe(&graph->target, id, params, &signature, &refusal)) {
        graph_refuse(graph, RT_ERROR_INVALID, "%s: %s", op_table[id]->name, refusal.text);
        return false;
    }
    if (!slots_fit(graph, id, &signature, slots))
        return false;
    uint32_t used[OP_MAX_ARGS];
    for (uint32_t i = 0; i < signature.arg_count; i++) {
        const struct op_arg *arg = &signature.args[i];
        used[i] = arg->count == 0           ? GRAPH_NONE
                  : arg->role == OP_SCRATCH ? graph_add_slot(graph, SLOT_PLANNED, arg->dtype, arg->count)
                                            : slots[i];
    }
    struct step *step = graph_add_step(graph, STEP_OPERATION);
    if (step == NULL)
        return false;
    step->id = id;
    step->signature = signature;
    memcpy(step->params, params, op_table[id]->params_size);
    memcpy(step->slots, used, signature.arg_count * sizeof *used);
    return true;
}

// What depends on something that wants a gradient wants one too; integers and state never do.
static void spread_wish(struct graph *graph, const struct step *step, const uint32_t *values) {
    bool wish = false;
    for (uint32_t i = 0; i < step->signature.arg_count; i++)
        if (step->slots[i] != GRAPH_NONE && step->signature.args[i].role == OP_IN)
            wish = wish || graph->values[values[i]].wants_gradient;
    for (uint32_t i = 0; i < step->signature.arg_count; i++)
        if (step->slots[i] != GRAPH_NONE && step->signature.args[i].role == OP_OUT)
            graph->values[values[i]].wants_gradient = wish;
}

void graph_apply(struct graph *graph, enum op_id id, const void *params, const uint32_t *values) {
    uint32_t slots[OP_MAX_ARGS] = {GRAPH_NONE}, args[OP_MAX_ARGS] = {GRAPH_NONE};
    if (graph->status != RT_OK)
        return;
    for (uint32_t i = 0; i < op_table[id]->arg_count && op_table[id]->args[i].role != OP_SCRATCH; i++) {
        args[i] = values[i] < graph->value_count ? values[i] : GRAPH_NONE;
        slots[i] = graph->values[args[i]].slot;
    }
    if (!graph_add_operation(graph, id, params, slots))
        return;
    struct node *node = append(graph, (void **)&graph->nodes, &graph->node_count, &graph->node_capacity,
                               sizeof *graph->nodes);
    if (node == NULL)
        return;
    memcpy(node->args, args, sizeof node->args);
    node->step = graph->step_count - 1;
    spread_wish(graph, &graph->steps[node->step], args);
}

void graph_keep(struct graph *graph, uint32_t value, bool gradient) {
    if (value == GRAPH_NONE || graph->status != RT_OK)
        return;
    graph->slots[graph->values[value].slot].keep = true;
    graph->values[value].keep_gradient = graph->values[value].keep_gradient || gradient;
}

void graph_seed(struct graph *graph, uint32_t value) {
    if (value == GRAPH_NONE || graph->status != RT_OK)
        return;
    graph->values[value].seeded = true;
    graph->values[value].keep_gradient = true;
}

uint32_t graph_value_end(const struct graph *graph) {
    return graph->value_count;
}

uint64_t graph_value_elements(const struct graph *graph, uint32_t value) {
    return graph->slots[graph->values[value].slot].count;
}

enum op_dtype graph_value_dtype(const struct graph *graph, uint32_t value) {
    return graph->slots[graph->values[value].slot].dtype;
}

bool graph_value_is_parameter(const struct graph *graph, uint32_t value) {
    return graph->slots[graph->values[value].slot].kind == SLOT_PARAMETER;
}

const char *graph_value_name(const struct graph *graph, uint32_t value) {
    return graph->values[value].name;
}

bool graph_has_gradient(const struct graph *graph, uint32_t value) {
    return graph->values[value].gradient != GRAPH_NONE;
}

uint32_t graph_row_count(const struct graph *graph) {
    return graph->node_count;
}

struct graph_row graph_row(const struct graph *graph, uint32_t i) {
    const struct node *node = &graph->nodes[i];
    const struct step *step = &graph->steps[node->step];
    struct graph_row row = {.operation = op_table[step->id]->name,
                            .shapes = step->signature.text,
                            .result = "",
                            .flops = step->signature.flops};
    for (uint32_t a = 0; a < step->signature.arg_count; a++) {
        const struct op_arg *arg = &step->signature.args[a];
        if (step->slots[a] == GRAPH_NONE || arg->role == OP_SCRATCH)
            continue;
        const struct value *value = &graph->values[node->args[a]];
        if (arg->role == OP_OUT && row.result[0] == '\0')
            row.result = value->name;
        if (graph->slots[value->slot].kind == SLOT_PARAMETER && value->wants_gradient)
            row.parameters += arg->count;
    }
    return row;
}

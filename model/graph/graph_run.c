// Planning, recording, and running by the references.
#include "model/graph/graph_private.h"

#include "runtime/align.h"
#include "runtime/plan.h"
#include "shaders/op_record.h"

#include <stdlib.h>
#include <string.h>

static uint64_t slot_bytes(const struct slot *slot) {
    // 16 bytes for kernels, and an even share of the alignment for the plan.
    return rt_align_up(slot->count * op_dtype_bytes(slot->dtype), 16);
}

static void touch(struct graph *graph, uint32_t index, uint32_t step) {
    if (index == GRAPH_NONE)
        return;
    struct slot *slot = &graph->slots[index];
    slot->first = step < slot->first ? step : slot->first;
    slot->last = step;
}

static void find_lifetimes(struct graph *graph) {
    for (uint32_t s = 0; s < graph->step_count; s++) {
        const struct step *step = &graph->steps[s];
        touch(graph, step->from, s);
        touch(graph, step->to, s);
        for (uint32_t i = 0; i < OP_MAX_ARGS; i++)
            touch(graph, step->slots[i], s);
    }
    // Seeds are written before the step begins and so live from its start; what is kept lives to its end.
    for (uint32_t v = 0; v < graph->value_count; v++)
        if (graph->values[v].seeded && graph->values[v].gradient != GRAPH_NONE)
            graph->slots[graph->values[v].gradient].first = 0;
    for (uint32_t i = 0; i < graph->slot_count; i++)
        if (graph->slots[i].keep && graph->slots[i].first != UINT32_MAX)
            graph->slots[i].last = graph->step_count;
}

static bool is_planned(const struct slot *slot) {
    return slot->kind == SLOT_PLANNED && slot->first != UINT32_MAX;
}

static enum rt_status place_slots(struct graph *graph, uint64_t chunk_bytes) {
    struct rt_plan_item *items = calloc(graph->slot_count ? graph->slot_count : 1, sizeof *items);
    if (items == NULL)
        return rt_no_memory("a plan of memory");
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->slot_count; i++) {
        const struct slot *slot = &graph->slots[i];
        if (!is_planned(slot))
            continue;
        items[count++] = (struct rt_plan_item){slot_bytes(slot), slot->first, slot->last, 0};
        graph->bytes_unplanned += slot_bytes(slot);
    }
    enum rt_status status = rt_plan(items, count, chunk_bytes, &graph->bytes);
    count = 0;
    for (uint32_t i = 0; i < graph->slot_count && status == RT_OK; i++)
        if (is_planned(&graph->slots[i]))
            graph->slots[i].offset_bytes = items[count++].offset_bytes;
    free(items);
    return status;
}

enum rt_status graph_finish(struct graph *graph, bool train, uint64_t chunk_bytes) {
    graph->forward_steps = graph->step_count;
    if (train && graph->status == RT_OK)
        graph_derive(graph);
    if (graph->status != RT_OK)
        return graph->status;
    graph->finished = true;
    find_lifetimes(graph);
    return graph->status = place_slots(graph, chunk_bytes);
}

uint64_t graph_bytes(const struct graph *graph) {
    return graph->bytes;
}

uint64_t graph_bytes_unplanned(const struct graph *graph) {
    return graph->bytes_unplanned;
}

static double flops(const struct graph *graph, uint32_t begin, uint32_t end) {
    double sum = 0.0;
    for (uint32_t s = begin; s < end; s++)
        sum += graph->steps[s].signature.flops;
    return sum;
}

double graph_forward_flops(const struct graph *graph) {
    return flops(graph, 0, graph->forward_steps);
}

double graph_backward_flops(const struct graph *graph) {
    return flops(graph, graph->forward_steps, graph->step_count);
}

void graph_set_memory(struct graph *graph, struct rt_arena *arena) {
    graph_set_memory_at(graph, arena, 0);
}

void graph_set_memory_at(struct graph *graph, struct rt_arena *arena, uint64_t offset_bytes) {
    for (uint32_t i = 0; i < graph->slot_count; i++) {
        struct slot *slot = &graph->slots[i];
        if (is_planned(slot))
            slot->buffer = rt_arena_buffer(arena, offset_bytes + slot->offset_bytes, slot_bytes(slot));
    }
}

void graph_bind(struct graph *graph, uint32_t value, struct rt_buffer buffer) {
    graph->slots[graph->values[value].slot].buffer = buffer;
}

static struct rt_buffer slot_buffer(const struct graph *graph, uint32_t index) {
    if (index == GRAPH_NONE)
        return (struct rt_buffer){0};
    const struct slot *slot = &graph->slots[index];
    if (slot->kind == SLOT_PARAMETER)
        return parameters_buffer(graph->parameters, slot->parameter, PARAMETERS_VALUE);
    if (slot->kind == SLOT_PARAMETER_GRADIENT)
        return parameters_buffer(graph->parameters, slot->parameter, PARAMETERS_GRADIENT);
    return slot->buffer;
}

struct rt_buffer graph_value_buffer(const struct graph *graph, uint32_t value) {
    return slot_buffer(graph, graph->values[value].slot);
}

struct rt_buffer graph_gradient_buffer(const struct graph *graph, uint32_t value) {
    return slot_buffer(graph, graph->values[value].gradient);
}

static void record_step(const struct graph *graph, const struct step *step, struct op_recorder *recorder) {
    if (step->kind == STEP_ZERO) {
        rt_stream_fill(recorder->stream, slot_buffer(graph, step->to), 0);
        return;
    }
    if (step->kind == STEP_COPY) {
        rt_stream_copy(recorder->stream, slot_buffer(graph, step->from), slot_buffer(graph, step->to));
        return;
    }
    struct rt_buffer buffers[OP_MAX_ARGS];
    for (uint32_t i = 0; i < OP_MAX_ARGS; i++)
        buffers[i] = slot_buffer(graph, step->slots[i]);
    op_record(recorder, step->id, step->params, buffers);
}

void graph_record_forward(const struct graph *graph, struct op_recorder *recorder) {
    for (uint32_t s = 0; s < graph->forward_steps; s++)
        record_step(graph, &graph->steps[s], recorder);
}

void graph_record_backward(const struct graph *graph, struct op_recorder *recorder) {
    for (uint32_t s = graph->forward_steps; s < graph->step_count; s++)
        record_step(graph, &graph->steps[s], recorder);
}

// --- by the references

// One array per slot: the caller's for values and gradients, our own for the rest.
struct arrays {
    double **of_slot;
    bool *own;
};

static void free_arrays(const struct graph *graph, struct arrays *arrays) {
    for (uint32_t i = 0; arrays->of_slot != NULL && arrays->own != NULL && i < graph->slot_count; i++)
        if (arrays->own[i])
            free(arrays->of_slot[i]);
    free(arrays->of_slot);
    free(arrays->own);
}

static bool make_arrays(const struct graph *graph, double *const *values, double *const *gradients,
                        struct arrays *arrays) {
    arrays->of_slot = calloc(graph->slot_count, sizeof(double *));
    arrays->own = calloc(graph->slot_count, sizeof(bool));
    if (arrays->of_slot == NULL || arrays->own == NULL)
        return false;
    for (uint32_t v = GRAPH_FIRST; v < graph->value_count; v++) {
        arrays->of_slot[graph->values[v].slot] = values[v];
        if (gradients != NULL && graph->values[v].gradient != GRAPH_NONE)
            arrays->of_slot[graph->values[v].gradient] = gradients[v];
    }
    for (uint32_t i = 0; i < graph->slot_count; i++) {
        if (arrays->of_slot[i] != NULL || graph->slots[i].first == UINT32_MAX)
            continue;
        arrays->own[i] = true;
        arrays->of_slot[i] = malloc(graph->slots[i].count * sizeof(double));
        if (arrays->of_slot[i] == NULL)
            return false;
    }
    return true;
}

static void reference_step(const struct graph *graph, const struct step *step, const struct arrays *arrays) {
    size_t bytes = graph->slots[step->to].count * sizeof(double);
    if (step->kind == STEP_ZERO) {
        memset(arrays->of_slot[step->to], 0, bytes);
        return;
    }
    if (step->kind == STEP_COPY) {
        memcpy(arrays->of_slot[step->to], arrays->of_slot[step->from], bytes);
        return;
    }
    double *args[OP_MAX_ARGS] = {NULL};
    for (uint32_t i = 0; i < OP_MAX_ARGS; i++)
        if (step->slots[i] != GRAPH_NONE)
            args[i] = arrays->of_slot[step->slots[i]];
    op_table[step->id]->reference(step->params, args);
}

enum rt_status graph_reference(const struct graph *graph, bool backward, double *const *values,
                               double *const *gradients) {
    struct arrays arrays = {NULL, NULL};
    enum rt_status status = RT_OK;
    if (make_arrays(graph, values, gradients, &arrays))
        for (uint32_t s = 0; s < (backward ? graph->step_count : graph->forward_steps); s++)
            reference_step(graph, &graph->steps[s], &arrays);
    else
        status = rt_no_memory("a network by its references");
    free_arrays(graph, &arrays);
    return status;
}

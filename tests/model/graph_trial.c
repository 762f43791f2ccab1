// Runs a finished graph by its references and on a device, from the same random values.
#include "tests/model/graph_trial.h"

#include "runtime/layout.h"
#include "runtime/transfer.h"
#include "shaders/check/op_arrays.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double noise(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) * 0x1p-30 - 1.0;
}

static bool listed(const uint32_t *list, uint32_t count, uint32_t value) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

static uint32_t parameter_of(const struct graph_trial *trial, uint32_t value) {
    for (uint32_t p = 0; p < parameters_count(trial->parameters); p++)
        if (strcmp(parameters_get(trial->parameters, p)->name, graph_value_name(trial->graph, value)) == 0 &&
            graph_value_elements(trial->graph, value) == parameters_get(trial->parameters, p)->count &&
            graph_value_is_parameter(trial->graph, value))
            return p;
    return UINT32_MAX;
}

bool graph_trial_is_leaf(const struct graph_trial *trial, uint32_t value) {
    if (listed(trial->inputs, trial->input_count, value))
        return graph_has_gradient(trial->graph, value);
    uint32_t p = parameter_of(trial, value);
    return p != UINT32_MAX && !parameters_get(trial->parameters, p)->state;
}

static void start_parameters(struct graph_trial *trial, uint64_t seed) {
    uint64_t trained = parameters_trained_count(trial->parameters),
             state = parameters_state_count(trial->parameters);
    trial->trained = calloc(trained, sizeof(float));
    trial->state = calloc(state ? state : 1, sizeof(float));
    parameters_start_values(trial->parameters, seed, trial->trained, trial->state);
    for (uint32_t p = 0; p < parameters_count(trial->parameters); p++) {
        const struct parameter *item = parameters_get(trial->parameters, p);
        for (uint64_t i = 0; i < item->count && !item->state; i++)
            trial->trained[item->offset + i] += (float)(0.05 * noise(&seed));
    }
}

// A double that fp32 holds exactly.
static double given(uint64_t *state) {
    return (double)(float)noise(state);
}

static void fill_value(struct graph_trial *trial, uint32_t v, uint64_t *state) {
    uint64_t count = graph_value_elements(trial->graph, v);
    bool input = listed(trial->inputs, trial->input_count, v),
         seed = listed(trial->seeds, trial->seed_count, v);
    bool integer = graph_value_dtype(trial->graph, v) == OP_U32;
    uint32_t p = parameter_of(trial, v);
    for (uint64_t i = 0; i < count; i++) {
        trial->values[v][i] = integer ? (double)(i % trial->classes) : input ? given(state) : NAN;
        trial->gradients[v][i] = seed ? given(state) : NAN;
        if (p != UINT32_MAX) {
            const struct parameter *item = parameters_get(trial->parameters, p);
            trial->values[v][i] = (double)(item->state ? trial->state : trial->trained)[item->offset + i];
        }
    }
}

void graph_trial_begin(struct graph_trial *trial, uint64_t seed) {
    uint32_t end = graph_value_end(trial->graph);
    trial->values = calloc(end, sizeof(double *));
    trial->gradients = calloc(end, sizeof(double *));
    start_parameters(trial, seed);
    for (uint32_t v = GRAPH_FIRST; v < end; v++) {
        trial->values[v] = malloc(graph_value_elements(trial->graph, v) * sizeof(double));
        trial->gradients[v] = malloc(graph_value_elements(trial->graph, v) * sizeof(double));
        fill_value(trial, v, &seed);
    }
}

void graph_trial_end(struct graph_trial *trial) {
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(trial->graph); v++) {
        free(trial->values[v]);
        free(trial->gradients[v]);
    }
    free(trial->values);
    free(trial->gradients);
    free(trial->trained);
    free(trial->state);
    rt_arena_destroy(&trial->arena);
    rt_arena_destroy(&trial->bound);
}

void graph_trial_reference(struct graph_trial *trial, bool backward) {
    CHECK(graph_reference(trial->graph, backward, trial->values, trial->gradients) == RT_OK);
}

static void upload(struct rt_device *device, struct rt_buffer buffer, enum op_dtype dtype,
                   const double *values, uint64_t count) {
    void *raw = malloc(count * op_dtype_bytes(dtype));
    op_encode(dtype, values, count, raw);
    CHECK(rt_buffer_upload(device, buffer, raw, count * op_dtype_bytes(dtype)) == RT_OK);
    free(raw);
}

struct input_list {
    const struct graph_trial *trial;
    struct rt_buffer *buffers; // [input_count]
};

static void list_inputs(void *owner, struct rt_layout *layout) {
    const struct input_list *list = owner;
    for (uint32_t i = 0; i < list->trial->input_count; i++)
        rt_layout_add(layout, &list->buffers[i],
                      graph_value_elements(list->trial->graph, list->trial->inputs[i]) * 4);
}

static void bind_inputs(struct graph_trial *trial, struct rt_device *device) {
    struct rt_buffer *buffers = calloc(trial->input_count + 1, sizeof *buffers);
    CHECK(rt_layout_create(device, RT_MEMORY_DEVICE, "a test", list_inputs,
                           &(struct input_list){trial, buffers}, &trial->bound) == RT_OK);
    for (uint32_t i = 0; i < trial->input_count; i++) {
        uint32_t v = trial->inputs[i];
        graph_bind(trial->graph, v, buffers[i]);
        upload(device, graph_value_buffer(trial->graph, v), graph_value_dtype(trial->graph, v),
               trial->values[v], graph_value_elements(trial->graph, v));
    }
    free(buffers);
}

static void place(struct graph_trial *trial, struct rt_device *device, bool backward) {
    uint64_t bytes = graph_bytes(trial->graph);
    CHECK(parameters_allocate(trial->parameters, device, backward) == RT_OK);
    CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, bytes, "a test", &trial->arena) == RT_OK);
    unsigned char *nan = malloc(bytes);
    memset(nan, 0xff, bytes);
    CHECK(rt_buffer_upload(device, rt_arena_buffer(trial->arena, 0, bytes), nan, bytes) == RT_OK);
    free(nan);
    graph_set_memory(trial->graph, trial->arena);
    bind_inputs(trial, device);
    for (uint32_t i = 0; i < trial->seed_count && backward; i++)
        upload(device, graph_gradient_buffer(trial->graph, trial->seeds[i]), OP_F32,
               trial->gradients[trial->seeds[i]], graph_value_elements(trial->graph, trial->seeds[i]));
    CHECK(rt_buffer_upload(device, parameters_slab(trial->parameters, PARAMETERS_VALUE), trial->trained,
                           parameters_trained_count(trial->parameters) * 4) == RT_OK);
    if (parameters_state_count(trial->parameters) > 0)
        CHECK(rt_buffer_upload(device, parameters_state_slab(trial->parameters), trial->state,
                               parameters_state_count(trial->parameters) * 4) == RT_OK);
}

void graph_trial_run(struct graph_trial *trial, struct op_library *library, bool backward) {
    struct rt_stream *stream;
    place(trial, library->device, backward);
    CHECK(rt_stream_create(library->device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    struct op_recorder recorder = {library, stream};
    graph_record_forward(trial->graph, &recorder);
    if (backward)
        graph_record_backward(trial->graph, &recorder);
    CHECK(rt_stream_run(stream) == RT_OK);
    rt_stream_destroy(&stream);
}

void graph_trial_check(const struct graph_trial *trial, struct rt_device *device, uint32_t value,
                       bool gradient, double tolerance) {
    uint64_t count = graph_value_elements(trial->graph, value);
    const double *want = gradient ? trial->gradients[value] : trial->values[value];
    float *got = malloc(count * sizeof *got);
    double largest = 0.0, worst = 0.0;
    CHECK(rt_buffer_download(device,
                             gradient ? graph_gradient_buffer(trial->graph, value)
                                      : graph_value_buffer(trial->graph, value),
                             got, count * 4) == RT_OK);
    for (uint64_t i = 0; i < count; i++) {
        double error = fabs((double)got[i] - want[i]);
        largest = fmax(largest, fabs(want[i]));
        worst = isnan(error) ? INFINITY : fmax(worst, error);
    }
    // What stands before BatchNorm can have a gradient of zero, where only rounding is left.
    if (!CHECK(worst <= tolerance * largest + 1e-5))
        fprintf(stderr, "  %s of %s: off by %.3g, the largest is %.3g\n", gradient ? "gradient" : "value",
                graph_value_name(trial->graph, value), worst, largest);
    free(got);
}

uint32_t graph_trial_trained(const struct graph_trial *trial) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < parameters_count(trial->parameters); i++)
        count += !parameters_get(trial->parameters, i)->state;
    return count;
}

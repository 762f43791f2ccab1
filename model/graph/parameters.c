// Lists the tensors of a network, lays them out in slabs, and gives them their starting values.
#include "model/graph/parameters.h"

#include "runtime/align.h"
#include "runtime/hash.h"
#include "runtime/layout.h"
#include "runtime/log.h"
#include "shaders/common/philox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct parameters {
    struct parameter *items;
    uint32_t count, capacity;
    uint64_t trained, matrices, decayed, state;
    bool laid_out;
    struct rt_arena *arena;
    struct rt_buffer slabs[PARAMETERS_SLABS], state_slab;
};

enum rt_status parameters_create(struct parameters **out) {
    *out = calloc(1, sizeof **out);
    return *out != NULL ? RT_OK : rt_no_memory("a set of parameters");
}

void parameters_destroy(struct parameters **handle) {
    struct parameters *parameters = *handle;
    if (parameters == NULL)
        return;
    rt_arena_destroy(&parameters->arena);
    free(parameters->items);
    free(parameters);
    *handle = NULL;
}

static uint64_t element_count(const struct parameter *p) {
    switch (p->layout) {
    case PARAMETER_CONV:
    case PARAMETER_CONV_TRANSPOSE:
        return (uint64_t)p->kernel[0] * p->kernel[1] * p->kernel[2] * p->in * p->out;
    case PARAMETER_LINEAR:
    case PARAMETER_TABLE:
        return (uint64_t)p->in * p->out;
    case PARAMETER_VECTOR:
        break;
    }
    return p->out;
}

static bool same(const struct parameter *a, const struct parameter *b) {
    return a->layout == b->layout && memcmp(a->kernel, b->kernel, sizeof a->kernel) == 0 && a->in == b->in &&
           a->out == b->out && a->decay == b->decay && a->hidden_weight == b->hidden_weight &&
           a->lr_scale == b->lr_scale && a->state == b->state;
}

enum rt_status parameters_add(struct parameters *parameters, const struct parameter *parameter,
                              uint32_t *index) {
    for (uint32_t i = 0; i < parameters->count; i++)
        if (strcmp(parameters->items[i].name, parameter->name) == 0) {
            *index = i;
            if (same(&parameters->items[i], parameter))
                return RT_OK;
            rt_log(RT_LOG_ERROR, "two parameters of different shapes are named %s", parameter->name);
            return RT_ERROR_INVALID;
        }
    if (parameters->laid_out) {
        rt_log(RT_LOG_ERROR, "parameter %s comes after the layout was fixed", parameter->name);
        return RT_ERROR_INVALID;
    }
    if (parameters->count == parameters->capacity) {
        uint32_t capacity = parameters->capacity ? parameters->capacity * 2 : 64;
        struct parameter *grown = realloc(parameters->items, capacity * sizeof *grown);
        if (grown == NULL)
            return rt_no_memory("a set of parameters");
        parameters->items = grown;
        parameters->capacity = capacity;
    }
    struct parameter *item = &parameters->items[parameters->count];
    *item = *parameter;
    item->count = element_count(parameter);
    *index = parameters->count++;
    return RT_OK;
}

uint32_t parameters_count(const struct parameters *parameters) {
    return parameters->count;
}

const struct parameter *parameters_get(const struct parameters *parameters, uint32_t index) {
    return &parameters->items[index];
}

const struct parameter *parameters_find(const struct parameters *parameters, const char *name) {
    for (uint32_t i = 0; i < parameters_count(parameters); i++)
        if (strcmp(parameters_get(parameters, i)->name, name) == 0)
            return parameters_get(parameters, i);
    return NULL;
}

// Buffers of kernels start at multiples of 16 bytes.
static uint64_t place(struct parameter *item, uint64_t at) {
    item->offset = at;
    return at + rt_align_up(item->count, 4);
}

enum { PART_HIDDEN, PART_DECAYED, PART_OTHER, TRAINED_PARTS };

static int part_of(const struct parameter *item) {
    return item->hidden_weight ? PART_HIDDEN : item->decay ? PART_DECAYED : PART_OTHER;
}

void parameters_layout(struct parameters *parameters) {
    for (uint32_t i = 0; i < parameters->count && !parameters->laid_out; i++)
        if (parameters->items[i].state)
            parameters->state = place(&parameters->items[i], parameters->state);
    for (int part = 0; part < TRAINED_PARTS && !parameters->laid_out; part++) {
        for (uint32_t i = 0; i < parameters->count; i++)
            if (!parameters->items[i].state && part_of(&parameters->items[i]) == part)
                parameters->trained = place(&parameters->items[i], parameters->trained);
        if (part == PART_HIDDEN)
            parameters->matrices = parameters->trained;
        if (part == PART_DECAYED)
            parameters->decayed = parameters->trained;
    }
    parameters->laid_out = true;
}

uint64_t parameters_trained_count(const struct parameters *parameters) {
    return parameters->trained;
}

uint64_t parameters_hidden_count(const struct parameters *parameters) {
    return parameters->matrices;
}

uint64_t parameters_decay_count(const struct parameters *parameters) {
    return parameters->decayed;
}

uint64_t parameters_state_count(const struct parameters *parameters) {
    return parameters->state;
}

static int slab_count(bool train) {
    return train ? PARAMETERS_SLABS : 1;
}

struct slab_list {
    struct parameters *parameters;
    bool train;
};

static void list_slabs(void *owner, struct rt_layout *layout) {
    const struct slab_list *list = owner;
    struct parameters *p = list->parameters;
    for (int i = 0; i < slab_count(list->train); i++)
        rt_layout_add(layout, &p->slabs[i], p->trained * sizeof(float));
    rt_layout_add(layout, &p->state_slab, p->state * sizeof(float));
}

uint64_t parameters_bytes(const struct parameters *parameters, const struct rt_device *device, bool train) {
    struct parameters counted = *parameters;
    return rt_layout_bytes(device, list_slabs, &(struct slab_list){&counted, train});
}

enum rt_status parameters_allocate(struct parameters *parameters, struct rt_device *device, bool train) {
    parameters_layout(parameters);
    return rt_layout_create(device, RT_MEMORY_DEVICE, train ? "parameters and optimiser" : "parameters",
                            list_slabs, &(struct slab_list){parameters, train}, &parameters->arena);
}

struct rt_buffer parameters_slab(const struct parameters *parameters, enum parameters_slab slab) {
    return parameters->slabs[slab];
}

struct rt_buffer parameters_state_slab(const struct parameters *parameters) {
    return parameters->state_slab;
}

struct rt_buffer parameters_buffer(const struct parameters *parameters, uint32_t index,
                                   enum parameters_slab slab) {
    const struct parameter *item = &parameters->items[index];
    if (item->state && slab != PARAMETERS_VALUE)
        return (struct rt_buffer){0};
    struct rt_buffer whole = item->state ? parameters->state_slab : parameters->slabs[slab];
    return rt_buffer_slice(whole, item->offset * 4, item->count * 4);
}

// Keyed by the seed and the tensor's name, so that a tensor starts alike whatever else the network has.
static uint64_t name_key(const char *name, uint64_t seed) {
    return rt_hash_bytes(seed ^ RT_HASH_START, name, strlen(name));
}

static void normal_values(const struct parameter *p, uint64_t seed, float *values) {
    uint64_t key = name_key(p->name, seed);
    const uint32_t keys[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    for (uint64_t i = 0; i < p->count; i += 4) {
        uint32_t words[4] = {(uint32_t)(i / 4), 0, 0, 0};
        float normals[4];
        op_philox(words, keys, words);
        op_philox_normal(words, normals);
        for (uint64_t k = 0; k < 4 && i + k < p->count; k++)
            values[i + k] = normals[k] * p->scale;
    }
}

// Uniform in [0, 1).
static double fraction(uint32_t word) {
    return (double)(word >> 8) * 0x1p-24;
}

static void wave_values(const struct parameter *p, uint64_t seed, float *values) {
    const double turn = 6.283185307179586, lowest = 0.5, highest = fmax((double)p->scale, lowest);
    uint64_t key = name_key(p->name, seed);
    const uint32_t keys[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    for (uint32_t wave = 0; wave < p->in; wave++) {
        uint32_t words[4] = {wave, 0, 0, 0};
        float normals[4];
        op_philox(words, keys, words);
        op_philox_normal(words, normals);
        double cycles = lowest * pow(highest / lowest, fraction(words[0])), angle = turn * fraction(words[1]);
        values[3 * wave] = (float)(cycles * cos(angle));
        values[3 * wave + 1] = (float)(cycles * sin(angle));
        values[3 * wave + 2] = normals[2] * p->scale_time;
    }
}

static void start_values(const struct parameter *p, uint64_t seed, float *values) {
    if (p->start == PARAMETER_NORMAL) {
        normal_values(p, seed, values);
        return;
    }
    if (p->start == PARAMETER_WAVES) {
        wave_values(p, seed, values);
        return;
    }
    float value = p->start == PARAMETER_ONES ? 1.0f : p->start == PARAMETER_VALUE ? p->scale : 0.0f;
    for (uint64_t i = 0; i < p->count; i++)
        values[i] = value;
}

void parameters_start_values(const struct parameters *parameters, uint64_t seed, float *trained,
                             float *state) {
    memset(trained, 0, parameters->trained * sizeof *trained);
    memset(state, 0, parameters->state * sizeof *state);
    for (uint32_t i = 0; i < parameters->count; i++) {
        const struct parameter *item = &parameters->items[i];
        start_values(item, seed, (item->state ? state : trained) + item->offset);
    }
}

// What a trainer keeps on the device: how much it is, and allocating it.
#include "model/sample/evaluator.h"
#include "model/train/trainer_private.h"
#include "runtime/align.h"
#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/grad_clip/grad_clip.h"

#define MEBI 1048576.0

// --- sizes

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

// Nothing of this runs at the same time: it shares one arena.
static uint64_t activation_bytes(const struct trainer *t) {
    uint64_t bytes = larger(graph_bytes(t->first.graph), evaluator_activation_bytes(t->evaluator));
    if (!t->has_second)
        return bytes;
    return larger(bytes, larger(graph_bytes(t->second.graph), adversary_activation_bytes(t->adversary)));
}

static uint64_t grad_clip_scratch_bytes(const struct trainer *t) {
    struct op_grad_clip params = {.count = (uint32_t)parameters_trained_count(t->parameters)};
    return op_scratch_bytes(&t->library->target, OP_grad_clip, &params);
}

static struct op_muon_matrix matrix_of(const struct parameter *p) {
    bool conv = p->layout != PARAMETER_LINEAR;
    uint32_t taps = conv ? p->kernel[0] * p->kernel[1] * p->kernel[2] : 1;
    return (struct op_muon_matrix){.rows = taps * p->in, .cols = p->out, .lr_scale = p->lr_scale};
}

bool trainer_muon(const struct trainer *t, uint32_t *next, struct op_muon *params) {
    *params =
        (struct op_muon){.momentum = MUON_MOMENTUM, .weight_decay = t->options.weight_decay, .has_ema = true};
    for (; *next < parameters_count(t->parameters) && params->matrices < OP_MUON_MATRICES; ++*next) {
        const struct parameter *p = parameters_get(t->parameters, *next);
        if (p->hidden_weight)
            params->of[params->matrices++] = matrix_of(p);
    }
    return params->matrices > 0;
}

static uint64_t muon_scratch_bytes(const struct trainer *t) {
    struct op_muon params;
    uint64_t bytes = 0;
    for (uint32_t next = 0; t->options.optimiser == TRAINER_MUON && trainer_muon(t, &next, &params);)
        bytes = larger(bytes, op_scratch_bytes(&t->library->target, OP_muon, &params));
    return bytes;
}

// --- the lists of buffers

static void list_work(void *owner, struct rt_layout *layout) {
    struct trainer *t = owner;
    rt_layout_add(layout, &t->grad_clip_state, sizeof(struct grad_clip_state));
    rt_layout_add(layout, &t->grad_clip_result, sizeof(struct grad_clip_result));
    rt_layout_add(layout, &t->grad_clip_scratch, grad_clip_scratch_bytes(t));
    rt_layout_add(layout, &t->muon_scratch, muon_scratch_bytes(t));
    rt_layout_add(layout, &t->state_before, parameters_state_count(t->parameters) * sizeof(float));
}

// What the host writes before a step and reads behind it.
static void list_step(void *owner, struct rt_layout *layout) {
    struct trainer *t = owner;
    struct step_buffers *b = &t->buffers;
    uint64_t n = t->first.n, per_sample = rt_align_up(n * sizeof(float), 16);
    struct rt_buffer *fours[] = {&b->seed, &b->hyper, &b->grad_clip_limits, &b->grad_clip_result,
                                 &b->calibration};
    for (size_t i = 0; i < sizeof fours / sizeof fours[0]; i++)
        rt_layout_add(layout, fours[i], 16);
    struct rt_buffer *samples[] = {&b->d_nll, &b->index, &b->nll, &b->squared_error};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        rt_layout_add(layout, samples[i], per_sample);
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        rt_layout_add(layout, &b->d_kl[i], per_sample);
        rt_layout_add(layout, &b->kl[i], per_sample);
    }
    rt_layout_add(layout, &b->augment, n * sizeof(uint32_t[4]));
}

static uint64_t work_bytes(const struct trainer *t) {
    struct trainer counted = *t;
    return rt_layout_bytes(t->library->device, list_work, &counted);
}

// --- the plan

struct trainer_memory trainer_memory_of(const struct trainer *t) {
    struct rt_device *device = t->library->device;
    const struct clip_source *source = t->source;
    struct trainer_memory m = {.free = rt_device_free_bytes(device)};
    m.parameters = parameters_bytes(t->parameters, device, true) + evaluator_parameter_bytes(t->evaluator);
    m.activations = activation_bytes(t);
    m.inputs = vae_inputs_bytes(&t->first, device) + evaluator_input_bytes(t->evaluator) + work_bytes(t) +
               (t->has_second ? adversary_bytes(t->adversary) : 0);
    m.store = clip_store_plan(device, source, t->options.batch, m.parameters + m.activations + m.inputs,
                              t->options.stream || t->options.renew > 0.0);
    m.streamed = m.store.streamed;
    m.clips = m.store.bytes;
    m.total = m.parameters + m.activations + m.inputs + m.clips;
    return m;
}

enum rt_status trainer_check_memory(const struct trainer *t, const struct trainer_memory *m) {
    if (m->total <= m->free)
        return RT_OK;
    double per_clip = (double)(m->activations + m->inputs) / t->options.batch;
    double fixed = (double)(m->parameters + m->clips);
    int batch = (int)(((double)m->free - fixed) / per_clip);
    if (batch >= 1)
        rt_log(RT_LOG_ERROR,
               "training needs %.0f MiB on the device, %.0f MiB are free: lower --batch from %u to %d",
               (double)m->total / MEBI, (double)m->free / MEBI, t->options.batch, batch);
    else
        rt_log(RT_LOG_ERROR,
               "training needs %.0f MiB on the device even at --batch 1, %.0f MiB are free: "
               "take a smaller --preset",
               (fixed + per_clip) / MEBI, (double)m->free / MEBI);
    return RT_ERROR_OUT_OF_MEMORY;
}

// --- allocating

static enum rt_status make_work(struct trainer *t) {
    struct rt_device *device = t->library->device;
    enum rt_status status =
        rt_layout_create(device, RT_MEMORY_DEVICE, "work of the optimiser", list_work, t, &t->work);
    if (status != RT_OK)
        return status;
    return rt_buffer_upload(device, t->grad_clip_state, &(struct grad_clip_state){0},
                            sizeof(struct grad_clip_state));
}

enum rt_status trainer_allocate(struct trainer *t) {
    struct op_library *library = t->library;
    enum rt_status status = parameters_allocate(t->parameters, library->device, true);
    if (status == RT_OK)
        status = rt_arena_create(library->device, RT_MEMORY_DEVICE, activation_bytes(t), "activations",
                                 &t->activations);
    if (status == RT_OK)
        status = vae_inputs_create(&t->inputs, library, &t->first);
    if (status == RT_OK)
        status = rt_layout_create(library->device, RT_MEMORY_HOST, "values of a step", list_step, t,
                                  &t->buffers.arena);
    if (status == RT_OK)
        status = make_work(t);
    if (status == RT_OK)
        status = evaluator_attach(t->evaluator, t->activations, &t->inputs);
    return status;
}

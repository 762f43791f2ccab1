// Records and runs the adversarial phase's part of a step.
#include "model/train/adversary_private.h"

#include "runtime/align.h"
#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/optimiser/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NORM_MEMORY 0.9f // of the running norms, per step
enum { STATE_HEADER = 4 };

struct adversary_options adversary_defaults(void) {
    return (struct adversary_options){.seed = 1,
                                      .weight = 1.0f,
                                      .ramp = 100,
                                      .noise = 0.02f,
                                      .lr = 4e-4f,
                                      .beta1 = 0.0f,
                                      .beta2 = 0.99f,
                                      .lecam = 0.05f};
}

// --- memory

// Where `bytes` go behind `*end`, see rt_place; *end moves behind them.
static uint64_t place(uint64_t *end, uint64_t bytes, uint64_t chunk) {
    uint64_t at = rt_place(*end, bytes, chunk);
    *end = at + bytes;
    return at;
}

static uint64_t input_bytes(const struct adversary *a) {
    return 2ull * a->model->n * adversary_voxels(a) * 4 * sizeof(float);
}

static uint64_t gradient_bytes(const struct adversary *a) {
    return parameters_trained_count(a->model_parameters) * sizeof(float);
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

// What lives during its part of a step: the generator's graph from 0 on, the discriminator's behind it, then
// its inputs and the model's gradient.
struct layout {
    uint64_t discriminator, inputs, aside, bytes;
};

static struct layout lay_out(const struct adversary *a) {
    uint64_t chunk = rt_arena_chunk_bytes(a->library->device), end = graph_bytes(a->generator.graph);
    uint64_t graphs = larger(graph_bytes(a->learner.graph), graph_bytes(a->score.graph));
    struct layout layout;
    layout.discriminator = place(&end, graphs, chunk);
    layout.inputs = place(&end, input_bytes(a), chunk);
    layout.aside = place(&end, gradient_bytes(a), chunk);
    layout.bytes = end;
    return layout;
}

static uint64_t largest_scratch(const struct adversary *a) {
    struct op_grad_clip clip = adversary_grad_clip(a);
    struct op_sum_squares norm = adversary_norm(a);
    uint64_t bytes = larger(op_scratch_bytes(&a->library->target, OP_grad_clip, &clip),
                            op_scratch_bytes(&a->library->target, OP_sum_squares, &norm));
    for (uint32_t head = 0; head < DISCRIMINATOR_HEADS; head++)
        for (int side = 0; side < OP_HINGE_SIDES; side++) {
            struct op_hinge hinge = adversary_hinge(a, head, (enum op_hinge_side)side);
            bytes = larger(bytes, op_scratch_bytes(&a->library->target, OP_hinge_forward, &hinge));
        }
    return bytes;
}

// [n][4].
static uint64_t row_bytes(const struct adversary *a) {
    return (uint64_t)a->model->n * 4 * sizeof(float);
}

static void list_device(void *owner, struct rt_layout *layout) {
    struct adversary *a = owner;
    for (int i = 0; i < ADVERSARY_KEPT; i++)
        rt_layout_add(layout, &a->kept[i], 4 * sizeof(float));
    rt_layout_add(layout, &a->results, ADVERSARY_RESULTS * sizeof(float));
    rt_layout_add(layout, &a->scratch, largest_scratch(a));
    rt_layout_add(layout, &a->classes, row_bytes(a));
    rt_layout_add(layout, &a->scales, row_bytes(a));
    rt_layout_add(layout, &a->mask, 2 * row_bytes(a));
}

static void list_host(void *owner, struct rt_layout *layout) {
    struct adversary *a = owner;
    struct rt_buffer *fours[] = {&a->seed, &a->hyper, &a->grad_clip_limits, &a->weights_train,
                                 &a->weights_score};
    for (size_t i = 0; i < sizeof fours / sizeof fours[0]; i++)
        rt_layout_add(layout, fours[i], 4 * sizeof(float));
    rt_layout_add(layout, &a->results_read, ADVERSARY_RESULTS * sizeof(float));
    rt_layout_add(layout, &a->scales_written, row_bytes(a));
}

uint64_t adversary_activation_bytes(const struct adversary *a) {
    return lay_out(a).bytes;
}

uint64_t adversary_bytes(const struct adversary *a) {
    struct rt_device *device = a->library->device;
    struct adversary counted = *a;
    return parameters_bytes(a->parameters, device, true) + rt_layout_bytes(device, list_device, &counted);
}

// --- creation

static enum rt_status write_networks(struct adversary *a) {
    const struct op_target *target = &a->library->target;
    const struct discriminator_config config = discriminator_for(&a->model->config);
    uint64_t chunk = rt_arena_chunk_bytes(a->library->device);
    uint32_t n = a->model->n;
    enum rt_status status =
        vae_init(&a->generator, &a->model->config, VAE_ADVERSARY, n, target, a->model_parameters, chunk);
    if (status == RT_OK)
        status = parameters_create(&a->parameters);
    if (status == RT_OK)
        status = discriminator_init(&a->learner, &config, DISCRIMINATOR_TRAIN, 2 * n, target, a->parameters,
                                    chunk);
    if (status == RT_OK)
        status = discriminator_init(&a->score, &config, DISCRIMINATOR_SCORE, n, target, a->parameters, chunk);
    if (status == RT_OK)
        parameters_layout(a->parameters);
    return status;
}

enum rt_status adversary_create(struct op_library *library, const struct vae *model,
                                struct parameters *parameters, const struct adversary_options *options,
                                struct adversary **out) {
    struct adversary *a = *out = calloc(1, sizeof *a);
    if (a == NULL)
        return rt_no_memory("the adversary");
    a->library = library;
    a->model = model;
    a->model_parameters = parameters;
    a->options = *options;
    enum rt_status status = RT_ERROR_INVALID;
    if (model->mode == VAE_TRAIN_FROZEN)
        status = write_networks(a);
    else
        rt_log(RT_LOG_ERROR, "the adversary needs a model whose BatchNorm statistics are frozen");
    if (status != RT_OK)
        adversary_destroy(out);
    return status;
}

void adversary_destroy(struct adversary **handle) {
    struct adversary *a = *handle;
    if (a == NULL)
        return;
    rt_arena_destroy(&a->device);
    rt_arena_destroy(&a->host);
    vae_finish(&a->generator);
    discriminator_finish(&a->learner);
    discriminator_finish(&a->score);
    parameters_destroy(&a->parameters);
    free(a);
    *handle = NULL;
}

// --- attaching

static void set4(float *values, float x, float y, float z, float w) {
    values[0] = x;
    values[1] = y;
    values[2] = z;
    values[3] = w;
}

// Film's scales that multiply a clip's three channels by a factor, and the fourth by 0.
static void set_scales(float *scales, uint32_t rows, float factor) {
    for (uint32_t i = 0; i < rows; i++)
        set4(scales + 4 * (size_t)i, factor - 1.0f, factor - 1.0f, factor - 1.0f, -1.0f);
}

static enum rt_status upload_mask(struct adversary *a) {
    float *mask = malloc(a->mask.size_bytes);
    if (mask == NULL)
        return rt_no_memory("the adversary");
    set_scales(mask, 2 * a->model->n, 1.0f);
    enum rt_status status = rt_buffer_upload(a->library->device, a->mask, mask, a->mask.size_bytes);
    free(mask);
    return status;
}

static enum rt_status make_device_buffers(struct adversary *a) {
    enum rt_status status = rt_layout_create(a->library->device, RT_MEMORY_DEVICE, "state of the adversary",
                                             list_device, a, &a->device);
    return status == RT_OK ? upload_mask(a) : status;
}

// What the loss scale is part of: the losses' weights, and the clipping that takes it out again.
static void write_scaled(struct adversary *a, float loss_scale) {
    const float share = loss_scale / DISCRIMINATOR_HEADS;
    struct grad_clip_limits *limits = rt_buffer_map(a->grad_clip_limits);
    *limits = (struct grad_clip_limits){.running_decay = NORM_MEMORY, .scale = loss_scale};
    set4(rt_buffer_map(a->weights_train), share, share * a->options.lecam, 0.0f, 0.0f);
    set4(rt_buffer_map(a->weights_score), share, 0.0f, 0.0f, 0.0f);
    a->loss_scale = loss_scale;
}

static enum rt_status make_host_buffers(struct adversary *a) {
    enum rt_status status = rt_layout_create(a->library->device, RT_MEMORY_HOST,
                                             "values of the adversary's step", list_host, a, &a->host);
    if (status == RT_OK)
        write_scaled(a, 1.0f);
    return status;
}

// Networks and inputs into the shared memory; the generator reads what the model reads.
static void bind(struct adversary *a, struct rt_arena *arena) {
    const struct vae *model = a->model, *g = &a->generator;
    const struct layout layout = lay_out(a);
    uint64_t half = input_bytes(a) / 2;
    graph_set_memory(g->graph, arena);
    graph_set_memory_at(a->learner.graph, arena, layout.discriminator);
    graph_set_memory_at(a->score.graph, arena, layout.discriminator);
    a->inputs = rt_arena_buffer(arena, layout.inputs, input_bytes(a));
    a->aside = rt_arena_buffer(arena, layout.aside, gradient_bytes(a));
    graph_bind(g->graph, g->classes, graph_value_buffer(model->graph, model->classes));
    for (uint32_t i = 0; i < g->level_count; i++)
        graph_bind(g->graph, g->levels[i].eps, graph_value_buffer(model->graph, model->levels[i].eps));
    graph_bind(a->learner.graph, a->learner.clips, a->inputs);
    graph_bind(a->learner.graph, a->learner.classes, a->classes);
    graph_bind(a->score.graph, a->score.clips, rt_buffer_slice(a->inputs, half, half));
    graph_bind(a->score.graph, a->score.classes, a->classes);
}

// Zeros, but for the discriminator's weights.
static enum rt_status start(struct adversary *a) {
    float *state = calloc(adversary_state_count(a), sizeof *state);
    if (state == NULL)
        return rt_no_memory("the adversary's weights");
    float *weights = state + STATE_HEADER + 4 * ADVERSARY_KEPT;
    parameters_start_values(a->parameters, a->options.seed, weights, weights); // it has no state tensors
    enum rt_status status = adversary_load(a, state);
    free(state);
    return status;
}

enum rt_status adversary_attach(struct adversary *a, struct rt_arena *activations) {
    enum rt_status status = parameters_allocate(a->parameters, a->library->device, true);
    if (status == RT_OK)
        status = make_device_buffers(a);
    if (status == RT_OK)
        status = make_host_buffers(a);
    if (status != RT_OK)
        return status;
    bind(a, activations);
    return start(a);
}

// --- a step

// What makes the gradient at the generated clips as long as it shall be; 0 until both norms are known.
static float scale_of(const struct adversary *a) {
    const struct adversary_memory *m = &a->memory;
    float ramp = a->options.ramp > 0 ? fminf(1.0f, m->steps / (float)a->options.ramp) : 1.0f;
    if (!(m->image > 0.0f && m->reconstruction > 0.0f))
        return 0.0f;
    float scale = a->options.weight * ramp * (m->reconstruction / m->image);
    return isfinite(scale) ? scale : 0.0f;
}

void adversary_prepare(struct adversary *a, uint64_t step, float decay, float loss_scale) {
    const struct adversary_options *o = &a->options;
    const uint32_t seed[4] = {(uint32_t)o->seed, (uint32_t)(o->seed >> 32), (uint32_t)step,
                              (uint32_t)(step >> 32)};
    double steps = (double)a->memory.steps + 1.0;
    memcpy(rt_buffer_map(a->seed), seed, sizeof seed);
    struct optimiser_hyper *hyper = rt_buffer_map(a->hyper);
    *hyper = (struct optimiser_hyper){.lr = o->lr * decay,
                                      .c1 = (float)(1.0 - pow((double)o->beta1, steps)),
                                      .c2 = (float)(1.0 - pow((double)o->beta2, steps))};
    write_scaled(a, loss_scale);
    a->scale = scale_of(a);
    set_scales(rt_buffer_map(a->scales_written), a->model->n, a->scale);
}

static void remember(float *running, float norm) {
    if (isfinite(norm))
        *running = *running > 0.0f ? NORM_MEMORY * *running + (1.0f - NORM_MEMORY) * norm : norm;
}

// Means over the heads.
static void read_hinge(const float *results, struct adversary_report *report) {
    const float share = 1.0f / DISCRIMINATOR_HEADS;
    for (int head = 0; head < DISCRIMINATOR_HEADS; head++) {
        const float *real = results + (head * OP_HINGE_SIDES + OP_HINGE_REAL) * OP_HINGE_RESULTS;
        const float *fake = results + (head * OP_HINGE_SIDES + OP_HINGE_FAKE) * OP_HINGE_RESULTS;
        const float *scored = results + (head * OP_HINGE_SIDES + OP_HINGE_GENERATOR) * OP_HINGE_RESULTS;
        report->loss += share * (real[OP_HINGE_LOSS] + fake[OP_HINGE_LOSS]);
        report->lecam += share * (real[OP_HINGE_LECAM] + fake[OP_HINGE_LECAM]);
        report->real += share * real[OP_HINGE_MEAN];
        report->fake += share * fake[OP_HINGE_MEAN];
        report->right += share * 0.5f * (real[OP_HINGE_RIGHT] + fake[OP_HINGE_RIGHT]);
        report->generator += share * scored[OP_HINGE_LOSS];
    }
}

void adversary_read(struct adversary *a, struct adversary_report *report) {
    const float *results = rt_buffer_map(a->results_read);
    struct grad_clip_result grad_clip;
    memcpy(&grad_clip, results + ADVERSARY_GRAD_CLIP, sizeof grad_clip);
    *report =
        (struct adversary_report){.skipped = grad_clip.apply == 0.0f,
                                  .norm = sqrtf(results[ADVERSARY_IMAGE]) / a->loss_scale,
                                  .reconstruction = sqrtf(results[ADVERSARY_RECONSTRUCTION]) / a->loss_scale,
                                  .scale = a->scale};
    read_hinge(results + ADVERSARY_HINGE, report);
    remember(&a->memory.image, report->norm);
    remember(&a->memory.reconstruction, report->reconstruction);
    a->memory.steps += 1.0f;
}

// --- state: memory, what is kept on the device, then value, m and v

static const enum parameters_slab saved_slabs[] = {PARAMETERS_VALUE, PARAMETERS_M, PARAMETERS_V};
enum { SAVED_SLABS = sizeof saved_slabs / sizeof saved_slabs[0] };

uint64_t adversary_state_count(const struct adversary *a) {
    return STATE_HEADER + 4 * ADVERSARY_KEPT + SAVED_SLABS * parameters_trained_count(a->parameters);
}

enum rt_status adversary_save(const struct adversary *a, float *state) {
    struct rt_device *device = a->library->device;
    uint64_t count = parameters_trained_count(a->parameters);
    const float header[STATE_HEADER] = {a->memory.steps, a->memory.reconstruction, a->memory.image};
    enum rt_status status = RT_OK;
    memcpy(state, header, sizeof header);
    state += STATE_HEADER;
    for (int i = 0; i < ADVERSARY_KEPT && status == RT_OK; i++, state += 4)
        status = rt_buffer_download(device, a->kept[i], state, 4 * sizeof *state);
    for (int i = 0; i < SAVED_SLABS && status == RT_OK; i++, state += count)
        status = rt_buffer_download(device, parameters_slab(a->parameters, saved_slabs[i]), state,
                                    count * sizeof *state);
    return status;
}

enum rt_status adversary_load(struct adversary *a, const float *state) {
    struct rt_device *device = a->library->device;
    uint64_t count = parameters_trained_count(a->parameters);
    enum rt_status status = RT_OK;
    a->memory = (struct adversary_memory){.steps = state[0], .reconstruction = state[1], .image = state[2]};
    state += STATE_HEADER;
    for (int i = 0; i < ADVERSARY_KEPT && status == RT_OK; i++, state += 4)
        status = rt_buffer_upload(device, a->kept[i], state, 4 * sizeof *state);
    for (int i = 0; i < SAVED_SLABS && status == RT_OK; i++, state += count)
        status = rt_buffer_upload(device, parameters_slab(a->parameters, saved_slabs[i]), state,
                                  count * sizeof *state);
    return status;
}

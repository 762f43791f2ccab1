// Runs the model forward: encodes clips and decodes noise, with averaged weights.
#include "model/sample/evaluator.h"

#include "runtime/align.h"
#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/clips/clips.h"
#include "shaders/op_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct evaluator {
    struct op_library *library;
    struct vae_config config;
    uint32_t n;
    struct parameters *parameters;
    struct vae estimate, evaluate, generate;
    struct vae_inputs inputs; // a copy: the buffers are the owner's
    struct rt_arena *device, *host;
    struct rt_buffer clips;          // uint8 [n][d][h][w][3], in or out
    struct rt_buffer index, augment; // of clip_to_tensor: 0 to n - 1, and nothing
    struct rt_buffer embedding;      // of `generate`, [n][config.embedding]
    struct rt_buffer non_finite;
    struct rt_stream *estimating, *evaluating, *generating, *taking;
    float *scratch;     // [n][d][h][w][c] of the largest level
    float *table;       // [classes][embedding], what each class says
    const char *advice; // NULL: the device is suspected
};

static uint64_t clip_bytes(const struct evaluator *e) {
    return (uint64_t)e->config.d * e->config.h * e->config.w * 3;
}

static uint64_t level_count(const struct vae_level *level) {
    return (uint64_t)level->d * level->h * level->w * level->c;
}

enum rt_status evaluator_create(struct op_library *library, const struct vae_config *config, uint32_t n,
                                struct evaluator **out) {
    struct evaluator *e = *out = calloc(1, sizeof *e);
    if (e == NULL)
        return rt_no_memory("an evaluator");
    *e = (struct evaluator){.library = library, .config = *config, .n = n};
    uint64_t chunk = rt_arena_chunk_bytes(library->device);
    const struct op_target *target = &library->target;
    enum rt_status status = parameters_create(&e->parameters);
    if (status == RT_OK)
        status = vae_init(&e->estimate, config, VAE_ESTIMATE, n, target, e->parameters, chunk);
    if (status == RT_OK)
        status = vae_init(&e->evaluate, config, VAE_EVALUATE, n, target, e->parameters, chunk);
    if (status == RT_OK)
        status = vae_init(&e->generate, config, VAE_BLEND, n, target, e->parameters, chunk);
    if (status != RT_OK) {
        evaluator_destroy(out);
        return status;
    }
    parameters_layout(e->parameters);
    return RT_OK;
}

void evaluator_destroy(struct evaluator **handle) {
    struct evaluator *e = *handle;
    if (e == NULL)
        return;
    rt_stream_destroy(&e->estimating);
    rt_stream_destroy(&e->evaluating);
    rt_stream_destroy(&e->generating);
    rt_stream_destroy(&e->taking);
    vae_finish(&e->estimate);
    vae_finish(&e->evaluate);
    vae_finish(&e->generate);
    parameters_destroy(&e->parameters);
    rt_arena_destroy(&e->device);
    rt_arena_destroy(&e->host);
    free(e->scratch);
    free(e->table);
    free(e);
    *handle = NULL;
}

uint64_t evaluator_activation_bytes(const struct evaluator *e) {
    uint64_t bytes = graph_bytes(e->estimate.graph);
    if (graph_bytes(e->evaluate.graph) > bytes)
        bytes = graph_bytes(e->evaluate.graph);
    return graph_bytes(e->generate.graph) > bytes ? graph_bytes(e->generate.graph) : bytes;
}

uint64_t evaluator_parameter_bytes(const struct evaluator *e) {
    return parameters_bytes(e->parameters, e->library->device, false);
}

static void list_device(void *owner, struct rt_layout *layout) {
    struct evaluator *e = owner;
    rt_layout_add(layout, &e->clips, rt_align_up(e->n * clip_bytes(e), 16));
}

static void list_host(void *owner, struct rt_layout *layout) {
    struct evaluator *e = owner;
    rt_layout_add(layout, &e->index, rt_align_up(e->n * sizeof(uint32_t), 16));
    rt_layout_add(layout, &e->augment, e->n * sizeof(uint32_t[4]));
    rt_layout_add(layout, &e->embedding,
                  rt_align_up((uint64_t)e->n * e->config.embedding * sizeof(float), 16));
    rt_layout_add(layout, &e->non_finite, 16);
}

uint64_t evaluator_input_bytes(const struct evaluator *e) {
    struct evaluator counted = *e;
    return rt_layout_bytes(e->library->device, list_device, &counted);
}

// --- recordings

static void record_load(struct evaluator *e, struct op_recorder *r) {
    struct op_clip_to_tensor params = {
        .n = e->n, .d = e->config.d, .h = e->config.h, .w = e->config.w, .clips = e->n, .fill = OP_CLIP_EDGE};
    OP_RECORD(r, clip_to_tensor, &params, .clips = e->clips, .index = e->index, .augment = e->augment,
              .dst = e->inputs.clip);
}

static void record_store(struct evaluator *e, struct op_recorder *r) {
    struct op_tensor_to_clip params = {.n = e->n, .d = e->config.d, .h = e->config.h, .w = e->config.w};
    rt_stream_fill(r->stream, e->non_finite, 0);
    OP_RECORD(r, tensor_to_clip, &params, .src = graph_value_buffer(e->generate.graph, e->generate.output),
              .non_finite = e->non_finite, .dst = e->clips);
}

static enum rt_status record(struct evaluator *e, const struct vae *vae, struct rt_stream **stream) {
    enum rt_status status = rt_stream_create(e->library->device, NULL, stream);
    if (status != RT_OK)
        return status;
    struct op_recorder recorder = {e->library, *stream};
    rt_stream_begin(*stream);
    if (!vae_mode_generates(vae->mode))
        record_load(e, &recorder);
    graph_record_forward(vae->graph, &recorder);
    if (vae_mode_generates(vae->mode))
        record_store(e, &recorder);
    return rt_stream_status(*stream);
}

// Runs a model. It is recorded on first use: building kernels takes time,
// and not every program uses all three.
static enum rt_status run(struct evaluator *e, const struct vae *vae, struct rt_stream **stream) {
    enum rt_status status = *stream == NULL ? record(e, vae, stream) : RT_OK;
    return status == RT_OK ? rt_stream_run(*stream) : status;
}

static enum rt_status make_buffers(struct evaluator *e) {
    struct rt_device *device = e->library->device;
    uint64_t largest = 0;
    enum rt_status status =
        rt_layout_create(device, RT_MEMORY_DEVICE, "clips to look at", list_device, e, &e->device);
    if (status == RT_OK)
        status = rt_layout_create(device, RT_MEMORY_HOST, "values of a batch", list_host, e, &e->host);
    if (status != RT_OK)
        return status;
    for (uint32_t i = 0; i < e->n; i++)
        ((uint32_t *)rt_buffer_map(e->index))[i] = i;
    memset(rt_buffer_map(e->augment), 0, e->augment.size_bytes);
    memset(rt_buffer_map(e->embedding), 0, e->embedding.size_bytes);
    for (uint32_t i = 0; i < e->generate.level_count; i++)
        if (level_count(&e->generate.levels[i]) > largest)
            largest = level_count(&e->generate.levels[i]);
    e->scratch = malloc(e->n * largest * sizeof *e->scratch);
    e->table = malloc((size_t)e->config.classes * e->config.embedding * sizeof *e->table);
    return e->scratch != NULL && e->table != NULL ? RT_OK : rt_no_memory("an evaluator");
}

enum rt_status evaluator_attach(struct evaluator *e, struct rt_arena *activations,
                                const struct vae_inputs *inputs) {
    const struct vae *models[] = {&e->estimate, &e->evaluate, &e->generate};
    e->inputs = *inputs;
    enum rt_status status = parameters_allocate(e->parameters, e->library->device, false);
    if (status == RT_OK)
        status = make_buffers(e);
    for (size_t i = 0; i < sizeof models / sizeof models[0] && status == RT_OK; i++) {
        graph_set_memory(models[i]->graph, activations);
        vae_inputs_bind(inputs, models[i]);
    }
    if (status == RT_OK)
        graph_bind(e->generate.graph, e->generate.embedding, e->embedding);
    return status;
}

enum rt_status evaluator_take(struct evaluator *e, const struct parameters *from) {
    if (parameters_trained_count(from) != parameters_trained_count(e->parameters) ||
        parameters_state_count(from) != parameters_state_count(e->parameters)) {
        rt_log(RT_LOG_ERROR, "the averaged weights belong to another model");
        return RT_ERROR_INVALID;
    }
    enum rt_status status = RT_OK;
    if (e->taking == NULL)
        status = rt_stream_create(e->library->device, NULL, &e->taking);
    if (status != RT_OK)
        return status;
    rt_stream_begin(e->taking);
    rt_stream_copy(e->taking, parameters_slab(from, PARAMETERS_EMA),
                   parameters_slab(e->parameters, PARAMETERS_VALUE));
    rt_stream_copy(e->taking, parameters_state_slab(from), parameters_state_slab(e->parameters));
    return rt_stream_run(e->taking);
}

// --- views

struct parameters *evaluator_parameters(const struct evaluator *e) {
    return e->parameters;
}

struct rt_device *evaluator_device(const struct evaluator *e) {
    return e->library->device;
}

const struct vae_config *evaluator_config(const struct evaluator *e) {
    return &e->config;
}

uint32_t evaluator_batch(const struct evaluator *e) {
    return e->n;
}

const struct vae *evaluator_shapes(const struct evaluator *e) {
    return &e->evaluate;
}

uint32_t evaluator_level_count(const struct evaluator *e) {
    return e->generate.level_count;
}

const struct vae_level *evaluator_level(const struct evaluator *e, uint32_t level) {
    return &e->generate.levels[level];
}

uint32_t evaluator_noise_count(const struct evaluator *e) {
    return vae_noise_count(&e->generate);
}

// --- between flat vectors and padded buffers

// Copies a level's numbers of one sample: `used` of every `stored` channels.
static void unpad(const struct vae_level *level, const float *padded, float *flat) {
    for (uint32_t v = 0; v < level->d * level->h * level->w; v++)
        memcpy(flat + v * level->c_used, padded + v * level->c, level->c_used * sizeof *flat);
}

static void pad(const struct vae_level *level, const float *flat, float *padded) {
    memset(padded, 0, level_count(level) * sizeof *padded);
    for (uint32_t v = 0; v < level->d * level->h * level->w; v++)
        memcpy(padded + v * level->c, flat + v * level->c_used, level->c_used * sizeof *flat);
}

static uint32_t flat_count(const struct vae_level *level) {
    return level->d * level->h * level->w * level->c_used;
}

// NULL: zeros. Samples behind `count` get zeros too.
static enum rt_status upload_noise(struct evaluator *e, const float *noise, uint32_t count) {
    uint32_t offset = 0, stride = evaluator_noise_count(e);
    enum rt_status status = RT_OK;
    for (uint32_t l = 0; l < e->generate.level_count && status == RT_OK; l++) {
        const struct vae_level *level = &e->generate.levels[l];
        uint64_t size = level_count(level);
        memset(e->scratch, 0, e->n * size * sizeof *e->scratch);
        for (uint32_t i = 0; i < count && noise != NULL; i++)
            pad(level, noise + (size_t)i * stride + offset, e->scratch + i * size);
        status = rt_buffer_upload(e->library->device, e->inputs.eps[l], e->scratch,
                                  e->n * size * sizeof *e->scratch);
        offset += flat_count(level);
    }
    return status;
}

static enum rt_status download_levels(struct evaluator *e, bool mean, uint32_t count, float *flat) {
    uint32_t offset = 0, stride = evaluator_noise_count(e);
    enum rt_status status = RT_OK;
    for (uint32_t l = 0; l < e->evaluate.level_count && status == RT_OK; l++) {
        const struct vae_level *level = &e->evaluate.levels[l];
        uint64_t size = level_count(level);
        uint32_t value = mean ? level->mean : level->noise;
        status = rt_buffer_download(e->library->device, graph_value_buffer(e->evaluate.graph, value),
                                    e->scratch, count * size * sizeof *e->scratch);
        for (uint32_t i = 0; i < count && status == RT_OK; i++)
            unpad(level, e->scratch + i * size, flat + (size_t)i * stride + offset);
        offset += flat_count(level);
    }
    return status;
}

// --- running

static enum rt_status upload_clips(struct evaluator *e, const struct evaluator_clips *clips) {
    if (clips->count > e->n) {
        rt_log(RT_LOG_ERROR, "%u clips were given to a model for batches of %u", clips->count, e->n);
        return RT_ERROR_INVALID;
    }
    memset(rt_buffer_map(e->inputs.classes), 0, e->n * sizeof(uint32_t));
    memcpy(rt_buffer_map(e->inputs.classes), clips->classes, clips->count * sizeof(uint32_t));
    return rt_buffer_upload(e->library->device, e->clips, clips->rgb, clips->count * clip_bytes(e));
}

static void keep_levels(struct evaluator *e, uint32_t kept) {
    for (uint32_t i = 0; i < e->n; i++)
        vae_inputs_drop_levels(&e->inputs, i, kept);
}

static enum rt_status download_value(struct evaluator *e, uint32_t value, uint64_t count, float *into) {
    if (into == NULL)
        return RT_OK;
    return rt_buffer_download(e->library->device, graph_value_buffer(e->evaluate.graph, value), into,
                              count * sizeof *into);
}

static enum rt_status download_kl(struct evaluator *e, uint32_t count, float *kl) {
    uint32_t levels = e->evaluate.level_count;
    enum rt_status status = RT_OK;
    for (uint32_t l = 0; l < levels && status == RT_OK && kl != NULL; l++) {
        status = download_value(e, e->evaluate.levels[l].kl, count, e->scratch);
        for (uint32_t i = 0; i < count; i++)
            kl[i * levels + l] = e->scratch[i];
    }
    return status;
}

enum rt_status evaluator_encode(struct evaluator *e, const struct evaluator_clips *clips, const float *eps,
                                uint32_t kept, const struct evaluation *out) {
    uint64_t voxels = (uint64_t)e->config.d * e->config.h * e->config.w;
    enum rt_status status = upload_clips(e, clips);
    if (status == RT_OK)
        status = upload_noise(e, eps, clips->count);
    keep_levels(e, kept);
    if (status == RT_OK)
        status = run(e, &e->evaluate, &e->evaluating);
    if (status == RT_OK)
        status = download_value(e, e->evaluate.output, clips->count * voxels * 4, out->output);
    if (status == RT_OK)
        status = download_value(e, e->evaluate.squared_error, clips->count, out->squared_error);
    if (status == RT_OK)
        status = download_value(e, e->evaluate.nll, clips->count, out->nll);
    if (status == RT_OK)
        status = download_kl(e, clips->count, out->kl);
    if (status == RT_OK && out->mean != NULL)
        status = download_levels(e, true, clips->count, out->mean);
    if (status == RT_OK && out->noise != NULL)
        status = download_levels(e, false, clips->count, out->noise);
    return status;
}

// What each class says, as the parameters have it now.
static enum rt_status download_table(struct evaluator *e) {
    for (uint32_t i = 0; i < parameters_count(e->parameters); i++)
        if (strcmp(parameters_get(e->parameters, i)->name, VAE_EMBEDDING) == 0)
            return rt_buffer_download(e->library->device,
                                      parameters_buffer(e->parameters, i, PARAMETERS_VALUE), e->table,
                                      (uint64_t)e->config.classes * e->config.embedding * sizeof *e->table);
    return RT_ERROR_INVALID;
}

static float blended(const struct evaluator *e, const float *weights, uint32_t k) {
    double sum = 0.0;
    for (uint32_t class = 0; class < e->config.classes; ++class)
        if (weights[class] != 0.0f)
            sum += (double)weights[class] * (double)e->table[(size_t)e->config.embedding * class + k];
    return (float)sum;
}

static enum rt_status upload_blend(struct evaluator *e, const float *weights, uint32_t count) {
    uint32_t dim = e->config.embedding;
    float *embedding = rt_buffer_map(e->embedding);
    enum rt_status status = download_table(e);
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        for (uint32_t k = 0; k < dim; k++)
            embedding[i * dim + k] = blended(e, weights + (size_t)i * e->config.classes, k);
    return status;
}

// Ranges that normal noise leaves less than once in a thousand tops of eight numbers, and never by a single
// number.
#define USUAL_LEAST 0.2
#define USUAL_MOST 1.8
#define USUAL_NUMBER 16.0f

bool evaluator_noise_is_usual(const struct evaluator *e, const float *noise) {
    const struct vae_level *top = evaluator_level(e, 0);
    uint32_t count = top->d * top->h * top->w * top->c_used;
    double squares = 0.0;
    for (uint32_t i = 0; i < evaluator_noise_count(e); i++)
        if (!(fabsf(noise[i]) <= USUAL_NUMBER))
            return false;
    for (uint32_t i = 0; i < count; i++)
        squares += (double)noise[i] * (double)noise[i];
    double size = sqrt(squares / count);
    return size >= USUAL_LEAST && size <= USUAL_MOST;
}

void evaluator_set_advice(struct evaluator *e, const char *advice) {
    e->advice = advice;
}

static enum rt_status refuse_non_finite(const struct evaluator *e, const float *noise, uint32_t count) {
    bool usual = true;
    for (uint32_t i = 0; i < count; i++)
        usual = usual && evaluator_noise_is_usual(e, noise + (size_t)i * evaluator_noise_count(e));
    if (e->advice != NULL)
        rt_log(RT_LOG_ERROR, "the model decodes to numbers that are not finite: %s", e->advice);
    else if (!usual)
        rt_log(RT_LOG_ERROR, "numbers that are not finite were decoded from a z " EVALUATOR_UNUSUAL);
    else
        rt_log(RT_LOG_ERROR, "%s decoded numbers that are not finite: run `mograph doctor` on it",
               rt_device_describe(e->library->device)->name);
    return RT_ERROR_DRIVER;
}

enum rt_status evaluator_decode(struct evaluator *e, const float *noise, const float *weights, uint32_t count,
                                uint8_t *rgb) {
    if (count > e->n)
        return RT_ERROR_INVALID;
    enum rt_status status = upload_blend(e, weights, count);
    if (status == RT_OK)
        status = upload_noise(e, noise, count);
    if (status == RT_OK)
        status = run(e, &e->generate, &e->generating);
    if (status == RT_OK && *(const uint32_t *)rt_buffer_map(e->non_finite) > 0)
        status = refuse_non_finite(e, noise, count);
    return status == RT_OK ? rt_buffer_download(e->library->device, e->clips, rgb, count * clip_bytes(e))
                           : status;
}

enum rt_status evaluator_estimate(struct evaluator *e, const struct evaluator_clips *clips,
                                  const float *eps) {
    if (clips->count != e->n) {
        rt_log(RT_LOG_ERROR, "statistics need a full batch of %u clips, %u were given", e->n, clips->count);
        return RT_ERROR_INVALID;
    }
    enum rt_status status = upload_clips(e, clips);
    if (status == RT_OK)
        status = upload_noise(e, eps, clips->count);
    keep_levels(e, e->generate.level_count);
    return status == RT_OK ? run(e, &e->estimate, &e->estimating) : status;
}

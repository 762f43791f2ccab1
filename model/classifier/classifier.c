// Builds the classifier on a device and runs it on batches of clips.
#include "model/classifier/classifier_private.h"

#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/grad_clip/grad_clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = CLASSIFIER_BATCH };

static uint64_t batch_bytes(const struct classifier *c) {
    return N * classifier_input_bytes(&c->config) * sizeof(float);
}

// --- creation

static enum rt_status write_down(struct classifier *c) {
    const struct op_target *target = &c->library->target;
    uint64_t chunk = rt_arena_chunk_bytes(c->library->device);
    enum rt_status status = parameters_create(&c->parameters);
    if (status == RT_OK)
        status =
            classifier_net_init(&c->train, &c->config, CLASSIFIER_TRAIN, N, target, c->parameters, chunk);
    if (status == RT_OK)
        status = classifier_net_init(&c->run, &c->config, CLASSIFIER_RUN, N, target, c->parameters, chunk);
    return status;
}

static uint64_t scratch_bytes(const struct classifier *c) {
    struct op_grad_clip params = {.count = (uint32_t)parameters_trained_count(c->parameters)};
    return op_scratch_bytes(&c->library->target, OP_grad_clip, &params);
}

static enum rt_status make_activations(struct classifier *c) {
    uint64_t bytes = graph_bytes(c->train.graph), other = graph_bytes(c->run.graph);
    enum rt_status status =
        rt_arena_create(c->library->device, RT_MEMORY_DEVICE, bytes > other ? bytes : other,
                        "the classifier's activations", &c->activations);
    if (status != RT_OK)
        return status;
    graph_set_memory(c->train.graph, c->activations);
    graph_set_memory(c->run.graph, c->activations);
    return RT_OK;
}

static void list_inputs(void *owner, struct rt_layout *layout) {
    struct classifier *c = owner;
    rt_layout_add(layout, &c->clips, batch_bytes(c));
    rt_layout_add(layout, &c->scratch, scratch_bytes(c));
    rt_layout_add(layout, &c->grad_clip_state, 16);
    rt_layout_add(layout, &c->grad_clip_result, 16);
}

static enum rt_status make_inputs(struct classifier *c) {
    enum rt_status status = rt_layout_create(c->library->device, RT_MEMORY_DEVICE, "the classifier's inputs",
                                             list_inputs, c, &c->inputs);
    if (status != RT_OK)
        return status;
    graph_bind(c->train.graph, c->train.clips, c->clips);
    graph_bind(c->run.graph, c->run.clips, c->clips);
    return RT_OK;
}

static void list_host_values(void *owner, struct rt_layout *layout) {
    struct classifier *c = owner;
    struct rt_buffer *samples[] = {&c->labels, &c->d_loss, &c->loss};
    struct rt_buffer *fours[] = {&c->hyper, &c->grad_clip_limits, &c->result};
    for (int i = 0; i < 3; i++) {
        rt_layout_add(layout, samples[i], N * 4);
        rt_layout_add(layout, fours[i], 16);
    }
}

static enum rt_status make_host_values(struct classifier *c) {
    enum rt_status status = rt_layout_create(c->library->device, RT_MEMORY_HOST, "the classifier's steps",
                                             list_host_values, c, &c->host);
    if (status != RT_OK)
        return status;
    graph_bind(c->train.graph, c->train.labels, c->labels);
    uint64_t results = N * (uint64_t)(CLASSIFIER_FEATURES + c->run.outputs) * sizeof(float);
    c->batch = malloc(results > batch_bytes(c) ? results : batch_bytes(c));
    return c->batch != NULL ? RT_OK : rt_no_memory("a batch of clips");
}

static enum rt_status start_weights(struct classifier *c, uint64_t seed) {
    uint64_t trained = parameters_trained_count(c->parameters), state = parameters_state_count(c->parameters);
    float *values = malloc((trained + state) * sizeof *values);
    if (values == NULL)
        return rt_no_memory("the classifier's weights");
    parameters_start_values(c->parameters, seed, values, values + trained);
    enum rt_status status = classifier_set_weights(c, values, values + trained);
    free(values);
    return status;
}

static enum rt_status record_run(struct classifier *c) {
    enum rt_status status = rt_stream_create(c->library->device, NULL, &c->running);
    if (status != RT_OK)
        return status;
    struct op_recorder recorder = {c->library, c->running};
    rt_stream_begin(c->running);
    graph_record_forward(c->run.graph, &recorder);
    return rt_stream_status(c->running);
}

static enum rt_status build(struct classifier *c, uint64_t seed) {
    enum rt_status status = write_down(c);
    if (status == RT_OK)
        status = parameters_allocate(c->parameters, c->library->device, true);
    if (status == RT_OK)
        status = make_activations(c);
    if (status == RT_OK)
        status = make_inputs(c);
    if (status == RT_OK)
        status = make_host_values(c);
    if (status == RT_OK)
        status = start_weights(c, seed);
    return status == RT_OK ? record_run(c) : status;
}

enum rt_status classifier_create(struct op_library *library, const struct classifier_config *config,
                                 uint64_t seed, struct classifier **out) {
    struct classifier *c = *out = calloc(1, sizeof *c);
    if (c == NULL)
        return rt_no_memory("a classifier");
    c->library = library;
    c->config = *config;
    enum rt_status status = build(c, seed);
    if (status != RT_OK)
        classifier_destroy(out);
    return status;
}

void classifier_destroy(struct classifier **handle) {
    struct classifier *c = *handle;
    if (c == NULL)
        return;
    rt_stream_destroy(&c->training);
    rt_stream_destroy(&c->running);
    classifier_net_finish(&c->train);
    classifier_net_finish(&c->run);
    parameters_destroy(&c->parameters);
    rt_arena_destroy(&c->activations);
    rt_arena_destroy(&c->inputs);
    rt_arena_destroy(&c->host);
    free(c->batch);
    free(c);
    *handle = NULL;
}

const struct classifier_config *classifier_config_of(const struct classifier *c) {
    return &c->config;
}

enum rt_status classifier_set_weights(struct classifier *c, const float *trained, const float *state) {
    const struct parameters *p = c->parameters;
    enum rt_status status = rt_buffer_upload(c->library->device, parameters_slab(p, PARAMETERS_VALUE),
                                             trained, parameters_trained_count(p) * sizeof *trained);
    return status == RT_OK ? rt_buffer_upload(c->library->device, parameters_state_slab(p), state,
                                              parameters_state_count(p) * sizeof *state)
                           : status;
}

enum rt_status classifier_get_weights(struct classifier *c, float *trained, float *state) {
    const struct parameters *p = c->parameters;
    enum rt_status status = rt_buffer_download(c->library->device, parameters_slab(p, PARAMETERS_VALUE),
                                               trained, parameters_trained_count(p) * sizeof *trained);
    return status == RT_OK ? rt_buffer_download(c->library->device, parameters_state_slab(p), state,
                                                parameters_state_count(p) * sizeof *state)
                           : status;
}

// --- running

static enum rt_status upload_batch(struct classifier *c, const uint8_t *reduced, uint32_t count) {
    size_t numbers = classifier_input_bytes(&c->config);
    memset(c->batch, 0, batch_bytes(c));
    for (size_t i = 0; i < count * numbers; i++)
        c->batch[i] = (float)reduced[i] / 255.0f;
    return rt_buffer_upload(c->library->device, c->clips, c->batch, batch_bytes(c));
}

// The first `keep` of every clip's `each` numbers.
static enum rt_status download(struct classifier *c, uint32_t value, uint32_t count, uint32_t each,
                               uint32_t keep, float *into) {
    if (into == NULL)
        return RT_OK;
    enum rt_status status = rt_buffer_download(c->library->device, graph_value_buffer(c->run.graph, value),
                                               c->batch, (uint64_t)count * each * sizeof *into);
    for (uint32_t i = 0; i < count * keep && status == RT_OK; i++) {
        into[i] = c->batch[i / keep * each + i % keep];
        if (!isfinite(into[i])) {
            rt_log(RT_LOG_ERROR, "%s gave features that are not finite: run `mograph doctor` on it",
                   rt_device_describe(c->library->device)->name);
            status = RT_ERROR_DRIVER;
        }
    }
    return status;
}

static enum rt_status run_batch(struct classifier *c, const uint8_t *reduced, uint32_t count, float *features,
                                float *logits) {
    const uint32_t f = CLASSIFIER_FEATURES;
    enum rt_status status = upload_batch(c, reduced, count);
    if (status == RT_OK)
        status = rt_stream_run(c->running);
    if (status == RT_OK)
        status = download(c, c->run.features, count, f, f, features);
    return status == RT_OK ? download(c, c->run.logits, count, c->run.outputs, c->config.classes, logits)
                           : status;
}

enum rt_status classifier_run(struct classifier *c, const struct classifier_clips *clips, float *features,
                              float *logits) {
    size_t bytes = classifier_input_bytes(&c->config), classes = c->config.classes;
    enum rt_status status = RT_OK;
    for (uint32_t first = 0; first < clips->count && status == RT_OK; first += N)
        status =
            run_batch(c, clips->reduced + first * bytes, clips->count - first < N ? clips->count - first : N,
                      features != NULL ? features + (size_t)first * CLASSIFIER_FEATURES : NULL,
                      logits != NULL ? logits + first * classes : NULL);
    return status;
}

uint32_t classifier_choice(const float *logits, uint32_t classes) {
    uint32_t choice = 0;
    for (uint32_t i = 1; i < classes; i++)
        if (logits[i] > logits[choice])
            choice = i;
    return choice;
}

// Trains the classifier: the recorded step and the loop around it.
#include "model/classifier/classifier_private.h"

#include "model/clips/sampler.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/clips/clips.h"
#include "shaders/grad_clip/grad_clip.h"
#include "shaders/op_record.h"
#include "shaders/optimiser/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = CLASSIFIER_BATCH, STEPS = 200, WARMUP = 20 };

#define LOSS_SCALE 1024.0f // at first: the gradient of a mean cross-entropy is small
#define LEARNING_RATE 3e-3f
#define BETA1 0.9f
#define BETA2 0.99f
#define EPS 1e-8f

// --- the recorded step

static void record_update(const struct classifier *c, float weight_decay, struct op_recorder *r) {
    const struct parameters *p = c->parameters;
    uint32_t count = (uint32_t)parameters_trained_count(p);
    struct op_grad_clip clip = {.count = count};
    struct op_optimiser adamw = {.kind = OP_OPTIMISER_ADAMW,
                                 .count = count,
                                 .decay_count = (uint32_t)parameters_decay_count(p),
                                 .beta1 = BETA1,
                                 .beta2 = BETA2,
                                 .eps = EPS,
                                 .weight_decay = weight_decay};
    OP_RECORD(r, grad_clip, &clip, .grad = parameters_slab(p, PARAMETERS_GRADIENT),
              .limits = c->grad_clip_limits, .state = c->grad_clip_state, .result = c->grad_clip_result,
              .scratch = c->scratch);
    OP_RECORD(r, optimiser, &adamw, .hyper = c->hyper, .grad_clip = c->grad_clip_result,
              .grad = parameters_slab(p, PARAMETERS_GRADIENT), .param = parameters_slab(p, PARAMETERS_VALUE),
              .m = parameters_slab(p, PARAMETERS_M), .v = parameters_slab(p, PARAMETERS_V));
}

static enum rt_status record_step(struct classifier *c, float weight_decay) {
    enum rt_status status = RT_OK;
    if (c->training == NULL)
        status = rt_stream_create(c->library->device, NULL, &c->training);
    if (status != RT_OK)
        return status;
    struct op_recorder recorder = {c->library, c->training};
    rt_stream_begin(c->training);
    graph_record_forward(c->train.graph, &recorder);
    rt_stream_copy(c->training, c->d_loss, graph_gradient_buffer(c->train.graph, c->train.loss));
    graph_record_backward(c->train.graph, &recorder);
    record_update(c, weight_decay, &recorder);
    rt_stream_copy(c->training, graph_value_buffer(c->train.graph, c->train.loss), c->loss);
    rt_stream_copy(c->training, c->grad_clip_result, c->result);
    return rt_stream_status(c->training);
}

// --- a step's values

// One reduced clip, moved by whole blocks; what a shift uncovers repeats the border.
static void shift_clip(const struct classifier_config *config, const uint8_t *reduced,
                       const uint32_t *augment, float *out) {
    int h = (int)config->h, w = (int)config->w, dy = (int)augment[2], dx = (int)augment[3];
    for (uint32_t t = 0; t < config->d; t++)
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                int v = y - dy < 0 ? 0 : y - dy < h ? y - dy : h - 1;
                int u = x - dx < 0 ? 0 : x - dx < w ? x - dx : w - 1;
                const uint8_t *from =
                    reduced + (((size_t)t * config->h + (size_t)v) * config->w + (size_t)u) * 4;
                for (int k = 0; k < 4; k++)
                    *out++ = (float)from[k] / 255.0f;
            }
}

static float learning_rate(const struct classifier_options *o, uint32_t step) {
    double progress = (double)step / o->steps, rise = fmin(1.0, (step + 1.0) / WARMUP);
    return (float)((double)o->lr * rise * 0.5 * (1.0 + cos(3.14159265358979323846 * progress)));
}

static enum rt_status write_step(struct classifier *c, const struct classifier_clips *clips,
                                 const struct sampler_item *items, float lr, uint32_t step) {
    size_t numbers = classifier_input_bytes(&c->config);
    uint32_t *labels = rt_buffer_map(c->labels);
    for (uint32_t i = 0; i < N; i++) {
        labels[i] = clips->classes[items[i].clip];
        shift_clip(&c->config, clips->reduced + items[i].clip * numbers, items[i].augment,
                   c->batch + i * numbers);
    }
    struct grad_clip_limits *limits = rt_buffer_map(c->grad_clip_limits);
    *limits = (struct grad_clip_limits){.scale = c->loss_scale.scale};
    float *d_loss = rt_buffer_map(c->d_loss);
    for (uint32_t i = 0; i < N; i++)
        d_loss[i] = c->loss_scale.scale / N;
    struct optimiser_hyper *hyper = rt_buffer_map(c->hyper);
    *hyper = (struct optimiser_hyper){.lr = lr,
                                      .c1 = (float)(1.0 - pow((double)BETA1, step + 1.0)),
                                      .c2 = (float)(1.0 - pow((double)BETA2, step + 1.0))};
    return rt_buffer_upload(c->library->device, c->clips, c->batch, N * numbers * sizeof *c->batch);
}

static float mean_loss(const struct classifier *c) {
    const float *loss = rt_buffer_map(c->loss);
    double sum = 0.0;
    for (uint32_t i = 0; i < N; i++)
        sum += (double)loss[i];
    return (float)(sum / N);
}

static enum rt_status run_step(struct classifier *c, uint32_t step, float *loss) {
    enum rt_status status = rt_stream_run(c->training);
    const float *result = rt_buffer_map(c->result);
    *loss = mean_loss(c);
    if (status != RT_OK)
        return status;
    bool finite = isfinite(*loss), overflowed = result[2] == 0.0f;
    bool rescaled = finite && loss_scale_update(&c->loss_scale, overflowed); // the step was skipped
    if (!finite || (overflowed && !rescaled)) {
        rt_log(RT_LOG_ERROR, "step %u of the classifier gave a loss or gradient that is not finite on %s",
               step, rt_device_describe(c->library->device)->name);
        status = RT_ERROR_DRIVER;
    }
    return status;
}

// --- training

static bool check(const struct classifier *c, const struct classifier_clips *clips) {
    for (uint32_t i = 0; i < clips->count; i++)
        if (clips->classes[i] >= c->config.classes) {
            rt_log(RT_LOG_ERROR, "clip %u is of class %u, the classifier has %u", i, clips->classes[i],
                   c->config.classes);
            return false;
        }
    if (clips->count == 0)
        rt_log(RT_LOG_ERROR, "a classifier needs clips to train on");
    return clips->count > 0;
}

static enum rt_status clear(struct classifier *c) {
    const enum parameters_slab slabs[] = {PARAMETERS_M, PARAMETERS_V, PARAMETERS_GRADIENT};
    uint64_t bytes = parameters_trained_count(c->parameters) * sizeof(float);
    float *zeros = calloc(1, bytes);
    enum rt_status status = zeros != NULL ? RT_OK : rt_no_memory("zeros");
    for (size_t i = 0; i < sizeof slabs / sizeof slabs[0] && status == RT_OK; i++)
        status = rt_buffer_upload(c->library->device, parameters_slab(c->parameters, slabs[i]), zeros, bytes);
    if (status == RT_OK)
        status =
            rt_buffer_upload(c->library->device, c->grad_clip_state, zeros, sizeof(struct grad_clip_state));
    free(zeros);
    c->loss_scale = loss_scale_start(c->library->target.family != OP_FAMILY_COOP, LOSS_SCALE);
    return status;
}

static enum rt_status run_steps(struct classifier *c, const struct classifier_clips *clips,
                                const struct classifier_options *o, struct sampler *sampler) {
    struct sampler_item items[N];
    enum rt_status status = RT_OK;
    float loss;
    for (uint32_t step = 0; step < o->steps && status == RT_OK; step++) {
        sampler_batch(sampler, step, items);
        status = write_step(c, clips, items, learning_rate(o, step), step);
        if (status == RT_OK)
            status = run_step(c, step, &loss);
        if (status == RT_OK && o->progress != NULL)
            o->progress(o->user, step + 1, o->steps, loss);
    }
    return status;
}

enum rt_status classifier_train(struct classifier *c, const struct classifier_clips *clips,
                                const struct classifier_options *options) {
    struct classifier_options o = *options;
    o.steps = o.steps > 0 ? o.steps : STEPS;
    o.lr = o.lr > 0.0f ? o.lr : LEARNING_RATE;
    if (!check(c, clips))
        return RT_ERROR_INVALID;
    struct sampler sampler = {.clips = clips->count,
                              .batch = N,
                              .seed = o.seed,
                              .augment = SAMPLER_SHIFT,
                              .height = c->config.h,
                              .width = c->config.w};
    if (!sampler_init(&sampler))
        return rt_no_memory("the order of clips");
    enum rt_status status = clear(c);
    if (status == RT_OK)
        status = record_step(c, o.weight_decay);
    if (status == RT_OK)
        status = run_steps(c, clips, &o, &sampler);
    sampler_finish(&sampler);
    return status;
}

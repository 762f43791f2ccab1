// Sets a trainer up, records its step and replays it.
#include "model/train/trainer.h"

#include "model/sample/evaluator.h"
#include "model/train/trainer_private.h"
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/noise/noise.h"
#include "shaders/optimiser/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRAD_CLIP_MEMORY 0.98f // of the gradient's running norm, per step

// --- creation

static enum rt_status make_models(struct trainer *t, const struct vae_config *config, uint64_t chunk) {
    const struct op_target *target = &t->library->target;
    struct vae_config calibrated = *config;
    calibrated.sigma_floor = t->options.sigma_floor;
    calibrated.storage = t->options.storage;
    enum rt_status status = parameters_create(&t->parameters);
    if (status == RT_OK)
        status = vae_init(&t->first, &calibrated, VAE_TRAIN, t->options.batch, target, t->parameters, chunk);
    if (status == RT_OK && t->has_second)
        status = vae_init(&t->second, &calibrated, VAE_TRAIN_FROZEN, t->options.batch, target, t->parameters,
                          chunk);
    if (status == RT_OK)
        status = evaluator_create(t->library, &calibrated, t->options.batch, &t->evaluator);
    if (status == RT_OK)
        evaluator_set_advice(t->evaluator, "training has diverged, lower --lr");
    if (status == RT_OK)
        parameters_layout(t->parameters);
    if (status == RT_OK && t->has_second)
        status =
            adversary_create(t->library, &t->second, t->parameters, &t->options.adversary, &t->adversary);
    return status;
}

static enum rt_status begin(struct op_library *library, const struct vae_config *config,
                            const struct clip_source *source, const struct trainer_options *options,
                            struct trainer **out) {
    struct trainer *t = *out = calloc(1, sizeof *t);
    if (t == NULL)
        return rt_no_memory("a trainer");
    t->library = library;
    t->source = source;
    t->options = *options;
    t->options.adversary.seed = options->seed;
    t->sampler = (struct sampler){.clips = source->count,
                                  .batch = options->batch,
                                  .seed = options->seed,
                                  .augment = options->augment,
                                  .fixed = options->overfit,
                                  .renew = options->renew,
                                  .height = source->h,
                                  .width = source->w};
    if (!sampler_can_count(&t->sampler, options->epochs)) {
        rt_log(RT_LOG_ERROR,
               "%u clips, of which %g are renewed in each of %llu epochs, are more than can be numbered",
               source->count, options->renew, (unsigned long long)options->epochs);
        return RT_ERROR_INVALID;
    }
    t->options.schedule.steps = sampler_steps(&t->sampler, options->epochs);
    t->has_second =
        !options->overfit && schedule_second_phase(&t->options.schedule) < t->options.schedule.steps;
    return make_models(t, config, rt_arena_chunk_bytes(library->device));
}

static enum rt_status clear_slabs(struct trainer *t) {
    struct rt_device *device = t->library->device;
    const enum parameters_slab slabs[] = {PARAMETERS_M, PARAMETERS_V, PARAMETERS_GRADIENT};
    uint64_t count = parameters_trained_count(t->parameters);
    float *zeros = calloc(count, sizeof *zeros);
    enum rt_status status = zeros != NULL ? RT_OK : rt_no_memory("zeros");
    for (size_t i = 0; i < sizeof slabs / sizeof slabs[0] && status == RT_OK; i++)
        status =
            rt_buffer_upload(device, parameters_slab(t->parameters, slabs[i]), zeros, count * sizeof *zeros);
    free(zeros);
    return status;
}

enum rt_status trainer_set_weights(struct trainer *t, const float *trained, const float *state) {
    struct rt_device *device = t->library->device;
    const struct parameters *p = t->parameters;
    uint64_t bytes = parameters_trained_count(p) * sizeof *trained;
    enum rt_status status = rt_buffer_upload(device, parameters_slab(p, PARAMETERS_VALUE), trained, bytes);
    if (status == RT_OK)
        status = rt_buffer_upload(device, parameters_slab(p, PARAMETERS_EMA), trained, bytes);
    return status == RT_OK ? rt_buffer_upload(device, parameters_state_slab(p), state,
                                              parameters_state_count(p) * sizeof *state)
                           : status;
}

static enum rt_status start_weights(struct trainer *t) {
    const struct parameters *p = t->parameters;
    uint64_t trained = parameters_trained_count(p), state = parameters_state_count(p);
    float *values = calloc(trained + state, sizeof *values);
    if (values == NULL)
        return rt_no_memory("starting weights");
    parameters_start_values(p, t->options.seed, values, values + trained);
    enum rt_status status = trainer_set_weights(t, values, values + trained);
    free(values);
    return status == RT_OK ? clear_slabs(t) : status;
}

static void start_rates(struct trainer *t) {
    bool fixed = t->options.beta > 0.0f || t->options.overfit;
    for (uint32_t i = 0; i < t->first.level_count; i++)
        t->rate[i] = (struct rate_control){.target = fixed ? 0.0f : t->options.rate[i],
                                           .beta = t->options.overfit       ? 0.0f
                                                   : t->options.beta > 0.0f ? t->options.beta
                                                                            : 1.0f};
}

static void place(struct trainer *t, const struct vae *vae) {
    graph_set_memory(vae->graph, t->activations);
    vae_inputs_bind(&t->inputs, vae);
}

static enum rt_status make_streams(struct trainer *t) {
    struct rt_stream_params params = {.profile = t->options.profile};
    enum rt_status status = rt_stream_create(t->library->device, &params, &t->stream);
    if (status == RT_OK)
        status = rt_stream_create(t->library->device, NULL, &t->undo);
    if (status != RT_OK)
        return status;
    rt_stream_begin(t->undo);
    rt_stream_copy(t->undo, t->state_before, parameters_state_slab(t->parameters));
    return rt_stream_status(t->undo);
}

static enum rt_status build(struct trainer *t) {
    struct trainer_memory memory = trainer_memory_of(t);
    enum rt_status status = trainer_check_memory(t, &memory);
    t->store = memory.store;
    if (status == RT_OK)
        status = trainer_allocate(t);
    if (status != RT_OK)
        return status;
    place(t, &t->first);
    if (t->has_second) {
        place(t, &t->second);
        status = adversary_attach(t->adversary, t->activations);
    }
    if (status != RT_OK)
        return status;
    t->items = calloc(t->options.batch, sizeof *t->items);
    if (t->items == NULL || !sampler_init(&t->sampler))
        return rt_no_memory("the order of clips");
    start_rates(t);
    t->loss_scale = loss_scale_start(
        t->library->target.family != OP_FAMILY_COOP && t->options.loss_scale == 0.0f, t->options.loss_scale);
    status = start_weights(t);
    return status == RT_OK ? make_streams(t) : status;
}

enum rt_status trainer_create(struct op_library *library, const struct vae_config *config,
                              const struct clip_source *source, const struct trainer_options *options,
                              struct trainer **out) {
    enum rt_status status = begin(library, config, source, options, out);
    if (status == RT_OK)
        status = build(*out);
    if (status != RT_OK)
        trainer_destroy(out);
    return status;
}

enum rt_status trainer_plan(struct op_library *library, const struct vae_config *config,
                            const struct clip_source *source, const struct trainer_options *options,
                            struct trainer_memory *memory) {
    struct trainer *t;
    enum rt_status status = begin(library, config, source, options, &t);
    if (status == RT_OK)
        *memory = trainer_memory_of(t);
    trainer_destroy(&t);
    return status;
}

void trainer_destroy(struct trainer **handle) {
    struct trainer *t = *handle;
    if (t == NULL)
        return;
    rt_stream_destroy(&t->stream);
    rt_stream_destroy(&t->undo);
    clip_store_destroy(&t->clips);
    evaluator_destroy(&t->evaluator);
    adversary_destroy(&t->adversary);
    sampler_finish(&t->sampler);
    vae_inputs_destroy(&t->inputs);
    rt_arena_destroy(&t->buffers.arena);
    rt_arena_destroy(&t->work);
    rt_arena_destroy(&t->activations);
    vae_finish(&t->first);
    vae_finish(&t->second);
    parameters_destroy(&t->parameters);
    free(t->items);
    free(t);
    *handle = NULL;
}

// --- a step

static uint32_t kept_levels(const struct trainer *t, uint32_t sample) {
    uint32_t levels = t->first.level_count - 1;
    if (t->options.overfit)
        return levels;
    return schedule_kept_levels(&t->options.schedule, t->options.seed, t->step, sample, levels);
}

// Adam's bias corrections count the steps that were taken; a skipped one counts, as PyTorch's does not, so
// that they are functions of the step.
static void write_hyper(struct trainer *t, float lr) {
    const struct schedule *s = &t->options.schedule;
    double steps = (double)t->step + 1.0;
    struct optimiser_hyper *hyper = rt_buffer_map(t->buffers.hyper);
    *hyper = (struct optimiser_hyper){.lr = lr,
                                      .c1 = (float)(1.0 - pow((double)ADAM_BETA1, steps)),
                                      .c2 = (float)(1.0 - pow((double)ADAM_BETA2, steps)),
                                      .ema_decay = schedule_ema_decay(s, t->step)};
    struct grad_clip_limits *limits = rt_buffer_map(t->buffers.grad_clip_limits);
    *limits = (struct grad_clip_limits){
        .max_ratio = t->options.grad_clip, .running_decay = GRAD_CLIP_MEMORY, .scale = t->loss_scale.scale};
    const uint32_t seed[4] = {(uint32_t)t->options.seed, (uint32_t)(t->options.seed >> 32), (uint32_t)t->step,
                              (uint32_t)(t->step >> 32)};
    memcpy(rt_buffer_map(t->buffers.seed), seed, sizeof seed);
}

// Weights of the losses: of sample i, nll / n, and beta kl / n at the levels that it uses; all times the loss
// scale.
static void write_weights(struct trainer *t) {
    float ramp = t->options.beta > 0.0f ? schedule_kl_ramp(&t->options.schedule, t->step) : 1.0f;
    uint32_t n = t->options.batch;
    float *d_nll = rt_buffer_map(t->buffers.d_nll);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t kept = kept_levels(t, i);
        vae_inputs_drop_levels(&t->inputs, i, kept);
        d_nll[i] = t->loss_scale.scale / (float)n;
        for (uint32_t l = 0; l < t->first.level_count; l++) {
            float *d_kl = rt_buffer_map(t->buffers.d_kl[l]);
            d_kl[i] = l <= kept ? t->rate[l].beta * ramp * t->loss_scale.scale / (float)n : 0.0f;
        }
    }
}

static enum rt_status write_step(struct trainer *t, float lr) {
    enum rt_status status = clip_store_prepare(t->clips, t->step, t->items, rt_buffer_map(t->inputs.classes));
    if (status != RT_OK)
        return status;
    uint32_t *index = rt_buffer_map(t->buffers.index), *augment = rt_buffer_map(t->buffers.augment);
    for (uint32_t i = 0; i < t->options.batch; i++) {
        index[i] = t->items[i].clip;
        memcpy(augment + 4 * (size_t)i, t->items[i].augment, sizeof t->items[i].augment);
    }
    write_hyper(t, lr);
    write_weights(t);
    return RT_OK;
}

static float mean_of(struct rt_buffer buffer, uint32_t n) {
    const float *values = rt_buffer_map(buffer);
    double sum = 0.0;
    for (uint32_t i = 0; i < n; i++)
        sum += (double)values[i];
    return (float)(sum / n);
}

// Mean over the samples that used the level; NaN when none did.
static float mean_kl(const struct trainer *t, uint32_t level) {
    const float *values = rt_buffer_map(t->buffers.kl[level]);
    double sum = 0.0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < t->options.batch; i++)
        if (level <= kept_levels(t, i)) {
            sum += (double)values[i];
            used++;
        }
    return used > 0 ? (float)(sum / used) : NAN;
}

static void read_step(const struct trainer *t, struct trainer_report *report) {
    const struct vae_config *c = &t->first.config;
    const struct grad_clip_result *grad_clip = rt_buffer_map(t->buffers.grad_clip_result);
    const float *calibration = rt_buffer_map(t->buffers.calibration);
    report->nll = mean_of(t->buffers.nll, t->options.batch);
    report->mse = mean_of(t->buffers.squared_error, t->options.batch) /
                  (3.0f * (float)c->d * (float)c->h * (float)c->w);
    report->sigma = sqrtf(calibration[OP_CALIBRATION_SIGMA2]);
    report->gradient_norm = grad_clip->norm;
    report->grad_clip_factor = grad_clip->factor * t->loss_scale.scale;
    report->loss_scale = t->loss_scale.scale;
    report->skipped = grad_clip->apply == 0.0f || !isfinite(report->nll);
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        report->kl[i] = mean_kl(t, i);
        report->beta[i] = t->rate[i].beta;
    }
}

static void update_rates(struct trainer *t, const struct trainer_report *report) {
    for (uint32_t i = 0; i < t->first.level_count; i++)
        rate_update(&t->rate[i], report->kl[i], t->options.rate_speed);
}

// Losses that are not finite say nothing of the scale: they come before the gradient.
static void update_loss_scale(struct trainer *t, struct trainer_report *report) {
    bool finite = isfinite(report->nll);
    bool adversary = report->has_adversary && report->adversary.skipped;
    if (finite)
        report->rescaled = loss_scale_update(&t->loss_scale, report->skipped || adversary);
}

static enum rt_status run_step(struct trainer *t, struct trainer_report *report) {
    int phase = t->has_second && t->step >= schedule_second_phase(&t->options.schedule) ? 2 : 1;
    enum rt_status status = t->recorded == phase ? RT_OK : trainer_record(t, phase);
    if (phase == 2)
        adversary_prepare(t->adversary, t->step, schedule_decay(&t->options.schedule, t->step),
                          t->loss_scale.scale);
    if (status == RT_OK)
        status = rt_stream_run(t->stream);
    report->has_adversary = phase == 2;
    if (status == RT_OK && phase == 2)
        adversary_read(t->adversary, &report->adversary);
    return status;
}

enum rt_status trainer_step(struct trainer *t, struct trainer_report *report) {
    float lr = schedule_lr(&t->options.schedule, t->step);
    enum rt_status status = RT_OK;
    *report = (struct trainer_report){.step = t->step, .lr = lr};
    if (t->clips == NULL)
        status = clip_store_create(t->library->device, t->source, &t->sampler, t->step, &t->store, &t->clips);
    if (status == RT_OK)
        status = write_step(t, lr);
    if (status == RT_OK)
        report->waited_ms = clip_store_waited_ms(t->clips);
    if (status == RT_OK)
        status = run_step(t, report);
    if (status == RT_OK)
        status = clip_store_settle(t->clips);
    if (status != RT_OK)
        return status;
    read_step(t, report);
    if (report->skipped)
        status = rt_stream_run(t->undo);
    else
        update_rates(t, report);
    update_loss_scale(t, report);
    t->step++;
    return status;
}

// --- views

uint32_t trainer_betas(const struct trainer *t, float *beta) {
    for (uint32_t i = 0; i < t->first.level_count; i++)
        beta[i] = t->rate[i].beta;
    return t->first.level_count;
}

void trainer_set_betas(struct trainer *t, const float *beta, uint32_t count) {
    for (uint32_t i = 0; i < t->first.level_count && i < count; i++)
        if (t->rate[i].target > 0.0f)
            t->rate[i].beta = beta[i];
}

uint64_t trainer_step_count(const struct trainer *t) {
    return t->options.schedule.steps;
}

uint64_t trainer_steps_done(const struct trainer *t) {
    return t->step;
}

bool trainer_began_frozen(const struct trainer *t) {
    return t->has_second && schedule_second_phase(&t->options.schedule) == 0;
}

bool trainer_is_frozen(const struct trainer *t) {
    return t->has_second && t->step > schedule_second_phase(&t->options.schedule);
}

const struct vae *trainer_vae(const struct trainer *t) {
    return &t->first;
}

struct parameters *trainer_parameters(const struct trainer *t) {
    return t->parameters;
}

const struct trainer_options *trainer_settings(const struct trainer *t) {
    return &t->options;
}

struct evaluator *trainer_evaluator(const struct trainer *t) {
    return t->evaluator;
}

struct sampler trainer_sampler(const struct trainer *t) {
    struct sampler sampler = t->sampler;
    sampler.order = NULL;
    return sampler;
}

struct rt_stream *trainer_stream(const struct trainer *t) {
    return t->stream;
}

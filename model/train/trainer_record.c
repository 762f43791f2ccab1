// A training step as a recording: everything that changes from step to step is in step_buffers.
#include "model/train/trainer_private.h"

#include "runtime/log.h"
#include "shaders/clips/clips.h"
#include "shaders/film/film.h"
#include "shaders/grad_clip/grad_clip.h"
#include "shaders/noise/noise.h"
#include "shaders/op_record.h"
#include "shaders/optimiser/optimiser.h"

#define ADAM_EPS 1e-8f

static void record_inputs(const struct trainer *t, struct op_recorder *r) {
    const struct vae_config *c = &t->first.config;
    struct op_clip_to_tensor clip = {.n = t->first.n,
                                     .d = c->d,
                                     .h = c->h,
                                     .w = c->w,
                                     .clips = clip_store_count(t->clips),
                                     .fill = OP_CLIP_EDGE};
    OP_RECORD(r, clip_to_tensor, &clip, .clips = clip_store_buffer(t->clips), .index = t->buffers.index,
              .augment = t->buffers.augment, .dst = t->inputs.clip);
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        const struct vae_level *level = &t->first.levels[i];
        uint32_t voxels = level->d * level->h * level->w;
        struct op_noise noise = {.count = t->first.n * voxels * level->c, .stream = i};
        OP_RECORD(r, noise_normal, &noise, .seed = t->buffers.seed, .dst = t->inputs.eps[i]);
        if (i == 0)
            continue;
        struct op_film drop = {.n = t->first.n, .voxels = voxels, .c = level->c};
        struct rt_buffer zeros = rt_buffer_slice(t->inputs.zeros, 0, t->inputs.drops[i].size_bytes);
        OP_RECORD(r, film_forward, &drop, .src = t->inputs.eps[i], .scale = t->inputs.drops[i],
                  .shift = zeros, .dst = t->inputs.eps[i]);
    }
}

static void record_passes(const struct trainer *t, const struct vae *vae, struct op_recorder *r) {
    const struct vae_config *c = &vae->config;
    const struct graph *graph = vae->graph;
    struct op_reconstruction calibrate = {
        .n = vae->n, .voxels = c->d * c->h * c->w, .c = 4, .c_used = 3, .sigma_floor = c->sigma_floor};
    graph_record_forward(graph, r);
    OP_RECORD(r, reconstruction_calibrate, &calibrate,
              .squared_error = graph_value_buffer(graph, vae->squared_error),
              .calibration = graph_value_buffer(graph, vae->calibration));
    rt_stream_copy(r->stream, t->buffers.d_nll, graph_gradient_buffer(graph, vae->nll));
    for (uint32_t i = 0; i < vae->level_count; i++)
        rt_stream_copy(r->stream, t->buffers.d_kl[i], graph_gradient_buffer(graph, vae->levels[i].kl));
    graph_record_backward(graph, r);
}

// A slab from its float `first` on.
static struct rt_buffer behind(const struct parameters *p, enum parameters_slab slab, uint64_t first) {
    struct rt_buffer whole = parameters_slab(p, slab);
    return rt_buffer_slice(whole, first * 4, whole.size_bytes - first * 4);
}

static uint64_t matrix_floats(const struct op_muon *params) {
    uint64_t floats = 0;
    for (uint32_t i = 0; i < params->matrices; i++)
        floats += (uint64_t)params->of[i].rows * params->of[i].cols;
    return floats;
}

static void record_muon(const struct trainer *t, struct op_recorder *r) {
    const struct parameters *p = t->parameters;
    struct op_muon params;
    uint64_t first = 0;
    for (uint32_t next = 0; trainer_muon(t, &next, &params); first += matrix_floats(&params))
        OP_RECORD(r, muon, &params, .hyper = t->buffers.hyper, .grad_clip = t->grad_clip_result,
                  .grad = behind(p, PARAMETERS_GRADIENT, first), .param = behind(p, PARAMETERS_VALUE, first),
                  .m = behind(p, PARAMETERS_M, first), .ema = behind(p, PARAMETERS_EMA, first),
                  .scratch = t->muon_scratch);
}

static void record_adamw(const struct trainer *t, struct op_recorder *r, uint64_t first) {
    const struct parameters *p = t->parameters;
    struct op_optimiser adamw = {.kind = OP_OPTIMISER_ADAMW,
                                 .count = (uint32_t)(parameters_trained_count(p) - first),
                                 .decay_count = (uint32_t)(parameters_decay_count(p) - first),
                                 .beta1 = ADAM_BETA1,
                                 .beta2 = ADAM_BETA2,
                                 .eps = ADAM_EPS,
                                 .weight_decay = t->options.weight_decay,
                                 .has_ema = true};
    OP_RECORD(r, optimiser, &adamw, .hyper = t->buffers.hyper, .grad_clip = t->grad_clip_result,
              .grad = behind(p, PARAMETERS_GRADIENT, first), .param = behind(p, PARAMETERS_VALUE, first),
              .m = behind(p, PARAMETERS_M, first), .v = behind(p, PARAMETERS_V, first),
              .ema = behind(p, PARAMETERS_EMA, first));
}

// Nothing of this step and of those before moves the encoder: only weight decay does, by a millionth. Where
// it could move it would take its clips to where the adversary has not been, and samples would not follow.
static void hold_encoder(const struct trainer *t, struct op_recorder *r) {
    static const enum parameters_slab moving[] = {PARAMETERS_GRADIENT, PARAMETERS_M, PARAMETERS_V};
    const struct parameters *p = t->parameters;
    for (uint32_t i = 0; i < parameters_count(p); i++)
        for (size_t slab = 0; slab < sizeof moving / sizeof moving[0]; slab++)
            if (vae_is_of_encoder(parameters_get(p, i)))
                rt_stream_fill(r->stream, parameters_buffer(p, i, moving[slab]), 0);
}

static void record_update(const struct trainer *t, struct op_recorder *r) {
    const struct parameters *p = t->parameters;
    bool muon = t->options.optimiser == TRAINER_MUON;
    struct op_grad_clip clip = {.count = (uint32_t)parameters_trained_count(p)};
    OP_RECORD(r, grad_clip, &clip, .grad = parameters_slab(p, PARAMETERS_GRADIENT),
              .limits = t->buffers.grad_clip_limits, .state = t->grad_clip_state,
              .result = t->grad_clip_result, .scratch = t->grad_clip_scratch);
    if (muon)
        record_muon(t, r);
    record_adamw(t, r, muon ? parameters_hidden_count(p) : 0);
}

static void record_results(const struct trainer *t, const struct vae *vae, struct rt_stream *s) {
    const struct graph *graph = vae->graph;
    rt_stream_copy(s, graph_value_buffer(graph, vae->nll), t->buffers.nll);
    rt_stream_copy(s, graph_value_buffer(graph, vae->squared_error), t->buffers.squared_error);
    for (uint32_t i = 0; i < vae->level_count; i++)
        rt_stream_copy(s, graph_value_buffer(graph, vae->levels[i].kl), t->buffers.kl[i]);
    rt_stream_copy(s, graph_value_buffer(graph, vae->calibration), t->buffers.calibration);
}

enum rt_status trainer_record(struct trainer *t, int phase) {
    const struct vae *vae = phase == 2 ? &t->second : &t->first;
    struct op_recorder recorder = {t->library, t->stream};
    rt_stream_begin(t->stream);
    rt_stream_copy(t->stream, parameters_state_slab(t->parameters), t->state_before);
    record_inputs(t, &recorder);
    record_passes(t, vae, &recorder);
    record_results(t, vae, t->stream);
    if (phase == 2) {
        adversary_record(t->adversary, &recorder);
        hold_encoder(t, &recorder);
    }
    record_update(t, &recorder);
    rt_stream_copy(t->stream, t->grad_clip_result, t->buffers.grad_clip_result);
    enum rt_status status = rt_stream_status(t->stream);
    t->recorded = status == RT_OK ? phase : 0;
    return status;
}

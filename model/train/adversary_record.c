// An adversarial step as a recording.
#include "model/train/adversary_private.h"

#include "shaders/add/add.h"
#include "shaders/film/film.h"
#include "shaders/noise/noise.h"
#include "shaders/op_record.h"
#include "shaders/optimiser/optimiser.h"

#define ADAM_EPS 1e-8f

static struct rt_buffer result(const struct adversary *a, uint32_t at, uint32_t count) {
    return rt_buffer_slice(a->results, at * sizeof(float), count * sizeof(float));
}

static struct rt_buffer hinge_result(const struct adversary *a, uint32_t head, enum op_hinge_side side) {
    uint32_t at = ADVERSARY_HINGE + (head * OP_HINGE_SIDES + (uint32_t)side) * OP_HINGE_RESULTS;
    return result(a, at, OP_HINGE_RESULTS);
}

// The half of the inputs with real clips (0) or generated ones (1).
static struct rt_buffer input_half(const struct adversary *a, int half) {
    uint64_t bytes = a->inputs.size_bytes / 2;
    return rt_buffer_slice(a->inputs, half ? bytes : 0, bytes);
}

// A shift of nothing, as large as a scale.
static struct rt_buffer zeros(const struct adversary *a, struct rt_buffer like) {
    return rt_buffer_slice(a->library->zeros, 0, like.size_bytes);
}

struct op_hinge adversary_hinge(const struct adversary *a, uint32_t head, enum op_hinge_side side) {
    return (struct op_hinge){.side = side,
                             .rows = a->model->n * a->score.heads[head].patches,
                             .c = 4,
                             .c_used = 1,
                             .lecam = side != OP_HINGE_GENERATOR};
}

struct op_grad_clip adversary_grad_clip(const struct adversary *a) {
    return (struct op_grad_clip){.count = (uint32_t)parameters_trained_count(a->parameters)};
}

struct op_sum_squares adversary_norm(const struct adversary *a) {
    return (struct op_sum_squares){.count = a->model->n * adversary_voxels(a) * 4};
}

// What is needed of the model's own backward pass before its memory is used again: how long the gradient at
// the reconstruction is, and the parameters' gradient.
static void take_over(const struct adversary *a, struct op_recorder *r) {
    struct op_sum_squares norm = adversary_norm(a);
    struct rt_buffer gradient = parameters_slab(a->model_parameters, PARAMETERS_GRADIENT);
    OP_RECORD(r, sum_squares, &norm, .src = graph_gradient_buffer(a->model->graph, a->model->output),
              .dst = result(a, ADVERSARY_RECONSTRUCTION, 1), .scratch = a->scratch);
    rt_stream_copy(r->stream, gradient, a->aside);
    rt_stream_fill(r->stream, gradient, 0);
}

// Level by level; the first half of the samples has the top that the posterior gave, as prior noise.
static void draw_latents(const struct adversary *a, struct op_recorder *r) {
    const struct vae *g = &a->generator;
    for (uint32_t i = 0; i < g->level_count; i++) {
        const struct vae_level *level = &g->levels[i];
        struct op_noise noise = {.count = g->n * level->d * level->h * level->w * level->c,
                                 .stream = ADVERSARY_STREAM_LATENT + i};
        OP_RECORD(r, noise_normal, &noise, .seed = a->seed, .dst = graph_value_buffer(g->graph, level->eps));
    }
    struct rt_buffer posterior = graph_value_buffer(a->model->graph, a->model->levels[0].noise);
    uint64_t bytes = (uint64_t)(g->n / 2) * (posterior.size_bytes / g->n);
    if (bytes > 0)
        rt_stream_copy(r->stream, rt_buffer_slice(posterior, 0, bytes),
                       graph_value_buffer(g->graph, g->levels[0].eps));
}

// Clips with noise. The fourth channel becomes 0: a generated clip has something there, a real one nothing.
static void make_inputs(const struct adversary *a, struct op_recorder *r) {
    const struct rt_buffer clips[2] = {graph_value_buffer(a->model->graph, a->model->clip),
                                       graph_value_buffer(a->generator.graph, a->generator.output)};
    uint32_t n = a->model->n, count = n * adversary_voxels(a) * 4;
    struct op_noise noise = {.count = 2 * count, .stream = ADVERSARY_STREAM_INPUT};
    struct op_add add = {.count = count, .alpha = a->options.noise};
    struct op_film mask = {.n = 2 * n, .voxels = adversary_voxels(a), .c = 4};
    OP_RECORD(r, noise_normal, &noise, .seed = a->seed, .dst = a->inputs);
    for (int half = 0; half < 2; half++)
        if (a->options.noise > 0.0f)
            OP_RECORD(r, add, &add, .a = clips[half], .b = input_half(a, half), .dst = input_half(a, half));
        else
            rt_stream_copy(r->stream, clips[half], input_half(a, half));
    OP_RECORD(r, film_forward, &mask, .src = a->inputs, .scale = a->mask, .shift = zeros(a, a->mask),
              .dst = a->inputs);
}

static void copy_classes(const struct adversary *a, struct op_recorder *r) {
    struct rt_buffer classes = graph_value_buffer(a->model->graph, a->model->classes);
    uint64_t bytes = a->model->n * sizeof(uint32_t);
    for (uint64_t half = 0; half < 2; half++)
        rt_stream_copy(r->stream, rt_buffer_slice(classes, 0, bytes),
                       rt_buffer_slice(a->classes, half * bytes, bytes));
}

// Loss and gradient of one side of one head; `half` is where its logits lie in the discriminator's batch.
static void record_hinge(const struct adversary *a, struct op_recorder *r, const struct discriminator *d,
                         uint32_t head, enum op_hinge_side side, uint32_t half) {
    struct op_hinge params = adversary_hinge(a, head, side);
    uint64_t bytes = (uint64_t)params.rows * params.c * sizeof(float);
    uint32_t value = d->heads[head].logits;
    struct rt_buffer logits = rt_buffer_slice(graph_value_buffer(d->graph, value), half * bytes, bytes);
    struct rt_buffer d_logits = rt_buffer_slice(graph_gradient_buffer(d->graph, value), half * bytes, bytes);
    struct rt_buffer anchors = params.lecam ? a->kept[ADVERSARY_ANCHORS + head] : (struct rt_buffer){0};
    OP_RECORD(r, hinge_forward, &params, .x = logits, .anchors = anchors,
              .result = hinge_result(a, head, side), .partials = a->scratch);
    OP_RECORD(r, hinge_backward, &params, .x = logits, .anchors = anchors,
              .d_result = params.lecam ? a->weights_train : a->weights_score, .d_x = d_logits);
}

static void record_adam(const struct adversary *a, struct op_recorder *r) {
    const struct parameters *p = a->parameters;
    struct op_grad_clip clip = adversary_grad_clip(a);
    struct op_optimiser adam = {.kind = OP_OPTIMISER_ADAM,
                                .count = clip.count,
                                .beta1 = a->options.beta1,
                                .beta2 = a->options.beta2,
                                .eps = ADAM_EPS};
    struct rt_buffer gradient = parameters_slab(p, PARAMETERS_GRADIENT);
    OP_RECORD(r, grad_clip, &clip, .grad = gradient, .limits = a->grad_clip_limits,
              .state = a->kept[ADVERSARY_GRAD_CLIP_STATE], .result = result(a, ADVERSARY_GRAD_CLIP, 4),
              .scratch = a->scratch);
    OP_RECORD(r, optimiser, &adam, .hyper = a->hyper, .grad_clip = result(a, ADVERSARY_GRAD_CLIP, 4),
              .grad = gradient, .param = parameters_slab(p, PARAMETERS_VALUE),
              .m = parameters_slab(p, PARAMETERS_M), .v = parameters_slab(p, PARAMETERS_V));
}

static void train_discriminator(const struct adversary *a, struct op_recorder *r) {
    graph_record_forward(a->learner.graph, r);
    for (uint32_t head = 0; head < DISCRIMINATOR_HEADS; head++) {
        record_hinge(a, r, &a->learner, head, OP_HINGE_REAL, 0);
        record_hinge(a, r, &a->learner, head, OP_HINGE_FAKE, 1);
    }
    graph_record_backward(a->learner.graph, r);
    for (uint32_t head = 0; head < DISCRIMINATOR_HEADS; head++)
        OP_RECORD(r, hinge_track, &(struct op_hinge_track){0}, .real = hinge_result(a, head, OP_HINGE_REAL),
                  .fake = hinge_result(a, head, OP_HINGE_FAKE), .anchors = a->kept[ADVERSARY_ANCHORS + head]);
    record_adam(a, r);
}

// The gradient at the generated clips: measured, then scaled to where the generator's backward pass begins.
static void score_clips(const struct adversary *a, struct op_recorder *r) {
    const struct discriminator *score = &a->score;
    struct op_film film = {.n = a->model->n, .voxels = adversary_voxels(a), .c = 4};
    struct op_sum_squares norm = adversary_norm(a);
    graph_record_forward(score->graph, r);
    for (uint32_t head = 0; head < DISCRIMINATOR_HEADS; head++)
        record_hinge(a, r, score, head, OP_HINGE_GENERATOR, 0);
    graph_record_backward(score->graph, r);
    struct rt_buffer gradient = graph_gradient_buffer(score->graph, score->clips);
    struct rt_buffer mask = rt_buffer_slice(a->mask, 0, a->scales.size_bytes);
    OP_RECORD(r, film_forward, &film, .src = gradient, .scale = mask, .shift = zeros(a, mask),
              .dst = gradient);
    OP_RECORD(r, sum_squares, &norm, .src = gradient, .dst = result(a, ADVERSARY_IMAGE, 1),
              .scratch = a->scratch);
    rt_stream_copy(r->stream, a->scales_written, a->scales);
    OP_RECORD(r, film_forward, &film, .src = gradient, .scale = a->scales, .shift = zeros(a, a->scales),
              .dst = graph_gradient_buffer(a->generator.graph, a->generator.output));
}

static void add_gradient(const struct adversary *a, struct op_recorder *r) {
    struct rt_buffer gradient = parameters_slab(a->model_parameters, PARAMETERS_GRADIENT);
    struct op_add add = {.count = (uint32_t)parameters_trained_count(a->model_parameters)};
    graph_record_backward(a->generator.graph, r);
    OP_RECORD(r, add, &add, .a = gradient, .b = a->aside, .dst = gradient);
}

void adversary_record(const struct adversary *a, struct op_recorder *r) {
    take_over(a, r);
    draw_latents(a, r);
    graph_record_forward(a->generator.graph, r);
    make_inputs(a, r);
    copy_classes(a, r);
    train_discriminator(a, r);
    score_clips(a, r);
    add_gradient(a, r);
    rt_stream_copy(r->stream, a->results, a->results_read);
}

// The adversarial step: what it adds to the model's gradient against the references in double precision, that
// the discriminator learns, and that a step follows from seed, number and state alone.
#include "model/net/vae_inputs.h"
#include "model/train/adversary_private.h"
#include "runtime/layout.h"
#include "runtime/transfer.h"
#include "shaders/noise/noise.h"
#include "shaders/op_record.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 4, CLIP_STREAM = 7 };

static const struct vae_config little = {.name = "little",
                                         .d = 8,
                                         .h = 16,
                                         .w = 16,
                                         .stages = 2,
                                         .channels = {8, 12},
                                         .top = 8,
                                         .latent = {2, 4},
                                         .classes = 3,
                                         .embedding = 8,
                                         .spatial_bias_voxels = 128,
                                         .mapping_width = 12,
                                         .mapping_layers = 2,
                                         .styled_blocks = 1,
                                         .waves = 4,
                                         .poses = 2};

// A model that does not change, its adversary, and one recorded step of both.
struct stage {
    struct op_library *library;
    struct parameters *parameters;
    struct vae model;
    struct vae_inputs inputs;
    struct adversary *adversary;
    struct rt_arena *activations, *copies;
    struct rt_buffer seed, posterior, d_output; // what the model's own passes gave
    struct rt_stream *stream;
};

// --- the stage

static float *downloaded(const struct stage *s, struct rt_buffer buffer) {
    float *values = malloc(buffer.size_bytes);
    CHECK(rt_buffer_download(s->library->device, buffer, values, buffer.size_bytes) == RT_OK);
    return values;
}

static void upload(const struct stage *s, struct rt_buffer buffer, const void *values) {
    CHECK(rt_buffer_upload(s->library->device, buffer, values, buffer.size_bytes) == RT_OK);
}

// Starting values, disturbed, so that layers that start at zero count.
static void start_model(const struct stage *s) {
    uint64_t trained = parameters_trained_count(s->parameters), state = parameters_state_count(s->parameters);
    float *values = calloc(trained + state, sizeof *values);
    uint32_t random = 1;
    parameters_start_values(s->parameters, 3, values, values + trained);
    for (uint32_t p = 0; p < parameters_count(s->parameters); p++) {
        const struct parameter *item = parameters_get(s->parameters, p);
        for (uint64_t i = 0; i < item->count && !item->state; i++) {
            random = random * 1664525u + 1013904223u;
            values[item->offset + i] += 0.05f * ((float)(random >> 8) * 0x1p-23f - 1.0f);
        }
    }
    upload(s, parameters_slab(s->parameters, PARAMETERS_VALUE), values);
    upload(s, parameters_state_slab(s->parameters), values + trained);
    free(values);
}

// Real clips: a bright square of the class's colour, moving.
static void draw_clips(const struct stage *s) {
    const struct vae_config *c = &s->model.config;
    float *clips = calloc(1, s->inputs.clip.size_bytes);
    uint32_t *classes = rt_buffer_map(s->inputs.classes);
    for (uint32_t i = 0; i < N; i++) {
        classes[i] = i % c->classes;
        for (uint32_t t = 0; t < c->d; t++)
            for (uint32_t y = 4; y < 9; y++)
                for (uint32_t x = t; x < t + 5; x++)
                    clips[((((size_t)i * c->d + t) * c->h + y) * c->w + x) * 4 + classes[i] % 3] = 1.0f;
    }
    upload(s, s->inputs.clip, clips);
    free(clips);
}

static void record(struct stage *s) {
    struct op_recorder r = {s->library, s->stream};
    const struct graph *graph = s->model.graph;
    rt_stream_begin(s->stream);
    for (uint32_t i = 0; i < s->model.level_count; i++) {
        struct rt_buffer eps = graph_value_buffer(graph, s->model.levels[i].eps);
        struct op_noise noise = {.count = (uint32_t)(eps.size_bytes / 4), .stream = i};
        OP_RECORD(&r, noise_normal, &noise, .seed = s->seed, .dst = eps);
    }
    graph_record_forward(graph, &r);
    graph_record_backward(graph, &r);
    rt_stream_copy(s->stream, graph_value_buffer(graph, s->model.levels[0].noise), s->posterior);
    rt_stream_copy(s->stream, graph_gradient_buffer(graph, s->model.output), s->d_output);
    adversary_record(s->adversary, &r);
}

// The model's losses count 1 / N each. In memory that is used again the seeds have to be written every time.
static void give_seeds(const struct stage *s) {
    const float weights[N] = {1.0f / N, 1.0f / N, 1.0f / N, 1.0f / N};
    upload(s, graph_gradient_buffer(s->model.graph, s->model.nll), weights);
    for (uint32_t i = 0; i < s->model.level_count; i++)
        upload(s, graph_gradient_buffer(s->model.graph, s->model.levels[i].kl), weights);
}

static void list_copies(void *owner, struct rt_layout *layout) {
    struct stage *s = owner;
    rt_layout_add(layout, &s->seed, 16);
    rt_layout_add(layout, &s->posterior,
                  graph_value_buffer(s->model.graph, s->model.levels[0].noise).size_bytes);
    rt_layout_add(layout, &s->d_output, graph_gradient_buffer(s->model.graph, s->model.output).size_bytes);
}

static void make_memory(struct stage *s) {
    uint64_t bytes = adversary_activation_bytes(s->adversary), own = graph_bytes(s->model.graph);
    CHECK(rt_arena_create(s->library->device, RT_MEMORY_DEVICE, own > bytes ? own : bytes, "activations",
                          &s->activations) == RT_OK);
    graph_set_memory(s->model.graph, s->activations);
    CHECK(vae_inputs_create(&s->inputs, s->library, &s->model) == RT_OK);
    vae_inputs_bind(&s->inputs, &s->model);
    CHECK(rt_layout_create(s->library->device, RT_MEMORY_DEVICE, "copies", list_copies, s, &s->copies) ==
          RT_OK);
}

static void begin(struct stage *s, struct op_library *library, const struct vae_config *config,
                  const struct adversary_options *options) {
    *s = (struct stage){.library = library};
    CHECK(parameters_create(&s->parameters) == RT_OK);
    CHECK(vae_init(&s->model, config, VAE_TRAIN_FROZEN, N, &library->target, s->parameters, 0) == RT_OK);
    CHECK(adversary_create(library, &s->model, s->parameters, options, &s->adversary) == RT_OK);
    parameters_layout(s->parameters);
    CHECK(parameters_allocate(s->parameters, library->device, true) == RT_OK);
    make_memory(s);
    start_model(s);
    draw_clips(s);
    CHECK(adversary_attach(s->adversary, s->activations) == RT_OK);
    CHECK(rt_stream_create(library->device, NULL, &s->stream) == RT_OK);
    record(s);
}

static void end(struct stage *s) {
    rt_stream_destroy(&s->stream);
    adversary_destroy(&s->adversary);
    vae_finish(&s->model);
    vae_inputs_destroy(&s->inputs);
    rt_arena_destroy(&s->activations);
    rt_arena_destroy(&s->copies);
    parameters_destroy(&s->parameters);
}

static struct adversary_report decayed_step(struct stage *s, uint64_t number, float decay) {
    struct adversary_report report;
    const uint32_t seed[4] = {CLIP_STREAM, 0, (uint32_t)number, 0};
    upload(s, s->seed, seed);
    give_seeds(s);
    adversary_prepare(s->adversary, number, decay, 1.0f);
    CHECK(rt_stream_run(s->stream) == RT_OK);
    adversary_read(s->adversary, &report);
    return report;
}

static struct adversary_report step(struct stage *s, uint64_t number) {
    return decayed_step(s, number, 1.0f);
}

// --- against the references

// A graph's values as doubles: inputs and parameters as they are on the device.
struct twin {
    const struct graph *graph;
    double **values, **gradients;
};

static void begin_twin(struct twin *t, const struct stage *s, const struct graph *graph) {
    uint32_t count = graph_value_end(graph);
    *t = (struct twin){graph, calloc(count, sizeof(double *)), calloc(count, sizeof(double *))};
    for (uint32_t v = 0; v < count; v++) {
        uint64_t elements = graph_value_elements(graph, v);
        struct rt_buffer buffer = graph_value_buffer(graph, v);
        t->values[v] = calloc(elements, sizeof(double));
        t->gradients[v] = calloc(elements, sizeof(double));
        if (buffer.address == 0)
            continue;
        float *raw = downloaded(s, buffer);
        const uint32_t *words = (const uint32_t *)(const void *)raw;
        bool integers = graph_value_dtype(graph, v) == OP_U32;
        for (uint64_t i = 0; i < elements; i++)
            t->values[v][i] = integers ? (double)words[i] : (double)raw[i];
        free(raw);
    }
}

static void end_twin(struct twin *t) {
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(t->graph); v++) {
        free(t->values[v]);
        free(t->gradients[v]);
    }
    free(t->values);
    free(t->gradients);
}

static void run_twin(const struct twin *t, bool backward) {
    CHECK(graph_reference(t->graph, backward, t->values, t->gradients) == RT_OK);
}

// -mean over the heads' logits, as gradients of the logits.
static void seed_score(const struct discriminator *score, const struct twin *t) {
    for (uint32_t head = 0; head < DISCRIMINATOR_HEADS; head++)
        for (uint32_t i = 0; i < N * score->heads[head].patches; i++)
            t->gradients[score->heads[head].logits][4 * (size_t)i] =
                -1.0 / DISCRIMINATOR_HEADS / (N * score->heads[head].patches);
}

// Three channels of the gradient at the clips, scaled, to the generator's output; its norm before that.
static double seed_generator(const struct adversary *a, const struct twin *score,
                             const struct twin *generator, double scale) {
    uint64_t count = graph_value_elements(score->graph, a->score.clips);
    double squares = 0.0;
    for (uint64_t i = 0; i < count; i++) {
        double d = i % 4 < 3 ? score->gradients[a->score.clips][i] : 0.0;
        squares += d * d;
        generator->gradients[a->generator.output][i] = scale * d;
    }
    return sqrt(squares);
}

// The discriminator was shown what the generator drew: noise on three channels, nothing on the fourth.
static void check_inputs(const struct stage *s, const struct twin *score, const struct twin *generator) {
    const struct adversary *a = s->adversary;
    uint64_t count = graph_value_elements(score->graph, a->score.clips);
    double squares = 0.0, fourth = 0.0;
    for (uint64_t i = 0; i < count; i++) {
        double seen = score->values[a->score.clips][i], drawn = generator->values[a->generator.output][i];
        squares += i % 4 < 3 ? (seen - drawn) * (seen - drawn) : 0.0;
        fourth += i % 4 == 3 ? fabs(seen) : 0.0;
    }
    CHECK(fourth == 0.0);
    double deviation = sqrt(squares / (0.75 * (double)count));
    CHECK(fabs(deviation / (double)a->options.noise - 1.0) < 0.02);
}

// Gradient of the model now = its own, set aside, + the generator's by the references.
static void check_sum(const struct stage *s, const struct twin *generator) {
    float *now = downloaded(s, parameters_slab(s->parameters, PARAMETERS_GRADIENT));
    float *own = downloaded(s, s->adversary->aside);
    double largest = 0.0, own_largest = 0.0, worst = 0.0;
    double *expected = calloc(parameters_trained_count(s->parameters), sizeof *expected);
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(generator->graph); v++)
        for (uint32_t p = 0; p < parameters_count(s->parameters); p++) {
            const struct parameter *item = parameters_get(s->parameters, p);
            if (graph_value_is_parameter(generator->graph, v) && !item->state &&
                strcmp(item->name, graph_value_name(generator->graph, v)) == 0)
                memcpy(expected + item->offset, generator->gradients[v], item->count * sizeof *expected);
        }
    for (uint64_t i = 0; i < parameters_trained_count(s->parameters); i++) {
        largest = fmax(largest, fabs(expected[i]));
        own_largest = fmax(own_largest, fabs((double)own[i]));
        worst = fmax(worst, fabs((double)now[i] - (double)own[i] - expected[i]));
    }
    CHECK(largest > 1e-3 * own_largest); // it counts
    if (!CHECK(worst <= 1e-4 * largest + 1e-6 * own_largest))
        fprintf(stderr, "  off by %.3g, the largest is %.3g, the model's own %.3g\n", worst, largest,
                own_largest);
    free(now);
    free(own);
    free(expected);
}

static double norm_of(const struct stage *s, struct rt_buffer buffer) {
    float *values = downloaded(s, buffer);
    double squares = 0.0;
    for (uint64_t i = 0; i < buffer.size_bytes / 4; i++)
        squares += (double)values[i] * (double)values[i];
    free(values);
    return sqrt(squares);
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-4 * fabs(b);
}

static void gradient_agrees(struct op_library *library) {
    struct adversary_options options = adversary_defaults();
    struct adversary_report report;
    struct stage s;
    struct twin score, generator;
    options.ramp = 0;
    begin(&s, library, &little, &options);
    CHECK(step(&s, 0).scale == 0.0f); // nothing is known of the norms yet
    for (uint64_t i = 1; i < 3; i++)
        report = step(&s, i);
    begin_twin(&score, &s, s.adversary->score.graph);
    begin_twin(&generator, &s, s.adversary->generator.graph);
    run_twin(&generator, false);
    check_inputs(&s, &score, &generator);
    seed_score(&s.adversary->score, &score);
    run_twin(&score, true);
    double norm = seed_generator(s.adversary, &score, &generator, (double)report.scale);
    run_twin(&generator, true);
    check_sum(&s, &generator);
    CHECK(near((double)report.norm, norm) && near((double)report.reconstruction, norm_of(&s, s.d_output)));
    CHECK(report.scale > 0.0f && !report.skipped);
    end_twin(&score);
    end_twin(&generator);
    end(&s);
}

// The first half of the samples has the top that the posterior gave, the second one of its own.
static void half_comes_from_the_posterior(struct op_library *library) {
    struct adversary_options options = adversary_defaults();
    struct stage s;
    begin(&s, library, &little, &options);
    step(&s, 0);
    float *posterior = downloaded(&s, s.posterior), *top = downloaded(&s, s.inputs.eps[0]);
    uint64_t half = s.posterior.size_bytes / 8, same = 0;
    CHECK(memcmp(posterior, top, half * sizeof *top) == 0);
    for (uint64_t i = half; i < 2 * half; i++)
        same += posterior[i] == top[i];
    CHECK(same == 0);
    free(posterior);
    free(top);
    end(&s);
}

// --- learning

// Moving averages of the mean logits, once a step.
static void check_anchors(const struct stage *s, float updates) {
    for (int head = 0; head < DISCRIMINATOR_HEADS; head++) {
        float *anchors = downloaded(s, s->adversary->kept[ADVERSARY_ANCHORS + head]);
        CHECK(anchors[OP_HINGE_ANCHOR_UPDATES] == updates);
        CHECK(anchors[OP_HINGE_ANCHOR_REAL] > 0.0f && anchors[OP_HINGE_ANCHOR_FAKE] < 0.0f);
        free(anchors);
    }
}

// The loss goes from 2 towards 0, and the logits come apart.
static void discriminator_learns(struct op_library *library) {
    struct adversary_options options = adversary_defaults();
    struct stage s;
    begin(&s, library, vae_preset("tiny"), &options);
    struct adversary_report first = step(&s, 0), last = first;
    for (uint64_t i = 1; i < 30; i++)
        last = step(&s, i);
    CHECK(first.loss > 1.5f && last.loss < 0.2f * first.loss);
    CHECK(last.real > 0.5f && last.fake < -0.5f && last.right > 0.95f);
    CHECK(last.scale > 0.0f && isfinite(last.lecam) && last.lecam > 0.0f);
    check_anchors(&s, 30.0f);
    end(&s);
}

// How far the first step moves the discriminator's weights, all together.
static double first_distance(struct op_library *library, float decay) {
    struct adversary_options options = adversary_defaults();
    struct stage s;
    begin(&s, library, &little, &options);
    struct rt_buffer slab = parameters_slab(s.adversary->parameters, PARAMETERS_VALUE);
    float *before = downloaded(&s, slab);
    decayed_step(&s, 0, decay);
    float *after = downloaded(&s, slab);
    double distance = 0.0;
    for (uint64_t i = 0; i < slab.size_bytes / sizeof *after; i++)
        distance += fabs((double)after[i] - (double)before[i]);
    free(before);
    free(after);
    end(&s);
    return distance;
}

static void learning_rate_decays(struct op_library *library) {
    double whole = first_distance(library, 1.0f), quarter = first_distance(library, 0.25f);
    CHECK(whole > 0.0 && fabs(quarter / whole - 0.25) < 1e-3);
}

// --- state

static float *saved(const struct stage *s) {
    float *state = malloc(adversary_state_count(s->adversary) * sizeof *state);
    CHECK(adversary_save(s->adversary, state) == RT_OK);
    return state;
}

// Whether two stages hold the same state and gave the same gradient, bit by bit.
static bool same_bits(const struct stage *a, const struct stage *b) {
    float *state_a = saved(a), *state_b = saved(b);
    struct rt_buffer slab = parameters_slab(a->parameters, PARAMETERS_GRADIENT);
    float *gradient_a = downloaded(a, slab),
          *gradient_b = downloaded(b, parameters_slab(b->parameters, PARAMETERS_GRADIENT));
    bool same = memcmp(state_a, state_b, adversary_state_count(a->adversary) * sizeof *state_a) == 0 &&
                memcmp(gradient_a, gradient_b, slab.size_bytes) == 0;
    free(state_a);
    free(state_b);
    free(gradient_a);
    free(gradient_b);
    return same;
}

static bool all_finite(const float *values, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static void run(struct stage *s, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        step(s, i);
}

static void state_is_whole(struct op_library *library) {
    struct adversary_options options = adversary_defaults(), other = options;
    struct stage unbroken, resumed, different;
    options.ramp = 4;
    begin(&unbroken, library, vae_preset("tiny"), &options);
    run(&unbroken, 0, 3);
    float *state = saved(&unbroken);
    CHECK(all_finite(state, adversary_state_count(unbroken.adversary)));
    run(&unbroken, 3, 6);
    begin(&resumed, library, vae_preset("tiny"), &options);
    CHECK(adversary_load(resumed.adversary, state) == RT_OK);
    run(&resumed, 3, 6);
    CHECK(same_bits(&unbroken, &resumed));
    end(&resumed);
    begin(&resumed, library, vae_preset("tiny"), &options);
    run(&resumed, 0, 6);
    CHECK(same_bits(&unbroken, &resumed)); // the same seed, the same bits
    other.ramp = 4;
    other.seed = 2;
    begin(&different, library, vae_preset("tiny"), &other);
    run(&different, 0, 6);
    CHECK(!same_bits(&unbroken, &different));
    free(state);
    end(&unbroken);
    end(&resumed);
    end(&different);
}

// A clip that is not finite: the discriminator stays as it is, and nothing of it stays in the state.
static void broken_clips_are_skipped(struct op_library *library) {
    struct adversary_options options = adversary_defaults();
    struct stage s;
    begin(&s, library, vae_preset("tiny"), &options);
    run(&s, 0, 2);
    float *before = saved(&s), *clips = downloaded(&s, s.inputs.clip);
    clips[1000] = NAN;
    upload(&s, s.inputs.clip, clips);
    CHECK(step(&s, 2).skipped);
    float *after = saved(&s);
    uint64_t weights =
        adversary_state_count(s.adversary) - 3 * parameters_trained_count(s.adversary->parameters);
    CHECK(memcmp(before + weights, after + weights,
                 3 * parameters_trained_count(s.adversary->parameters) * sizeof *after) == 0);
    CHECK(all_finite(after, weights));
    draw_clips(&s);
    CHECK(!step(&s, 3).skipped);
    free(before);
    free(after);
    free(clips);
    end(&s);
}

static void other_modes_are_refused(struct op_library *library) {
    struct adversary_options options = adversary_defaults();
    struct parameters *parameters;
    struct adversary *adversary;
    struct vae model;
    test_quiet(true);
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(vae_init(&model, &little, VAE_TRAIN, 1, &library->target, parameters, 0) == RT_OK);
    CHECK(adversary_create(library, &model, parameters, &options, &adversary) == RT_ERROR_INVALID);
    CHECK(adversary == NULL && strstr(test_last_error(), "frozen") != NULL);
    test_quiet(false);
    vae_finish(&model);
    parameters_destroy(&parameters);
}

static void on_device(struct op_library *library) {
    test_each_family(library, gradient_agrees);
    half_comes_from_the_posterior(library);
    learning_rate_decays(library);
    discriminator_learns(library);
    state_is_whole(library);
    broken_clips_are_skipped(library);
    other_modes_are_refused(library);
}

int main(void) {
    test_begin();
    test_on_device(on_device);
    return test_end();
}

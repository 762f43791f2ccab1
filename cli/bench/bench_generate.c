// Measures the making of clips, as `mograph bench generate` reports it.
#include "cli/bench/bench_generate.h"

#include "cli/terminal.h"
#include "model/noise/draw.h"
#include "model/sample/evaluator.h"
#include "runtime/transfer.h"

#include <stdlib.h>

enum { WARM_UP = 2, SEED = 1 };

struct session {
    struct bench_generate *bench;
    struct op_library *library;
    struct evaluator *evaluator;
    struct vae_inputs inputs;
    struct rt_arena *activations;
    float *noise, *weights; // [batch][noise_count], [batch][classes]
    uint8_t *rgb;
};

// --- the model on the device

static enum rt_status load(struct session *s) {
    struct rt_device *device = s->library->device;
    const struct parameters *p = evaluator_parameters(s->evaluator);
    uint64_t trained = parameters_trained_count(p), state = parameters_state_count(p);
    float *values = calloc(trained + state, sizeof *values);
    if (values == NULL)
        return rt_no_memory("starting weights");
    parameters_start_values(p, SEED, values, values + trained);
    enum rt_status status =
        rt_buffer_upload(device, parameters_slab(p, PARAMETERS_VALUE), values, trained * sizeof *values);
    if (status == RT_OK)
        status = rt_buffer_upload(device, parameters_state_slab(p), values + trained, state * sizeof *values);
    free(values);
    return status;
}

static enum rt_status create(struct session *s) {
    struct rt_device *device = s->library->device;
    enum rt_status status = evaluator_create(s->library, &s->bench->model, s->bench->batch, &s->evaluator);
    if (status != RT_OK)
        return status;
    struct evaluator *e = s->evaluator;
    s->bench->bytes = (double)(evaluator_parameter_bytes(e) + evaluator_activation_bytes(e) +
                               evaluator_input_bytes(e) + vae_inputs_bytes(evaluator_shapes(e), device));
    status = vae_inputs_create(&s->inputs, s->library, evaluator_shapes(e));
    if (status == RT_OK)
        status = rt_arena_create(device, RT_MEMORY_DEVICE, evaluator_activation_bytes(e), "activations",
                                 &s->activations);
    if (status == RT_OK)
        status = evaluator_attach(e, s->activations, &s->inputs);
    return status == RT_OK ? load(s) : status;
}

static bool draw(struct session *s, struct cli_error *error) {
    const struct vae_config *c = &s->bench->model;
    uint32_t n = s->bench->batch, count = evaluator_noise_count(s->evaluator);
    s->noise = malloc((size_t)n * count * sizeof *s->noise);
    s->weights = calloc((size_t)n * c->classes, sizeof *s->weights);
    s->rgb = malloc((size_t)n * c->d * c->h * c->w * 3);
    if (s->noise == NULL || s->weights == NULL || s->rgb == NULL)
        return cli_no_memory(error, "the clips");
    for (uint32_t i = 0; i < n; i++)
        s->weights[i * c->classes + i % c->classes] = 1.0f;
    for (uint32_t i = 0; i < n; i++)
        draw_normal(SEED, DRAW_SAMPLES, i, s->noise + (size_t)i * count, count);
    return true;
}

static void destroy(struct session *s) {
    evaluator_destroy(&s->evaluator);
    vae_inputs_destroy(&s->inputs);
    rt_arena_destroy(&s->activations);
    free(s->noise);
    free(s->weights);
    free(s->rgb);
}

// --- timing

static bool run_batch(struct session *s, double *ms, struct cli_error *error) {
    double start = terminal_seconds();
    enum rt_status status = evaluator_decode(s->evaluator, s->noise, s->weights, s->bench->batch, s->rgb);
    *ms = (terminal_seconds() - start) * 1e3;
    return cli_check(error, status, "making clips");
}

static bool time_batches(struct session *s, struct cli_error *error) {
    struct bench_generate *b = s->bench;
    double ms[BENCH_MAX_REPEAT], warm_up;
    bool good = true;
    for (int i = 0; i < WARM_UP && good; i++)
        good = run_batch(s, &warm_up, error);
    for (uint32_t i = 0; i < b->repeat && good; i++)
        good = run_batch(s, &ms[i], error);
    if (!good)
        return false;
    b->median_ms = bench_median(ms, b->repeat);
    b->best_ms = ms[0];
    b->worst_ms = ms[b->repeat - 1];
    return true;
}

// The generating model's own work: the evaluator's shapes are those of the model that encodes.
static enum rt_status count_work(struct session *s) {
    struct parameters *parameters;
    struct vae vae = {0};
    enum rt_status status = parameters_create(&parameters);
    if (status == RT_OK)
        status = vae_init(&vae, &s->bench->model, VAE_GENERATE, s->bench->batch, &s->library->target,
                          parameters, rt_arena_chunk_bytes(s->library->device));
    if (status == RT_OK)
        s->bench->flops = graph_forward_flops(vae.graph);
    vae_finish(&vae);
    parameters_destroy(&parameters);
    return status;
}

bool bench_generate(const struct cli_device *device, struct bench_generate *b, struct cli_error *error) {
    struct session s = {.bench = b, .library = device->library};
    bool good = cli_check(error, count_work(&s), "building the model") &&
                cli_check(error, create(&s), "putting the model on the device") && draw(&s, error) &&
                time_batches(&s, error);
    destroy(&s);
    return good;
}

// The model: what the presets promise, every gradient against the references in double precision, and that
// nothing but noise and class decides a generated clip.
#include "model/net/vae.h"
#include "tests/model/graph_trial.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct op_target host = {.family = OP_FAMILY_LANE,
                                      .cpu = true,
                                      .subgroup_size = 8,
                                      .max_invocations = 1024,
                                      .max_shared_bytes = 32768};

// Every kind of part once, small enough for the references.
static const struct vae_config little = {.name = "little",
                                         .d = 4,
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

static struct graph_trial trial_of(const struct vae *vae, struct parameters *parameters) {
    struct graph_trial trial = {
        .graph = vae->graph, .parameters = parameters, .classes = vae->config.classes};
    trial.inputs[trial.input_count++] = vae->mode == VAE_BLEND ? vae->embedding : vae->classes;
    for (uint32_t i = 0; i < vae->level_count; i++)
        trial.inputs[trial.input_count++] = vae->levels[i].eps;
    if (vae_mode_generates(vae->mode)) {
        if (vae_mode_trains(vae->mode))
            trial.seeds[trial.seed_count++] = vae->output;
        return trial;
    }
    trial.inputs[trial.input_count++] = vae->clip;
    for (uint32_t i = 1; i < vae->level_count; i++) {
        trial.inputs[trial.input_count++] = vae->levels[i].drop;
        trial.inputs[trial.input_count++] = vae->levels[i].zeros;
    }
    trial.seeds[trial.seed_count++] = vae->nll;
    for (uint32_t i = 0; i < vae->level_count; i++)
        trial.seeds[trial.seed_count++] = vae->levels[i].kl;
    return trial;
}

// What a data set holds is 0 to 1, and a variance is not negative.
static void make_sound(const struct vae *vae, struct graph_trial *trial) {
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(vae->graph); v++)
        if (v == vae->clip || v == vae->calibration)
            for (uint64_t i = 0; i < graph_value_elements(vae->graph, v); i++)
                trial->values[v][i] = fabs(trial->values[v][i]);
}

static void presets_keep_their_word(void) {
    for (uint32_t i = 0; vae_preset_at(i) != NULL; i++) {
        const struct vae_config *config = vae_preset_at(i);
        struct parameters *parameters = NULL;
        struct vae vae, generator;
        CHECK(vae_preset(config->name) == config && parameters_create(&parameters) == RT_OK);
        CHECK(vae_init(&vae, config, VAE_TRAIN, 1, &host, parameters, 0) == RT_OK);
        uint32_t count = parameters_count(parameters);
        CHECK(vae_init(&generator, config, VAE_GENERATE, 1, &host, parameters, 0) == RT_OK);
        CHECK(parameters_count(parameters) == count); // a generator is a part of what was trained
        CHECK(vae_noise_count(&vae) == vae_noise_count(&generator));
        double gflop = (graph_forward_flops(vae.graph) + graph_backward_flops(vae.graph)) / 1e9;
        if (strcmp(config->name, "small") == 0)
            CHECK(gflop <= 15.0 && config->w == 128 && config->h == 128 && config->d == 32);
        if (strcmp(config->name, "article") == 0)
            CHECK(vae.level_count == 1);
        CHECK(graph_bytes(generator.graph) < graph_bytes(vae.graph));
        vae_finish(&vae);
        vae_finish(&generator);
        parameters_destroy(&parameters);
    }
    CHECK(vae_preset("enormous") == NULL);
}

static void impossible_models_are_refused(void) {
    struct vae_config odd = *vae_preset("tiny"), narrow = odd;
    struct parameters *parameters;
    struct vae vae;
    odd.h = 36;
    narrow.channels[1] = 6;
    test_quiet(true);
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(vae_init(&vae, &odd, VAE_TRAIN, 1, &host, parameters, 0) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "multiples of 2") != NULL);
    CHECK(vae_init(&vae, &narrow, VAE_TRAIN, 1, &host, parameters, 0) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "multiples of 4") != NULL);
    test_quiet(false);
    parameters_destroy(&parameters);
}

// Stored as bf16, with 8 bits of mantissa, every value is off by up to 1 / 256 of itself, and a gradient has
// come through some tens of them.
static double tolerance(const struct vae *vae, double fp32, double bf16) {
    return vae->config.storage == OP_BF16 ? bf16 : fp32;
}

static void begin_stored(struct vae *vae, struct graph_trial *trial, enum vae_mode mode,
                         enum op_dtype storage, const struct op_target *target, uint64_t seed) {
    struct vae_config config = little;
    config.storage = storage;
    struct parameters *parameters;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(vae_init(vae, &config, mode, 2, target, parameters, 0) == RT_OK);
    parameters_layout(parameters);
    *trial = trial_of(vae, parameters);
    graph_trial_begin(trial, seed);
    make_sound(vae, trial);
}

static void begin(struct vae *vae, struct graph_trial *trial, enum vae_mode mode,
                  const struct op_target *target, uint64_t seed) {
    begin_stored(vae, trial, mode, OP_F32, target, seed);
}

static void end(struct vae *vae, struct graph_trial *trial) {
    struct parameters *parameters = trial->parameters;
    graph_trial_end(trial);
    vae_finish(vae);
    parameters_destroy(&parameters);
}

static void check_losses(const struct vae *vae, const struct graph_trial *trial, struct rt_device *device) {
    graph_trial_check(trial, device, vae->nll, false, tolerance(vae, 1e-5, 2e-2));
    for (uint32_t i = 0; i < vae->level_count; i++)
        graph_trial_check(trial, device, vae->levels[i].kl, false, tolerance(vae, 1e-4, 5e-2));
}

static void gradients_agree(struct op_library *library, enum vae_mode mode, enum op_dtype storage) {
    struct vae vae;
    struct graph_trial trial;
    begin_stored(&vae, &trial, mode, storage, &library->target, 17);
    graph_trial_run(&trial, library, true);
    graph_trial_reference(&trial, true);
    CHECK((vae.output == GRAPH_NONE) == (mode == VAE_TRAIN));
    if (vae.output != GRAPH_NONE)
        graph_trial_check(&trial, library->device, vae.output, false, tolerance(&vae, 1e-5, 2e-2));
    if (!vae_mode_generates(mode))
        check_losses(&vae, &trial, library->device);
    uint32_t leaves = 0;
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(vae.graph); v++)
        if (graph_trial_is_leaf(&trial, v) && CHECK(graph_has_gradient(vae.graph, v))) {
            graph_trial_check(&trial, library->device, v, true, tolerance(&vae, 1e-3, 0.1));
            leaves++;
        }
    CHECK(leaves == graph_trial_trained(&trial));
    end(&vae, &trial);
}

static void generated_clips_agree(struct op_library *library, enum vae_mode mode) {
    struct vae vae;
    struct graph_trial trial;
    begin(&vae, &trial, mode, &library->target, 5);
    graph_trial_run(&trial, library, false);
    graph_trial_reference(&trial, false);
    graph_trial_check(&trial, library->device, vae.output, false, 1e-5);
    const double *output = trial.values[vae.output];
    uint64_t count = graph_value_elements(vae.graph, vae.output), differing = 0;
    for (uint64_t i = 0; i < count; i++) {
        CHECK(output[i] >= 0.0 && output[i] <= 1.0);
        differing += output[i] != output[(i + count / 2) % count];
    }
    CHECK(differing > count / 2); // two draws of noise are two clips
    end(&vae, &trial);
}

static void give(const struct graph_trial *trial, uint32_t value, const double *from) {
    memcpy(trial->values[value], from, graph_value_elements(trial->graph, value) * sizeof *from);
}

// The rows of the classes' table, as what the classes say.
static void give_rows(const struct vae *encoder, const struct graph_trial *from, const struct vae *generator,
                      const struct graph_trial *to) {
    uint32_t dim = generator->config.embedding, table = 0;
    while (strcmp(graph_value_name(encoder->graph, table), VAE_EMBEDDING) != 0)
        table++;
    for (uint32_t i = 0; i < generator->n; i++)
        memcpy(to->values[generator->embedding] + i * dim,
               from->values[table] + (size_t)from->values[encoder->classes][i] * dim, dim * sizeof(double));
}

// Parameters by name; inputs by meaning: the noise that was read off is the noise to generate from.
static void give_what_was_encoded(const struct vae *encoder, const struct graph_trial *from,
                                  const struct vae *generator, const struct graph_trial *to) {
    for (uint32_t g = GRAPH_FIRST; g < graph_value_end(generator->graph); g++)
        for (uint32_t e = GRAPH_FIRST; e < graph_value_end(encoder->graph); e++)
            if (graph_value_is_parameter(generator->graph, g) &&
                strcmp(graph_value_name(generator->graph, g), graph_value_name(encoder->graph, e)) == 0)
                give(to, g, from->values[e]);
    if (generator->mode == VAE_BLEND)
        give_rows(encoder, from, generator, to);
    else
        give(to, generator->classes, from->values[encoder->classes]);
    for (uint32_t i = 0; i < generator->level_count; i++)
        give(to, generator->levels[i].eps, from->values[encoder->levels[i].noise]);
}

// Encoding by inversion: the noise of an encoded clip gives the same picture from the prior alone.
static void encoding_inverts_generation(struct op_library *library, enum vae_mode mode) {
    struct vae encoder, generator;
    struct graph_trial from, to;
    begin(&encoder, &from, VAE_EVALUATE, &library->target, 9);
    begin(&generator, &to, mode, &library->target, 9);
    graph_trial_run(&from, library, false);
    graph_trial_reference(&from, false);
    check_losses(&encoder, &from, library->device);
    for (uint32_t i = 0; i < encoder.level_count; i++) {
        graph_trial_check(&from, library->device, encoder.levels[i].noise, false, 1e-4);
        graph_trial_check(&from, library->device, encoder.levels[i].mean, false, 1e-4);
    }
    give_what_was_encoded(&encoder, &from, &generator, &to);
    graph_trial_reference(&to, false);
    uint64_t count = graph_value_elements(generator.graph, generator.output);
    for (uint64_t i = 0; i < count; i++)
        CHECK(fabs(to.values[generator.output][i] - from.values[encoder.output][i]) < 1e-9);
    end(&encoder, &from);
    end(&generator, &to);
}

static void with_a_family(struct op_library *library) {
    gradients_agree(library, VAE_TRAIN, OP_F32);
    gradients_agree(library, VAE_TRAIN_FROZEN, OP_F32);
    gradients_agree(library, VAE_ADVERSARY, OP_F32);
    gradients_agree(library, VAE_TRAIN, OP_BF16);
    gradients_agree(library, VAE_TRAIN_FROZEN, OP_BF16);
    generated_clips_agree(library, VAE_GENERATE);
    generated_clips_agree(library, VAE_BLEND);
    encoding_inverts_generation(library, VAE_GENERATE);
    encoding_inverts_generation(library, VAE_BLEND);
}

static void on_device(struct op_library *library) {
    test_each_family(library, with_a_family);
}

int main(void) {
    test_begin();
    presets_keep_their_word();
    impossible_models_are_refused();
    test_on_device(on_device);
    return test_end();
}

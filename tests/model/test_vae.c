// The model: what the presets promise, every gradient against the references in double precision, and that
// nothing but noise and class decides a generated clip.
#include "model/vae.h"
#include "tests/model/graph_trial.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct op_target host = {OP_FAMILY_LANE, true, 8, 1024, 32768};

// Every kind of part once, small enough for the references.
static const struct vae_config little = {"little", 4, 16, 16, 2, {8, 12}, 8, {2, 4}, 3, 8};

static struct graph_trial trial_of(const struct vae *vae, struct parameters *parameters) {
    struct graph_trial trial = {
        .graph = vae->graph, .parameters = parameters, .classes = vae->config.classes};
    trial.inputs[trial.input_count++] = vae->classes;
    for (uint32_t i = 0; i < vae->level_count; i++)
        trial.inputs[trial.input_count++] = vae->levels[i].eps;
    if (vae->mode == VAE_GENERATE)
        return trial;
    trial.inputs[trial.input_count++] = vae->clip;
    trial.inputs[trial.input_count++] = vae->calibration;
    trial.seeds[trial.seed_count++] = vae->nll;
    for (uint32_t i = 0; i < vae->level_count; i++)
        trial.seeds[trial.seed_count++] = vae->levels[i].kl;
    return trial;
}

// What a data set holds is 0 to 1, and a variance is not negative.
static void make_sound(const struct vae *vae, struct graph_trial *trial) {
    for (uint32_t v = 0; v < graph_value_count(vae->graph); v++)
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

static uint32_t trained_tensors(const struct parameters *parameters) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < parameters_count(parameters); i++)
        count += !parameters_get(parameters, i)->state;
    return count;
}

static void gradients_agree(struct op_library *library) {
    struct parameters *parameters;
    struct vae vae;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(vae_init(&vae, &little, VAE_TRAIN, 2, &library->target, parameters, 0) == RT_OK);
    parameters_layout(parameters);
    struct graph_trial trial = trial_of(&vae, parameters);
    graph_trial_begin(&trial, 17);
    make_sound(&vae, &trial);
    graph_trial_run(&trial, library, true);
    graph_trial_reference(&trial, true);
    graph_trial_check(&trial, library->device, vae.output, false, 1e-5);
    graph_trial_check(&trial, library->device, vae.nll, false, 1e-5);
    for (uint32_t i = 0; i < vae.level_count; i++)
        graph_trial_check(&trial, library->device, vae.levels[i].kl, false, 1e-4);
    uint32_t leaves = 0;
    for (uint32_t v = 0; v < graph_value_count(vae.graph); v++)
        if (graph_trial_is_leaf(&trial, v) && CHECK(graph_has_gradient(vae.graph, v))) {
            graph_trial_check(&trial, library->device, v, true, 1e-3);
            leaves++;
        }
    CHECK(leaves == trained_tensors(parameters));
    graph_trial_end(&trial);
    vae_finish(&vae);
    parameters_destroy(&parameters);
}

static void generated_clips_agree(struct op_library *library) {
    struct parameters *parameters;
    struct vae vae;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(vae_init(&vae, &little, VAE_GENERATE, 2, &library->target, parameters, 0) == RT_OK);
    parameters_layout(parameters);
    struct graph_trial trial = trial_of(&vae, parameters);
    graph_trial_begin(&trial, 5);
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
    graph_trial_end(&trial);
    vae_finish(&vae);
    parameters_destroy(&parameters);
}

int main(void) {
    test_begin();
    presets_keep_their_word();
    impossible_models_are_refused();
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct op_library *library;
    if (CHECK(op_library_create(device, &library) == RT_OK)) {
        for (int family = 0; family < 2; family++)
            if (CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK)) {
                gradients_agree(library);
                generated_clips_agree(library);
            }
        op_library_destroy(&library);
    }
    test_close(&context, &device);
    return test_end();
}

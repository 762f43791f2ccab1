// The discriminator: every gradient against the references in double precision, in both modes, and that class
// and clip decide the logits.
#include "model/net/discriminator.h"
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

static const struct discriminator_config little = {8, 16, 24, 3, false}; // one patch along time at the end
static const struct discriminator_config blocks = {16, 32, 32, 2, true};

static void begin(struct discriminator *d, struct graph_trial *trial,
                  const struct discriminator_config *config, enum discriminator_mode mode, uint32_t n,
                  const struct op_target *target) {
    struct parameters *parameters;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(discriminator_init(d, config, mode, n, target, parameters, 0) == RT_OK);
    parameters_layout(parameters);
    *trial = (struct graph_trial){.graph = d->graph,
                                  .parameters = parameters,
                                  .classes = config->classes,
                                  .inputs = {d->clips, d->classes},
                                  .input_count = 2,
                                  .seeds = {d->heads[0].logits, d->heads[1].logits},
                                  .seed_count = 2};
    graph_trial_begin(trial, 23);
}

static void end(struct discriminator *d, struct graph_trial *trial) {
    struct parameters *parameters = trial->parameters;
    graph_trial_end(trial);
    discriminator_finish(d);
    parameters_destroy(&parameters);
}

static uint32_t gradients_checked(const struct discriminator *d, const struct graph_trial *trial,
                                  struct rt_device *device) {
    uint32_t count = 0;
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(d->graph); v++)
        if (graph_trial_is_leaf(trial, v) && graph_has_gradient(d->graph, v)) {
            graph_trial_check(trial, device, v, true, 1e-4);
            count++;
        }
    return count;
}

// To train: every parameter, not the clips. To score: the clips, no parameter.
static void gradients_agree(struct op_library *library, const struct discriminator_config *config,
                            enum discriminator_mode mode, uint32_t n) {
    struct discriminator d;
    struct graph_trial trial;
    bool score = mode == DISCRIMINATOR_SCORE;
    begin(&d, &trial, config, mode, n, &library->target);
    graph_trial_run(&trial, library, true);
    graph_trial_reference(&trial, true);
    for (uint32_t i = 0; i < DISCRIMINATOR_HEADS; i++)
        graph_trial_check(&trial, library->device, d.heads[i].logits, false, 1e-5);
    CHECK(gradients_checked(&d, &trial, library->device) == (score ? 1 : parameters_count(trial.parameters)));
    CHECK(graph_has_gradient(d.graph, d.clips) == score);
    end(&d, &trial);
}

// How far the logits of all patches move between two runs of the references.
static double distance(const struct discriminator *d, const struct graph_trial *trial, double *kept) {
    double sum = 0.0;
    for (uint32_t i = 0; i < DISCRIMINATOR_HEADS; i++)
        for (uint32_t k = 0; k < d->heads[i].patches; k++, kept++) {
            double logit = trial->values[d->heads[i].logits][4 * (size_t)k];
            sum += fabs(logit - *kept);
            *kept = logit;
        }
    return sum;
}

static void class_and_clip_decide(void) {
    struct discriminator d;
    struct graph_trial trial;
    double logits[64] = {0};
    begin(&d, &trial, &little, DISCRIMINATOR_SCORE, 1, &host);
    CHECK(d.heads[0].patches == 2 * 4 * 6 && d.heads[1].patches == 1 * 2 * 3);
    CHECK(d.heads[0].patches + d.heads[1].patches <= 64);
    graph_trial_reference(&trial, false);
    CHECK(distance(&d, &trial, logits) > 0.1);
    graph_trial_reference(&trial, false);
    CHECK(distance(&d, &trial, logits) == 0.0);
    trial.values[d.classes][0] = 2.0;
    graph_trial_reference(&trial, false);
    CHECK(distance(&d, &trial, logits) > 0.01);
    trial.values[d.clips][100] += 0.5;
    graph_trial_reference(&trial, false);
    CHECK(distance(&d, &trial, logits) > 0.001);
    end(&d, &trial);
}

// Both modes are one network, and to score costs no gradient of a parameter.
static void modes_share(void) {
    struct parameters *parameters;
    struct discriminator train, score;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(discriminator_init(&train, &blocks, DISCRIMINATOR_TRAIN, 2, &host, parameters, 0) == RT_OK);
    uint32_t count = parameters_count(parameters);
    CHECK(discriminator_init(&score, &blocks, DISCRIMINATOR_SCORE, 2, &host, parameters, 0) == RT_OK);
    CHECK(parameters_count(parameters) == count);
    CHECK(graph_forward_flops(train.graph) == graph_forward_flops(score.graph));
    CHECK(graph_backward_flops(score.graph) < 0.7 * graph_backward_flops(train.graph));
    discriminator_finish(&train);
    discriminator_finish(&score);
    parameters_destroy(&parameters);
}

// All presets of the model have a discriminator.
static void presets_are_served(void) {
    for (uint32_t i = 0; vae_preset_at(i) != NULL; i++) {
        struct discriminator_config config = discriminator_for(vae_preset_at(i));
        struct parameters *parameters;
        struct discriminator d;
        CHECK(parameters_create(&parameters) == RT_OK);
        CHECK(discriminator_init(&d, &config, DISCRIMINATOR_TRAIN, 1, &host, parameters, 0) == RT_OK);
        CHECK(config.blocks == (config.w == 128));
        discriminator_finish(&d);
        parameters_destroy(&parameters);
    }
}

static void impossible_clips_are_refused(void) {
    struct parameters *parameters;
    struct discriminator d;
    test_quiet(true);
    CHECK(parameters_create(&parameters) == RT_OK);
    const struct discriminator_config flat = {4, 32, 32, 6, false}, odd = {17, 32, 32, 6, true};
    CHECK(discriminator_init(&d, &flat, DISCRIMINATOR_TRAIN, 1, &host, parameters, 0) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "at least 8") != NULL);
    CHECK(discriminator_init(&d, &odd, DISCRIMINATOR_TRAIN, 1, &host, parameters, 0) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "even") != NULL);
    test_quiet(false);
    parameters_destroy(&parameters);
}

static void with_a_family(struct op_library *library) {
    gradients_agree(library, &little, DISCRIMINATOR_TRAIN, 2);
    gradients_agree(library, &little, DISCRIMINATOR_SCORE, 2);
    gradients_agree(library, &blocks, DISCRIMINATOR_TRAIN, 1);
    gradients_agree(library, &blocks, DISCRIMINATOR_SCORE, 1);
}

static void on_device(struct op_library *library) {
    test_each_family(library, with_a_family);
}

int main(void) {
    test_begin();
    class_and_clip_decide();
    modes_share();
    presets_are_served();
    impossible_clips_are_refused();
    test_on_device(on_device);
    return test_end();
}

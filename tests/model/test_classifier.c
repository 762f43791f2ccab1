// The classifier: every gradient against the references in double precision, what it sees of a clip, that it
// learns, the same bits every time, and that its file gives the same answers.
#include "model/classifier/classifier.h"
#include "model/noise/draw.h"
#include "tests/model/graph_trial.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- the network

static const struct classifier_config little = {3, 6, 5, 3}; // odd sides, one voxel at the end

static void begin(struct classifier_net *net, struct graph_trial *trial, enum classifier_mode mode,
                  const struct op_target *target) {
    struct parameters *parameters;
    CHECK(parameters_create(&parameters) == RT_OK);
    CHECK(classifier_net_init(net, &little, mode, 4, target, parameters, 0) == RT_OK);
    parameters_layout(parameters);
    *trial = (struct graph_trial){.graph = net->graph,
                                  .parameters = parameters,
                                  .classes = little.classes,
                                  .inputs = {net->clips, net->labels},
                                  .input_count = mode == CLASSIFIER_TRAIN ? 2 : 1,
                                  .seeds = {net->loss},
                                  .seed_count = mode == CLASSIFIER_TRAIN};
    graph_trial_begin(trial, 31);
}

static void end(struct classifier_net *net, struct graph_trial *trial) {
    struct parameters *parameters = trial->parameters;
    graph_trial_end(trial);
    classifier_net_finish(net);
    parameters_destroy(&parameters);
}

static void gradients_agree(struct op_library *library) {
    struct classifier_net net;
    struct graph_trial trial;
    uint32_t leaves = 0;
    begin(&net, &trial, CLASSIFIER_TRAIN, &library->target);
    graph_trial_run(&trial, library, true);
    graph_trial_reference(&trial, true);
    graph_trial_check(&trial, library->device, net.loss, false, 1e-5);
    graph_trial_check(&trial, library->device, net.features, false, 1e-5);
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(net.graph); v++)
        if (graph_trial_is_leaf(&trial, v) && CHECK(graph_has_gradient(net.graph, v))) {
            graph_trial_check(&trial, library->device, v, true, 1e-3);
            leaves++;
        }
    CHECK(leaves == graph_trial_trained(&trial) && leaves == 3 * 3 + 2);
    end(&net, &trial);
}

static void running_agrees(struct op_library *library) {
    struct classifier_net net;
    struct graph_trial trial;
    begin(&net, &trial, CLASSIFIER_RUN, &library->target);
    graph_trial_run(&trial, library, false);
    graph_trial_reference(&trial, false);
    graph_trial_check(&trial, library->device, net.logits, false, 1e-5);
    graph_trial_check(&trial, library->device, net.features, false, 1e-5);
    end(&net, &trial);
}

// --- what it sees

static void blocks_by_hand(void) {
    struct classifier_config config = {.d = 1, .h = 1, .w = 2, .classes = 2};
    const uint8_t rgb[2 * 1 * 5 * 3] = {10, 0, 0, 0, 30, 0, /**/ 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                        10, 0, 0, 0, 30, 0, /**/ 7, 7, 7, 7, 7, 7, 7, 7, 7};
    const uint8_t want[8] = {5, 15, 0, 20, 7, 7, 7, 0}; // brightest 10 and 30: deviation 10
    uint8_t reduced[8];
    classifier_reduce(&config, rgb, 2, 1, 5, reduced);
    CHECK(memcmp(reduced, want, sizeof want) == 0);
    config = classifier_config_for(32, 128, 100, 6);
    CHECK(config.d == 8 && config.h == 32 && config.w == 32 && config.classes == 6);
    config = classifier_config_for(3, 16, 1, 6);
    CHECK(config.d == 3 && config.h == 16 && config.w == 1);
}

// Every pixel is in one block: the blocks' means, weighted by their sizes, are the clip's.
static void every_pixel_counts_once(void) {
    enum { D = 11, H = 45, W = 70 };
    struct classifier_config config = classifier_config_for(D, H, W, 2);
    uint8_t *rgb = calloc(D * H * W * 3, 1), *reduced = malloc(classifier_input_bytes(&config));
    uint32_t seen = 0;
    for (uint32_t i = 0; i < D * H * W; i += 997) {
        memset(rgb, 0, D * H * W * 3);
        rgb[i * 3 + 1] = 255;
        classifier_reduce(&config, rgb, D, H, W, reduced);
        uint32_t lit = 0;
        for (size_t k = 0; k < classifier_input_bytes(&config); k += 4)
            lit += reduced[k + 1] > 0;
        seen += lit == 1;
    }
    CHECK(seen == (D * H * W + 996) / 997);
    free(rgb);
    free(reduced);
}

// --- learning: three kinds of noise, which differ in colour, in place, and in detail alone

enum { KINDS = 3, D = 4, H = 16, W = 16, CLIP = D * H * W * 4 };

static struct classifier_clips make_clips(uint64_t seed, uint32_t count) {
    uint8_t *reduced = malloc((size_t)count * CLIP);
    uint32_t *classes = malloc(count * sizeof *classes);
    for (uint32_t i = 0; i < count; i++) {
        classes[i] = i % KINDS;
        for (uint32_t k = 0; k < CLIP; k++) {
            uint32_t noise = draw_bits(seed, DRAW_SAMPLES, i, k) % 96, y = k / 4 / W % H;
            bool raised = classes[i] == 0 ? k % 4 == 0 : classes[i] == 1 ? y < H / 2 : k % 4 == 3;
            reduced[(size_t)i * CLIP + k] = (uint8_t)(noise + (raised ? 24 : 0));
        }
    }
    return (struct classifier_clips){count, reduced, classes};
}

static void free_clips(struct classifier_clips *clips) {
    free((void *)clips->reduced);
    free((void *)clips->classes);
}

static uint32_t right(struct classifier *c, const struct classifier_clips *clips) {
    float *logits = malloc(clips->count * KINDS * sizeof *logits);
    uint32_t count = 0;
    CHECK(classifier_run(c, clips, NULL, logits) == RT_OK);
    for (uint32_t i = 0; i < clips->count; i++)
        count += classifier_choice(logits + i * KINDS, KINDS) == clips->classes[i];
    free(logits);
    return count;
}

static void remember(void *user, uint32_t done, uint32_t steps, float loss) {
    float *losses = user;
    if (done == 1)
        losses[0] = loss;
    if (done == steps)
        losses[1] = loss;
}

static struct classifier *make(struct op_library *library) {
    struct classifier *c = NULL;
    const struct classifier_config config = {D, H, W, KINDS};
    CHECK(classifier_create(library, &config, 5, &c) == RT_OK);
    return c;
}

static struct classifier *make_trained(struct op_library *library, const struct classifier_clips *clips,
                                       uint32_t steps, float losses[2]) {
    struct classifier *c = make(library);
    const struct classifier_options options = {
        .steps = steps, .weight_decay = 1e-3f, .seed = 2, .progress = remember, .user = losses};
    CHECK(classifier_train(c, clips, &options) == RT_OK);
    return c;
}

static void it_learns(struct op_library *library) {
    struct classifier_clips train = make_clips(1, 60), val = make_clips(2, 33);
    float losses[2] = {0.0f, 0.0f};
    struct classifier *c = make_trained(library, &train, 60, losses);
    CHECK(losses[0] > 0.7f && losses[1] < 0.2f * losses[0]);
    CHECK(right(c, &train) == train.count && right(c, &val) >= val.count - 1);
    classifier_destroy(&c);
    c = make(library); // untrained: about a third
    CHECK(right(c, &val) < 2 * val.count / 3);
    classifier_destroy(&c);
    free_clips(&train);
    free_clips(&val);
}

static void the_same_bits_every_time(struct op_library *library) {
    struct classifier_clips clips = make_clips(3, 20);
    float losses[2], features[2][20 * CLASSIFIER_FEATURES];
    for (int i = 0; i < 2; i++) {
        struct classifier *c = make_trained(library, &clips, 3, losses);
        CHECK(classifier_run(c, &clips, features[i], NULL) == RT_OK);
        classifier_destroy(&c);
    }
    CHECK(memcmp(features[0], features[1], sizeof features[0]) == 0);
    free_clips(&clips);
}

// 20 clips are a batch and a quarter; each alone gives what it gave among others.
static void batches_do_not_matter(struct op_library *library) {
    struct classifier_clips clips = make_clips(4, 20);
    float losses[2], features[20 * CLASSIFIER_FEATURES], one[CLASSIFIER_FEATURES];
    struct classifier *c = make_trained(library, &clips, 2, losses);
    CHECK(classifier_run(c, &clips, features, NULL) == RT_OK);
    for (uint32_t i = 0; i < 20; i += 19) {
        const struct classifier_clips alone = {1, clips.reduced + (size_t)i * CLIP, NULL};
        CHECK(classifier_run(c, &alone, one, NULL) == RT_OK);
        CHECK(memcmp(one, features + i * CLASSIFIER_FEATURES, sizeof one) == 0);
    }
    CHECK(memcmp(features, features + CLASSIFIER_FEATURES, sizeof one) != 0);
    classifier_destroy(&c);
    free_clips(&clips);
}

// --- its file

static void damage(const char *path) {
    FILE *file = fopen(path, "r+b");
    if (CHECK(file != NULL)) {
        fputs("damaged!", file);
        fclose(file);
    }
}

static void files_give_the_same_answers(struct op_library *library) {
    struct classifier_clips clips = make_clips(6, 16);
    float losses[2], before[16 * CLASSIFIER_FEATURES], after[16 * CLASSIFIER_FEATURES];
    char path[TEST_TEMPORARY];
    test_temporary(path);
    int descriptor = mkstemp(path);
    bool found = true;
    struct classifier *c = make_trained(library, &clips, 3, losses), *again = make(library);
    CHECK(descriptor >= 0 && classifier_run(c, &clips, before, NULL) == RT_OK);
    CHECK(classifier_save(c, path, "these clips") == RT_OK);
    CHECK(classifier_load(again, path, "other clips", &found) == RT_OK && !found);
    CHECK(classifier_run(again, &clips, after, NULL) == RT_OK);
    CHECK(memcmp(before, after, sizeof before) != 0); // nothing was read
    CHECK(classifier_load(again, path, "these clips", &found) == RT_OK && found);
    CHECK(classifier_run(again, &clips, after, NULL) == RT_OK);
    CHECK(memcmp(before, after, sizeof before) == 0);
    damage(path);
    test_quiet(true);
    CHECK(classifier_load(again, path, "these clips", &found) == RT_ERROR_INVALID && !found);
    test_quiet(false);
    close(descriptor);
    unlink(path);
    CHECK(classifier_load(again, path, "these clips", &found) == RT_OK && !found); // no file, no error
    classifier_destroy(&c);
    classifier_destroy(&again);
    free_clips(&clips);
}

static void refusals(struct op_library *library) {
    struct classifier_clips clips = make_clips(6, 4);
    const struct classifier_options options = {.steps = 1};
    const struct classifier_clips none = {0, clips.reduced, clips.classes};
    const struct classifier_config impossible = {D, 0, W, KINDS};
    struct classifier *c = make(library), *no = NULL;
    test_quiet(true);
    CHECK(classifier_train(c, &none, &options) == RT_ERROR_INVALID);
    ((uint32_t *)clips.classes)[3] = KINDS;
    CHECK(classifier_train(c, &clips, &options) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "clip 3 is of class 3") != NULL);
    CHECK(classifier_create(library, &impossible, 1, &no) == RT_ERROR_INVALID && no == NULL);
    test_quiet(false);
    classifier_destroy(&c);
    free_clips(&clips);
}

static void with_a_family(struct op_library *library) {
    gradients_agree(library);
    running_agrees(library);
}

static void on_device(struct op_library *library) {
    test_each_family(library, with_a_family);
    it_learns(library);
    the_same_bits_every_time(library);
    batches_do_not_matter(library);
    files_give_the_same_answers(library);
    refusals(library);
}

int main(void) {
    test_begin();
    blocks_by_hand();
    every_pixel_counts_once();
    test_on_device(on_device);
    return test_end();
}

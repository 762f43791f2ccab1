// Weights on a device: what is drawn, decoded and encoded, points on disk, and what is refused.
#include "model/sample/generator.h"
#include "model/sample/points.h"
#include "model/sample/z_file.h"
#include "tests/model/untrained.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIPS = 5, CLASSES = 6 };

struct rig {
    struct op_library *library;
    struct weights *weights;
    struct generator *generator;
    uint32_t count; // of a point
    size_t bytes;   // of a clip
    float noise[CLIPS * 2048], blend[CLIPS * CLASSES];
    uint8_t *rgb; // [CLIPS]
};

static bool begin(struct rig *rig, struct op_library *library, enum untrained which, uint32_t batch) {
    *rig = (struct rig){.library = library};
    const char *path = "untrained.safetensors";
    bool ok = CHECK(untrained_write(path, which, 5)) && CHECK(weights_open(path, &rig->weights) == RT_OK) &&
              CHECK(generator_create(library, rig->weights, batch, &rig->generator) == RT_OK);
    unlink(path);
    if (!ok)
        return false;
    rig->count = generator_space(rig->generator)->count;
    rig->bytes = generator_clip_bytes(rig->generator);
    rig->rgb = malloc(CLIPS * rig->bytes);
    return CHECK(rig->count <= 2048 && rig->rgb != NULL && generator_batch(rig->generator) == batch);
}

static void end(struct rig *rig) {
    generator_destroy(&rig->generator);
    weights_close(&rig->weights);
    free(rig->rgb);
}

// A few points: four of a class, one between two.
static void draw_all(struct rig *rig) {
    memset(rig->blend, 0, sizeof rig->blend);
    for (uint32_t i = 0; i < CLIPS; i++) {
        float *blend = rig->blend + i * CLASSES;
        blend[i] = i < 4 ? 1.0f : 0.25f;
        blend[0] += i < 4 ? 0.0f : 0.75f;
        struct point_draw draw = {40 + i, 1.0f, 1.0f};
        prior_draw(generator_prior(rig->generator), &draw, blend, rig->noise + i * rig->count);
    }
}

static double mean_of_top(const float *noise) {
    double sum = 0.0;
    for (int i = 0; i < 8; i++)
        sum += (double)noise[i] / 8.0;
    return sum;
}

static void draws_follow_the_density(struct op_library *library) {
    struct rig rig;
    if (begin(&rig, library, UNTRAINED_PLAIN, 1)) {
        for (uint32_t class = 0; class < CLASSES; ++class) {
            float blend[CLASSES] = {0};
            blend[class] = 1.0f;
            struct point_draw still = {1, 0.0f, 1.0f}, coarse = {1, 1.0f, 0.0f};
            prior_draw(generator_prior(rig.generator), &still, blend, rig.noise);
            double mean = class == 5 ? 0.0 : 0.5 * class - 1.0; // the last one is the prior
            CHECK(fabs(mean_of_top(rig.noise) - mean) < 1e-6);
            prior_draw(generator_prior(rig.generator), &coarse, blend, rig.noise);
            CHECK(fabs(mean_of_top(rig.noise) - mean) > 1e-3);
            for (uint32_t i = 8; i < rig.count; i++)
                CHECK(rig.noise[i] == 0.0f);
        }
        uint32_t burst = 0;
        for (uint64_t seed = 0; seed < 1000; seed++)
            burst += prior_draw_class(generator_prior(rig.generator), seed) == 0;
        CHECK(burst > 450 && burst < 550);
    }
    end(&rig);
}

// Of a class, of one that the seed draws, between two, and over what was there before.
static void points_are_drawn_in_place(struct op_library *library) {
    struct rig rig;
    struct points points = {0};
    if (begin(&rig, library, UNTRAINED_PLAIN, 1) && CHECK(points_create(&points, 3, rig.count, CLASSES))) {
        const struct prior *prior = generator_prior(rig.generator);
        const struct point_draw how = {7, 1.0f, 1.0f};
        const float blend[CLASSES] = {0.25f, 0.75f};
        float one[CLASSES] = {0};
        uint32_t drawn = points_draw(&points, 0, prior, POINTS_ANY_CLASS, &how);
        CHECK(drawn == prior_draw_class(prior, 7) && points_weights(&points, 0)[drawn] == 1.0f);
        CHECK(points_draw(&points, 0, prior, 2, &how) == 2);
        one[2] = 1.0f;
        prior_draw(prior, &how, one, rig.noise);
        CHECK(memcmp(points_weights(&points, 0), one, sizeof one) == 0);
        CHECK(memcmp(points_noise(&points, 0), rig.noise, rig.count * sizeof *rig.noise) == 0);
        points_draw_blend(&points, 1, prior, blend, &how);
        prior_draw(prior, &how, blend, rig.noise);
        CHECK(memcmp(points_noise(&points, 1), rig.noise, rig.count * sizeof *rig.noise) == 0);
        points_mix(&points, 2, &points, 0, 1, 0.5f);
        CHECK(points_weights(&points, 2)[1] == 0.375f && points_weights(&points, 2)[2] == 0.5f);
    }
    points_destroy(&points);
    end(&rig);
}

// The batch decides nothing.
static void batches_do_not_matter(struct op_library *library) {
    struct rig one, three = {0};
    if (begin(&one, library, UNTRAINED_PLAIN, 1) && begin(&three, library, UNTRAINED_PLAIN, 3)) {
        draw_all(&one);
        draw_all(&three);
        CHECK(memcmp(one.noise, three.noise, sizeof one.noise) == 0);
        CHECK(generator_decode(one.generator, one.noise, one.blend, CLIPS, one.rgb) == RT_OK);
        CHECK(generator_decode(three.generator, three.noise, three.blend, CLIPS, three.rgb) == RT_OK);
        CHECK(memcmp(one.rgb, three.rgb, CLIPS * one.bytes) == 0);
        CHECK(memcmp(one.rgb, one.rgb + one.bytes, one.bytes) != 0);
        CHECK(evaluator_decode(generator_evaluator(one.generator), one.noise + 2 * one.count,
                               one.blend + 2 * CLASSES, 1, three.rgb) == RT_OK);
        CHECK(memcmp(one.rgb + 2 * one.bytes, three.rgb, one.bytes) == 0);
    }
    end(&three);
    end(&one);
}

static int largest_difference(const float *output, const uint8_t *rgb, size_t numbers) {
    int largest = 0;
    for (size_t i = 0; i < numbers; i++) {
        int shown = (int)lrintf(output[i / 3 * 4 + i % 3] * 255.0f), off = abs(shown - rgb[i]);
        largest = off > largest ? off : largest;
    }
    return largest;
}

// The noise of an encoded clip decodes to what the posterior's mean was decoded to; the best class is the one
// that a search by hand finds.
static void encoding_is_inverted(struct op_library *library) {
    struct rig rig;
    if (begin(&rig, library, UNTRAINED_PLAIN, 4)) {
        draw_all(&rig);
        CHECK(generator_decode(rig.generator, rig.noise, rig.blend, 1, rig.rgb) == RT_OK);
        struct generator_encoding best = {.elbo = -HUGE_VAL}, found;
        for (uint32_t class = 0; class < CLASSES; ++class) {
            CHECK(generator_encode(rig.generator, rig.rgb, class, rig.noise, &found) == RT_OK);
            CHECK(found.class == class && isfinite(found.elbo));
            CHECK(fabs(found.elbo + found.nll + found.kl[0] + found.kl[1] + found.kl[2]) < 1e-9 * found.nll);
            best = found.elbo > best.elbo ? found : best;
        }
        CHECK(generator_encode(rig.generator, rig.rgb, GENERATOR_ANY_CLASS, rig.noise, &found) == RT_OK);
        CHECK(found.class == best.class && found.elbo == best.elbo);
        float blend[CLASSES] = {0}, *output = malloc(rig.bytes / 3 * 4 * sizeof *output);
        blend[found.class] = 1.0f;
        const struct evaluator_clips clips = {1, rig.rgb, &found.class};
        const struct evaluation evaluation = {.output = output};
        CHECK(evaluator_encode(generator_evaluator(rig.generator), &clips, NULL, 3, &evaluation) == RT_OK);
        CHECK(generator_decode(rig.generator, rig.noise, blend, 1, rig.rgb) == RT_OK);
        CHECK(largest_difference(output, rig.rgb, rig.bytes) <= 1);
        free(output);
    }
    end(&rig);
}

static void refuses_z(struct op_library *library, enum untrained which, const char *why) {
    struct rig rig;
    bool same;
    if (begin(&rig, library, which, 1)) {
        test_quiet(true);
        CHECK(z_file_load("point.safetensors", rig.generator, rig.noise, rig.blend, &same) ==
              RT_ERROR_INVALID);
        CHECK(strstr(test_last_error(), why) != NULL);
        CHECK(strstr(test_last_error(), "point.safetensors") != NULL);
        test_quiet(false);
    }
    end(&rig);
}

static void points_survive_the_disk(struct op_library *library) {
    struct rig rig, back = {0};
    bool same = false;
    const struct safetensors_pair pair = {"mograph.kind", "burst"};
    if (begin(&rig, library, UNTRAINED_PLAIN, 1) && begin(&back, library, UNTRAINED_PLAIN, 1)) {
        draw_all(&rig);
        for (uint32_t i = 3; i < CLIPS; i++) { // of a class, and between two
            const float *noise = rig.noise + i * rig.count, *blend = rig.blend + i * CLASSES;
            CHECK(z_file_save("point.safetensors", rig.generator, noise, blend, &pair, 1) == RT_OK);
            CHECK(z_file_load("point.safetensors", back.generator, back.noise, back.blend, &same) == RT_OK);
            CHECK(same && memcmp(noise, back.noise, rig.count * sizeof *noise) == 0);
            CHECK(memcmp(blend, back.blend, CLASSES * sizeof *blend) == 0);
        }
        refuses_z(library, UNTRAINED_WIDE, "eps.0");
        refuses_z(library, UNTRAINED_KINDS, "other kinds: burst/fountain");
        test_quiet(true);
        rig.noise[3] = NAN;
        CHECK(z_file_save("bad.safetensors", rig.generator, rig.noise, rig.blend, NULL, 0) ==
              RT_ERROR_INVALID);
        CHECK(access("bad.safetensors", F_OK) != 0);
        CHECK(z_file_load("no-such-file", rig.generator, rig.noise, rig.blend, &same) == RT_ERROR_IO);
        test_quiet(false);
    }
    end(&back);
    unlink("point.safetensors");
    end(&rig);
}

// Neither black nor what is not finite is a result, and the message names the device and what to do.
static void broken_results_are_refused(struct op_library *library, enum untrained which, const char *why) {
    struct rig rig;
    if (begin(&rig, library, which, 2)) {
        draw_all(&rig);
        test_quiet(true);
        test_clear_log();
        CHECK(generator_decode(rig.generator, rig.noise, rig.blend, CLIPS, rig.rgb) == RT_ERROR_DRIVER);
        CHECK(strstr(test_last_error(), why) != NULL);
        CHECK(strstr(test_last_error(), rt_device_describe(library->device)->name) != NULL);
        CHECK(strstr(test_last_error(), "mograph doctor") != NULL);
        test_quiet(false);
    }
    end(&rig);
}

// Noise that a user has made what it is: the device is not suspected.
static void unusual_noise_is_named(struct op_library *library, enum untrained which, float noise) {
    struct rig rig;
    if (begin(&rig, library, which, 2)) {
        draw_all(&rig);
        for (uint32_t i = 0; i < generator_space(rig.generator)->count; i++)
            rig.noise[i] = noise;
        CHECK(!evaluator_noise_is_usual(generator_evaluator(rig.generator), rig.noise));
        test_quiet(true);
        test_clear_log();
        if (!CHECK(generator_decode(rig.generator, rig.noise, rig.blend, 1, rig.rgb) == RT_ERROR_DRIVER))
            fprintf(stderr, "weights %d, noise %g\n", which, (double)noise);
        CHECK(strstr(test_last_error(), "far from what noise is") != NULL);
        CHECK(strstr(test_last_error(), "doctor") == NULL);
        test_quiet(false);
    }
    end(&rig);
}

static void on_device(struct op_library *library) {
    draws_follow_the_density(library);
    points_are_drawn_in_place(library);
    batches_do_not_matter(library);
    encoding_is_inverted(library);
    points_survive_the_disk(library);
    broken_results_are_refused(library, UNTRAINED_BLACK, "black");
    broken_results_are_refused(library, UNTRAINED_WILD, "not finite");
    unusual_noise_is_named(library, UNTRAINED_BLACK, 0.0f);
    unusual_noise_is_named(library, UNTRAINED_WILD, 1e30f);
}

int main(void) {
    test_begin();
    test_on_device(on_device);
    return test_end();
}

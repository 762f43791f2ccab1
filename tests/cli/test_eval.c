// Figures of sets of clips through the whole chain: drawn clips, the classifier, comparisons.
// Real clips against themselves and against new ones, the negative controls,
// a generator that copies, one that repeats itself.
#include "cli/eval/controls.h"
#include "cli/eval/figures.h"
#include "cli/eval/tables.h"
#include "tests/test.h"

#include "model/noise/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 8, H = 32, W = 32, BYTES = D * H * W * 3, KINDS = 3, EACH = 16, COUNT = KINDS * EACH };

// --- clips: a few bright dots that fall, rise or drift, each clip with its own places, colours and speed

static void light(uint8_t *rgb, uint32_t t, int y, int x, const uint8_t colour[3]) {
    if (y >= 0 && y < H && x >= 0 && x < W)
        memcpy(rgb + ((t * H + (uint32_t)y) * W + (uint32_t)x) * 3, colour, 3);
}

static void draw_clip(uint64_t seed, uint32_t clip, uint32_t kind, uint8_t *rgb) {
    memset(rgb, 0, BYTES);
    for (uint32_t dot = 0; dot < 12; dot++) {
        float u[4];
        for (uint32_t k = 0; k < 4; k++)
            u[k] = draw_uniform(seed, DRAW_SAMPLES, clip, dot * 4 + k);
        const uint8_t colour[3] = {(uint8_t)(kind == 0 ? 255 : 90), (uint8_t)(120.0f + 100.0f * u[3]),
                                   (uint8_t)(kind == 2 ? 255 : 90)};
        for (uint32_t t = 0; t < D; t++) {
            float way = (1.0f + u[2]) * (float)t;
            int y = (int)(u[0] * H + (kind == 0 ? way : kind == 1 ? -way : 0.0f));
            int x = (int)(u[1] * W + (kind == 2 ? way : 0.0f));
            for (int i = 0; i < 4; i++)
                light(rgb, t, y + i / 2, x + i % 2, colour);
        }
    }
}

static struct cli_error error;

enum change { AS_DRAWN, SHUFFLED, BLURRED, REPEATED };

static void make_set(struct eval_set *set, uint64_t seed, enum change change) {
    uint8_t *rgb = malloc(2 * BYTES), *out = rgb + BYTES;
    CHECK(eval_set_create(set, COUNT, D, H, W, KINDS, &error));
    for (uint32_t i = 0; i < COUNT; i++) {
        draw_clip(seed, change == REPEATED ? i % KINDS : i, i % KINDS, rgb);
        if (change == SHUFFLED)
            control_shuffle(rgb, D, H, W, 1, i, out);
        else if (change == BLURRED)
            control_blur(rgb, D, H, W, out);
        else
            memcpy(out, rgb, BYTES);
        CHECK(eval_set_add(set, out, i % KINDS, &error));
    }
    free(rgb);
}

// --- the controls themselves

static int by_sum(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sums_of_frames(const uint8_t *rgb, uint64_t sums[D]) {
    for (uint32_t t = 0; t < D; t++) {
        sums[t] = 0;
        for (uint32_t i = 0; i < BYTES / D; i++)
            sums[t] += (i % 251 + 1) * (uint64_t)rgb[t * (BYTES / D) + i];
    }
    qsort(sums, D, sizeof *sums, by_sum);
}

static void shuffling_keeps_every_frame(void) {
    uint8_t *rgb = malloc(3 * BYTES), *out = rgb + BYTES, *other = out + BYTES;
    uint64_t before[D], after[D];
    draw_clip(1, 0, 0, rgb);
    control_shuffle(rgb, D, H, W, 1, 5, out);
    sums_of_frames(rgb, before);
    sums_of_frames(out, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    CHECK(memcmp(rgb, out, BYTES) != 0);
    control_shuffle(rgb, D, H, W, 1, 6, other);
    CHECK(memcmp(out, other, BYTES) != 0);
    free(rgb);
}

// A single white pixel becomes a Gaussian: 255 g(x) g(y), g(0) = 0.3989, g(1) = 0.2420, g(2) = 0.0540.
static void blurring_by_hand(void) {
    uint8_t *rgb = calloc(2, BYTES), *out = rgb + BYTES;
    memset(rgb + ((0 * H + 10) * W + 10) * 3, 255, 3);
    memset(rgb + (1 * H * W) * 3, 200, H * W * 3); // a flat frame stays, its border too
    control_blur(rgb, D, H, W, out);
    CHECK(abs(out[((0 * H + 10) * W + 10) * 3] - 41) <= 1);
    CHECK(abs(out[((0 * H + 10) * W + 11) * 3 + 1] - 25) <= 1);
    CHECK(abs(out[((0 * H + 12) * W + 10) * 3 + 2] - 5) <= 1);
    CHECK(out[((0 * H + 10) * W + 16) * 3] == 0);
    CHECK(out[(1 * H * W) * 3] == 200 && out[(2 * H * W) * 3 - 1] == 200 && out[(2 * H * W) * 3] == 0);
    free(rgb);
}

// --- figures

struct sets {
    struct eval_set training, reference, validation;
    struct eval_real real;
};

static struct eval_figures compare(const struct eval_set *set, const struct sets *sets, uint32_t kind) {
    struct eval_figures figures;
    CHECK(eval_compare(set, &sets->real, kind, &figures, &error));
    return figures;
}

static struct eval_figures judge(const struct sets *sets, struct classifier *classifier, uint64_t seed,
                                 enum change change) {
    struct eval_set set;
    make_set(&set, seed, change);
    CHECK(eval_set_classify(&set, classifier, &error));
    struct eval_figures figures = compare(&set, sets, EVAL_ALL_KINDS);
    CHECK(figures.count == COUNT);
    eval_set_destroy(&set);
    return figures;
}

static void against_itself(const struct sets *sets) {
    struct eval_figures f = compare(&sets->reference, sets, EVAL_ALL_KINDS);
    for (int i = FIGURE_SHARPNESS; i <= FIGURE_SECOND_DIFFERENCE; i++)
        CHECK(f.at[i] == 1.0);
    CHECK(f.at[FIGURE_ACCURACY] == 1.0 && f.at[FIGURE_DIVERSITY] == 1.0);
    CHECK(f.at[FIGURE_PRECISION] == 1.0 && f.at[FIGURE_RECALL] == 1.0 && f.at[FIGURE_COVERAGE] == 1.0);
    CHECK(fabs(f.at[FIGURE_DENSITY] - 1.0) < 1e-9 && f.at[FIGURE_FRECHET] < 1e-6);
    CHECK(f.at[FIGURE_MEMORISATION] == 0.0); // it is a copy of the training set
}

static void new_clips_are_the_floor(const struct sets *sets) {
    struct eval_figures f = compare(&sets->validation, sets, EVAL_ALL_KINDS);
    CHECK(f.at[FIGURE_MEMORISATION] == 1.0);
    CHECK(f.at[FIGURE_ACCURACY] > 0.9 && f.at[FIGURE_RECALL] > 0.6 && f.at[FIGURE_PRECISION] > 0.6);
    for (int i = FIGURE_SHARPNESS; i <= FIGURE_SECOND_DIFFERENCE; i++)
        CHECK(fabs(f.at[i] - 1.0) < 0.2);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        struct eval_figures one = compare(&sets->validation, sets, kind);
        CHECK(one.count == EACH && one.at[FIGURE_MEMORISATION] == 1.0 && isfinite(one.at[FIGURE_FRECHET]));
    }
}

static void controls_fall_where_they_should(const struct sets *sets, struct classifier *classifier) {
    struct eval_figures real = compare(&sets->validation, sets, EVAL_ALL_KINDS);
    struct eval_figures shuffled = judge(sets, classifier, 2, SHUFFLED);
    struct eval_figures blurred = judge(sets, classifier, 2, BLURRED);
    CHECK(shuffled.at[FIGURE_FIRST_DIFFERENCE] > 1.2 * real.at[FIGURE_FIRST_DIFFERENCE]);
    CHECK(shuffled.at[FIGURE_SECOND_DIFFERENCE] > 1.2 * real.at[FIGURE_SECOND_DIFFERENCE]);
    CHECK(fabs(shuffled.at[FIGURE_SHARPNESS] - real.at[FIGURE_SHARPNESS]) < 1e-6); // frames are as they were
    CHECK(shuffled.at[FIGURE_FRECHET] > real.at[FIGURE_FRECHET]);
    CHECK(blurred.at[FIGURE_SHARPNESS] < 0.5 && blurred.at[FIGURE_PEAK] < 0.9);
    CHECK(blurred.at[FIGURE_FIRST_DIFFERENCE] < 0.8);
    CHECK(blurred.at[FIGURE_FRECHET] > real.at[FIGURE_FRECHET]);
    CHECK(blurred.at[FIGURE_COVERAGE] < real.at[FIGURE_COVERAGE]);
}

static void bad_generators_are_caught(const struct sets *sets, struct classifier *classifier) {
    struct eval_figures copies = judge(sets, classifier, 1, AS_DRAWN);
    struct eval_figures repeated = judge(sets, classifier, 2, REPEATED);
    CHECK(copies.at[FIGURE_MEMORISATION] == 0.0 && copies.at[FIGURE_RECALL] == 1.0);
    CHECK(repeated.at[FIGURE_RECALL] < 0.1 && repeated.at[FIGURE_DIVERSITY] == 0.0);
}

// A kind without clips has nothing to say, and says so in a table.
static void nothing_is_said_of_nothing(const struct sets *sets) {
    struct eval_set none;
    struct table table;
    struct eval_results results = {.n = 1, .kind_count = 1};
    CHECK(eval_set_create(&none, 0, D, H, W, KINDS, &error));
    struct eval_figures f = compare(&none, sets, 1);
    for (int i = 0; i < FIGURE_COUNT; i++)
        CHECK(isnan(f.at[i]));
    results.all[COLUMN_SAMPLES] = f;
    results.all[COLUMN_REAL].at[FIGURE_PEAK] = 0.5;
    if (CHECK(eval_table_make(&results, TABLE_SAMPLES, &table, &error))) {
        CHECK(table.rows == FIGURE_COUNT && strcmp(table.cells[FIGURE_PEAK * 5 + 1], "\xe2\x80\x93") == 0);
        CHECK(strcmp(table.cells[FIGURE_PEAK * 5 + 2], "0.5") == 0);
    }
    table_destroy(&table);
    eval_set_destroy(&none);
}

static void figures(struct op_library *library) {
    struct sets sets;
    struct classifier *classifier = NULL;
    const struct classifier_options options = {.steps = 80, .weight_decay = 1e-3f, .seed = 1};
    make_set(&sets.training, 1, AS_DRAWN);
    make_set(&sets.reference, 1, AS_DRAWN);
    make_set(&sets.validation, 2, AS_DRAWN);
    const struct classifier_clips clips = {COUNT, sets.training.reduced, sets.training.classes};
    CHECK(classifier_create(library, &sets.training.config, 1, &classifier) == RT_OK);
    CHECK(classifier_train(classifier, &clips, &options) == RT_OK);
    CHECK(eval_set_classify(&sets.training, classifier, &error));
    CHECK(eval_set_classify(&sets.reference, classifier, &error));
    CHECK(eval_set_classify(&sets.validation, classifier, &error));
    sets.real = (struct eval_real){&sets.reference, &sets.training, &sets.validation};
    against_itself(&sets);
    new_clips_are_the_floor(&sets);
    controls_fall_where_they_should(&sets, classifier);
    bad_generators_are_caught(&sets, classifier);
    nothing_is_said_of_nothing(&sets);
    classifier_destroy(&classifier);
    eval_set_destroy(&sets.training);
    eval_set_destroy(&sets.reference);
    eval_set_destroy(&sets.validation);
}

int main(void) {
    test_begin();
    shuffling_keeps_every_frame();
    blurring_by_hand();
    test_on_device(figures);
    return test_end();
}

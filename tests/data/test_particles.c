// The particle data set: the same bytes for the same seed, nothing black,
// nothing clipped, smooth in its parameters.
#include "cli/data/particle_set.h"
#include "cli/data/particle_variety.h"
#include "cli/data/particles.h"
#include "cli/data/scan.h"
#include "cli/media/read.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct particle_set small = {
    .seed = 7, .layout_seed = 1, .clips = 5, .layouts = 2, .val = 0.3, .size = {40, 32, 6}};

static bool write_set(struct particle_set set, const char *folder, bool force, struct cli_error *error) {
    return particle_set_write(&set, folder, force, NULL, error);
}

static void check_same_bytes(void) {
    struct cli_error error = {.text = ""};
    struct particle_set set = small;
    set.threads = 1;
    CHECK(write_set(set, "one", false, &error));
    set.threads = 5;
    CHECK(write_set(set, "five", false, &error));
    tool("diff -r one five");
    set.seed = 8;
    CHECK(write_set(set, "other", false, &error));
    tool("! diff -rq one other > /dev/null");
    tool("test $(ls one/train/burst | wc -l) = 3 && test $(ls one/val/burst | wc -l) = 2");
    tool("test -s one/sheet.png && grep -q '\"seed\":.*7' one/manifest.json");
    tool("grep -q '\"layout_seed\":.*1' one/manifest.json && grep -q '\"tint\"' one/manifest.json");
}

static struct clip draw(const struct particle_set *set, uint32_t kind) {
    struct cli_error error = {.text = ""};
    struct clip clip = {0};
    CHECK(particle_set_draw(set, kind, 0, &clip, &error));
    return clip;
}

static bool draws_alike(const struct particle_set *left, const struct particle_set *right, uint32_t kind) {
    struct clip a = draw(left, kind), b = draw(right, kind);
    bool alike = clips_equal(&a, &b);
    clip_destroy(&a);
    clip_destroy(&b);
    return alike;
}

// A seed draws parameters, a layout seed layouts: without variety, sets of two seeds are the same clips.
static void check_layouts_shared(void) {
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_set set = small, other;
        CHECK(particle_variety_set(&set.variety, "all=0", &(struct cli_error){.text = ""}));
        other = set;
        other.seed = 8;
        CHECK(draws_alike(&set, &other, kind));
        other.layout_seed = 2;
        CHECK(!draws_alike(&set, &other, kind));
        other = set;
        other.seed = 8;
        other.variety = set.variety = small.variety;
        CHECK(!draws_alike(&set, &other, kind));
    }
}

// Red, green, blue, and all three in the upper and in the left half, as the program drew it on 2026-11-28.
static const double drawn_before[PARTICLE_KINDS][5] = {
    {34.995, 20.220, 13.799, 17.099, 16.420}, {18.305, 29.506, 38.101, 25.348, 41.294},
    {22.669, 15.737, 34.210, 14.836, 26.172}, {30.982, 32.007, 38.466, 29.542, 29.057},
    {44.431, 70.819, 35.316, 44.166, 53.851}, {30.038, 18.670, 20.290, 30.258, 26.156},
};

static void means_of(const struct clip *clip, double means[5]) {
    size_t pixels = (size_t)clip->frames * clip->height * clip->width;
    for (size_t i = 0; i < 3 * pixels; i++) {
        double value = (double)clip->rgb[i] / (double)pixels;
        means[i % 3] += value;
        means[3] += i / 3 / clip->width % clip->height < clip->height / 2 ? value * 2 / 3 : 0;
        means[4] += i / 3 % clip->width < clip->width / 2 ? value * 2 / 3 : 0;
    }
}

// The flags that cli/data/README.md has for sets of before draw them still.
static void check_sets_of_before(void) {
    struct cli_error error = {.text = ""};
    struct particle_set set = {.seed = 7, .layout_seed = 7, .clips = 2, .layouts = 2, .size = {48, 48, 4}};
    CHECK(particle_variety_set(
        &set.variety, "all=0,tint=1,scale=1,speed=1,spin=1,wind=1,phase=1,center_x=1,center_y=1", &error));
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct clip clip;
        double means[5] = {0};
        if (!CHECK(particle_set_draw(&set, kind, 1, &clip, &error)))
            continue;
        means_of(&clip, means);
        for (int i = 0; i < 5; i++)
            if (!CHECK(fabs(means[i] - drawn_before[kind][i]) < 0.02))
                fprintf(stderr, "%s, mean %d: %.3f\n", particles_kind_name(kind), i, means[i]);
        clip_destroy(&clip);
    }
}

static void check_replacing(void) {
    struct cli_error error = {.text = ""};
    CHECK(!write_set(small, "one", false, &error) && strstr(error.text, "--force") != NULL);
    CHECK(write_set(small, "one/", true, &error));
    tool("mkdir mine && echo keep > mine/notes.txt");
    CHECK(!write_set(small, "mine", true, &error) && strstr(error.text, "not a data set") != NULL);
    CHECK(file_size("mine/notes.txt") == 5);
    tool("mkdir empty empty2.partial && touch empty2.partial/precious");
    CHECK(write_set(small, "empty", false, &error)); // nothing to lose there
    CHECK(!write_set(small, "empty2", false, &error) && file_size("empty2.partial/precious") == 0);
    tool("test -e empty2.partial/precious");
    tool("mkdir -p left.partial/train && touch left.partial/.mograph-partial left.partial/train/x");
    CHECK(write_set(small, "left", false, &error)); // what an interrupted run left is ours to remove
    tool("test ! -e left.partial && test ! -e left/train/x && test ! -e left/.mograph-partial");
    CHECK(!write_set(small, "no/such/folder", false, &error) && strstr(error.text, "no/such") != NULL);
}

static bool stop_at_four(void *user, uint32_t done, uint32_t total) {
    (void)user;
    (void)total;
    return done < 4;
}

static void check_cancelling(void) {
    struct cli_error error = {.text = ""};
    struct data_progress progress = {stop_at_four, NULL};
    CHECK(!particle_set_write(&small, "stopped", false, &progress, &error));
    CHECK(strstr(error.text, "cancelled") != NULL);
    tool("test ! -e stopped && test ! -e stopped.partial");
}

static void check_formats(void) {
    struct cli_error error = {.text = ""};
    struct particle_set set = small;
    set.clips = 2;
    set.format = DATA_GIF;
    CHECK(write_set(set, "gifs", false, &error));
    set.format = DATA_PNG;
    CHECK(write_set(set, "pngs", false, &error));
    set.format = DATA_WEBP;
    CHECK(write_set(set, "webps", false, &error));
    struct clip a, b;
    if (read_clip("pngs/val/snow/0001", &a) && read_clip("webps/val/snow/0001.webp", &b)) {
        CHECK(clips_equal(&a, &b) && a.frames == 6 && a.height == 32 && a.width == 40);
        clip_destroy(&a);
        clip_destroy(&b);
    }
    struct data_set scanned;
    if (CHECK(data_set_scan(&scanned, "gifs", &error))) {
        CHECK(scanned.kind_count == 6 && strcmp(scanned.kinds[0], "burst") == 0 && scanned.clip_count == 12);
        CHECK(data_set_count(&scanned, 0, false) == 1 && data_set_count(&scanned, 5, true) == 1);
        data_set_destroy(&scanned);
    }
}

static void check_refusals(void) {
    struct cli_error error = {.text = ""};
    struct particle_set set = small;
    set.clips = 0;
    CHECK(!write_set(set, "x", false, &error));
    set = small;
    set.val = 1;
    CHECK(!write_set(set, "x", false, &error) && strstr(error.text, "0.15") != NULL);
    set = small;
    set.variety.of[PARTICLE_spin] = 1.5f;
    CHECK(!write_set(set, "x", false, &error) && strstr(error.text, "spin has a variety") != NULL);
    set = small;
    set.size.width = 4;
    CHECK(!write_set(set, "x", false, &error) && strstr(error.text, "size") != NULL);
    CHECK(access("x", F_OK) != 0 && access("x.partial", F_OK) != 0);
}

// What pictures are judged at.
static struct particle_variety widest(void) {
    struct particle_variety variety;
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        variety.of[i] = 1;
    return variety;
}

static void render(uint32_t kind, uint32_t layout, const struct particle_params *params, struct clip *clip) {
    struct cli_error error;
    CHECK(particles_render(1, kind, layout, params, 16, 64, 64, clip, &error));
}

// The mean of all values and the part of white pixels.
static void measure(const struct clip *clip, double *mean, double *white) {
    size_t values = clip->frames * clip_frame_bytes(clip), count = 0;
    double sum = 0;
    for (size_t i = 0; i < values; i++)
        sum += clip->rgb[i];
    for (size_t i = 0; i < values; i += 3)
        count += clip->rgb[i] > 250 && clip->rgb[i + 1] > 250 && clip->rgb[i + 2] > 250;
    *mean = sum / (double)values;
    *white = 3 * (double)count / (double)values;
}

static void check_brightness(void) {
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++)
        for (uint32_t i = 0; i < 24; i++) {
            struct particle_params params;
            struct clip clip;
            double mean, white;
            struct particle_variety variety = widest();
            particles_draw_params(1, kind, i, &variety, &params);
            render(kind, i, &params, &clip); // 24 layouts
            measure(&clip, &mean, &white);
            if (!CHECK(mean > 5 && mean < 70) || !CHECK(white < 0.01))
                fprintf(stderr, "%s %u: mean %.1f, white %.4f\n", particles_kind_name(kind), i, mean, white);
            clip_destroy(&clip);
        }
}

// Mean absolute difference of two clips.
static double difference(const struct clip *a, const struct clip *b) {
    size_t values = a->frames * clip_frame_bytes(a);
    double sum = 0;
    for (size_t i = 0; i < values; i++)
        sum += abs(a->rgb[i] - b->rgb[i]);
    return sum / (double)values;
}

// A thousandth of a parameter's range changes little; another layout changes much.
static void check_smoothness(void) {
    struct particle_variety variety = widest();
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_params params;
        struct clip base, near, other;
        particles_draw_params(1, kind, 0, &variety, &params);
        render(kind, 0, &params, &base);
        render(kind, 1, &params, &other);
        double apart = difference(&base, &other);
        for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
            struct particle_params moved = params;
            ((float *)&moved)[i] += 0.0005f;
            render(kind, 0, &moved, &near);
            if (i != PARTICLE_phase && !CHECK(difference(&base, &near) < 0.05 * apart))
                fprintf(stderr, "%s: %s\n", particles_kind_name(kind), particles_param_name(i));
            clip_destroy(&near);
        }
        clip_destroy(&base);
        clip_destroy(&other);
    }
}

// A parameter that a kind reads changes the picture, from one end of its range to the other.
static void check_reading(void) {
    struct particle_variety variety = widest();
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_params params;
        struct clip base, far;
        particles_draw_params(1, kind, 0, &variety, &params);
        render(kind, 0, &params, &base);
        for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
            struct particle_params moved = params;
            ((float *)&moved)[i] += 0.3f;
            render(kind, 0, &moved, &far);
            if (!CHECK((difference(&base, &far) > 0.05) == particles_reads(kind, i)))
                fprintf(stderr, "%s: %s\n", particles_kind_name(kind), particles_param_name(i));
            clip_destroy(&far);
        }
        clip_destroy(&base);
    }
}

// What keeps its whole range at any variety, and what has none unless it is named.
static bool is_look(uint32_t i) {
    return i == PARTICLE_tint || i == PARTICLE_hue || i == PARTICLE_chroma || i == PARTICLE_radius ||
           i == PARTICLE_number;
}

static bool is_still(uint32_t i) {
    return i == PARTICLE_phase || i == PARTICLE_center_x || i == PARTICLE_center_y;
}

// Half of the variety is half of every distance from what is without, but for the look; none is none.
static void check_variety(void) {
    struct particle_variety whole = particle_variety_all(1), part = particle_variety_all(0.5f),
                            no = particle_variety_all(0);
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_params all, half, none, other;
        particles_draw_params(1, kind, 3, &whole, &all);
        particles_draw_params(1, kind, 3, &part, &half);
        particles_draw_params(1, kind, 3, &no, &none);
        particles_draw_params(1, kind, 4, &no, &other);
        for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
            float still = particles_param(&none, i), far = particles_param(&all, i) - still;
            if (is_look(i)) {
                CHECK(far == 0 && still != particles_param(&other, i) && still == particles_param(&half, i));
                continue;
            }
            CHECK(fabsf(still - particles_param(&other, i)) < 1e-6f);
            CHECK((fabsf(far) > 1e-6f) == (particles_reads(kind, i) && !is_still(i)));
            CHECK(fabsf(particles_param(&half, i) - still - 0.5f * far) < 1e-6f);
        }
    }
}

static void check_variety_list(void) {
    struct cli_error error = {.text = ""};
    struct particle_variety variety = particle_variety_all(1);
    CHECK(variety.of[PARTICLE_phase] == 0 && variety.of[PARTICLE_hue] == 1);
    CHECK(particle_variety_set(&variety, "phase=0.25,hue=0", &error));
    CHECK(variety.of[PARTICLE_phase] == 0.25f && variety.of[PARTICLE_hue] == 0 &&
          variety.of[PARTICLE_spin] == 0.2f && variety.of[PARTICLE_scale] == 0.5f);
    static const char *const wrong[] = {"phase",    "phase=", "phase=2", "phase=nan",
                                        "phase=1x", "=1",     "fase=1",  "hue=0,,"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!particle_variety_set(&variety, wrong[i], &error) &&
              strstr(error.text, "--variety-of: ") != NULL);
}

static void check_names(void) {
    static const char *const names[] = {"burst", "fountain", "vortex", "snow", "ripple", "orbit"};
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++)
        CHECK(strcmp(particles_kind_name(kind), names[kind]) == 0);
}

static void check_split(void) {
    CHECK(data_val_count(60, 0.15) == 9 && data_val_count(2, 0.01) == 1 && data_val_count(1, 0.5) == 0);
    CHECK(data_val_count(10, 0) == 0 && data_val_count(4, 0.99) == 3);
}

int main(void) {
    test_begin();
    scratch_begin();
    small.variety = particle_variety_all(1);
    check_names();
    check_split();
    check_variety();
    check_variety_list();
    check_same_bytes();
    check_layouts_shared();
    check_sets_of_before();
    check_replacing();
    check_cancelling();
    check_formats();
    check_refusals();
    check_brightness();
    check_smoothness();
    check_reading();
    scratch_end();
    return test_end();
}

// The particle data set: the same bytes for the same seed, nothing black,
// nothing clipped, smooth in its parameters.
#include "cli/data/particle_set.h"
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

static const struct particle_set small = {
    .seed = 7, .clips = 5, .layouts = 2, .variety = 1, .val = 0.3, .size = {40, 32, 6}};

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
    tool("test -s one/sheet.png && grep -q '\"seed\":.*7' one/manifest.json && grep -q '\"tint\"' "
         "one/manifest.json");
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
    set.variety = 1.5;
    CHECK(!write_set(set, "x", false, &error) && strstr(error.text, "variety") != NULL);
    set = small;
    set.size.width = 4;
    CHECK(!write_set(set, "x", false, &error) && strstr(error.text, "size") != NULL);
    CHECK(access("x", F_OK) != 0 && access("x.partial", F_OK) != 0);
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
            particles_draw_params(1, kind, i, 1, &params);
            render(kind, i, &params, &clip); // 24 layouts
            measure(&clip, &mean, &white);
            if (!CHECK(mean > 5 && mean < 60) || !CHECK(white < 0.01))
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
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_params params;
        struct clip base, near, other;
        particles_draw_params(1, kind, 0, 1, &params);
        render(kind, 0, &params, &base);
        render(kind, 1, &params, &other);
        double apart = difference(&base, &other);
        float *const fields[] = {&params.tint, &params.scale,    &params.speed,   &params.spin,
                                 &params.wind, &params.center_x, &params.center_y};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            float kept = *fields[i];
            *fields[i] += 0.0005f;
            render(kind, 0, &params, &near);
            CHECK(difference(&base, &near) < 0.05 * apart);
            *fields[i] = kept;
            clip_destroy(&near);
        }
        clip_destroy(&base);
        clip_destroy(&other);
    }
}

// Half of the variety is half of every distance from the middle, but for the tint; none is none.
static void check_variety(void) {
    for (uint32_t kind = 0; kind < PARTICLE_KINDS; kind++) {
        struct particle_params all, half, none, other;
        particles_draw_params(1, kind, 3, 1, &all);
        particles_draw_params(1, kind, 3, 0.5f, &half);
        particles_draw_params(1, kind, 3, 0, &none);
        particles_draw_params(1, kind, 4, 0, &other);
        CHECK(all.tint == half.tint && all.tint == none.tint && none.tint != other.tint);
        for (uint32_t i = 1; i < PARTICLE_PARAMS; i++) {
            float middle = particles_param(&none, i), far = particles_param(&all, i) - middle;
            CHECK(middle == particles_param(&other, i) && far != 0);
            CHECK(fabsf(particles_param(&half, i) - middle - 0.5f * far) < 1e-6f);
        }
    }
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
    check_names();
    check_split();
    check_variety();
    check_same_bytes();
    check_replacing();
    check_cancelling();
    check_formats();
    check_refusals();
    check_brightness();
    check_smoothness();
    scratch_end();
    return test_end();
}

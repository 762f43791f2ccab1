// What `dataset info` says of sets that will train badly, and that it is silent about good ones.
#include "cli/data/info.h"
#include "cli/data/particle_set.h"
#include "cli/data/particle_variety.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char warnings[8192];

static void on_warning(void *user, const char *text) {
    (void)user;
    strncat(warnings, text, sizeof warnings - strlen(warnings) - 1);
    strncat(warnings, "\n", sizeof warnings - strlen(warnings) - 1);
}

static void ignore(void *user, const char *text) {
    (void)user;
    (void)text;
}

static uint32_t inspect(const char *folder, struct data_info *info) {
    struct cli_error error = {.text = ""};
    warnings[0] = '\0';
    if (!CHECK(data_info_read(info, folder, ignore, NULL, NULL, &error))) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    return data_info_warnings(info, on_warning, NULL);
}

static bool warns(const char *words) {
    if (strstr(warnings, words) != NULL)
        return true;
    fprintf(stderr, "no warning of \"%s\" in:\n%s", words, warnings);
    return false;
}

// Clips of one grey, or of noise for -1.
static void add_clips(const char *folder, uint32_t count, int grey, uint32_t side) {
    tool("mkdir -p %s", folder);
    for (uint32_t i = 0; i < count; i++) {
        struct clip clip;
        struct cli_error error;
        char path[256];
        noise_clip(&clip, 8, side, side);
        if (grey >= 0)
            memset(clip.rgb, grey, clip.frames * clip_frame_bytes(&clip));
        snprintf(path, sizeof path, "%s/%u.webp", folder, i);
        CHECK(clip_write(&clip, path, false, &error));
        clip_destroy(&clip);
    }
}

static void check_good(void) {
    struct particle_set set = {.seed = 1,
                               .clips = 20,
                               .layouts = 4,
                               .variety = particle_variety_all(1),
                               .val = 0.2,
                               .size = {32, 32, 8}};
    struct cli_error error = {.text = ""};
    struct data_info info;
    CHECK(particle_set_write(&set, "good", false, NULL, &error));
    if (!CHECK(inspect("good", &info) == 0))
        fprintf(stderr, "%s", warnings);
    CHECK(info.set.kind_count == 6 && info.kinds[0].train == 16 && info.kinds[0].val == 4);
    CHECK(info.kinds[0].brightness > 0.02 && info.kinds[0].motion > 0.001);
    CHECK(info.smallest.width == 32 && info.largest.height == 32 && info.largest.frames == 8);
    data_info_finish(&info);
}

static void check_bad(void) {
    struct data_info info;
    add_clips("bad/train/plenty", 20, -1, 32);
    add_clips("bad/train/few", 2, -1, 32);
    add_clips("bad/train/black", 16, 0, 32);
    add_clips("bad/train/white", 16, 255, 32);
    add_clips("bad/val/plenty", 2, -1, 64);
    tool("echo broken > bad/train/few/broken.gif");
    CHECK(inspect("bad", &info) >= 8);
    CHECK(info.unreadable == 1);
    CHECK(warns("few has 2 training clips") && warns("few has no validation clips"));
    CHECK(warns("black: 16 clips are nearly black") &&
          warns("white: 16 clips are more than a quarter white"));
    CHECK(warns("black: in 16 clips nothing moves") && warns("differ in size, from 32x32x8 to 64x64x8"));
    CHECK(warns("1 clips cannot be read") && warns("rare kinds are learned badly"));
    data_info_finish(&info);
}

// Known numbers: half grey, and frames that alternate.
static void check_numbers(void) {
    struct clip clip;
    struct cli_error error;
    struct data_info info;
    tool("mkdir -p plain/dots");
    CHECK(clip_create(&clip, 4, 48, 40, &error));
    for (uint32_t t = 0; t < 4; t++)
        memset(clip_frame_at(&clip, t), t % 2 ? 153 : 51, clip_frame_bytes(&clip));
    CHECK(clip_write(&clip, "plain/dots/a.gif", false, &error));
    clip_destroy(&clip);
    inspect("plain", &info); // no train/: everything is for training
    CHECK(fabs(info.kinds[0].brightness - 0.4) < 1e-9 && fabs(info.kinds[0].motion - 0.4) < 1e-9);
    CHECK(info.kinds[0].train == 1 && info.kinds[0].val == 0 && warns("40x48x4 does not halve evenly"));
    data_info_finish(&info);
}

static void check_refusals(void) {
    struct data_info info;
    struct cli_error error = {.text = ""};
    CHECK(!data_info_read(&info, "absent", ignore, NULL, NULL, &error) &&
          strstr(error.text, "absent") != NULL);
    tool("mkdir -p hollow/train/kind");
    CHECK(!data_info_read(&info, "hollow", ignore, NULL, NULL, &error) &&
          strstr(error.text, "no clips") != NULL);
}

int main(void) {
    test_begin();
    scratch_begin();
    check_good();
    check_bad();
    check_numbers();
    check_refusals();
    scratch_end();
    return test_end();
}

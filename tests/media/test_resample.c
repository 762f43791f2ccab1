// Resampling: what must not change does not, light is conserved, nothing aliases.
#include "cli/media/resample.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void scale(const struct clip *in, struct clip *out, uint32_t height, uint32_t width,
                  enum clip_fit fit) {
    struct resampler r;
    struct cli_error error;
    if (!CHECK(clip_create(out, 1, height, width, &error)) ||
        !CHECK(resampler_init(&r, in->height, in->width, height, width, fit)))
        exit(1);
    resampler_frame(&r, in->rgb, out->rgb);
    resampler_finish(&r);
}

static double mean_light(const struct clip *clip) {
    double sum = 0;
    size_t values = clip->frames * clip_frame_bytes(clip);
    for (size_t i = 0; i < values; i++)
        sum += (double)srgb_to_linear((float)clip->rgb[i] / 255);
    return sum / (double)values;
}

static bool is_constant(const struct clip *clip, int low, int high) {
    for (size_t i = 0; i < clip->frames * clip_frame_bytes(clip); i++)
        if (clip->rgb[i] < low || clip->rgb[i] > high)
            return false;
    return true;
}

static void check_bytes(void) {
    struct srgb_tables tables;
    srgb_tables_init(&tables);
    for (int i = 0; i < 256; i++)
        CHECK(srgb_byte(&tables, tables.linear[i]) == i);
    CHECK(srgb_byte(&tables, -1) == 0 && srgb_byte(&tables, 2) == 255 && srgb_byte(&tables, NAN) == 0);
}

static void check_constants(void) {
    static const uint32_t sizes[][2] = {{1, 1}, {3, 200}, {64, 64}, {201, 7}};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            struct clip in, out;
            noise_clip(&in, 1, sizes[i][0], sizes[i][1]);
            memset(in.rgb, 77, clip_frame_bytes(&in));
            scale(&in, &out, sizes[k][0], sizes[k][1], CLIP_FIT_STRETCH);
            CHECK(is_constant(&out, 77, 77));
            clip_destroy(&out);
            scale(&in, &out, sizes[k][0], sizes[k][1], CLIP_FIT_CROP);
            CHECK(is_constant(&out, 77, 77));
            clip_destroy(&out);
            clip_destroy(&in);
        }
}

// A grid of black and white pixels, shrunk by an odd factor, must turn
// to even grey: half the light, not half the byte.
static void check_alias(void) {
    struct clip in, out;
    noise_clip(&in, 1, 300, 300);
    for (uint32_t i = 0; i < 300 * 300; i++)
        memset(in.rgb + 3 * (size_t)i, (i / 300 + i) % 2 ? 255 : 0, 3);
    scale(&in, &out, 64, 64, CLIP_FIT_STRETCH);
    CHECK(is_constant(&out, 183, 193)); // linear 0.5 is 188
    clip_destroy(&out);
    clip_destroy(&in);
}

static void check_light(void) {
    struct clip in, out;
    draw_clip(&in, 4, 0);
    in.frames = 1;
    scale(&in, &out, 50, 50, CLIP_FIT_STRETCH);
    CHECK(fabs(mean_light(&out) / mean_light(&in) - 1) < 0.02);
    clip_destroy(&out);
    clip_destroy(&in);
}

static uint8_t at(const struct clip *clip, uint32_t y, uint32_t x) {
    return clip->rgb[((size_t)y * clip->width + x) * 3];
}

// A wide picture, dark on the left, bright on the right.
static void check_fits(void) {
    struct clip in, out;
    noise_clip(&in, 1, 40, 160);
    for (uint32_t i = 0; i < 40 * 160; i++)
        memset(in.rgb + 3 * (size_t)i, i % 160 < 80 ? 40 : 240, 3);
    scale(&in, &out, 40, 40, CLIP_FIT_CROP);
    CHECK(at(&out, 20, 1) == 40 && at(&out, 20, 38) == 240 && at(&out, 0, 38) == 240);
    clip_destroy(&out);
    scale(&in, &out, 40, 40, CLIP_FIT_PAD);
    CHECK(at(&out, 2, 1) == 0 && at(&out, 38, 38) == 0 && at(&out, 20, 1) == 40 && at(&out, 20, 38) == 240);
    clip_destroy(&out);
    scale(&in, &out, 40, 40, CLIP_FIT_STRETCH);
    CHECK(at(&out, 0, 1) == 40 && at(&out, 39, 38) == 240);
    clip_destroy(&out);
    scale(&in, &out, 40, 160, CLIP_FIT_CROP);
    CHECK(fabs(mean_light(&out) / mean_light(&in) - 1) < 0.01);
    clip_destroy(&out);
    clip_destroy(&in);
}

static void check_time(void) {
    struct clip in, out;
    struct cli_error error;
    noise_clip(&in, 12, 5, 5);
    clip_set_fps(&in, 30);
    CHECK(clip_resample_time(&in, 12, &out, &error) &&
          clips_equal(&in, &out)); // the same length: the same frames
    CHECK(clip_duration_ms(&out) == clip_duration_ms(&in));
    clip_destroy(&out);
    for (uint32_t t = 0; t < 12; t++)
        memset(clip_frame_at(&in, t), t % 2 ? 255 : 0, clip_frame_bytes(&in));
    CHECK(clip_resample_time(&in, 3, &out, &error) && out.frames == 3 &&
          is_constant(&out, 170, 205)); // no strobe
    CHECK(clip_duration_ms(&out) == clip_duration_ms(&in));
    clip_destroy(&out);
    CHECK(clip_resample_time(&in, 31, &out, &error) && out.frames == 31 && clip_frame_at(&out, 0)[0] == 0);
    clip_destroy(&out);
    // A long still behind a short one: the time counts, not the number of frames.
    in.frames = 2;
    in.duration_ms[0] = 100;
    in.duration_ms[1] = 900;
    CHECK(clip_resample_time(&in, 10, &out, &error));
    CHECK(clip_frame_at(&out, 0)[0] == 0 && clip_frame_at(&out, 1)[0] == 255 &&
          clip_frame_at(&out, 9)[0] == 255);
    clip_destroy(&out);
    clip_destroy(&in);
}

int main(void) {
    test_begin();
    check_bytes();
    check_constants();
    check_alias();
    check_light();
    check_fits();
    check_time();
    return test_end();
}

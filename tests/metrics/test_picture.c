// What is measured of one clip: values known by hand, and the way
// each figure reacts to blur and to shuffling.
#include "model/metrics/picture.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 12, H = 32, W = 40, PIXELS = D * H * W };

static struct clip_view view_of(float *pixels) {
    return (struct clip_view){.f32 = pixels, .d = D, .h = H, .w = W, .stride = 4};
}

static float *make_black(void) {
    return calloc(PIXELS * 4, sizeof(float));
}

static void light(float *pixels, uint32_t t, uint32_t y, uint32_t x, float value) {
    for (uint32_t c = 0; c < 3; c++)
        pixels[(((size_t)t * H + y) * W + x) * 4 + c] = value;
}

static struct picture measure(float *pixels) {
    struct clip_view view = view_of(pixels);
    struct picture picture = {0};
    CHECK(picture_measure(&view, &picture) == RT_OK);
    return picture;
}

// Dots of one pixel that drift to the right, one column a frame.
static float *make_dots(void) {
    float *pixels = make_black();
    for (uint32_t t = 0; t < D; t++)
        for (uint32_t i = 0; i < 5; i++)
            light(pixels, t, 3 + 6 * i, 2 + 4 * i + t, 0.8f);
    return pixels;
}

static void black_is_nothing_at_all(void) {
    float *pixels = make_black();
    struct picture p = measure(pixels);
    CHECK(p.laplacian == 0.0 && p.peak == 0.0 && p.blobs == 0.0);
    CHECK(p.first_difference == 0.0 && p.second_difference == 0.0);
    free(pixels);
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-6 * fabs(b);
}

static void dots_by_hand(void) {
    float *pixels = make_dots();
    struct picture p = measure(pixels);
    CHECK(near(p.laplacian, 16.0 * 0.64));                       // only the dots are foreground
    CHECK(near(p.peak, 0.8));                                    // 60 dots, 15 of them the peak
    CHECK(p.blobs == 5.0);                                       // in every frame
    CHECK(near(p.first_difference, 2.0 * 5.0 * 0.64 / (H * W))); // gone here, come there
    CHECK(near(p.second_difference, (4.0 + 1.0 + 1.0) * 5.0 * 0.64 / (H * W)));
    free(pixels);
}

// Corners touch, two columns apart do not; at the threshold is not above it.
static void blobs_touch_by_corners(void) {
    float *pixels = make_black();
    for (uint32_t i = 0; i < 8; i++)
        light(pixels, 0, i, i, 1.0f); // a diagonal from the frame's corner
    light(pixels, 0, 0, W - 1, 1.0f);
    light(pixels, 0, 1, 0, 1.0f); // joins the diagonal
    light(pixels, 0, 20, 20, 1.0f);
    light(pixels, 0, 20, 22, 1.0f);
    light(pixels, 0, 28, 30, 0.3f);
    CHECK(near(measure(pixels).blobs, 4.0 / D));
    free(pixels);
}

static void blur_lowers_sharpness(void) {
    float *sharp = make_dots(), *soft = make_black();
    for (size_t i = 4 * (W + 1); i < 4 * (size_t)(PIXELS - W - 1); i++)
        for (int v = -1; v <= 1; v++)
            for (int u = -1; u <= 1; u++)
                soft[i] += sharp[(ptrdiff_t)i + 4 * (v * W + u)] / 9.0f * 1.3f;
    struct picture of_sharp = measure(sharp), of_soft = measure(soft);
    CHECK(of_soft.laplacian > 0.0 && of_soft.laplacian < 0.5 * of_sharp.laplacian);
    CHECK(of_soft.peak < 0.5 * of_sharp.peak);
    free(sharp);
    free(soft);
}

// The same frames in another order: what is seen of a frame stays, motion grows.
static void shuffling_raises_temporal_energy(void) {
    static const size_t order[D] = {5, 0, 9, 3, 11, 1, 7, 4, 10, 2, 8, 6};
    float *ordered = make_black(), *shuffled = make_black();
    for (uint32_t t = 0; t < D; t++) // a wide bar, which overlaps itself from frame to frame
        for (uint32_t x = 2 + t; x < 14 + t; x++)
            for (uint32_t y = 8; y < 24; y++)
                light(ordered, t, y, x, 0.7f);
    for (size_t t = 0; t < D; t++)
        memcpy(shuffled + t * H * W * 4, ordered + order[t] * H * W * 4, H * W * 4 * sizeof(float));
    struct picture of_ordered = measure(ordered), of_shuffled = measure(shuffled);
    CHECK(of_shuffled.first_difference > 2.0 * of_ordered.first_difference);
    CHECK(of_shuffled.second_difference > 2.0 * of_ordered.second_difference);
    CHECK(near(of_shuffled.laplacian, of_ordered.laplacian) && of_shuffled.blobs == of_ordered.blobs);
    free(ordered);
    free(shuffled);
}

static void bytes_and_floats_agree(void) {
    float *pixels = make_dots();
    uint8_t *bytes = malloc(PIXELS * 3);
    for (size_t i = 0; i < PIXELS; i++)
        for (size_t c = 0; c < 3; c++) {
            bytes[i * 3 + c] = (uint8_t)lrintf(pixels[i * 4 + c] * 255.0f);
            pixels[i * 4 + 3] = NAN; // padding is not looked at
        }
    struct clip_view view = {.u8 = bytes, .d = D, .h = H, .w = W, .stride = 3};
    struct picture a = measure(pixels), b;
    CHECK(picture_measure(&view, &b) == RT_OK);
    CHECK(near(a.laplacian, b.laplacian) && near(a.peak, b.peak) && a.blobs == b.blobs);
    CHECK(near(a.first_difference, b.first_difference) && near(a.second_difference, b.second_difference));
    free(pixels);
    free(bytes);
}

static void short_clips_have_no_motion_to_speak_of(void) {
    float *pixels = make_dots();
    struct clip_view view = view_of(pixels);
    struct picture p;
    view.d = 2;
    CHECK(picture_measure(&view, &p) == RT_OK);
    CHECK(isfinite(p.first_difference) && isnan(p.second_difference));
    view.d = 1;
    CHECK(picture_measure(&view, &p) == RT_OK);
    CHECK(isnan(p.first_difference) && isnan(p.second_difference) && near(p.peak, 0.8));
    view = (struct clip_view){.f32 = pixels, .d = 1, .h = 1, .w = 1, .stride = 4}; // a single pixel
    CHECK(picture_measure(&view, &p) == RT_OK);
    CHECK(p.laplacian == 0.0 && p.peak == 0.0 && p.blobs == 0.0);
    free(pixels);
}

static void what_is_not_finite_is_refused(void) {
    float *pixels = make_dots();
    struct clip_view view = view_of(pixels);
    struct picture p = {.peak = 7.0};
    const float bad[] = {NAN, INFINITY, -INFINITY};
    test_quiet(true);
    for (int i = 0; i < 3; i++) {
        pixels[PIXELS * 4 - 2] = bad[i];
        CHECK(picture_measure(&view, &p) == RT_ERROR_INVALID && p.peak == 7.0);
        CHECK(strstr(test_last_error(), "not finite") != NULL);
    }
    test_quiet(false);
    free(pixels);
}

int main(void) {
    test_begin();
    black_is_nothing_at_all();
    dots_by_hand();
    blobs_touch_by_corners();
    blur_lowers_sharpness();
    shuffling_raises_temporal_energy();
    bytes_and_floats_agree();
    short_clips_have_no_motion_to_speak_of();
    what_is_not_finite_is_refused();
    return test_end();
}

// Figures of a reconstruction: values known by hand, identities,
// and what they say when there is nothing to say.
#include "model/metrics/reconstruction.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 3, H = 20, W = 24, PIXELS = D * H * W };

struct pair {
    float a[PIXELS * 4];
    uint8_t b[PIXELS * 3];
    struct clip_view f32, u8;
};

// The same moving picture as floats and as bytes; padding holds what must never be read.
static struct pair *make_pair(void) {
    struct pair *p = malloc(sizeof *p);
    for (size_t i = 0; i < PIXELS; i++) {
        for (size_t c = 0; c < 3; c++) {
            p->b[i * 3 + c] = (uint8_t)((i * 37 + c * 91 + i / W * 11) % 256);
            p->a[i * 4 + c] = (float)p->b[i * 3 + c] / 255.0f;
        }
        p->a[i * 4 + 3] = NAN;
    }
    p->f32 = (struct clip_view){.f32 = p->a, .d = D, .h = H, .w = W, .stride = 4};
    p->u8 = (struct clip_view){.u8 = p->b, .d = D, .h = H, .w = W, .stride = 3};
    return p;
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-5 * fabs(b);
}

static void equal_clips_say_the_most_that_can_be_said(void) {
    struct pair *p = make_pair();
    struct reconstruction sums = {0};
    CHECK(reconstruction_add(&sums, &p->f32, &p->u8) == RT_OK);
    CHECK(reconstruction_psnr(&sums) == RECONSTRUCTION_MAX_DB);
    CHECK(reconstruction_foreground_psnr(&sums) == RECONSTRUCTION_MAX_DB);
    CHECK(reconstruction_ssim(&sums) == 1.0);
    CHECK(sums.numbers == PIXELS * 3.0 && sums.frames == D);
    free(p);
}

static void fill(struct clip_view *view, float *pixels, float value) {
    for (size_t i = 0; i < PIXELS * 4; i++)
        pixels[i] = value;
    *view = (struct clip_view){.f32 = pixels, .d = D, .h = H, .w = W, .stride = 4};
}

// Flat frames have no variance: SSIM is what is left of its luminance term.
static void flat_frames_by_hand(void) {
    float *pixels = malloc(2 * PIXELS * 4 * sizeof *pixels);
    struct clip_view a, b;
    struct reconstruction sums = {0};
    fill(&a, pixels, 0.5f);
    fill(&b, pixels + PIXELS * 4, 0.4f);
    CHECK(reconstruction_add(&sums, &a, &b) == RT_OK);
    CHECK(fabs(reconstruction_psnr(&sums) - 20.0) < 1e-4);
    CHECK(fabs(reconstruction_ssim(&sums) - (0.4 + 1e-4) / (0.41 + 1e-4)) < 1e-4);
    free(pixels);
}

// Nine dark clips that are perfect, and one bright one that is not: the error is pooled, and the foreground
// sees nothing of the dark.
static void sums_are_pooled(void) {
    float *pixels = malloc(3 * PIXELS * 4 * sizeof *pixels);
    struct clip_view dark, bright, wrong;
    struct reconstruction sums = {0};
    fill(&dark, pixels, 0.05f);
    fill(&bright, pixels + PIXELS * 4, 0.9f);
    fill(&wrong, pixels + 2 * PIXELS * 4, 0.8f);
    for (int i = 0; i < 9; i++)
        CHECK(reconstruction_add(&sums, &dark, &dark) == RT_OK);
    CHECK(isnan(reconstruction_foreground_psnr(&sums)));
    CHECK(reconstruction_add(&sums, &bright, &wrong) == RT_OK);
    CHECK(fabs(reconstruction_psnr(&sums) - 30.0) < 1e-4);
    CHECK(fabs(reconstruction_foreground_psnr(&sums) - 20.0) < 1e-4);
    free(pixels);
}

// Bright in one clip only is foreground, whichever it is; exactly at the threshold is not.
static void foreground_is_of_either_clip(void) {
    float a[8] = {0.0f, 0.3f, 0.0f, 1.0f, 0.1f, 0.1f, 0.1f, 1.0f}, b[8] = {0};
    struct clip_view va = {.f32 = a, .d = 1, .h = 1, .w = 2, .stride = 4}, vb = va;
    vb.f32 = b;
    for (int i = 0; i < 2; i++) {
        struct reconstruction sums = {0};
        CHECK(reconstruction_add(&sums, i == 0 ? &va : &vb, i == 0 ? &vb : &va) == RT_OK);
        CHECK(sums.foreground_numbers == 3.0 && near(sums.foreground_squared_error, 0.09));
        CHECK(sums.numbers == 6.0 && near(sums.squared_error, 0.12));
        CHECK(isnan(reconstruction_ssim(&sums))); // smaller than the window
    }
}

static void what_cannot_be_compared_is_refused(void) {
    struct pair *p = make_pair();
    struct reconstruction sums = {0}, none = {0};
    struct clip_view other = p->u8;
    other.w--;
    test_quiet(true);
    CHECK(reconstruction_add(&sums, &p->f32, &other) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "3x20x24 and 3x20x23") != NULL);
    p->a[5] = INFINITY;
    CHECK(reconstruction_add(&sums, &p->f32, &p->u8) == RT_ERROR_INVALID);
    p->a[5] = NAN;
    CHECK(reconstruction_add(&sums, &p->f32, &p->u8) == RT_ERROR_INVALID);
    test_quiet(false);
    CHECK(memcmp(&sums, &none, sizeof sums) == 0);
    CHECK(isnan(reconstruction_psnr(&sums)) && isnan(reconstruction_ssim(&sums)));
    free(p);
}

// Variances 0, 0.0025, 0.04 and 1 over two clips, with numbers of another level between them.
static void active_units_vary(void) {
    const float mean[] = {3.0f, 0.1f, -0.2f, 1.0f, 77.0f, 3.0f, 0.0f, 0.2f, -1.0f, -77.0f};
    CHECK(reconstruction_active_units(mean, 2, 5, 4) == 2);
    CHECK(reconstruction_active_units(mean, 2, 5, 2) == 0);
    CHECK(reconstruction_active_units(mean, 1, 5, 4) == 0);
    CHECK(reconstruction_active_units(mean, 0, 5, 4) == 0);
}

// The uniform density costs a byte, a density of 256 over the right value nothing.
static void bits_are_of_bytes(void) {
    CHECK(reconstruction_bits_per_dimension(0.0, 0.0, 10.0) == 8.0);
    CHECK(fabs(reconstruction_bits_per_dimension(-10.0 * log(256.0), 0.0, 10.0)) < 1e-12);
    CHECK(near(reconstruction_bits_per_dimension(-20.0 * log(2.0), 10.0 * log(2.0), 10.0), 7.0));
}

int main(void) {
    test_begin();
    equal_clips_say_the_most_that_can_be_said();
    flat_frames_by_hand();
    sums_are_pooled();
    foreground_is_of_either_clip();
    what_cannot_be_compared_is_refused();
    active_units_vary();
    bits_are_of_bytes();
    return test_end();
}

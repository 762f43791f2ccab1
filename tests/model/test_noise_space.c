// Points of the noise space: drawn the same everywhere, and ways between
// them whose ends and lengths are as promised.
#include "model/sample/noise_space.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 4 };

// A top of 8, then two levels with padded channels.
static const struct vae_level levels[] = {
    {.d = 1, .h = 1, .w = 1, .c = 8, .c_used = 8},
    {.d = 2, .h = 8, .w = 8, .c = 8, .c_used = 6},
    {.d = 4, .h = 16, .w = 16, .c = 4, .c_used = 2},
};

static struct noise_space space;

static double length_of(const float *a, uint32_t level) {
    double sum = 0.0;
    for (uint32_t i = space.offset[level]; i < space.offset[level + 1]; i++)
        sum += (double)a[i] * (double)a[i];
    return sqrt(sum);
}

static bool same(const float *a, const float *b) {
    return memcmp(a, b, space.count * sizeof *a) == 0;
}

static double distance(const float *a, const float *b) {
    double sum = 0.0;
    for (uint32_t i = 0; i < space.count; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum);
}

static void points_are_standard_normal(float *a, float *b) {
    double sum = 0.0, squares = 0.0;
    CHECK(space.count == 8 + 2 * 8 * 8 * 6 + 4 * 16 * 16 * 2);
    CHECK(space.offset[1] == 8 && space.offset[3] == space.count);
    noise_draw(&space, 7, a);
    noise_draw(&space, 7, b);
    CHECK(same(a, b));
    noise_draw(&space, 8, b);
    CHECK(distance(a, b) > 1.0);
    for (uint32_t i = 0; i < space.count; i++) {
        sum += (double)a[i];
        squares += (double)a[i] * (double)a[i];
    }
    CHECK(fabs(sum / space.count) < 0.08 && fabs(squares / space.count - 1.0) < 0.1);
    // Philox4x32-10 and Box & Muller, worked out by hand: seed 7 gives this clip for ever.
    const double first[] = {0.0373297, -0.8698345, -1.3045486, -0.2436187};
    for (int i = 0; i < 4; i++)
        CHECK(fabs((double)a[i] - first[i]) < 1e-6);
}

static void temperature_scales(float *a, float *b) {
    noise_draw(&space, 3, a);
    noise_draw(&space, 3, b);
    noise_scale(&space, 0.5f, 0.25f, b);
    for (uint32_t i = 0; i < space.count; i++)
        CHECK(b[i] == a[i] * (i < 8 ? 0.5f : 0.125f));
}

// Two classes fitted, one not; dim 2 so that it can be done by hand.
static void densities_blend(void) {
    float mean[] = {1, 2, -3, 4, 9, 9}, factor[] = {2, 0, 1, 3, 0.5f, 0, 0, 0.25f, 0, 0, 0, 0};
    float centre[3 * DENSITY_PARTS * 2] = {0}, weight[3 * DENSITY_PARTS] = {0};
    const struct density density = {
        .classes = 3, .dim = 2, .mean = mean, .factor = factor, .centre = centre, .weight = weight};
    const float n[] = {1, -1};
    float out[2];
    double work[4];
    noise_shape(&density, (const float[]){1, 0, 0}, n, out, work);
    CHECK(out[0] == 3 && out[1] == 0);
    noise_shape(&density, (const float[]){0, 0, 1}, n, out, work);
    CHECK(out[0] == 1 && out[1] == -1);
    noise_shape(&density, (const float[]){0.5f, 0.5f, 0}, n, out, work);
    CHECK(out[0] == 0.5f * 3 + 0.5f * -2.5f && out[1] == 0.5f * 0 + 0.5f * 3.75f);
}

// Every way goes through its keyframes exactly, and without a jump.
static void ways_meet_their_keyframes(const float *keys, float *at, float *before) {
    for (int kind = NOISE_LERP; kind <= NOISE_SPLINE; kind++)
        for (int loop = 0; loop < 2; loop++)
            for (uint32_t count = 1; count <= KEYS; count++) {
                struct noise_path path = {&space, (enum noise_interpolation)kind, keys, count, loop};
                uint32_t segments = noise_path_segments(&path);
                CHECK(segments == (loop ? count : count - 1));
                for (uint32_t k = 0; k <= segments; k++) {
                    noise_path_at(&path, k, at);
                    CHECK(same(at, keys + (size_t)(k % count) * space.count));
                    for (uint32_t i = 0; i < count; i++)
                        CHECK(noise_path_weight(&path, k, i) == (i == k % count ? 1.0f : 0.0f));
                }
                for (int step = 0; step < 60 * (int)segments; step++) {
                    double position = step / 60.0, sum = 0.0;
                    noise_path_at(&path, position, before);
                    noise_path_at(&path, position + 1.0 / 60.0, at);
                    CHECK(distance(at, before) < 0.1 * sqrt(space.count));
                    for (uint32_t i = 0; i < count; i++)
                        sum += (double)noise_path_weight(&path, position, i);
                    CHECK(fabs(sum - 1.0) < 1e-6);
                }
            }
}

static void lerp_is_the_articles(const float *keys, float *at) {
    struct noise_path path = {&space, NOISE_LERP, keys, 2, false};
    noise_path_at(&path, 0.25, at);
    for (uint32_t i = 0; i < space.count; i++)
        CHECK(at[i] == (float)(0.75 * (double)keys[i] + 0.25 * (double)keys[space.count + i]));
}

// Unrelated points: lerp loses sqrt(1/2) of the length in the middle, slerp nothing, at no level.
static void lengths_are_as_documented(const float *keys, float *at) {
    struct noise_path line = {&space, NOISE_LERP, keys, 2, false}, arc = line;
    arc.interpolation = NOISE_SLERP;
    for (uint32_t level = 0; level < space.level_count; level++) {
        double ends = 0.5 * (length_of(keys, level) + length_of(keys + space.count, level));
        noise_path_at(&arc, 0.5, at);
        CHECK(fabs(length_of(at, level) / ends - 1.0) < 1e-6);
        noise_path_at(&line, 0.5, at);
        if (level > 0)
            CHECK(fabs(length_of(at, level) / ends - sqrt(0.5)) < 0.05);
    }
}

static void slerp_survives_what_has_no_arc(float *keys, float *at) {
    struct noise_path arc = {&space, NOISE_SLERP, keys, 2, false};
    for (uint32_t i = 0; i < space.count; i++)
        keys[space.count + i] = -keys[i]; // opposite
    noise_path_at(&arc, 0.25, at);
    for (uint32_t i = 0; i < space.count; i++)
        CHECK(fabsf(at[i] - 0.5f * keys[i]) < 1e-6f);
    memcpy(keys + space.count, keys, space.count * sizeof *keys); // the same
    noise_path_at(&arc, 0.25, at);
    for (uint32_t i = 0; i < space.count; i++)
        CHECK(fabsf(at[i] - keys[i]) < 1e-6f);
    memset(keys, 0, space.count * sizeof *keys); // none
    noise_path_at(&arc, 0.25, at);
    for (uint32_t i = 0; i < space.count; i++)
        CHECK(at[i] == 0.25f * keys[space.count + i]);
}

// The spline has no corner at a keyframe, the line has.
static void splines_are_smooth(const float *keys, float *a, float *b) {
    float *c = malloc(space.count * sizeof *c);
    if (!CHECK(c != NULL))
        return;
    for (int kind = NOISE_LERP; kind <= NOISE_SPLINE; kind += 2) {
        struct noise_path path = {&space, (enum noise_interpolation)kind, keys, KEYS, true};
        double step = 1e-3, corner = 0.0;
        noise_path_at(&path, 1.0 - step, a);
        noise_path_at(&path, 1.0, b);
        noise_path_at(&path, 1.0 + step, c);
        for (uint32_t i = 0; i < space.count; i++)
            corner += fabs(((double)c[i] - (double)b[i]) - ((double)b[i] - (double)a[i])) / step;
        corner /= space.count;
        CHECK(kind == NOISE_LERP ? corner > 0.5 : corner < 0.05);
    }
    free(c);
}

int main(void) {
    test_begin();
    noise_space_init(&space, levels, 3);
    float *keys = calloc((size_t)(KEYS + 2) * space.count, sizeof *keys);
    if (!CHECK(keys != NULL))
        return test_end();
    float *a = keys + (size_t)KEYS * space.count, *b = a + space.count;
    points_are_standard_normal(a, b);
    temperature_scales(a, b);
    densities_blend();
    for (uint32_t k = 0; k < KEYS; k++)
        noise_draw(&space, 100 + k, keys + (size_t)k * space.count);
    ways_meet_their_keyframes(keys, a, b);
    lerp_is_the_articles(keys, a);
    lengths_are_as_documented(keys, a);
    splines_are_smooth(keys, a, b);
    slerp_survives_what_has_no_arc(keys, a);
    free(keys);
    return test_end();
}

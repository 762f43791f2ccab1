// Draws points of the noise space, and finds those on the way between two.
#include "model/sample/noise_space.h"

#include "model/noise/draw.h"

#include <math.h>
#include <string.h>

void noise_space_init(struct noise_space *space, const struct vae_level *levels, uint32_t level_count) {
    *space = (struct noise_space){.level_count = level_count};
    for (uint32_t i = 0; i < level_count; i++)
        space->offset[i + 1] = space->offset[i] + levels[i].d * levels[i].h * levels[i].w * levels[i].c_used;
    space->count = space->offset[level_count];
}

void noise_draw(const struct noise_space *space, uint64_t seed, float *noise) {
    draw_normal(seed, DRAW_SAMPLES, 0, noise, space->count);
}

void noise_scale(const struct noise_space *space, float temperature, float fine, float *noise) {
    for (uint32_t i = 0; i < space->count; i++)
        noise[i] *= i < space->offset[1] ? temperature : temperature * fine;
}

void noise_shape(const struct density *density, const float *weights, const float *n, float *out,
                 double *work) {
    uint32_t dim = density->dim;
    double *sum = work, *one = work + dim;
    memset(sum, 0, dim * sizeof *sum);
    for (uint32_t class = 0; class < density->classes; ++class) {
        if (weights[class] == 0.0f)
            continue;
        if (density_is_fitted(density, class))
            density_shape(density, class, n, one);
        for (uint32_t i = 0; i < dim; i++)
            sum[i] += (double)weights[class] * (density_is_fitted(density, class) ? one[i] : (double)n[i]);
    }
    for (uint32_t i = 0; i < dim; i++)
        out[i] = (float)sum[i];
}

// --- ways

uint32_t noise_path_segments(const struct noise_path *path) {
    return path->loop ? path->key_count : path->key_count - 1;
}

// A keyframe and the part of the way to the next.
struct place {
    uint32_t segment;
    double t; // 0 to below 1, or 1 at the very end
};

static struct place place_of(const struct noise_path *path, double position) {
    uint32_t segments = noise_path_segments(path);
    double last = (double)segments;
    double clamped = position < 0.0 ? 0.0 : position > last ? last : position;
    uint32_t segment = (uint32_t)clamped;
    if (segment == segments && segments > 0)
        segment--;
    return (struct place){segment, clamped - (double)segment};
}

// What the point is a sum of: up to four keyframes and what each counts.
struct blend {
    uint32_t count, keys[4];
    double weights[4];
};

static struct blend linear_blend(const struct noise_path *path, struct place at) {
    return (struct blend){2, {at.segment, (at.segment + 1) % path->key_count}, {1.0 - at.t, at.t}};
}

// Where a path ends, the neighbour that is missing is the straight line's: 2 end - next.
static struct blend spline_blend(const struct noise_path *path, struct place at) {
    uint32_t n = path->key_count, here = at.segment, next = (here + 1) % n;
    double t = at.t, t2 = t * t, t3 = t2 * t;
    double before = 0.5 * (-t3 + 2.0 * t2 - t), after = 0.5 * (t3 - t2);
    struct blend blend = {
        4,
        {(here + n - 1) % n, here, next, (next + 1) % n},
        {before, 0.5 * (3.0 * t3 - 5.0 * t2 + 2.0), 0.5 * (-3.0 * t3 + 4.0 * t2 + t), after}};
    if (!path->loop && here == 0) {
        blend.weights[0] = 0.0;
        blend.weights[1] += 2.0 * before;
        blend.weights[2] -= before;
    }
    if (!path->loop && next + 1 == n) {
        blend.weights[3] = 0.0;
        blend.weights[2] += 2.0 * after;
        blend.weights[1] -= after;
    }
    return blend;
}

static struct blend blend_of(const struct noise_path *path, struct place at) {
    if (path->key_count == 1)
        return (struct blend){1, {0}, {1.0}};
    return path->interpolation == NOISE_SPLINE ? spline_blend(path, at) : linear_blend(path, at);
}

float noise_path_weight(const struct noise_path *path, double position, uint32_t key) {
    struct blend blend = blend_of(path, place_of(path, position));
    double weight = 0.0;
    for (uint32_t k = 0; k < blend.count; k++)
        weight += blend.keys[k] == key ? blend.weights[k] : 0.0;
    return (float)weight;
}

static const float *key_of(const struct noise_path *path, uint32_t key) {
    return path->keys + (size_t)key * path->space->count;
}

static void sum(const struct noise_path *path, const struct blend *blend, float *noise) {
    for (uint32_t i = 0; i < path->space->count; i++) {
        double number = 0.0;
        for (uint32_t k = 0; k < blend->count; k++)
            number += blend->weights[k] * (double)key_of(path, blend->keys[k])[i];
        noise[i] = (float)number;
    }
}

static double dot(const float *a, const float *b, uint32_t count) {
    double sum = 0.0;
    for (uint32_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

// What a and b count on the way along the arc.
static void arc_weights(const float *a, const float *b, uint32_t count, double t, double *on_a,
                        double *on_b) {
    *on_a = 1.0 - t;
    *on_b = t;
    double length_a = sqrt(dot(a, a, count)), length_b = sqrt(dot(b, b, count));
    if (!(length_a > 0.0 && length_b > 0.0))
        return;
    double cosine = dot(a, b, count) / (length_a * length_b);
    double angle = acos(cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine), sine = sin(angle);
    if (sine < 1e-6) // no arc, or no telling which: straight on
        return;
    double length = (1.0 - t) * length_a + t * length_b;
    *on_a = sin((1.0 - t) * angle) / sine * length / length_a;
    *on_b = sin(t * angle) / sine * length / length_b;
}

static void slerp(const struct noise_space *space, const float *a, const float *b, double t, float *out) {
    for (uint32_t l = 0; l < space->level_count; l++) {
        uint32_t first = space->offset[l], end = space->offset[l + 1];
        double on_a, on_b;
        arc_weights(a + first, b + first, end - first, t, &on_a, &on_b);
        for (uint32_t i = first; i < end; i++)
            out[i] = (float)(on_a * (double)a[i] + on_b * (double)b[i]);
    }
}

void noise_path_at(const struct noise_path *path, double position, float *noise) {
    struct place at = place_of(path, position);
    struct blend blend = blend_of(path, at);
    if (path->interpolation == NOISE_SLERP && path->key_count > 1)
        slerp(path->space, key_of(path, blend.keys[0]), key_of(path, blend.keys[1]), at.t, noise);
    else
        sum(path, &blend, noise);
}

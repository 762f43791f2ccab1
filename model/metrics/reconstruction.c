// Sums up how close reconstructions come to their clips, and how many bits they cost.
#include "model/metrics/reconstruction.h"

#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>

enum { RADIUS = 5, WINDOW = 2 * RADIUS + 1, MOMENTS = 5 };

static const double sigma = 1.5;
static const float c1 = 0.01f * 0.01f, c2 = 0.03f * 0.03f;

// Scratch of one clip.
struct scratch {
    float *planes[2];      // [3][h][w]
    float *seen[2];        // [h][w], brightest channel, then luma
    float *moments;        // [MOMENTS][h][w - 10], filtered along w
    float *rows;           // [MOMENTS][w]: the products of a row, then its moments
    float weights[WINDOW]; // the Gaussian
};

static bool scratch_init(struct scratch *s, const struct clip_view *view) {
    size_t pixels = clip_view_pixels(view), w = view->w;
    float *memory = malloc((8 * pixels + MOMENTS * (pixels + w)) * sizeof *memory);
    if (memory == NULL)
        return false;
    *s = (struct scratch){.planes = {memory, memory + 3 * pixels},
                          .seen = {memory + 6 * pixels, memory + 7 * pixels},
                          .moments = memory + 8 * pixels,
                          .rows = memory + (8 + MOMENTS) * pixels};
    double weights[WINDOW], sum = 0.0;
    for (int i = 0; i < WINDOW; i++)
        sum += weights[i] = exp(-0.5 * (i - RADIUS) * (i - RADIUS) / (sigma * sigma));
    for (int i = 0; i < WINDOW; i++)
        s->weights[i] = (float)(weights[i] / sum);
    return true;
}

static void scratch_free(struct scratch *s) {
    free(s->planes[0]);
}

// --- squared error

static void add_squared_error(const struct scratch *s, size_t pixels, struct reconstruction *sums) {
    const float *a = s->planes[0], *b = s->planes[1];
    for (size_t i = 0; i < pixels; i++) {
        double error = 0.0;
        for (size_t c = 0; c < 3; c++) {
            double difference = (double)a[c * pixels + i] - (double)b[c * pixels + i];
            error += difference * difference;
        }
        bool foreground =
            s->seen[0][i] > RECONSTRUCTION_FOREGROUND || s->seen[1][i] > RECONSTRUCTION_FOREGROUND;
        sums->squared_error += error;
        sums->foreground_squared_error += foreground ? error : 0.0;
        sums->foreground_numbers += foreground ? 3.0 : 0.0;
    }
    sums->numbers += 3.0 * (double)pixels;
}

// --- structural similarity: the window is separable and symmetric

// out[x] = sum over k of weights[k] in[x + k stride], written as pairs so that it becomes vector code.
static void filter(const float *weights, const float *in, size_t stride, size_t count, float *out) {
    const float w0 = weights[0], w1 = weights[1], w2 = weights[2], w3 = weights[3], w4 = weights[4];
    for (size_t x = 0; x < count; x++) {
        const float *p = in + x;
        out[x] = w0 * (p[0] + p[10 * stride]) + w1 * (p[stride] + p[9 * stride]) +
                 w2 * (p[2 * stride] + p[8 * stride]) + w3 * (p[3 * stride] + p[7 * stride]) +
                 w4 * (p[4 * stride] + p[6 * stride]) + weights[RADIUS] * p[5 * stride];
    }
}

// The moments of every row: of a, b, a a, b b and a b.
static void filter_rows(struct scratch *s, size_t h, size_t w) {
    size_t width = w - WINDOW + 1;
    for (size_t y = 0; y < h; y++) {
        const float *a = s->seen[0] + y * w, *b = s->seen[1] + y * w;
        float *aa = s->rows, *bb = aa + w, *ab = bb + w;
        for (size_t x = 0; x < w; x++) {
            aa[x] = a[x] * a[x];
            bb[x] = b[x] * b[x];
            ab[x] = a[x] * b[x];
        }
        const float *in[MOMENTS] = {a, b, aa, bb, ab};
        for (size_t i = 0; i < MOMENTS; i++)
            filter(s->weights, in[i], 1, width, s->moments + (i * h + y) * width);
    }
}

static double sum_of_row(const float *rows, size_t width) {
    const float *ma = rows, *mb = ma + width, *aa = mb + width, *bb = aa + width, *ab = bb + width;
    double sum = 0.0;
    for (size_t x = 0; x < width; x++) {
        float square = ma[x] * ma[x] + mb[x] * mb[x], product = ma[x] * mb[x];
        float variances = aa[x] + bb[x] - square, covariance = ab[x] - product;
        sum +=
            (double)((2.0f * product + c1) * (2.0f * covariance + c2) / ((square + c1) * (variances + c2)));
    }
    return sum;
}

// Mean over the interior of a frame.
static double frame_ssim(struct scratch *s, size_t h, size_t w) {
    size_t width = w - WINDOW + 1, height = h - WINDOW + 1;
    double sum = 0.0;
    filter_rows(s, h, w);
    for (size_t y = 0; y < height; y++) {
        for (size_t i = 0; i < MOMENTS; i++)
            filter(s->weights, s->moments + (i * h + y) * width, width, width, s->rows + i * width);
        sum += sum_of_row(s->rows, width);
    }
    return sum / (double)(width * height);
}

// --- clips

static void add_frame(struct scratch *s, const struct clip_view *a, const struct clip_view *b, uint32_t frame,
                      struct reconstruction *sums) {
    const struct clip_view *views[2] = {a, b};
    size_t pixels = clip_view_pixels(a);
    for (int i = 0; i < 2; i++) {
        clip_view_frame(views[i], frame, s->planes[i]);
        clip_view_brightest(s->planes[i], pixels, s->seen[i]);
    }
    add_squared_error(s, pixels, sums);
    if (a->h < WINDOW || a->w < WINDOW)
        return;
    for (int i = 0; i < 2; i++)
        clip_view_luma(s->planes[i], pixels, s->seen[i]);
    sums->ssim += frame_ssim(s, a->h, a->w);
    sums->frames += 1.0;
}

static bool comparable(const struct clip_view *a, const struct clip_view *b) {
    if (clip_view_same_shape(a, b))
        return true;
    rt_log(RT_LOG_ERROR, "clips of %ux%ux%u and %ux%ux%u (frames, height, width) cannot be compared", a->d,
           a->h, a->w, b->d, b->h, b->w);
    return false;
}

enum rt_status reconstruction_add(struct reconstruction *sums, const struct clip_view *a,
                                  const struct clip_view *b) {
    struct scratch s;
    struct reconstruction with = *sums;
    if (!comparable(a, b))
        return RT_ERROR_INVALID;
    if (!scratch_init(&s, a)) {
        rt_log(RT_LOG_ERROR, "no memory to measure frames of %ux%u", a->w, a->h);
        return RT_ERROR_OUT_OF_MEMORY;
    }
    for (uint32_t frame = 0; frame < a->d; frame++)
        add_frame(&s, a, b, frame, &with);
    scratch_free(&s);
    if (!isfinite(with.squared_error)) {
        rt_log(RT_LOG_ERROR, "a clip to be measured holds numbers that are not finite");
        return RT_ERROR_INVALID;
    }
    *sums = with;
    return RT_OK;
}

// --- figures

static double decibels(double squared_error, double numbers) {
    if (numbers == 0.0)
        return (double)NAN;
    double mse = squared_error / numbers;
    return mse > 0.0 ? fmin(-10.0 * log10(mse), RECONSTRUCTION_MAX_DB) : RECONSTRUCTION_MAX_DB;
}

double reconstruction_psnr(const struct reconstruction *sums) {
    return decibels(sums->squared_error, sums->numbers);
}

double reconstruction_foreground_psnr(const struct reconstruction *sums) {
    return decibels(sums->foreground_squared_error, sums->foreground_numbers);
}

double reconstruction_ssim(const struct reconstruction *sums) {
    return sums->frames > 0.0 ? sums->ssim / sums->frames : (double)NAN;
}

static double variance(const float *values, uint32_t n, size_t stride) {
    double mean = 0.0, squares = 0.0;
    for (uint32_t i = 0; i < n; i++)
        mean += (double)values[i * stride] / n;
    for (uint32_t i = 0; i < n; i++)
        squares += ((double)values[i * stride] - mean) * ((double)values[i * stride] - mean);
    return squares / n;
}

uint32_t reconstruction_active_units(const float *mean, uint32_t n, size_t stride, uint32_t count) {
    uint32_t active = 0;
    for (uint32_t i = 0; i < count && n > 1; i++)
        active += variance(mean + i, n, stride) > RECONSTRUCTION_ACTIVE;
    return active;
}

double reconstruction_bits_per_dimension(double nll, double kl, double numbers) {
    return (nll + kl) / (numbers * 0.69314718055994530942) + 8.0;
}

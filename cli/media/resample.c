// Mitchell, Netravali: Reconstruction filters in computer graphics (1988), B = C = 1/3.
#include "cli/media/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MITCHELL_SUPPORT 2.0

static double mitchell(double x) {
    x = fabs(x);
    if (x < 1)
        return (7 * x * x * x - 12 * x * x + 16.0 / 3) / 6;
    if (x < 2)
        return (-7.0 / 3 * x * x * x + 12 * x * x - 20 * x + 32.0 / 3) / 6;
    return 0;
}

// Fills the weights of one output sample centred at `centre` of the input; a sample that lies wholly outside
// the input stays black.
static void fill_weights(struct resample_axis *axis, uint32_t i, double centre, double stretch, uint32_t in) {
    int64_t first = (int64_t)ceil(centre - stretch * MITCHELL_SUPPORT - 0.5);
    int64_t room = (int64_t)in - axis->taps;
    int64_t start = first < 0 ? 0 : first > room ? room : first;
    float *weights = axis->weights + (size_t)i * axis->taps;
    double total = 0;
    axis->first[i] = (uint32_t)start;
    for (uint32_t k = 0; k < axis->taps; k++)
        total += mitchell(((double)(start + k) + 0.5 - centre) / stretch);
    for (uint32_t k = 0; k < axis->taps && centre >= 0 && centre <= in; k++)
        weights[k] = (float)(mitchell(((double)(start + k) + 0.5 - centre) / stretch) / total);
}

// Output sample i lies at offset + (i + 1/2) step of the input.
static bool axis_init(struct resample_axis *axis, uint32_t in, uint32_t out, double offset, double step) {
    double stretch = step > 1 ? step : 1;
    double taps = ceil(2 * stretch * MITCHELL_SUPPORT) + 1;
    axis->out = out;
    axis->taps = taps < in ? (uint32_t)taps : in;
    axis->first = calloc(out, sizeof *axis->first);
    axis->weights = calloc((size_t)out * axis->taps, sizeof *axis->weights);
    if (axis->first == NULL || axis->weights == NULL)
        return false;
    for (uint32_t i = 0; i < out; i++)
        fill_weights(axis, i, offset + (i + 0.5) * step, stretch, in);
    return true;
}

bool resampler_init(struct resampler *r, uint32_t height, uint32_t width, uint32_t out_height,
                    uint32_t out_width, enum clip_fit fit) {
    memset(r, 0, sizeof *r);
    r->height = height;
    r->width = width;
    r->out_height = out_height;
    r->out_width = out_width;
    srgb_tables_init(&r->tables);
    // Input pixels per output pixel, each way; equal unless stretched.
    double across = (double)width / out_width, down = (double)height / out_height;
    if (fit == CLIP_FIT_CROP)
        across = down = fmin(across, down);
    else if (fit == CLIP_FIT_PAD)
        across = down = fmax(across, down);
    r->columns = malloc((size_t)height * out_width * 3 * sizeof *r->columns);
    return r->columns != NULL &&
           axis_init(&r->across, width, out_width, 0.5 * (width - across * out_width), across) &&
           axis_init(&r->down, height, out_height, 0.5 * (height - down * out_height), down);
}

void resampler_finish(struct resampler *r) {
    free(r->columns);
    free(r->across.first);
    free(r->across.weights);
    free(r->down.first);
    free(r->down.weights);
    memset(r, 0, sizeof *r);
}

static void scale_row(const struct resampler *r, const uint8_t *in, float *out) {
    for (uint32_t x = 0; x < r->out_width; x++, out += 3) {
        const float *weights = r->across.weights + (size_t)x * r->across.taps;
        const uint8_t *pixel = in + (size_t)r->across.first[x] * 3;
        out[0] = out[1] = out[2] = 0;
        for (uint32_t k = 0; k < r->across.taps; k++)
            for (int c = 0; c < 3; c++)
                out[c] += weights[k] * r->tables.linear[*pixel++];
    }
}

void resampler_frame(struct resampler *r, const uint8_t *rgb, uint8_t *out) {
    size_t stride = (size_t)r->out_width * 3;
    for (uint32_t y = 0; y < r->height; y++)
        scale_row(r, rgb + (size_t)y * r->width * 3, r->columns + y * stride);
    for (uint32_t y = 0; y < r->out_height; y++) {
        const float *weights = r->down.weights + (size_t)y * r->down.taps;
        const float *top = r->columns + r->down.first[y] * stride;
        for (size_t i = 0; i < stride; i++) {
            float sum = 0;
            for (uint32_t k = 0; k < r->down.taps; k++)
                sum += weights[k] * top[k * stride + i];
            *out++ = srgb_byte(&r->tables, sum);
        }
    }
}

// Adds `weight` times a frame's light to `sum`.
static void add_frame(const struct clip *clip, uint32_t t, float weight, const struct srgb_tables *tables,
                      float *sum) {
    const uint8_t *rgb = clip_frame_at(clip, t);
    for (size_t i = 0; i < clip_frame_bytes(clip); i++)
        sum[i] += weight * tables->linear[rgb[i]];
}

// Durations are rounded to milliseconds; what two frames share within that is not meant.
#define ROUNDING_MS 0.75

// Averages the frames that are shown between two moments, each by its share. Yields the sum of the shares.
static float blend_between(const struct clip *clip, double from_ms, double to_ms,
                           const struct srgb_tables *tables, float *sum) {
    double begin = 0;
    float total = 0;
    for (uint32_t t = 0; t < clip->frames; t++) {
        double end = begin + clip->duration_ms[t];
        double shared = fmin(end, to_ms) - fmax(begin, from_ms);
        begin = end;
        if (shared > ROUNDING_MS) {
            add_frame(clip, t, (float)shared, tables, sum);
            total += (float)shared;
        }
    }
    return total;
}

static void nearest_at(const struct clip *clip, double middle_ms, uint8_t *out) {
    double end = 0;
    uint32_t t = 0;
    while (t + 1 < clip->frames && (end += clip->duration_ms[t]) <= middle_ms)
        t++;
    memcpy(out, clip_frame_at(clip, t), clip_frame_bytes(clip));
}

bool clip_resample_time(const struct clip *clip, uint32_t frames, struct clip *out, struct cli_error *error) {
    size_t values = clip_frame_bytes(clip);
    float *sum = malloc(values * sizeof *sum);
    if (sum == NULL)
        return cli_fail(error, NULL, "no memory for a frame");
    bool ok = clip_create(out, frames, clip->height, clip->width, error);
    struct srgb_tables tables;
    srgb_tables_init(&tables);
    double step_ms = (double)clip_duration_ms(clip) / frames;
    for (uint32_t t = 0; ok && t < frames; t++) {
        memset(sum, 0, values * sizeof *sum);
        float total = blend_between(clip, t * step_ms, (t + 1) * step_ms, &tables, sum);
        if (!(total > 0))
            nearest_at(clip, (t + 0.5) * step_ms, clip_frame_at(out, t));
        for (size_t i = 0; total > 0 && i < values; i++)
            clip_frame_at(out, t)[i] = srgb_byte(&tables, sum[i] / total);
    }
    free(sum);
    if (ok)
        clip_set_fps(out, 1000 / step_ms);
    return ok;
}

// Draws dots of light into a linear float image and develops it to sRGB: glow, tone curve, bytes.
#include "cli/data/light.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RADIUS = 64 };

bool light_init(struct light *light, uint32_t height, uint32_t width) {
    size_t values = (size_t)height * width * 3;
    *light = (struct light){.height = height, .width = width};
    light->rgb = calloc(values, sizeof(float));
    light->lines = calloc(values, sizeof(float));
    light->glow = calloc(values, sizeof(float));
    return light->rgb != NULL && light->lines != NULL && light->glow != NULL;
}

void light_finish(struct light *light) {
    free(light->rgb);
    free(light->lines);
    free(light->glow);
    *light = (struct light){0};
}

void light_clear(struct light *light) {
    memset(light->rgb, 0, (size_t)light->height * light->width * 3 * sizeof(float));
}

static int clamp_int(float value, int low, int high) {
    if (value < (float)low)
        return low;
    return value > (float)high ? high : (int)value;
}

// The Gaussian's values at pixel centres first .. last along one axis.
static void profile(float *out, int first, int last, float centre, float sigma) {
    for (int i = first; i <= last; i++) {
        float d = ((float)i + 0.5f - centre) / sigma;
        out[i - first] = expf(-0.5f * d * d);
    }
}

void light_add(struct light *light, float x, float y, float sigma, const float rgb[3]) {
    const float smallest = 0.5f;
    float dim = 1;
    if (sigma < smallest) {
        dim = sigma * sigma / (smallest * smallest);
        sigma = smallest;
    }
    float radius = fminf(3.2f * sigma, MAX_RADIUS);
    int width = (int)light->width, height = (int)light->height;
    if (!(x + radius > 0 && y + radius > 0 && x - radius < (float)width && y - radius < (float)height))
        return;
    int x0 = clamp_int(x - radius, 0, width - 1), x1 = clamp_int(x + radius, 0, width - 1);
    int y0 = clamp_int(y - radius, 0, height - 1), y1 = clamp_int(y + radius, 0, height - 1);
    float across[2 * MAX_RADIUS + 2], down[2 * MAX_RADIUS + 2];
    profile(across, x0, x1, x, sigma);
    profile(down, y0, y1, y, sigma);
    for (int j = y0; j <= y1; j++) {
        float *row = light->rgb + ((size_t)j * light->width + (size_t)x0) * 3;
        float weight = dim * down[j - y0];
        for (int i = 0; i <= x1 - x0; i++)
            for (int c = 0; c < 3; c++)
                row[3 * i + c] += weight * across[i] * rgb[c];
    }
}

static void add_weighted(float *restrict out, const float *restrict in, float weight, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] += weight * in[i];
}

// One pass of a Gaussian over arrays [count][length][step], along `length`; what lies outside is black. Tap by
// tap, so that the inner loop runs over neighbours in memory.
static void blur(const float *in, float *out, size_t count, int length, size_t step, const float *kernel,
                 int radius) {
    size_t line = (size_t)length * step;
    memset(out, 0, count * line * sizeof *out);
    for (size_t n = 0; n < count; n++)
        for (int k = -radius; k <= radius; k++) {
            int to = k < 0 ? -k : 0, from = k > 0 ? k : 0, covered = length - to - from;
            if (covered > 0)
                add_weighted(out + n * line + (size_t)to * step, in + n * line + (size_t)from * step,
                             kernel[to + from], (size_t)covered * step);
        }
}

// Fills kernel[0..radius], one half of a Gaussian of sum 1; yields the radius.
static int gaussian(float kernel[MAX_RADIUS + 1], float sigma) {
    int radius = clamp_int(ceilf(2.5f * sigma), 1, MAX_RADIUS);
    float total = 0;
    for (int k = 0; k <= radius; k++) {
        kernel[k] = expf(-0.5f * (float)(k * k) / (sigma * sigma));
        total += k == 0 ? kernel[k] : 2 * kernel[k];
    }
    for (int k = 0; k <= radius; k++)
        kernel[k] /= total;
    return radius;
}

void light_develop(struct light *light, float exposure, float glow, float glow_sigma,
                   const struct srgb_tables *tables, uint8_t *out) {
    size_t height = light->height, width = light->width, pixels = height * width;
    float kernel[MAX_RADIUS + 1] = {0};
    int radius = gaussian(kernel, glow_sigma);
    blur(light->rgb, light->lines, height, (int)width, 3, kernel, radius);
    blur(light->lines, light->glow, 1, (int)height, width * 3, kernel, radius);
    for (size_t i = 0; i < pixels * 3; i++)
        out[i] = srgb_byte(tables, 1 - expf(-exposure * (light->rgb[i] + glow * light->glow[i])));
}

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

// One pass of a Gaussian along an axis: `count` lines of `length` pixels that lie `step` pixels apart.
static void blur_lines(const float *in, float *out, uint32_t count, size_t line_stride, uint32_t length,
                       size_t step, const float *kernel, int radius) {
    for (uint32_t line = 0; line < count; line++)
        for (int i = 0; i < (int)length; i++) {
            float sum[3] = {0};
            int from = i < radius ? -i : -radius;
            int to = i + radius >= (int)length ? (int)length - 1 - i : radius;
            for (int k = from; k <= to; k++) {
                const float *pixel = in + 3 * (line * line_stride + (size_t)(i + k) * step);
                float weight = kernel[k < 0 ? -k : k];
                for (int c = 0; c < 3; c++)
                    sum[c] += weight * pixel[c];
            }
            memcpy(out + 3 * (line * line_stride + (size_t)i * step), sum, sizeof sum);
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
    size_t pixels = (size_t)light->height * light->width;
    float kernel[MAX_RADIUS + 1] = {0};
    int radius = gaussian(kernel, glow_sigma);
    blur_lines(light->rgb, light->lines, light->height, light->width, light->width, 1, kernel, radius);
    blur_lines(light->lines, light->glow, light->width, 1, light->height, light->width, kernel, radius);
    for (size_t i = 0; i < pixels * 3; i++)
        out[i] = srgb_byte(tables, 1 - expf(-exposure * (light->rgb[i] + glow * light->glow[i])));
}

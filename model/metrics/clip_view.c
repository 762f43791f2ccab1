// Splits the frames of a clip into planes of floats, from bytes or from a model's output.
#include "model/metrics/clip_view.h"

bool clip_view_same_shape(const struct clip_view *a, const struct clip_view *b) {
    return a->d == b->d && a->h == b->h && a->w == b->w;
}

size_t clip_view_pixels(const struct clip_view *view) {
    return (size_t)view->h * view->w;
}

static void split_f32(const float *pixels, size_t count, uint32_t stride, float *planes) {
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            planes[c * count + i] = pixels[i * stride + c];
}

static void split_u8(const uint8_t *pixels, size_t count, uint32_t stride, float *planes) {
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            planes[c * count + i] = (float)pixels[i * stride + c] / 255.0f;
}

void clip_view_frame(const struct clip_view *view, uint32_t frame, float *planes) {
    size_t count = clip_view_pixels(view), first = frame * count * view->stride;
    if (view->f32 != NULL)
        split_f32(view->f32 + first, count, view->stride, planes);
    else
        split_u8(view->u8 + first, count, view->stride, planes);
}

void clip_view_brightest(const float *planes, size_t pixels, float *out) {
    const float *r = planes, *g = planes + pixels, *b = planes + 2 * pixels;
    for (size_t i = 0; i < pixels; i++) {
        float high = r[i] > g[i] ? r[i] : g[i];
        out[i] = high > b[i] ? high : b[i];
    }
}

void clip_view_luma(const float *planes, size_t pixels, float *out) {
    const float *r = planes, *g = planes + pixels, *b = planes + 2 * pixels;
    for (size_t i = 0; i < pixels; i++)
        out[i] = 0.299f * r[i] + 0.587f * g[i] + 0.114f * b[i];
}

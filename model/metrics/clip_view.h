// A clip to measure, where it lies: a model's output in fp32, or bytes.
// What measures it sees one frame at a time, in planes.
#ifndef MOGRAPH_MODEL_METRICS_CLIP_VIEW_H
#define MOGRAPH_MODEL_METRICS_CLIP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Numbers [d][h][w][stride], of which the first three are RGB.
// Exactly one of the pointers is set; the view owns nothing.
struct clip_view {
    const float *f32;  // 0 to 1
    const uint8_t *u8; // 0 to 255, read as x / 255
    uint32_t d, h, w;
    uint32_t stride; // numbers from a pixel to the next: 3, or 4 with padding
};

bool clip_view_same_shape(const struct clip_view *a, const struct clip_view *b);
size_t clip_view_pixels(const struct clip_view *view); // of a frame

// One frame in planes [3][h][w], 0 to 1, and what is seen of it: [h][w] each.
void clip_view_frame(const struct clip_view *view, uint32_t frame, float *planes);
void clip_view_brightest(const float *planes, size_t pixels, float *out); // the brightest channel
void clip_view_luma(const float *planes, size_t pixels, float *out); // 0.299 R + 0.587 G + 0.114 B (BT.601)

#endif

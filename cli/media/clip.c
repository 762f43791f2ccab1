// A clip's frames, lengths and rates, and collecting a stream of frames into a clip.
#include "cli/media/clip.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_4K ((uint64_t)4096 * 2304)

const struct clip_limits clip_memory_limits = {8192, 10000, FRAME_4K, (uint64_t)1 << 29};
const struct clip_limits clip_stream_limits = {8192, 10000, FRAME_4K, (uint64_t)1 << 36};

bool clip_limits_check(const struct clip_limits *limits, const char *path, uint64_t width, uint64_t height,
                       uint64_t frames, struct cli_error *error) {
    if (width == 0 || height == 0)
        return cli_fail(error, path, "the picture is empty (%" PRIu64 "x%" PRIu64 ")", width, height);
    if (width > limits->max_side || height > limits->max_side || width * height > limits->max_frame_pixels)
        return cli_fail(error, path,
                        "%" PRIu64 "x%" PRIu64 " pixels are too large (at most %" PRIu32
                        " a side and %" PRIu64 " in all); scale the clip down first",
                        width, height, limits->max_side, limits->max_frame_pixels);
    if (limits->max_frames != 0 && frames > limits->max_frames)
        return cli_fail(error, path, "more than %" PRIu32 " frames; cut the clip shorter first",
                        limits->max_frames);
    if (frames > limits->max_pixels / (width * height))
        return cli_fail(error, path,
                        "%" PRIu64 "x%" PRIu64 " pixels and %" PRIu64
                        " frames are too much to hold in memory; scale or cut the clip first",
                        width, height, frames);
    return true;
}

bool clip_create(struct clip *clip, uint32_t frames, uint32_t height, uint32_t width,
                 struct cli_error *error) {
    *clip = (struct clip){.frames = frames, .height = height, .width = width};
    if (!clip_limits_check(&clip_memory_limits, NULL, width, height, frames, error))
        return false;
    clip->rgb = calloc(frames, clip_frame_bytes(clip));
    clip->duration_ms = calloc(frames, sizeof *clip->duration_ms);
    if (clip->rgb == NULL || clip->duration_ms == NULL) {
        clip_destroy(clip);
        return cli_fail(error, NULL, "no memory for %" PRIu32 " frames of %" PRIu32 "x%" PRIu32, frames,
                        width, height);
    }
    for (uint32_t t = 0; t < frames; t++)
        clip->duration_ms[t] = CLIP_DEFAULT_MS;
    return true;
}

void clip_destroy(struct clip *clip) {
    free(clip->rgb);
    free(clip->duration_ms);
    *clip = (struct clip){0};
}

size_t clip_frame_bytes(const struct clip *clip) {
    return (size_t)clip->height * clip->width * 3;
}

uint8_t *clip_frame_at(const struct clip *clip, uint32_t frame) {
    return clip->rgb + (size_t)frame * clip_frame_bytes(clip);
}

uint64_t clip_duration_ms(const struct clip *clip) {
    uint64_t total = 0;
    for (uint32_t t = 0; t < clip->frames; t++)
        total += clip->duration_ms[t];
    return total;
}

double clip_fps(const struct clip *clip) {
    double seconds = (double)clip_duration_ms(clip) / 1000;
    double fps = clip->frames / seconds;
    double whole = round(fps);
    // The whole number stands for these durations when it ends within half a frame of them.
    return whole >= 1 && fabs(whole * seconds - clip->frames) < 0.5 ? whole : fps;
}

void clip_set_fps(struct clip *clip, double fps) {
    uint64_t before = 0;
    for (uint32_t t = 0; t < clip->frames; t++) {
        uint64_t after = (uint64_t)llround((t + 1) * 1000.0 / fps);
        clip->duration_ms[t] = after > before ? (uint32_t)(after - before) : 1;
        before = after;
    }
}

static bool grow(struct clip_collector *c, struct cli_error *error) {
    uint32_t capacity = c->capacity ? c->capacity * 2 : 8;
    size_t bytes = capacity * clip_frame_bytes(c->clip);
    uint8_t *rgb = bytes > 0 ? realloc(c->clip->rgb, bytes) : NULL;
    if (rgb != NULL)
        c->clip->rgb = rgb;
    uint32_t *durations = realloc(c->clip->duration_ms, capacity * sizeof *durations);
    if (durations != NULL)
        c->clip->duration_ms = durations;
    if (rgb == NULL || durations == NULL)
        return cli_fail(error, c->path, "no memory for %" PRIu32 " frames; scale or cut the clip first",
                        capacity);
    c->capacity = capacity;
    return true;
}

static enum sink_verdict collect(void *user, const struct clip_frame *frame, struct cli_error *error) {
    struct clip_collector *c = user;
    struct clip *clip = c->clip;
    clip->height = frame->height;
    clip->width = frame->width;
    if (!clip_limits_check(&clip_memory_limits, c->path, frame->width, frame->height, clip->frames + 1,
                           error))
        return SINK_FAILED;
    if (clip->frames == c->capacity && !grow(c, error))
        return SINK_FAILED;
    memcpy(clip_frame_at(clip, clip->frames), frame->rgb, clip_frame_bytes(clip));
    clip->duration_ms[clip->frames++] = frame->duration_ms ? frame->duration_ms : CLIP_DEFAULT_MS;
    return SINK_MORE;
}

struct clip_sink clip_collect(struct clip_collector *collector) {
    return (struct clip_sink){collect, collector};
}

uint32_t clip_shown_ms(uint32_t duration_ms) {
    return duration_ms <= 10 ? 100 : duration_ms;
}

void clip_over_black(uint8_t *rgb, const uint8_t *rgba, size_t pixels) {
    for (size_t i = 0; i < pixels; i++, rgb += 3, rgba += 4) {
        const uint32_t alpha = rgba[3];
        for (size_t c = 0; c < 3; c++) // most pixels are opaque, and a branch is cheaper than three divisions
            rgb[c] = alpha == 255 ? rgba[c] : (uint8_t)((rgba[c] * alpha + 127) / 255);
    }
}

// One clip: read frame by frame, scaled on arrival (a minute of 4K never lies in memory), then cut in time.
#include "cli/data/import.h"

#include "cli/media/read.h"

#include <stdlib.h>
#include <string.h>

struct scaler {
    const struct import *import;
    const char *path;
    bool started;
    struct resampler resampler;
    uint8_t *rgb; // one frame at the wanted size
    struct clip clip;
    struct clip_collector collector;
};

static bool start(struct scaler *s, const struct clip_frame *frame, struct cli_error *error) {
    const struct data_size *size = &s->import->size;
    s->started = true;
    s->rgb = malloc((size_t)size->height * size->width * 3);
    bool ok =
        resampler_init(&s->resampler, frame->height, frame->width, size->height, size->width, s->import->fit);
    return (ok && s->rgb != NULL) || cli_fail(error, s->path, "no memory to scale its frames");
}

static enum sink_verdict scale(void *user, const struct clip_frame *frame, struct cli_error *error) {
    struct scaler *s = user;
    if (!s->started && !start(s, frame, error))
        return SINK_FAILED;
    const struct data_size *size = &s->import->size;
    bool same = frame->height == size->height && frame->width == size->width;
    if (!same)
        resampler_frame(&s->resampler, frame->rgb, s->rgb);
    struct clip_frame scaled = {size->height, size->width, same ? frame->rgb : s->rgb, frame->duration_ms};
    struct clip_sink collector = clip_collect(&s->collector);
    enum sink_verdict verdict = collector.frame(collector.user, &scaled, error);
    bool enough = s->import->frames_from == IMPORT_FIRST && s->clip.frames == size->frames;
    return verdict == SINK_MORE && enough ? SINK_ENOUGH : verdict;
}

// How much frame t differs from the one before.
static double motion(const struct clip *clip, uint32_t t) {
    const uint8_t *a = clip_frame_at(clip, t - 1), *b = clip_frame_at(clip, t);
    uint64_t sum = 0;
    for (size_t i = 0; i < clip_frame_bytes(clip); i++)
        sum += (uint64_t)abs(a[i] - b[i]);
    return (double)sum;
}

// The start of the `frames` frames between which most changes.
static uint32_t liveliest(const struct clip *clip, uint32_t frames) {
    double sum = 0, best = -1;
    uint32_t start = 0;
    for (uint32_t t = 1; t < clip->frames; t++) {
        sum += motion(clip, t);
        if (t > frames - 1)
            sum -= motion(clip, t - frames + 1);
        if (t >= frames - 1 && sum > best * (1 + 1e-9) + 1e-9) {
            best = sum;
            start = t - (frames - 1);
        }
    }
    return start;
}

static void cut(struct clip *clip, uint32_t start, uint32_t frames) {
    memmove(clip->rgb, clip_frame_at(clip, start), frames * clip_frame_bytes(clip));
    memmove(clip->duration_ms, clip->duration_ms + start, frames * sizeof *clip->duration_ms);
    clip->frames = frames;
}

// Clips that are too short for a cut are slowed down to the wanted length instead.
static bool fit_time(const struct import *import, struct clip *clip, struct cli_error *error) {
    uint32_t frames = import->size.frames;
    if (import->frames_from != IMPORT_UNIFORM && clip->frames >= frames) {
        cut(clip, import->frames_from == IMPORT_WINDOW ? liveliest(clip, frames) : 0, frames);
        return true;
    }
    struct clip resampled;
    if (!clip_resample_time(clip, frames, &resampled, error))
        return false;
    clip_destroy(clip);
    *clip = resampled;
    return true;
}

bool import_clip(const struct import *import, const char *path, struct clip *clip, struct cli_error *error) {
    struct scaler s = {.import = import, .path = path};
    s.collector = (struct clip_collector){.clip = &s.clip, .path = path};
    bool ok = clip_stream(path, &clip_stream_limits, (struct clip_sink){scale, &s}, error) &&
              fit_time(import, &s.clip, error);
    resampler_finish(&s.resampler);
    free(s.rgb);
    if (!ok)
        clip_destroy(&s.clip);
    *clip = s.clip;
    return ok;
}

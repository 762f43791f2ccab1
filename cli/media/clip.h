// A clip in memory, and the stream of frames that readers produce.
//
// Pixels are sRGB bytes, row by row from the top left. Transparency is resolved over black by the readers:
// light on black is what the model learns, and what a clip without a background shows in most programs.
#ifndef MOGRAPH_CLI_MEDIA_CLIP_H
#define MOGRAPH_CLI_MEDIA_CLIP_H

#include "cli/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
    CLIP_COMMENT_BYTES = 4096,
    CLIP_DEFAULT_MS = 40, // a frame's duration where the source has none (25 frames a second; exact in a GIF)
};

// Zero-initialise before first use. Owns its arrays; clip_destroy frees them.
struct clip {
    uint32_t frames, height, width;
    uint8_t *rgb;          // [frames][height][width][3]
    uint32_t *duration_ms; // [frames], never 0
    // What files that can carry one say of themselves, one line of UTF-8, at most CLIP_COMMENT_BYTES; NULL
    // for none. Not owned; readers leave it NULL.
    const char *comment;
};

// What a reader accepts. Checked against the file's header before anything is allocated.
struct clip_limits {
    uint32_t max_side;         // of the canvas, in pixels, each way
    uint32_t max_frames;       // 0: no limit
    uint64_t max_frame_pixels; // width x height
    uint64_t max_pixels;       // width x height x frames
};

// For clips held in memory: up to 8192 a side, 4K a frame, 1.5 GB in all.
extern const struct clip_limits clip_memory_limits;
// For frames that are used one by one and dropped: the same frames, 69 gigapixels in all (ten
// minutes of work; a few kilobytes of GIF can promise more).
extern const struct clip_limits clip_stream_limits;

// Fails when the canvas is empty or over a limit. `frames` 0: not known yet.
bool clip_limits_check(const struct clip_limits *limits, const char *path, uint64_t width, uint64_t height,
                       uint64_t frames, struct cli_error *error);

// One frame on its way from a reader to a sink; the pixels are the reader's and last for the call.
struct clip_frame {
    uint32_t height, width;
    const uint8_t *rgb; // [height][width][3]
    uint32_t duration_ms;
};

enum sink_verdict {
    SINK_MORE,   // go on
    SINK_ENOUGH, // stop reading, this is success
    SINK_FAILED, // the sink has filled in the error
};

// Takes the frames of one source in order. All frames of one source have the same size.
struct clip_sink {
    enum sink_verdict (*frame)(void *user, const struct clip_frame *frame, struct cli_error *error);
    void *user;
};

// Allocates `frames` black frames of CLIP_DEFAULT_MS each; the caller owns the clip. Any size from 1x1x1.
bool clip_create(struct clip *clip, uint32_t frames, uint32_t height, uint32_t width,
                 struct cli_error *error);
// Frees and zeroes.
void clip_destroy(struct clip *clip);

size_t clip_frame_bytes(const struct clip *clip);
uint8_t *clip_frame_at(const struct clip *clip, uint32_t frame); // [height][width][3]
uint64_t clip_duration_ms(const struct clip *clip);
// Frames a second, rounded to a whole number where the durations allow it (33, 33, 34 ms are 30).
double clip_fps(const struct clip *clip);
// Gives every frame its share of `fps` (> 0), so that the rounding to milliseconds never adds up.
void clip_set_fps(struct clip *clip, double fps);

// RGBA (straight alpha, sRGB bytes) over black, as RGB; `rgb` may be `rgba`.
void clip_over_black(uint8_t *rgb, const uint8_t *rgba, size_t pixels);

// Browsers and ffmpeg show frames of 10 ms and less for 100 ms; so do we.
uint32_t clip_shown_ms(uint32_t duration_ms);

// A sink that appends to a zero-initialised clip. Memory grows with the frames that really arrive, not with
// what a header promises.
struct clip_collector {
    struct clip *clip;
    uint32_t capacity; // frames allocated
    const char *path;  // for messages
};
struct clip_sink clip_collect(struct clip_collector *collector);

#endif

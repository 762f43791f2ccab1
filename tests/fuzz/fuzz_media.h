// What the fuzz targets share: limits small enough that a run spends its time on parsing, and a sink that
// reads every byte it is given.
#ifndef MOGRAPH_TESTS_FUZZ_FUZZ_MEDIA_H
#define MOGRAPH_TESTS_FUZZ_FUZZ_MEDIA_H

#include "cli/media/formats.h"

#include <stdlib.h>

typedef bool (*fuzz_reader)(const char *path, const uint8_t *bytes, size_t size,
                            const struct clip_limits *limits, struct clip_sink sink, struct cli_error *error);

struct fuzz_tally {
    uint32_t frames, height, width, sum;
};

static inline enum sink_verdict fuzz_take(void *user, const struct clip_frame *frame,
                                          struct cli_error *error) {
    (void)error;
    struct fuzz_tally *tally = user;
    if (frame->duration_ms == 0 ||
        (tally->frames > 0 && (frame->height != tally->height || frame->width != tally->width)))
        abort(); // a promise of read.h is broken
    tally->frames++;
    tally->height = frame->height;
    tally->width = frame->width;
    for (size_t i = 0; i < (size_t)frame->height * frame->width * 3; i++)
        tally->sum += frame->rgb[i];
    return SINK_MORE;
}

static inline int fuzz_read(fuzz_reader read, const uint8_t *bytes, size_t size) {
    static const struct clip_limits limits = {512, 32, 512 * 512, 1 << 20};
    struct fuzz_tally tally = {0};
    struct cli_error error = {.text = ""};
    bool ok = read("fuzz", bytes, size, &limits, (struct clip_sink){fuzz_take, &tally}, &error);
    if (ok ? tally.frames == 0 : error.text[0] == '\0')
        abort(); // success without a frame, or failure without a reason
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif

// Fuzzes what reads ffprobe's JSON: whatever it accepts can be worked with, whatever it refuses has a reason.
#include "cli/media/video_probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(int condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct video_stream stream;
    const char *reason = NULL;
    if (!video_probe_parse((const char *)bytes, size, &stream, &reason)) {
        require(reason != NULL && strchr(reason, '\n') == NULL);
        return 0;
    }
    require(reason == NULL && stream.index <= UINT16_MAX && stream.width > 0 && stream.height > 0);
    require(isfinite(stream.pixel_aspect) && stream.pixel_aspect > 0);
    require(isfinite(stream.seconds) && stream.seconds >= 0);
    require(isfinite(stream.frame_seconds) && stream.frame_seconds >= 0);
    return 0;
}

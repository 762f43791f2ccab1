// What ffprobe says of a video, taken from its JSON.
#ifndef MOGRAPH_CLI_MEDIA_VIDEO_PROBE_H
#define MOGRAPH_CLI_MEDIA_VIDEO_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The first stream of moving pictures: no cover, no thumbnails, and with a size.
struct video_stream {
    uint32_t index;         // among all streams of the file
    uint32_t width, height; // as stored
    double pixel_aspect;    // width of a pixel over its height
    bool interlaced;
    char decoder[16];     // the one that sees transparency where ffmpeg's own does not; "": any will do
    double seconds;       // from the first frame to the end of the last; 0: not said
    double frame_seconds; // on average; 0: not said
};

// Parses what `ffprobe -show_streams -show_format -of json` wrote. False with a reason, one line for after
// "PATH: ", when it is not JSON of that shape or no such stream is there.
bool video_probe_parse(const char *json, size_t size, struct video_stream *stream, const char **reason);

#endif

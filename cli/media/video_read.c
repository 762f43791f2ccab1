// Videos through the user's ffmpeg: ffprobe tells the frame rate, ffmpeg sends PPM pictures, whose headers
// carry the size after rotation and aspect ratio are applied.
#include "cli/media/formats.h"
#include "cli/media/paths.h"
#include "cli/media/process.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PURPOSE "to read videos"
// The prefix keeps ffmpeg from taking the name for an option or for an address on the network.
#define LOCAL "file:%s"

struct rate {
    uint32_t numerator, denominator; // frames a second
};

static bool parse_rate(const char *text, struct rate *rate) {
    return sscanf(text, "%" SCNu32 "/%" SCNu32, &rate->numerator, &rate->denominator) == 2 &&
           rate->numerator > 0 && rate->denominator > 0;
}

static bool probe(const char *path, char *url, struct rate *rate, struct cli_error *error) {
    char *arguments[] = {"ffprobe",
                         "-v",
                         "error",
                         "-select_streams",
                         "v:0",
                         "-show_entries",
                         "stream=avg_frame_rate",
                         "-of",
                         "default=nw=1:nk=1",
                         url,
                         NULL};
    struct process process;
    if (!process_start(&process, arguments, PROCESS_READ, PURPOSE, error))
        return false;
    char line[64] = "", reason[400];
    bool answered = fgets(line, sizeof line, process.output) != NULL;
    if (!process_finish(&process, reason, sizeof reason))
        return cli_fail(error, path, "ffprobe cannot read it: %s", reason);
    if (!answered)
        return cli_fail(error, path, "no video in this file");
    if (!parse_rate(line, rate)) // a still, or a format without time
        *rate = (struct rate){1000 / CLIP_DEFAULT_MS, 1};
    return true;
}

struct frames {
    const char *path;
    FILE *stream;
    const struct clip_limits *limits;
    struct rate rate;
    uint64_t elapsed_ms;
    uint32_t count, height, width;
    uint8_t *rgb;
};

static uint32_t next_duration_ms(struct frames *f) {
    uint64_t end_ms =
        ((uint64_t)f->count * 1000 * f->rate.denominator + f->rate.numerator / 2) / f->rate.numerator;
    uint64_t duration = end_ms > f->elapsed_ms ? end_ms - f->elapsed_ms : 1;
    f->elapsed_ms = end_ms;
    return duration < UINT32_MAX ? (uint32_t)duration : UINT32_MAX;
}

// False at the end of the stream, or with the error filled in.
static bool next_frame(struct frames *f, struct cli_error *error) {
    uint32_t width, height, peak;
    if (fscanf(f->stream, "P6 %" SCNu32 " %" SCNu32 " %" SCNu32, &width, &height, &peak) != 3 ||
        fgetc(f->stream) == EOF)
        return false;
    if (!clip_limits_check(f->limits, f->path, width, height, f->count + 1, error))
        return false;
    if (width != f->width || height != f->height) {
        uint8_t *rgb = f->count == 0 ? malloc((size_t)width * height * 3) : NULL;
        if (rgb == NULL)
            return cli_fail(error, f->path,
                            f->count == 0 ? "no memory for a frame"
                                          : "the size changes in the middle of the video");
        f->rgb = rgb;
        f->width = width;
        f->height = height;
    }
    f->count++;
    return fread(f->rgb, (size_t)width * height * 3, 1, f->stream) == 1;
}

static bool read_frames(struct frames *f, struct clip_sink sink, bool *enough, struct cli_error *error) {
    *enough = false;
    while (!*enough && next_frame(f, error)) {
        struct clip_frame frame = {f->height, f->width, f->rgb, next_duration_ms(f)};
        enum sink_verdict verdict = sink.frame(sink.user, &frame, error);
        if (verdict == SINK_FAILED)
            return false;
        *enough = verdict == SINK_ENOUGH;
    }
    return error->text[0] == '\0';
}

static bool decode(const char *path, char *url, struct rate rate, const struct clip_limits *limits,
                   struct clip_sink sink, struct cli_error *error) {
    char filter[64];
    snprintf(filter, sizeof filter, "fps=%" PRIu32 "/%" PRIu32, rate.numerator, rate.denominator);
    char *arguments[] = {"ffmpeg",   "-nostdin",   "-v",         "error",
                         "-i",       url,          "-map",       "0:v:0",
                         "-vf",      filter,       "-sws_flags", "bicubic+accurate_rnd+full_chroma_int",
                         "-pix_fmt", "rgb24",      "-c:v",       "ppm",
                         "-f",       "image2pipe", "-",          NULL};
    struct process process;
    if (!process_start(&process, arguments, PROCESS_READ, PURPOSE, error))
        return false;
    struct frames frames = {.path = path, .stream = process.output, .limits = limits, .rate = rate};
    bool enough, ok = read_frames(&frames, sink, &enough, error);
    free(frames.rgb);
    char reason[400];
    bool ended_well = process_finish(&process, reason, sizeof reason);
    if (!ok || enough) // ffmpeg complains about a pipe that we closed early
        return ok;
    if (!ended_well)
        return cli_fail(error, path, "ffmpeg cannot read it: %s", reason);
    return frames.count > 0 || cli_fail(error, path, "no frames in this video");
}

bool video_read(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                struct cli_error *error) {
    char url[PATH_CAPACITY + 8];
    struct rate rate;
    error->text[0] = '\0';
    if (snprintf(url, sizeof url, LOCAL, path) >= (int)sizeof url)
        return cli_fail(error, path, "the path is too long");
    return probe(path, url, &rate, error) && decode(path, url, rate, limits, sink, error);
}

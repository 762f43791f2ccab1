// Videos through the user's ffmpeg. ffprobe says which stream; ffmpeg sends its frames as PAM pictures of
// RGBA, each behind a line with its time, both through one pipe: the tee muxer writes to its outputs in turn.
#include "cli/media/buffer.h"
#include "cli/media/formats.h"
#include "cli/media/paths.h"
#include "cli/media/process.h"
#include "cli/media/video_probe.h"
#include "model/files/plain_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PURPOSE "to read videos"
// The prefix keeps ffmpeg from taking the name for an option or for an address on the network.
#define LOCAL "file:%s"

enum { MAX_ANSWER_BYTES = 16 << 20 };

// --- ffprobe

static bool read_answer(struct process *process, struct buffer *answer) {
    uint8_t bytes[4096];
    size_t got;
    while ((got = fread(bytes, 1, sizeof bytes, process->output)) > 0 && answer->size <= MAX_ANSWER_BYTES)
        buffer_add(answer, bytes, got);
    return answer->size <= MAX_ANSWER_BYTES;
}

static bool probe(const char *path, char *url, struct video_stream *stream, struct cli_error *error) {
    char *arguments[] = {"ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", url, NULL};
    struct process process;
    struct buffer answer = {0};
    if (!process_start(&process, arguments, SYS_PIPE_READ, PURPOSE, error))
        return false;
    process.subject = url;
    bool whole = read_answer(&process, &answer);
    char why[PROCESS_REASON];
    const char *reason = "ffprobe says too much of it";
    bool ok = process_finish(&process, why, sizeof why) || !whole;
    if (answer.failed)
        ok = cli_fail(error, path, "no memory for what ffprobe says of it");
    else if (!ok)
        cli_fail(error, path, "ffprobe cannot read it: %s", why);
    else if (!whole || !video_probe_parse((const char *)answer.bytes, answer.size, stream, &reason))
        ok = cli_fail(error, path, "%s", reason);
    free(answer.bytes);
    return ok;
}

// Pixels become square by growing: the side that is stored too short is stretched, so that nothing is lost.
static bool check_size(const char *path, const struct video_stream *stream, const struct clip_limits *limits,
                       struct cli_error *error) {
    double width = stream->width * fmax(1, stream->pixel_aspect);
    double height = stream->height * fmax(1, 1 / stream->pixel_aspect);
    return clip_limits_check(limits, path, (uint64_t)fmin(width, 1e9), (uint64_t)fmin(height, 1e9), 1, error);
}

// --- ffmpeg

struct frames {
    const char *path;
    FILE *stream;
    const struct clip_limits *limits;
    const struct video_stream *video;
    struct clip_sink sink;
    struct cli_error *error;
    enum sink_verdict verdict;
    int64_t first_us, begin_us; // of the first frame, of the frame at hand
    uint64_t elapsed_ms;        // handed out so far
    uint32_t count, height, width;
    uint8_t *pixels; // RGBA, then RGB in place
};

// Skips the heading of framecrc, checks its clock. False at the end.
static bool read_time(struct frames *f, int64_t *time_us, bool *sound) {
    char line[256];
    *sound = true;
    while (fgets(line, sizeof line, f->stream) != NULL) {
        unsigned over, under;
        if (sscanf(line, "#tb 0: %u/%u", &over, &under) == 2)
            *sound = *sound && over == 1 && under == 1000000;
        if (line[0] == '#')
            continue;
        *sound = *sound && sscanf(line, "0, %*d, %" SCNd64 ",", time_us) == 1;
        return true;
    }
    return false;
}

static bool read_size(struct frames *f, uint32_t *width, uint32_t *height) {
    return fscanf(f->stream,
                  "P7 WIDTH %" SCNu32 " HEIGHT %" SCNu32 " DEPTH 4 MAXVAL 255 TUPLTYPE RGB_ALPHA ENDHDR",
                  width, height) == 2 &&
           fgetc(f->stream) == '\n';
}

// False at the end of the stream, or with the error filled in.
static bool read_picture(struct frames *f) {
    uint32_t width, height;
    if (!read_size(f, &width, &height) ||
        !clip_limits_check(f->limits, f->path, width, height, f->count + 1, f->error))
        return false;
    if (width != f->width || height != f->height) {
        uint8_t *pixels = f->count == 0 ? malloc((size_t)width * height * 4) : NULL;
        if (pixels == NULL)
            return cli_fail(f->error, f->path, "%s",
                            f->count == 0 ? "no memory for a frame"
                                          : "the size changes in the middle of the video");
        f->pixels = pixels;
        f->width = width;
        f->height = height;
    }
    f->count++;
    if (fread(f->pixels, (size_t)width * height * 4, 1, f->stream) != 1)
        return false;
    clip_over_black(f->pixels, f->pixels, (size_t)width * height);
    return true;
}

// Frames last from their time to the next one's. Rounded from the start, so that nothing adds up; never 0.
static void hand_out(struct frames *f, int64_t end_us) {
    int64_t since_us = end_us > f->first_us ? end_us - f->first_us : 0;
    uint64_t end_ms = ((uint64_t)since_us + 500) / 1000;
    if (end_ms <= f->elapsed_ms)
        end_ms = f->elapsed_ms + 1;
    uint64_t duration = end_ms - f->elapsed_ms;
    f->elapsed_ms = end_ms;
    struct clip_frame frame = {f->height, f->width, f->pixels,
                               duration < UINT32_MAX ? (uint32_t)duration : UINT32_MAX};
    f->verdict = f->sink.frame(f->sink.user, &frame, f->error);
}

// The end of the last frame: as the container says, or else as long as the frame before it.
static int64_t last_end_us(const struct frames *f, int64_t before_us) {
    double said_us = f->video->seconds * 1e6;
    if (said_us > (double)(f->begin_us - f->first_us) + 500)
        return f->first_us + llround(said_us);
    if (f->count > 1)
        return f->begin_us + before_us;
    double frame_seconds = f->video->frame_seconds > 0 ? f->video->frame_seconds : CLIP_DEFAULT_MS / 1000.0;
    return f->begin_us + llround(frame_seconds * 1e6);
}

static bool read_frames(struct frames *f) {
    int64_t time_us = 0, before_us = 0;
    bool sound;
    while (f->verdict == SINK_MORE && read_time(f, &time_us, &sound)) {
        if (!sound || llabs(time_us) > INT64_MAX / 4)
            return cli_fail(f->error, f->path, "this ffmpeg tells the times of frames in a way of its own");
        if (f->count == 0)
            f->first_us = time_us;
        else {
            before_us = time_us - f->begin_us;
            hand_out(f, time_us);
        }
        f->begin_us = time_us;
        if (f->verdict == SINK_MORE && !read_picture(f))
            return f->error->text[0] == '\0'; // cut short: ffmpeg says why
    }
    if (f->verdict == SINK_MORE && f->count > 0)
        hand_out(f, last_end_us(f, before_us));
    return f->verdict != SINK_FAILED;
}

static bool start_ffmpeg(struct process *process, char *url, const struct video_stream *video,
                         struct cli_error *error) {
    char decoder_option[32], decoder[sizeof video->decoder], map[32], filter[320];
    char *arguments[32] = {"ffmpeg", "-nostdin", "-v", "error"};
    size_t count = 4;
    snprintf(decoder_option, sizeof decoder_option, "-c:%" PRIu32, video->index);
    snprintf(map, sizeof map, "0:%" PRIu32, video->index);
    snprintf(filter, sizeof filter,
             "%sscale=w='round(iw*max(1,sar))':h='round(ih*max(1,1/sar))':flags=bicubic+accurate_rnd+"
             "full_chroma_int,setsar=1,format=rgba",
             video->interlaced ? "bwdif=mode=send_frame:deint=interlaced," : "");
    memcpy(decoder, video->decoder, sizeof decoder);
    if (decoder[0] != '\0') {
        arguments[count++] = decoder_option;
        arguments[count++] = decoder;
    }
    char *const rest[] = {
        "-i",        url,           "-map",
        map,         "-vf",         filter,
        "-fps_mode", "passthrough", "-enc_time_base",
        "1:1000000", "-c:v",        "pam",
        "-f",        "tee",         "[f=framecrc:flush_packets=1]pipe:1|[f=image2pipe]pipe:1",
        NULL};
    memcpy(arguments + count, rest, sizeof rest);
    return process_start(process, arguments, SYS_PIPE_READ, PURPOSE, error);
}

static bool decode(struct frames *frames, char *url) {
    struct process process;
    if (!start_ffmpeg(&process, url, frames->video, frames->error))
        return false;
    process.subject = url;
    frames->stream = process.output;
    bool ok = read_frames(frames);
    free(frames->pixels);
    char reason[PROCESS_REASON];
    bool ended_well = process_finish(&process, reason, sizeof reason);
    if (!ok || frames->verdict == SINK_ENOUGH) // ffmpeg complains about a pipe that we closed early
        return ok;
    if (!ended_well)
        return cli_fail(frames->error, frames->path, "ffmpeg cannot read it: %s", reason);
    return frames->count > 0 || cli_fail(frames->error, frames->path, "no frames in this video");
}

bool video_read(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                struct cli_error *error) {
    char url[PATH_CAPACITY + 8];
    struct video_stream video;
    error->text[0] = '\0';
    const char *obstacle = plain_file_obstacle(path);
    if (obstacle != NULL)
        return cli_fail(error, path, "not a file but %s", obstacle);
    if (snprintf(url, sizeof url, LOCAL, path) >= (int)sizeof url)
        return cli_fail(error, path, "the path is too long");
    if (!probe(path, url, &video, error) || !check_size(path, &video, limits, error))
        return false;
    struct frames frames = {.path = path, .limits = limits, .video = &video, .sink = sink, .error = error};
    frames.verdict = SINK_MORE;
    return decode(&frames, url);
}

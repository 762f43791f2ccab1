// Videos through the user's ffmpeg: raw frames into its standard input,
// the container into our temporary name.
#include "cli/media/output.h"
#include "cli/media/process.h"
#include "cli/media/write.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <string.h>

#define PURPOSE "to write videos (GIF, WebP and PNG need nothing)"

// Even sides, because 4:2:0 needs them; BT.709 said and meant, because players guess otherwise.
#define FILTER "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"

#define MAX_ARGUMENTS 48

struct arguments {
    char *list[MAX_ARGUMENTS + 1]; // ends with NULL
    size_t count;
};

static void add(struct arguments *arguments, char *const *more) {
    while (*more != NULL && arguments->count < MAX_ARGUMENTS)
        arguments->list[arguments->count++] = *more++;
}

// The quality is high because dots of a pixel or two on black smear at the usual settings.
static char *const mp4_codec[] = {"-c:v", "libx264", "-crf", "14", "-movflags", "+faststart", NULL};
static char *const webm_codec[] = {"-c:v", "libvpx-vp9", "-crf", "18", "-b:v", "0", "-cpu-used", "2", NULL};

static bool start_ffmpeg(struct process *process, const struct clip *clip, struct output *output,
                         struct cli_error *error) {
    char size[32], fps[32], url[PATH_CAPACITY + 8];
    snprintf(size, sizeof size, "%ux%u", clip->width, clip->height);
    snprintf(fps, sizeof fps, "%.6g", clip_fps(clip));
    snprintf(url, sizeof url, "file:%s", output->atomic.temporary);
    bool webm = path_has_extension(output->atomic.path, ".webm"),
         mov = path_has_extension(output->atomic.path, ".mov");
    char *const input[] = {"ffmpeg",   "-nostdin", "-v",  "error", "-y", "-f", "rawvideo",
                           "-pix_fmt", "rgb24",    "-s",  size,    "-r", fps,  "-i",
                           "pipe:0",   "-an",      "-vf", FILTER,  NULL};
    char *const tail[] = {"-colorspace",
                          "bt709",
                          "-color_primaries",
                          "bt709",
                          "-color_trc",
                          "bt709",
                          "-f",
                          webm  ? "webm"
                          : mov ? "mov"
                                : "mp4",
                          url,
                          NULL};
    char comment[CLIP_COMMENT_BYTES + 16];
    snprintf(comment, sizeof comment, "comment=%s", clip->comment != NULL ? clip->comment : "");
    char *const metadata[] = {"-metadata", comment, NULL};
    struct arguments arguments = {0};
    add(&arguments, input);
    if (clip->comment != NULL)
        add(&arguments, metadata);
    add(&arguments, webm ? webm_codec : mp4_codec);
    add(&arguments, tail);
    return process_start(process, arguments.list, SYS_PIPE_WRITE, PURPOSE, error);
}

// Whether our file cannot grow: then it is not ffmpeg that is at fault, whatever it says.
static int disk_fault(struct output *output) {
    static const char some[1 << 16];
    errno = EIO;
    if (fseek(output->atomic.file, 0, SEEK_END) != 0)
        return errno;
    int code = atomic_file_write(&output->atomic, some, sizeof some);
    errno = EIO;
    if (code == 0 && !sys_sync(output->atomic.file))
        code = errno;
    return code;
}

// ffmpeg 5.1 ends with status 0 where its last bytes found no room. It says so: a word at level "error" is
// one.
static bool finish(struct process *process, char *reason, size_t capacity) {
    return process_finish(process, reason, capacity) && !process->spoke;
}

static bool feed(const struct clip *clip, struct output *output, struct cli_error *error) {
    struct process process;
    if (!start_ffmpeg(&process, clip, output, error))
        return false;
    bool fed = true;
    for (uint32_t t = 0; fed && t < clip->frames; t++)
        fed = process_write(&process, clip_frame_at(clip, t), clip_frame_bytes(clip));
    char reason[PROCESS_REASON];
    if (finish(&process, reason, sizeof reason) && fed)
        return true;
    int fault = disk_fault(output);
    return fault != 0 ? cli_fail(error, output->atomic.path, "cannot write: %s", strerror(fault))
                      : cli_fail(error, output->atomic.path, "ffmpeg cannot write it: %s", reason);
}

bool video_check(const char *path, uint32_t height, uint32_t width, double fps, struct cli_error *error) {
    struct clip black;
    struct output output;
    if (!clip_create(&black, 1, height, width, error))
        return false;
    clip_set_fps(&black, fps);
    // What is there already is not touched: nothing is committed.
    bool done = output_begin(&output, path, false, true, error) && feed(&black, &output, error);
    output_discard(&output);
    clip_destroy(&black);
    return done;
}

bool video_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    struct output output;
    if (!output_begin(&output, path, false, force, error))
        return false;
    if (feed(clip, &output, error))
        return output_commit(&output, error);
    output_discard(&output);
    return false;
}

// Videos through ffmpeg: written, read back, and a clear line when ffmpeg is absent. What cameras, editors
// and screen recorders leave in files: each frame once, in its place and for its time.
#include "cli/media/read.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void check_container(const struct clip *clip, const char *path, double least_psnr) {
    struct clip back;
    struct cli_error error = {.text = ""};
    if (!CHECK(clip_write(clip, path, false, &error))) {
        fprintf(stderr, "%s\n", error.text);
        return;
    }
    CHECK(!clip_write(clip, path, false, &error) && strstr(error.text, "--force") != NULL);
    if (!read_clip(path, &back))
        return;
    double psnr = clip_psnr(clip, &back, 0);
    printf("%s: %u frames of %ux%u, %.1f fps, %.1f dB\n", path, back.frames, back.width, back.height,
           clip_fps(&back), psnr);
    CHECK(back.frames == clip->frames && fabs(clip_fps(&back) - clip_fps(clip)) < 1e-6);
    CHECK(psnr > least_psnr);
    clip_destroy(&back);
}

// 4:2:0 needs even sides: an odd clip gains a black line.
static void check_odd(void) {
    struct clip clip, back;
    struct cli_error error = {.text = ""};
    noise_clip(&clip, 5, 33, 47);
    clip_set_fps(&clip, 30);
    CHECK(clip_write(&clip, "odd.mp4", false, &error));
    if (read_clip("odd.mp4", &back)) {
        CHECK(back.frames == 5 && back.height == 34 && back.width == 48 && clip_fps(&back) == 30);
        clip_destroy(&back);
    }
    clip_destroy(&clip);
}

// Names that ffmpeg would take for an option, an address or a pattern.
static void check_names(const struct clip *clip) {
    static const char *const names[] = {"-y.mp4", "http:x.mp4", "50%d.mp4", "a b'c\".mp4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_container(clip, names[i], 30);
}

static void check_absent(const struct clip *clip) {
    struct clip back;
    struct cli_error error = {.text = ""};
    const char *found = getenv("PATH");
    char *path = strdup(found != NULL ? found : "");
    setenv("PATH", "/nowhere", 1);
    CHECK(!clip_write(clip, "absent.mp4", false, &error));
    CHECK(strstr(error.text, "ffmpeg is needed") != NULL && file_size("absent.mp4") == 0);
    CHECK(!clip_read("clip.mp4", &back, &error) && strstr(error.text, "is needed to read videos") != NULL);
    setenv("PATH", path, 1);
    free(path);
}

// A disk that takes no more (a limit on the size of files stands for it) is named as such, whatever ffmpeg
// says; what is asked before the work finds it, too, and leaves nothing behind.
static void check_full_disk(const struct clip *clip) {
    static const char *const paths[] = {"full.mp4", "full.mov", "full.webm"};
    struct rlimit all, few = {.rlim_cur = 64};
    signal(SIGXFSZ, SIG_IGN);
    if (!CHECK(getrlimit(RLIMIT_FSIZE, &all) == 0))
        return;
    few.rlim_max = all.rlim_max;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct cli_error error = {.text = ""}, early = {.text = ""};
        CHECK(setrlimit(RLIMIT_FSIZE, &few) == 0);
        CHECK(!clip_write(clip, paths[i], false, &error));
        CHECK(!clip_format_check(paths[i], clip->frames, clip->height, clip->width, 25, &early));
        CHECK(setrlimit(RLIMIT_FSIZE, &all) == 0);
        if (!CHECK(strstr(error.text, "cannot write: File too large") != NULL &&
                   strstr(error.text, paths[i]) != NULL))
            fprintf(stderr, "%s\n", error.text);
        CHECK(strcmp(error.text, early.text) == 0);
        CHECK(clip_format_check(paths[i], clip->frames, clip->height, clip->width, 25, &early));
        CHECK(file_size(paths[i]) == 0);
    }
    tool("test \"$(ls -A | grep -c '^[.]full')\" = 0");
}

// An encoder that this ffmpeg lacks, and a size that no video has.
static void check_encoders(void) {
    struct cli_error error = {.text = ""};
    const char *found = getenv("PATH");
    char *path = strdup(found != NULL ? found : "");
    tool("mkdir -p lacking && printf '#!/bin/sh\\necho \"Unknown encoder libx264\" >&2\\nexit 1\\n' "
         ">lacking/ffmpeg && "
         "chmod +x lacking/ffmpeg");
    setenv("PATH", "lacking", 1);
    CHECK(!clip_format_check("x.mp4", 8, 32, 32, 25, &error));
    CHECK(strcmp(error.text, "x.mp4: ffmpeg cannot write it: Unknown encoder libx264") == 0);
    setenv("PATH", path, 1);
    free(path);
    CHECK(!clip_format_check("x.mp4", 8, 9000, 32, 25, &error) && strstr(error.text, "too large") != NULL);
    CHECK(!clip_format_check("x.tiff", 8, 32, 32, 25, &error) && strstr(error.text, "choose .gif") != NULL);
    CHECK(clip_format_check("x.gif", 8, 32, 32, 25, &error) && file_size("x.gif") == 0);
}

// Stops in the middle of a video whose end ffmpeg never gets to send.
static enum sink_verdict take_two(void *user, const struct clip_frame *frame, struct cli_error *error) {
    (void)frame;
    (void)error;
    return ++*(uint32_t *)user == 2 ? SINK_ENOUGH : SINK_MORE;
}

static void check_comment(const struct clip *clip, const char *path) {
    struct clip told = *clip;
    struct cli_error error = {.text = ""};
    size_t size;
    told.comment = "made by mograph; seed=7";
    CHECK(clip_write(&told, path, false, &error));
    uint8_t *found =
        tool_output(&size, "ffprobe -v error -show_entries format_tags=comment -of csv=p=0 %s", path);
    CHECK(size == strlen(told.comment) + 1 && memcmp(found, told.comment, size - 1) == 0);
    free(found);
}

// --- what other programs write

// A video's frames and their durations; `wanted_ms` has one for each, or is NULL.
static void check_times(const char *path, uint32_t frames, const uint32_t *wanted_ms) {
    struct clip clip;
    if (!read_clip(path, &clip))
        return;
    bool same = clip.frames == frames;
    for (uint32_t t = 0; same && wanted_ms != NULL && t < frames; t++)
        same = clip.duration_ms[t] == wanted_ms[t];
    if (!CHECK(same)) {
        fprintf(stderr, "%s: %u frames:", path, clip.frames);
        for (uint32_t t = 0; t < clip.frames && t < 40; t++)
            fprintf(stderr, " %u", clip.duration_ms[t]);
        fprintf(stderr, " ms\n");
    }
    clip_destroy(&clip);
}

static void check_size(const char *path, uint32_t width, uint32_t height) {
    struct clip clip;
    if (!read_clip(path, &clip))
        return;
    if (!CHECK(clip.width == width && clip.height == height))
        fprintf(stderr, "%s: %ux%u, not %ux%u\n", path, clip.width, clip.height, width, height);
    clip_destroy(&clip);
}

// Largest difference of a frame's pixel from an RGB value.
static int off_by(const struct clip *clip, uint32_t t, uint32_t x, uint32_t y, int red, int green, int blue) {
    const uint8_t *at = clip_frame_at(clip, t) + ((size_t)y * clip->width + x) * 3;
    int off = abs(at[0] - red);
    off = abs(at[1] - green) > off ? abs(at[1] - green) : off;
    return abs(at[2] - blue) > off ? abs(at[2] - blue) : off;
}

static void check_containers(void) {
    static const char *const names[] = {"ten.ts",  "ten.mts", "ten.mpg", "ten.avi", "ten.mkv", "ten.flv",
                                        "ten.y4m", "ten.mxf", "ten.wmv", "ten.3gp", "ten.ogv", "ten.m4v"};
    static const uint32_t times_ms[10] = {40, 40, 40, 40, 40, 40, 40, 40, 40, 40};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *options = strstr(names[i], ".mts")   ? "-f mpegts"
                              : strstr(names[i], ".m4v") ? "-f mp4"
                              : strstr(names[i], ".3gp") ? "-c:v libx264"
                                                         : "";
        tool("ffmpeg -v error -f lavfi -i testsrc=d=0.4:r=25:s=64x64 -pix_fmt yuv420p %s %s", options,
             names[i]);
        check_times(names[i], 10, times_ms);
    }
    // Cut by a pipe: no length, no index.
    tool("ffmpeg -v error -f lavfi -i testsrc=d=0.4:r=25:s=64x64 -f matroska - | cat >live.mkv && "
         "ffmpeg -v error -f lavfi -i testsrc=d=0.4:r=25:s=64x64 -f flv - 2>/dev/null | cat >live.flv && "
         "ffmpeg -v error -f lavfi -i testsrc=d=0.4:r=25:s=64x64 -movflags frag_keyframe+empty_moov -f mp4 - "
         "| cat >live.mp4");
    check_times("live.mkv", 10, times_ms);
    check_times("live.flv", 10, times_ms);
    check_times("live.mp4", 10, times_ms);
}

// Sound that begins earlier or lasts longer, a second video, a cover before the video, a start that is not 0.
static void check_company(void) {
    static const uint32_t times_ms[10] = {40, 40, 40, 40, 40, 40, 40, 40, 40, 40};
    tool("ffmpeg -v error -f lavfi -i anullsrc -itsoffset 2 -i ten.mkv -t 5 -fps_mode passthrough "
         "-c:v libx264 late.mp4 && "
         "ffmpeg -v error -f lavfi -i anullsrc -itsoffset 2 -i ten.mkv -t 5 -c:v libx264 late.mkv && "
         "ffmpeg -v error -i ten.mkv -f lavfi -i testsrc2=d=1:s=32x32 -map 0 -map 1 two.mkv && "
         "ffmpeg -v error -i ten.mkv -output_ts_offset 7 -c:v libx264 -bf 2 offset.mkv && "
         "ffmpeg -v error -i ten.mkv -c:v libx264 -g 30 -bf 2 -copyts -f mpegts offset.ts");
    check_times("late.mp4", 10, times_ms);
    check_times("late.mkv", 10, times_ms);
    check_times("two.mkv", 10, times_ms);
    check_size("two.mkv", 64, 64);
    check_times("offset.mkv", 10, times_ms);
    check_times("offset.ts", 10, times_ms);
    struct clip clip;
    struct cli_error error = {.text = ""};
    tool("ffmpeg -v error -f lavfi -i color=red:s=48x48 -frames:v 1 cover.png && "
         "ffmpeg -v error -i cover.png -i ten.m4v -map 0 -map 1 -c copy -disposition:v:0 attached_pic "
         "-disposition:v:1 0 covered.mp4 && "
         "ffmpeg -v error -i cover.png -f lavfi -i anullsrc -t 1 -map 0 -map 1 -c:v copy -disposition:v "
         "attached_pic song.m4v -f mp4");
    check_times("covered.mp4", 10, times_ms);
    check_size("covered.mp4", 64, 64);
    CHECK(!clip_read("song.m4v", &clip, &error) && strstr(error.text, "only a cover") != NULL);
}

// How long the last packet of a file lasts, by the file.
static uint32_t last_packet_ms(const char *path) {
    size_t size;
    uint8_t *text = tool_output(&size,
                                "ffprobe -v error -select_streams v -show_entries packet=duration_time -of "
                                "csv=p=0 %s | tail -n 1 && printf '\\0'",
                                path);
    double seconds = strtod((const char *)text, NULL);
    free(text);
    return (uint32_t)lround(seconds * 1000);
}

static void check_variable_rate(void) {
    static const char *const names[] = {"vfr.mp4", "vfr.mov", "vfr.mkv", "vfr.webm"};
    static const uint32_t times_ms[7] = {100, 200, 300, 10, 20, 1000, 40};
    char expression[256] = "0";
    size_t used = 1;
    for (uint32_t i = 1, at_ms = 0; i < 8; i++) {
        at_ms += times_ms[i - 1];
        used += (size_t)snprintf(expression + used, sizeof expression - used, "+eq(N,%u)*%u", i, at_ms);
    }
    for (size_t i = 0; i < 4; i++) {
        struct clip clip;
        tool("ffmpeg -v error -f lavfi -i testsrc=d=0.32:r=25:s=64x64 -vf \"settb=1/1000,setpts='%s'\" "
             "-fps_mode passthrough -enc_time_base 1:1000 -pix_fmt yuv420p -bf 0 "
             "-bsf:v \"setts=duration='if(eq(N,7),0.5/TB,DURATION)'\" %s %s",
             expression, i == 3 ? "-c:v libvpx -b:v 1M" : "-c:v libx264 -crf 1", names[i]);
        if (!read_clip(names[i], &clip))
            continue;
        CHECK(clip.frames == 8);
        for (uint32_t t = 0; t < 7 && clip.frames == 8; t++)
            if (!CHECK(clip.duration_ms[t] == times_ms[t]))
                fprintf(stderr, "%s: frame %u lasts %u ms\n", names[i], t, clip.duration_ms[t]);
        // The last frame's length is in the file only where the container has the stream's own.
        if (i < 2 && clip.frames == 8)
            CHECK(clip.duration_ms[7] == last_packet_ms(names[i]));
        clip_destroy(&clip);
    }
    // One picture for two seconds: the sample table, the track and the film say so.
    tool("ffmpeg -v error -f lavfi -i color=red:r=25:s=64x64 -frames:v 1 -pix_fmt yuv420p one.mp4 && "
         "/usr/bin/python3 -c \"b = bytearray(open('one.mp4', 'rb').read()); at = b.index; "
         "scale = int.from_bytes(b[at(b'mdhd') + 16:at(b'mdhd') + 20], 'big')\n"
         "for name, place, n in ((b'stts', 16, 2 * scale), (b'mdhd', 20, 2 * scale), (b'mvhd', 20, 2000), "
         "(b'elst', 12, 2000)): b[at(name) + place:at(name) + place + 4] = n.to_bytes(4, 'big')\n"
         "open('hold.mp4', 'wb').write(b)\"");
    check_times("hold.mp4", 1, (const uint32_t[]){2000});
}

static void check_shapes(void) {
    static const struct {
        const char *aspect;
        uint32_t width, height;
    } cases[] = {{"2/1", 64, 64}, {"1/2", 32, 128}, {"64/45", 46, 64}, {"0/1", 32, 64}, {"8/9", 32, 72}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tool("ffmpeg -v error -y -f lavfi -i testsrc=d=0.2:s=32x64 -vf setsar=%s -c:v libx264 "
             "-pix_fmt yuv420p "
             "shape.mp4 && ffmpeg -v error -y -i shape.mp4 -c copy shape.ts",
             cases[i].aspect);
        check_size("shape.mp4", cases[i].width, cases[i].height);
        check_size("shape.ts", cases[i].width, cases[i].height);
    }
    // Turned by a quarter: the matrix of the track. The red side comes up; the sides of pixels change, too.
    tool(
        "ffmpeg -v error -y -f lavfi -i color=blue:s=32x64:d=0.2 -vf 'drawbox=0:0:16:64:red:fill,setsar=2' "
        "-c:v "
        "libx264 -crf 1 -pix_fmt yuv420p straight.mp4 && "
        "/usr/bin/python3 -c \"b = bytearray(open('straight.mp4', 'rb').read()); i = b.index(b'tkhd') + 44; "
        "b[i:i + 36] = b''.join(n.to_bytes(4, 'big', signed=True) for n in (0, 65536, 0, -65536, 0, 0, 0, 0, "
        "1073741824)); open('turned.mp4', 'wb').write(b)\"");
    check_size("straight.mp4", 64, 64);
    check_size("turned.mp4", 64, 64);
    struct clip clip;
    if (read_clip("turned.mp4", &clip)) {
        CHECK(off_by(&clip, 0, 32, 8, 254, 0, 0) < 12 && off_by(&clip, 0, 32, 56, 0, 0, 254) < 12);
        clip_destroy(&clip);
    }
}

// Clear with a hidden white, half green, opaque red: what shows over black, whatever the format of pixels.
static void check_transparency(void) {
    static const struct {
        const char *name, *codec;
        int rounding;
    } cases[] = {
        {"clear-qtrle.mov", "qtrle -pix_fmt argb", 1},
        {"clear-png.mov", "png -pix_fmt rgba", 1},
        {"clear-png64.mov", "png -pix_fmt rgba64be", 1},
        {"clear-ffv1.mkv", "ffv1 -pix_fmt bgra", 1},
        {"clear-yuva.mkv", "ffv1 -pix_fmt yuva444p", 3},
        {"clear-yuva10.mkv", "ffv1 -pix_fmt yuva420p10", 4},
        {"clear-ffv16.mkv", "ffv1 -pix_fmt gbrap16", 1},
        {"clear-prores.mov", "prores_ks -profile:v 4 -pix_fmt yuva444p10le", 6},
        {"clear-ut.avi", "utvideo -pix_fmt gbrap", 1},
        {"clear-raw.mov", "rawvideo -pix_fmt bgra", 1},
        {"clear-vp8.webm", "libvpx -pix_fmt yuva420p -auto-alt-ref 0 -crf 4 -b:v 4M", 16},
        {"clear-vp9.webm", "libvpx-vp9 -pix_fmt yuva420p -lossless 1", 4},
        {"clear-vp9.mkv", "libvpx-vp9 -pix_fmt yuva420p -lossless 1", 4},
    };
    tool("convert -size 32x32 xc:'rgba(255,255,255,0)' -fill 'rgba(0,255,0,0.502)' "
         "-draw 'rectangle 0,0 9,31' -fill "
         "red -draw 'rectangle 12,0 19,31' PNG32:clear.png");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct clip clip;
        tool("ffmpeg -v error -loop 1 -r 25 -i clear.png -frames:v 3 -c:v %s %s", cases[i].codec,
             cases[i].name);
        if (!read_clip(cases[i].name, &clip))
            continue;
        int most = cases[i].rounding;
        bool ok = CHECK(clip.frames == 3) && CHECK(off_by(&clip, 2, 28, 28, 0, 0, 0) <= most) &&
                  CHECK(off_by(&clip, 2, 4, 4, 0, 128, 0) <= most) &&
                  CHECK(off_by(&clip, 2, 16, 16, 255, 0, 0) <= most);
        if (!ok)
            fprintf(stderr, "%s: off by %d, %d, %d\n", cases[i].name, off_by(&clip, 2, 28, 28, 0, 0, 0),
                    off_by(&clip, 2, 4, 4, 0, 128, 0), off_by(&clip, 2, 16, 16, 255, 0, 0));
        clip_destroy(&clip);
    }
}

// A bar that moves between the fields: combs at its sides, until the fields are told apart.
static void check_interlaced(void) {
    struct clip clip;
    tool("ffmpeg -v error -f lavfi -i color=white:s=64x64:r=50:d=0.4 -vf "
         "\"geq=lum='255*lt(mod(X-6*N,64),32)':cb=128:cr=128,tinterlace=interleave_top,setfield=tff\" "
         "-c:v mpeg2video -qscale 1 "
         "-flags +ilme+ildct -top 1 comb.mpg 2>/dev/null");
    if (!read_clip("comb.mpg", &clip))
        return;
    int step = 0;
    for (uint32_t i = 64 * 4; i < 64 * 60; i++) {
        const uint8_t *at = clip_frame_at(&clip, 4) + (size_t)i * 3;
        int off = abs(at[0] - at[-64 * 3]);
        step = off > step ? off : step;
    }
    if (!CHECK(clip.frames == 10 && step < 64))
        fprintf(stderr, "comb.mpg: %u frames, rows differ by %d\n", clip.frames, step);
    clip_destroy(&clip);
}

// More bits and wider ranges than a screen's are read by their values (README.md).
static void check_deep(void) {
    tool(
        "ffmpeg -v error -f lavfi -i testsrc=d=0.2:s=64x64 -c:v ffv1 -pix_fmt yuv420p10 -color_trc smpte2084 "
        "-color_primaries bt2020 -colorspace bt2020nc hdr.mkv && "
        "ffmpeg -v error -f lavfi -i testsrc=d=0.2:s=63x61 -c:v ffv1 -pix_fmt gray12 gray.mkv");
    check_size("hdr.mkv", 64, 64);
    check_size("gray.mkv", 63, 61);
}

static void check_refused(const char *path, const char *reason) {
    struct clip clip;
    struct cli_error error = {.text = ""};
    bool ok = !clip_read(path, &clip, &error) && strncmp(error.text, path, strlen(path)) == 0 &&
              strstr(error.text, reason) != NULL && strstr(error.text, "file:") == NULL &&
              strstr(error.text, "0x") == NULL;
    if (!CHECK(ok))
        fprintf(stderr, "%s: \"%s\", not \"%s\"\n", path, error.text, reason);
}

// One line that says why; what is no plain file is not opened, which would wait for ever.
static void check_reasons(void) {
    tool("head -c 1000 ten.m4v >cut.mp4; head -c 40 ten.mkv >cut.mkv; printf 'x' >x.mp4; "
         "mkfifo pipe.mp4 pipe.gif; "
         "ln -s /dev/zero device.mkv; ln -s pipe.mp4 link.mov; "
         "/usr/bin/python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('socket.avi')\"");
    alarm(120);
    check_refused("cut.mp4", "moov atom not found");
    check_refused("cut.mkv", "ffprobe");
    check_refused("x.mp4", "ffprobe cannot read it: ");
    check_refused("pipe.mp4", "not a file but a pipe");
    check_refused("pipe.gif", "not a file but a pipe");
    check_refused("link.mov", "not a file but a pipe");
    check_refused("device.mkv", "not a file but a device");
    check_refused("socket.avi", "not a file but a socket");
    check_refused("none.mp4", "No such file or directory");
    setenv("AV_LOG_FORCE_COLOR", "1", 1);
    check_refused("none.mp4", "cannot read it: No such file or directory");
    unsetenv("AV_LOG_FORCE_COLOR");
    alarm(0);
}

int main(void) {
    test_begin();
    scratch_begin();
    struct clip clip;
    draw_clip(&clip, 1, 0);
    check_container(&clip, "clip.mp4", 38);
    check_container(&clip, "clip.mov", 38);
    check_container(&clip, "clip.webm", 36);
    check_comment(&clip, "told.mp4");
    check_comment(&clip, "told.mov");
    check_comment(&clip, "told.webm");
    check_odd();
    check_names(&clip);
    check_absent(&clip);
    check_full_disk(&clip);
    check_encoders();
    uint32_t taken = 0;
    struct cli_error error = {.text = ""};
    CHECK(clip_stream("clip.mp4", &clip_stream_limits, (struct clip_sink){take_two, &taken}, &error) &&
          taken == 2);
    tool("ffmpeg -v error -f lavfi -i anullsrc -t 1 sound.mp4");
    struct clip silent;
    CHECK(!clip_read("sound.mp4", &silent, &error) && strstr(error.text, "no video") != NULL);
    clip_destroy(&clip);
    check_containers();
    check_company();
    check_variable_rate();
    check_shapes();
    check_transparency();
    check_interlaced();
    check_deep();
    check_reasons();
    scratch_end();
    return test_end();
}

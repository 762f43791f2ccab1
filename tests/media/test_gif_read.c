// GIFs of every kind, made by ImageMagick and gifsicle, read as ffmpeg reads them.
#include "cli/media/file.h"
#include "cli/media/read.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ffmpeg's frames over black.
static uint8_t *ffmpeg_frames(const char *path, size_t *pixels) {
    size_t size;
    uint8_t *rgba =
        tool_output(&size, "ffmpeg -v error -i %s -vsync passthrough -f rawvideo -pix_fmt rgba -", path);
    *pixels = size / 4;
    for (size_t i = 0; i < *pixels; i++)
        for (size_t c = 0; c < 3; c++)
            rgba[3 * i + c] = rgba[4 * i + 3] == 255 ? rgba[4 * i + c] : 0;
    return rgba;
}

static void check_like_ffmpeg(const char *path, uint32_t frames) {
    struct clip clip;
    size_t pixels;
    if (!read_clip(path, &clip))
        return;
    uint8_t *theirs = ffmpeg_frames(path, &pixels);
    bool ok = CHECK(clip.frames == frames) &&
              CHECK(pixels == (size_t)clip.frames * clip.height * clip.width) &&
              CHECK(memcmp(clip.rgb, theirs, pixels * 3) == 0);
    if (!ok)
        fprintf(stderr, "%s: %u frames of %ux%u, ffmpeg %zu pixels\n", path, clip.frames, clip.width,
                clip.height, pixels);
    free(theirs);
    clip_destroy(&clip);
}

// Three frames after the first, smaller than the canvas and at odd places; every disposal of the first three.
// gifsicle puts them together: it starts fifty times faster than ImageMagick.
static void check_disposals(void) {
    static const char *const modes[] = {"none", "asis", "background", "previous"};
    tool("convert -size 33x21 -seed 5 plasma:fractal -colors 40 frame0.gif && "
         "convert -size 13x11 xc:none -fill orange -draw 'circle 6,5 6,1' frame1.gif && "
         "convert -size 9x17 -seed 3 plasma: -colors 9 frame2.gif && "
         "convert -size 5x5 xc:none -fill cyan -draw 'point 2,2' frame3.gif");
    for (int i = 0; i < 64; i++) {
        char path[32];
        snprintf(path, sizeof path, "dispose%d.gif", i);
        tool("gifsicle --no-warnings --loop --delay 7 --logical-screen 33x21 --disposal %s frame0.gif "
             "--disposal %s --position 5,7 frame1.gif --disposal %s --position 21,3 frame2.gif "
             "--disposal asis --position 1,1 frame3.gif -o %s",
             modes[i % 4], modes[i / 4 % 4], modes[i / 16 % 4], path);
        check_like_ffmpeg(path, 4);
    }
}

static void check_structure(void) {
    tool("convert -size 37x29 -seed 4 plasma:fractal -colors 64 -interlace GIF interlaced.gif");
    check_like_ffmpeg("interlaced.gif", 1);
    tool("convert -delay 5 -size 40x30 -seed 1 plasma: -seed 2 plasma: -seed 3 plasma: -interlace GIF "
         "local.gif");
    check_like_ffmpeg("local.gif", 3);
    tool("convert -delay 3 -dispose previous -size 20x20 xc:none -fill red -draw 'circle 9,9 9,2' "
         "'(' -size 20x20 xc:none -fill lime -draw 'circle 9,9 4,4' ')' -loop 0 transparent.gif");
    check_like_ffmpeg("transparent.gif", 2);
    tool("convert -delay 4 -size 61x47 -seed 7 plasma:fractal '(' +clone -fill blue -draw 'rectangle 9,9 "
         "20,30' ')' "
         "'(' +clone -fill white -draw 'rectangle 31,5 40,45' ')' -layers optimize first.gif && "
         "gifsicle -O3 --colors 32 --interlace first.gif -o optimized.gif 2>/dev/null");
    check_like_ffmpeg("optimized.gif", 3);
    tool("gifsicle --no-warnings --crop 5,3+40x30 first.gif -o cropped.gif && "
         "gifsicle --no-warnings --disposal background --logical-screen 90x70 --position 13,17 first.gif -o "
         "moved.gif");
    check_like_ffmpeg("cropped.gif", 3);
    check_like_ffmpeg("moved.gif", 3);
    tool("convert -size 16x16 xc:'#804020' one.gif && convert -size 3x300 -seed 1 plasma: tall.gif");
    check_like_ffmpeg("one.gif", 1);
    check_like_ffmpeg("tall.gif", 1);
}

static void check_delays(void) {
    static const uint32_t delays_cs[] = {0, 1, 2, 7, 300}, shown_ms[] = {100, 100, 20, 70, 3000};
    for (size_t i = 0; i < sizeof delays_cs / sizeof *delays_cs; i++) {
        struct clip clip;
        tool("convert -delay %u -size 4x4 xc:red xc:blue delay.gif", delays_cs[i]);
        if (read_clip("delay.gif", &clip)) {
            CHECK(clip.frames == 2 && clip.duration_ms[0] == shown_ms[i] &&
                  clip.duration_ms[1] == shown_ms[i]);
            clip_destroy(&clip);
        }
    }
}

// Every viewer forgives a GIF without its closing byte.
static void check_no_trailer(void) {
    struct cli_error error;
    uint8_t *bytes;
    size_t size;
    tool("convert -delay 4 -size 8x8 xc:red xc:blue whole.gif");
    if (!CHECK(file_load("whole.gif", &bytes, &size, &error)))
        return;
    CHECK(bytes[size - 1] == 0x3b);
    write_file("open.gif", bytes, size - 1);
    free(bytes);
    check_like_ffmpeg("open.gif", 2);
}

int main(void) {
    test_begin();
    scratch_begin();
    check_disposals();
    check_structure();
    check_delays();
    check_no_trailer();
    scratch_end();
    return test_end();
}

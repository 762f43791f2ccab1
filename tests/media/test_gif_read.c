// GIFs of every kind, made by ImageMagick and gifsicle, read as browsers show them. The judges are
// ImageMagick and, where no background is disputed, ffmpeg: it paints the background colour that no browser
// paints (cli/media/README.md).
#include "cli/media/file.h"
#include "cli/media/read.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// RGBA to RGB in place; what is not opaque is black.
static void over_black(uint8_t *rgba, size_t pixels) {
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < 3; c++)
            rgba[3 * i + c] = rgba[4 * i + 3] == 255 ? rgba[4 * i + c] : 0;
}

// Whether the frames of the clip are `size` bytes of RGBA over black; frees them.
static void check_pixels(const char *path, uint32_t frames, const char *judge, uint8_t *rgba, size_t size) {
    struct clip clip;
    if (read_clip(path, &clip)) {
        over_black(rgba, size / 4);
        bool ok = CHECK(clip.frames == frames) &&
                  CHECK(size == (size_t)frames * clip.height * clip.width * 4) &&
                  CHECK(memcmp(clip.rgb, rgba, size / 4 * 3) == 0);
        if (!ok)
            fprintf(stderr, "%s: %u frames of %ux%u, %s has %zu pixels\n", path, clip.frames, clip.width,
                    clip.height, judge, size / 4);
        clip_destroy(&clip);
    }
    free(rgba);
}

static void check_like_ffmpeg(const char *path, uint32_t frames) {
    size_t size;
    uint8_t *rgba =
        tool_output(&size, "ffmpeg -v error -i %s -vsync passthrough -f rawvideo -pix_fmt rgba -", path);
    check_pixels(path, frames, "ffmpeg", rgba, size);
}

// With an alpha channel it knows nothing of background colours either.
static void check_like_imagemagick(const char *path, uint32_t frames) {
    size_t size;
    uint8_t *rgba = tool_output(&size, "convert %s -alpha set -coalesce -depth 8 RGBA:-", path);
    check_pixels(path, frames, "ImageMagick", rgba, size);
}

static void check_same(const char *path, const char *other) {
    struct clip clip, twin;
    if (!read_clip(path, &clip))
        return;
    if (read_clip(other, &twin)) {
        if (!CHECK(clips_equal(&clip, &twin)))
            fprintf(stderr, "%s is not %s\n", path, other);
        clip_destroy(&twin);
    }
    clip_destroy(&clip);
}

// The same file with every disposal of `from` called `to`.
static void copy_disposals(const char *path, const char *copy, unsigned from, unsigned to) {
    struct cli_error error;
    uint8_t *bytes;
    size_t size, changed = 0;
    if (!CHECK(file_load(path, &bytes, &size, &error)))
        return;
    for (size_t i = 0; i + 4 < size; i++)
        if (memcmp(bytes + i, "\x21\xf9\x04", 3) == 0 && (bytes[i + 3] >> 2 & 7) == from) {
            bytes[i + 3] = (uint8_t)((bytes[i + 3] & 0xe3) | to << 2);
            changed++;
        }
    CHECK(changed > 0);
    write_file(copy, bytes, size);
    free(bytes);
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
        char path[32], other[32];
        snprintf(path, sizeof path, "dispose%d.gif", i);
        tool("gifsicle --no-warnings --loop --delay 7 --logical-screen 33x21 --disposal %s frame0.gif "
             "--disposal %s --position 5,7 frame1.gif --disposal %s --position 21,3 frame2.gif "
             "--disposal asis --position 1,1 frame3.gif -o %s",
             modes[i % 4], modes[i / 4 % 4], modes[i / 16 % 4], path);
        // Under the first frame lies nothing: for browsers to restore it is to clear; ImageMagick keeps it.
        if (i % 4 == 3) {
            snprintf(other, sizeof other, "dispose%d.gif", i - 1);
            check_same(path, other);
        } else {
            check_like_imagemagick(path, 4);
        }
        // What lies under an opaque first frame, and under frame 2, is the background.
        if (i % 4 < 2 && i / 16 % 4 != 2)
            check_like_ffmpeg(path, 4);
    }
    // Old encoders' 4 is 3, as in Firefox; 5 is nothing.
    copy_disposals("dispose12.gif", "four.gif", 3, 4);
    check_same("four.gif", "dispose12.gif");
    copy_disposals("dispose12.gif", "five.gif", 3, 5);
    check_same("five.gif", "dispose0.gif");
}

// A background colour that can be told from nothing: red, under frames that are transparent, opaque, or both.
static void check_background(void) {
    tool("gifsicle --no-warnings --background '#ff0000' --delay 7 --logical-screen 33x21 --disposal none "
         "--position 3,3 frame1.gif --disposal background --position 5,2 frame2.gif --disposal asis "
         "--position 1,1 frame3.gif -o red.gif");
    check_like_imagemagick("red.gif", 3);
    struct clip clip;
    if (read_clip("red.gif", &clip)) {
        static const uint8_t black[3];
        CHECK(memcmp(clip_frame_at(&clip, 0) + (33 * 20 + 32) * 3, black, 3) == 0); // never drawn
        CHECK(memcmp(clip_frame_at(&clip, 1) + (33 * 18 + 13) * 3, black, 3) != 0); // frame 2
        CHECK(memcmp(clip_frame_at(&clip, 2) + (33 * 18 + 13) * 3, black, 3) == 0); // and disposed of
        clip_destroy(&clip);
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
    check_like_imagemagick("moved.gif", 3);
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

// A canvas smaller than the first frame grows, as in Firefox; whatever comes later is cropped.
static void check_small_canvas(void) {
    static const uint8_t sizes[][2] = {{0, 0}, {0, 21}, {7, 5}};
    struct cli_error error;
    uint8_t *bytes;
    size_t size;
    tool("gifsicle --no-warnings --delay 7 frame0.gif --position 30,1 frame2.gif -o whole.gif");
    if (!CHECK(file_load("whole.gif", &bytes, &size, &error)))
        return;
    CHECK(bytes[6] == 39 && bytes[8] == 21); // frame2 reaches to 39
    bytes[6] = 33;
    write_file("wanted.gif", bytes, size);
    check_like_imagemagick("wanted.gif", 2);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bytes[6] = sizes[i][0];
        bytes[8] = sizes[i][1];
        write_file("small.gif", bytes, size);
        check_same("small.gif", "wanted.gif");
    }
    free(bytes);
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

// Four frames of one pixel, off and on by turns, with `stray` behind the header, a frame or a control block.
static void check_stray(const char *what, const char *stray, size_t size, int behind_header,
                        int behind_control, int behind_frame, bool closed) {
    static const uint8_t head[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\x80\x40", control[] = "!\xf9\4\0\7\0\0",
                         off[] = ",\0\0\0\0\1\0\1\0\0\2\2\x44\1", on[] = ",\0\0\0\0\1\0\1\0\0\2\2\x4c\1";
    FILE *file = fopen("stray.gif", "wb");
    if (!CHECK(file != NULL))
        return;
    fwrite(head, 1, sizeof head - 1, file);
    fwrite(stray, 1, behind_header ? size : 0, file);
    for (int i = 1; i <= 4; i++) {
        fwrite(control, 1, sizeof control, file); // with the NUL that ends it
        fwrite(stray, 1, behind_control == i ? size : 0, file);
        fwrite(i % 2 ? off : on, 1, sizeof off, file);
        fwrite(stray, 1, behind_frame == i ? size : 0, file);
    }
    CHECK(fwrite(";", 1, closed, file) == closed && fclose(file) == 0);
    struct clip clip;
    if (read_clip("stray.gif", &clip)) {
        bool ok = clip.frames == 4 && clip.duration_ms[3] == 70;
        for (int i = 0; ok && i < 4; i++)
            ok = memcmp(clip_frame_at(&clip, (uint32_t)i), i % 2 ? "\xff\x80\x40" : "\0\0\0", 3) == 0;
        if (!CHECK(ok))
            fprintf(stderr, "%s: %u frames\n", what, clip.frames);
        clip_destroy(&clip);
    }
}

// Bytes that begin no block, wherever they lie between blocks.
static void check_strays(void) {
    static const char zeros[600], junk[] = "\x80\xff\x01\x7f@GIF89a\n";
    check_stray("nothing", "", 0, 0, 0, 0, true);
    check_stray("a NUL behind the first frame", zeros, 1, 0, 0, 1, true);
    check_stray("a NUL before the end", zeros, 1, 0, 0, 4, true);
    check_stray("NULs and no end", zeros, 600, 0, 0, 4, false);
    check_stray("a NUL behind the header", zeros, 1, 1, 0, 0, true);
    check_stray("NULs everywhere", zeros, 300, 1, 3, 2, true);
    check_stray("a NUL between a control block and its frame", zeros, 1, 0, 2, 0, true);
    check_stray("junk behind a frame", junk, sizeof junk, 0, 0, 2, true);
    check_stray("junk at the end", junk, sizeof junk, 0, 0, 4, false);
}

int main(void) {
    test_begin();
    scratch_begin();
    check_disposals();
    check_background();
    check_strays();
    check_structure();
    check_small_canvas();
    check_delays();
    check_no_trailer();
    scratch_end();
    return test_end();
}

// What is written is read back: byte for byte where the format can, within the promised quality in GIF, and
// alike by other programs.
#include "cli/media/read.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_clip(const struct clip *clip, const char *path) {
    struct cli_error error = {.text = ""};
    if (!CHECK(clip_write(clip, path, false, &error)))
        fprintf(stderr, "%s\n", error.text);
}

static void check_exact(const struct clip *clip, const char *path) {
    struct clip back;
    write_clip(clip, path);
    if (read_clip(path, &back)) {
        CHECK(clips_equal(clip, &back));
        clip_destroy(&back);
    }
}

static void check_durations(const struct clip *clip, const char *path, uint32_t slack_ms) {
    struct clip back;
    if (!read_clip(path, &back))
        return;
    uint64_t want = 0, got = 0;
    for (uint32_t t = 0; t < clip->frames && t < back.frames; t++) {
        want += clip->duration_ms[t];
        got += back.duration_ms[t];
        CHECK(want <= got + slack_ms && got <= want + slack_ms); // rounding never adds up
    }
    clip_destroy(&back);
}

static void check_sheet(const struct clip *clip) {
    struct clip sheet;
    write_clip(clip, "sheet.png");
    if (!read_clip("sheet.png", &sheet))
        return;
    uint32_t columns = sheet.width / clip->width;
    CHECK(sheet.frames == 1 && sheet.width == columns * clip->width);
    size_t row = (size_t)clip->width * 3, differences = 0;
    for (uint32_t t = 0; t < clip->frames; t++)
        for (uint32_t y = 0; y < clip->height; y++) {
            const uint8_t *there = sheet.rgb + ((size_t)(t / columns) * clip->height + y) * sheet.width * 3;
            differences += memcmp(there + t % columns * row, clip_frame_at(clip, t) + y * row, row) != 0;
        }
    CHECK(differences == 0);
    clip_destroy(&sheet);
}

// The frames as another program decodes them.
static void check_decoded_alike(const struct clip *ours, const char *program, uint8_t *theirs, size_t size) {
    size_t bytes = ours->frames * clip_frame_bytes(ours);
    if (!CHECK(size == bytes && memcmp(ours->rgb, theirs, bytes) == 0))
        fprintf(stderr, "%s decodes our GIF differently (%zu bytes, ours %zu)\n", program, size, bytes);
    free(theirs);
}

static void check_other_programs(const char *path) {
    struct clip ours;
    size_t size;
    if (!read_clip(path, &ours))
        return;
    uint8_t *ffmpeg =
        tool_output(&size, "ffmpeg -v error -i %s -vsync passthrough -f rawvideo -pix_fmt rgb24 -", path);
    check_decoded_alike(&ours, "ffmpeg", ffmpeg, size);
    uint8_t *magick = tool_output(&size, "convert %s -coalesce -depth 8 rgb:-", path);
    check_decoded_alike(&ours, "ImageMagick", magick, size);
    clip_destroy(&ours);
}

static void check_gif_quality(const struct clip *clip, uint32_t kind) {
    struct clip back;
    char gif[32], folder[32];
    snprintf(gif, sizeof gif, "kind%u.gif", kind);
    snprintf(folder, sizeof folder, "kind%u", kind);
    write_clip(clip, gif);
    check_exact(clip, folder);
    tool("ffmpeg -v error -framerate 25 -i %s/%%04d.png -vf 'split[a][b];[a]palettegen=stats_mode=single[p];"
         "[b][p]paletteuse=new=1:dither=sierra2_4a' theirs%u.gif",
         folder, kind);
    char theirs[32];
    snprintf(theirs, sizeof theirs, "theirs%u.gif", kind);
    double bytes = (double)file_size(gif) / (double)file_size(theirs);
    if (!read_clip(gif, &back))
        return;
    double plain = clip_psnr(clip, &back, 0), blurred = clip_psnr(clip, &back, 1.5);
    printf("kind %u: %.1f dB, %.1f dB blurred, %.2f of ffmpeg's bytes\n", kind, plain, blurred, bytes);
    CHECK(plain >= 38);
    CHECK(blurred >= 46);
    CHECK(bytes > 0 && bytes <= 1.3);
    clip_destroy(&back);
}

static void check_particles(void) {
    for (uint32_t kind = 0; kind < 6; kind++) {
        struct clip clip;
        char name[32];
        draw_clip(&clip, kind, 3 * kind);
        check_gif_quality(&clip, kind);
        snprintf(name, sizeof name, "kind%u.webp", kind);
        check_exact(&clip, name);
        clip_set_fps(&clip, 30); // 33, 34, 33 ms
        snprintf(name, sizeof name, "slow%u.webp", kind);
        write_clip(&clip, name);
        check_durations(&clip, name, 0);
        snprintf(name, sizeof name, "slow%u.gif", kind);
        write_clip(&clip, name);
        check_durations(&clip, name, 5);
        if (kind == 0)
            check_sheet(&clip);
        clip_destroy(&clip);
        snprintf(name, sizeof name, "kind%u.gif", kind);
        check_other_programs(name);
    }
}

// Sizes at which rows, errors and rectangles have edges everywhere; more colours than any palette holds.
static void check_odd_sizes(void) {
    static const uint32_t sizes[][3] = {{1, 1, 1}, {1, 1, 7}, {2, 7, 1}, {3, 13, 31}, {2, 257, 65}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct clip clip, back;
        char gif[32], webp[32], folder[32];
        snprintf(gif, sizeof gif, "odd%zu.gif", i);
        snprintf(webp, sizeof webp, "odd%zu.webp", i);
        snprintf(folder, sizeof folder, "odd%zu", i);
        noise_clip(&clip, sizes[i][0], sizes[i][1], sizes[i][2]);
        check_exact(&clip, webp);
        check_exact(&clip, folder);
        write_clip(&clip, gif);
        if (read_clip(gif, &back)) {
            CHECK(back.frames == clip.frames && back.height == clip.height && back.width == clip.width);
            CHECK(clip_psnr(&clip, &back, 0) > 15); // 255 colours for noise in a cube
            clip_destroy(&back);
        }
        check_other_programs(gif);
        clip_destroy(&clip);
    }
}

// Frames that repeat, and frames of at most 255 colours, lose nothing in a GIF.
static void check_few_colors(void) {
    struct clip clip;
    noise_clip(&clip, 4, 20, 20);
    for (size_t i = 0; i < 4 * clip_frame_bytes(&clip); i++)
        clip.rgb[i] = (uint8_t)(85 * (clip.rgb[i] / 64));
    memcpy(clip_frame_at(&clip, 2), clip_frame_at(&clip, 1), clip_frame_bytes(&clip));
    check_exact(&clip, "few.gif");
    check_exact(&clip, "few.webp");
    check_durations(&clip, "few.webp", 0);
    check_other_programs("few.gif");
    clip_destroy(&clip);
}

static bool holds(const uint8_t *bytes, size_t size, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    return false;
}

// What ImageMagick reports as the comment of an image.
static bool imagemagick_finds(const char *path, const char *text) {
    size_t size;
    uint8_t *told = tool_output(&size, "identify -format '%%c\n' '%s'", path);
    bool found = holds(told, size, text);
    free(told);
    return found;
}

// PNG's own rules: chunk by chunk with the checksums right, and the comment in UTF-8.
static void check_png_text(const char *path, const char *text) {
    size_t size;
    uint8_t *found =
        tool_output(&size,
                    "/usr/bin/python3 -c \"import sys, zlib; d = open('%s', 'rb').read(); at = 8\n"
                    "while at < len(d):\n"
                    "  n = int.from_bytes(d[at:at + 4], 'big'); c = d[at + 4:at + 8 + n]\n"
                    "  assert zlib.crc32(c) == int.from_bytes(d[at + 8 + n:at + 12 + n], 'big')\n"
                    "  if c[:4] == b'iTXt': sys.stdout.buffer.write(c[4:].split(b'\\0', 5)[5])\n"
                    "  at += 12 + n\"",
                    path);
    CHECK(size == strlen(text) && memcmp(found, text, size) == 0);
    free(found);
}

// Comments arrive, long ones and ones with markup in them, and change nothing else.
static void check_comments(void) {
    static char comment[1200] = "mograph <0.1> & \"quoted\" \xc3\xa4 ";
    size_t used = strlen(comment), size;
    memset(comment + used, 'x', sizeof comment - 1 - used);
    struct clip clip, back;
    noise_clip(&clip, 3, 9, 10);
    clip.comment = comment;
    check_exact(&clip, "told.webp");
    write_clip(&clip, "told.png");
    check_exact(&clip, "told");
    write_clip(&clip, "told.gif");
    if (read_clip("told.gif", &back)) {
        CHECK(back.frames == 3 && back.comment == NULL);
        clip_destroy(&back);
    }
    CHECK(imagemagick_finds("told.gif", comment));
    check_png_text("told.png", comment);
    check_png_text("told/0002.png", comment);
    tool("identify -regard-warnings told.gif told.png told.webp >/dev/null");
    uint8_t *xmp = tool_output(&size, "/usr/bin/python3 -c \"import re, sys, xml.etree.ElementTree as E; "
                                      "d = open('told.webp', 'rb').read(); i = d.index(b'XMP '); "
                                      "n = int.from_bytes(d[i + 4:i + 8], 'little'); "
                                      "t = E.fromstring(d[i + 8:i + 8 + n].decode()); "
                                      "sys.stdout.buffer.write(''.join(t.itertext()).encode())\"");
    CHECK(size == strlen(comment) && memcmp(xmp, comment, size) == 0);
    free(xmp);
    clip.comment = "plain & simple";
    write_clip(&clip, "plain.png");
    CHECK(imagemagick_finds("plain.png", clip.comment));
    clip_destroy(&clip);
}

int main(void) {
    test_begin();
    scratch_begin();
    check_particles();
    check_odd_sizes();
    check_few_colors();
    check_comments();
    scratch_end();
    return test_end();
}

// Animated PNGs, read as ffmpeg reads them and known by their content, whatever the name.
#include "cli/media/file.h"
#include "cli/media/png_chunk.h"
#include "cli/media/read.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Writes animations chunk by chunk. Frames are (width, height, x, y, delay, per second, dispose, blend,
// seed); a pixel is opaque, clear with a hidden colour, or half transparent, by turns.
static const char maker[] =
    "import struct, sys, zlib\n"
    "def chunk(kind, data):\n"
    "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n"
    "def pixel(kind, x, y, seed):\n"
    "    a = (255, 0, 255, 128)[(x // 3 + y // 2 + seed) % 4]\n"
    "    r, g, b = (x * 9 + seed * 40) % 256, (y * 11 + 60) % 256, (seed * 90 + x * y) % 256\n"
    "    return {6: bytes([r, g, b, a]), 2: bytes([r, g, b]), 4: bytes([r, a]), 0: bytes([r]),\n"
    "            3: bytes([(x + y + seed) % 7]), 16: bytes([r, 7, g, 7, b, 7, a, a])}[kind]\n"
    "def packed(kind, w, h, seed):\n"
    "    rows = (b'\\0' + b''.join(pixel(kind, x, y, seed) for x in range(w)) for y in range(h))\n"
    "    return zlib.compress(b''.join(rows))\n"
    "def animation(path, kind, w, h, frames, still=False, count=None, pieces=1):\n"
    "    depth, colour = (16, 6) if kind == 16 else (8, kind)\n"
    "    out = b'\\x89PNG\\r\\n\\x1a\\n'\n"
    "    out += chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, depth, colour, 0, 0, 0))\n"
    "    out += chunk(b'tEXt', b'Comment\\0here')\n"
    "    out += chunk(b'acTL', struct.pack('>II', count or len(frames), 0))\n"
    "    if kind == 3:\n"
    "        out += chunk(b'PLTE', bytes(range(21))) + chunk(b'tRNS', bytes([255, 0, 128, 255]))\n"
    "    if still:\n"
    "        out += chunk(b'IDAT', packed(kind, w, h, 77))\n"
    "    number = 0\n"
    "    for i, (fw, fh, x, y, delay, per, dispose, blend, seed) in enumerate(frames):\n"
    "        control = (number, fw, fh, x, y, delay, per, dispose, blend)\n"
    "        out += chunk(b'fcTL', struct.pack('>IIIIIHHBB', *control))\n"
    "        number += 1\n"
    "        data = packed(kind, fw, fh, seed)\n"
    "        step = -(-len(data) // pieces)\n"
    "        for at in range(0, len(data), step):\n"
    "            if i == 0 and not still:\n"
    "                out += chunk(b'IDAT', data[at:at + step])\n"
    "            else:\n"
    "                out += chunk(b'fdAT', struct.pack('>I', number) + data[at:at + step])\n"
    "                number += 1\n"
    "    open(path, 'wb').write(out + chunk(b'IEND', b''))\n"
    "def several(dispose, blend):\n"
    "    return [(33, 21, 0, 0, 1, 10, dispose, 0, 1), (9, 11, 5, 7, 2, 10, 2 - dispose, blend, 2),\n"
    "            (20, 5, 13, 16, 3, 10, (dispose + 1) % 3, 1, 3), (33, 1, 0, 4, 4, 10, 0, blend, 4)]\n"
    "for kind in (0, 2, 3, 4, 6, 16):\n"
    "    frames = several(1, 1)\n"
    "    if kind == 16:\n" // ffmpeg cannot lay 16 bits over each other
    "        frames = [f[:7] + (0, f[8]) for f in frames]\n"
    "    animation('kind%d.png' % kind, kind, 33, 21, frames, pieces=3)\n"
    "for dispose in range(3):\n"
    "    for blend in range(2):\n"
    "        animation('ways%d.png' % (2 * dispose + blend), 6, 33, 21, several(dispose, blend))\n"
    "animation('still.png', 6, 33, 21, several(0, 1), still=True)\n"
    "animation('one.png', 6, 33, 21, several(0, 1)[:1])\n"
    "whole = (33, 21, 0, 0)\n"
    "animation('times.png', 2, 33, 21, [whole + (n, d, 0, 0, i) for i, (n, d) in enumerate(\n"
    "    [(0, 10), (1, 100), (11, 1000), (1, 0), (7, 0), (40, 10), (65535, 1)])])\n"
    "animation('thirds.png', 2, 33, 21, [whole + (1, 30, 0, 0, i) for i in range(30)])\n"
    "animation('fewer.png', 6, 33, 21, several(0, 1), count=5)\n"
    "animation('more.png', 6, 33, 21, several(0, 1), count=3)\n"
    "animation('outside.png', 6, 33, 21, several(0, 1) + [(9, 9, 25, 0, 1, 10, 0, 0, 1)])\n"
    "animation('flat.png', 6, 33, 21, several(0, 1) + [(0, 9, 2, 0, 1, 10, 0, 0, 1)])\n"
    "animation('manner.png', 6, 33, 21, several(0, 1) + [(3, 9, 2, 0, 1, 10, 3, 0, 1)])\n";

// Every byte of the clip beside ffmpeg's RGBA over black. Where half transparent pixels lie on each other,
// ffmpeg rounds between the two steps that we take in one.
static void check_like_ffmpeg(const char *path, uint32_t frames, int rounding) {
    struct clip clip;
    size_t size;
    if (!read_clip(path, &clip))
        return;
    uint8_t *rgba = tool_output(
        &size, "ffmpeg -v error -f apng -i %s -fps_mode passthrough -f rawvideo -pix_fmt rgba -", path);
    clip_over_black(rgba, rgba, size / 4);
    bool same = CHECK(clip.frames == frames) && CHECK(size / 4 * 3 == frames * clip_frame_bytes(&clip));
    int worst = 0;
    for (size_t i = 0; same && i < size / 4 * 3; i++)
        worst = abs(clip.rgb[i] - rgba[i]) > worst ? abs(clip.rgb[i] - rgba[i]) : worst;
    if (!CHECK(worst <= rounding))
        fprintf(stderr, "%s: %u frames of %ux%u, %d from ffmpeg's\n", path, clip.frames, clip.width,
                clip.height, worst);
    free(rgba);
    clip_destroy(&clip);
}

static void check_kinds(void) {
    static const char *const opaque[] = {"kind0.png", "kind2.png"};
    static const char *const clear[] = {"kind3.png", "kind4.png", "kind6.png", "kind16.png"};
    for (size_t i = 0; i < sizeof opaque / sizeof *opaque; i++)
        check_like_ffmpeg(opaque[i], 4, 0);
    for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
        check_like_ffmpeg(clear[i], 4, 2);
    for (int i = 0; i < 6; i++) {
        char path[32];
        snprintf(path, sizeof path, "ways%d.png", i);
        check_like_ffmpeg(path, 4, 2);
    }
    check_like_ffmpeg("still.png", 4, 2); // the still before the animation is no part of it
    check_like_ffmpeg("one.png", 1, 0);
    // What ffmpeg itself writes, with its choice of ways.
    tool("ffmpeg -v error -f lavfi -i testsrc=d=1:r=7:s=70x50 -vf 'format=rgba,colorkey=black:0.3:0.2' "
         "-f apng own.png");
    check_like_ffmpeg("own.png", 7, 2);
}

static void check_times(void) {
    static const uint32_t wanted[] = {100, 100, 11, 100, 70, 4000, 65535000};
    struct clip clip;
    if (read_clip("times.png", &clip)) {
        CHECK(clip.frames == 7);
        for (uint32_t i = 0; i < clip.frames && i < 7; i++)
            CHECK(clip.duration_ms[i] == wanted[i]);
        clip_destroy(&clip);
    }
    if (read_clip("thirds.png", &clip)) { // nothing adds up
        CHECK(clip.frames == 30 && clip_duration_ms(&clip) == 1000 && clip_fps(&clip) == 30);
        clip_destroy(&clip);
    }
    if (read_clip("still.png", &clip)) {
        CHECK(clip.duration_ms[0] == 100 && clip.duration_ms[1] == 200 && clip.duration_ms[3] == 400);
        clip_destroy(&clip);
    }
}

static void check_refused(const char *path, const char *word) {
    struct clip clip;
    struct cli_error error = {.text = ""};
    if (!CHECK(!clip_read(path, &clip, &error) && strstr(error.text, path) != NULL &&
               strstr(error.text, word) != NULL))
        fprintf(stderr, "%s: \"%s\", not a word of \"%s\"\n", path, error.text, word);
}

// Every chunk of a good file left out, doubled, or with one bit of it wrong; and every beginning.
static void check_damage(void) {
    struct cli_error error;
    struct clip clip;
    uint8_t *bytes;
    size_t size;
    check_refused("fewer.png", "frame 5: it is missing");
    check_refused("outside.png", "cannot be");
    check_refused("flat.png", "cannot be");
    check_refused("manner.png", "cannot be");
    if (read_clip("more.png", &clip)) {
        CHECK(clip.frames == 3);
        clip_destroy(&clip);
    }
    if (!CHECK(file_load("ways0.png", &bytes, &size, &error)))
        return;
    for (size_t length = 120; length < size; length += 7) {
        write_file("cut.png", bytes, length);
        check_refused("cut.png", "");
    }
    struct png_chunk chunk;
    for (size_t at = PNG_SIGNATURE_BYTES, before = at; png_next_chunk(bytes, size, &at, &chunk);
         before = at) {
        uint8_t *bad = malloc(size);
        memcpy(bad, bytes, size);
        bad[at - 5] ^= 1; // the last byte of its data, or its type
        write_file("bad.png", bad, size);
        memcpy(bad + before, bytes + at, size - at);
        write_file("less.png", bad, size - (at - before));
        free(bad);
        if (png_chunk_is(&chunk, "tEXt"))
            continue;
        if (!png_chunk_is(&chunk, "acTL") && !png_chunk_is(&chunk, "IHDR"))
            check_refused("less.png", "");
        check_refused("bad.png", "");
    }
    free(bytes);
}

// A name says nothing, and a folder's pictures are stills: a folder of animations is a folder of clips.
static void check_names(void) {
    struct clip clip;
    tool("cp still.png still.apng && cp still.png still.PNG && mkdir stills clips && "
         "cp one.png clips/1.png && cp ways1.png clips/2.png && "
         "convert -size 33x21 xc:red stills/1.png && cp stills/1.png plain.apng");
    if (read_clip("still.apng", &clip)) {
        CHECK(clip.frames == 4);
        clip_destroy(&clip);
    }
    if (read_clip("still.PNG", &clip)) {
        CHECK(clip.frames == 4);
        clip_destroy(&clip);
    }
    if (read_clip("plain.apng", &clip)) {
        CHECK(clip.frames == 1);
        clip_destroy(&clip);
    }
    bool stills = false, clips = true;
    struct cli_error error;
    CHECK(clip_is_png_folder("stills", &stills, &error) && clip_is_png_folder("clips", &clips, &error));
    CHECK(stills && !clips);
    tool("cp still.png stills/2.png");
    check_refused("stills", "stills/2.png: an animation");
    const char *was = getenv("PATH");
    char *path = was != NULL ? strdup(was) : NULL;
    if (!CHECK(path != NULL))
        return;
    setenv("PATH", "/nowhere", 1); // nobody else is needed
    if (read_clip("still.apng", &clip))
        clip_destroy(&clip);
    setenv("PATH", path, 1);
    free(path);
}

int main(void) {
    test_begin();
    scratch_begin();
    write_file("maker.py", maker, sizeof maker - 1);
    tool("/usr/bin/python3 maker.py");
    check_kinds();
    check_times();
    check_damage();
    check_names();
    scratch_end();
    return test_end();
}

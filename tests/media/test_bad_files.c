// Files that are cut short, empty, lying about their size, or not clips at all:
// one clear line, little memory, no crash.
#include "cli/media/file.h"
#include "cli/media/read.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void check_refused(const char *path, const char *word) {
    struct clip clip;
    struct cli_error error = {.text = ""};
    bool ok = CHECK(!clip_read(path, &clip, &error)) && CHECK(strstr(error.text, path) != NULL) &&
              CHECK(strstr(error.text, word) != NULL) && CHECK(strchr(error.text, '\n') == NULL) &&
              CHECK(clip.rgb == NULL && clip.frames == 0);
    if (!ok)
        fprintf(stderr, "%s: \"%s\", not a word of \"%s\"\n", path, error.text, word);
}

static void refuse_bytes(const char *path, const void *bytes, size_t size, const char *word) {
    write_file(path, bytes, size);
    check_refused(path, word);
}

// Every proper beginning of a good file is refused, except where only a GIF's closing byte is missing.
static void check_cuts(const char *path, const char *cut) {
    uint8_t *bytes;
    size_t size;
    struct cli_error error;
    if (!CHECK(file_load(path, &bytes, &size, &error)))
        return;
    bool gif = bytes[0] == 'G';
    size_t step = size / 300 + 1;
    for (size_t length = 0; length + 1 < size; length += step) {
        struct clip clip;
        write_file(cut, bytes, length);
        bool refused = !clip_read(cut, &clip, &error);
        // Only a GIF that ends exactly behind a picture is whole as far as it goes.
        if (!refused && gif)
            CHECK(clip.frames > 0 && clip.frames < 3 && bytes[length - 1] == 0);
        else if (!CHECK(refused && strstr(error.text, cut) != NULL))
            fprintf(stderr, "%s, the first %zu of %zu bytes\n", cut, length, size);
        clip_destroy(&clip);
    }
    free(bytes);
}

static void check_truncated(void) {
    struct clip clip;
    struct cli_error error;
    noise_clip(&clip, 3, 12, 17);
    CHECK(clip_write(&clip, "good.gif", false, &error));
    CHECK(clip_write(&clip, "good.webp", false, &error));
    CHECK(clip_write(&clip, "good.png", false, &error));
    clip_destroy(&clip);
    check_cuts("good.gif", "cut.gif");
    check_cuts("good.webp", "cut.webp");
    check_cuts("good.png", "cut.png");
}

static void check_huge(void) {
    static const uint8_t gif[] = "GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff"
                                 ",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x4c\x01\x00;";
    refuse_bytes("huge.gif", gif, sizeof gif - 1, "too large");
    static const uint8_t inner[] = "GIF89a\x04\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
                                   ",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x4c\x01\x00;";
    refuse_bytes("inner.gif", inner, sizeof inner - 1, "too large");
    // A still of 65536x65536 by its IHDR; the checksum is right, so that only the size is wrong.
    tool("convert -size 1x1 xc:red one.png && /usr/bin/python3 -c \""
         "import struct,zlib; b=bytearray(open('one.png','rb').read()); "
         "b[16:24]=struct.pack('>II',65536,65536); "
         "b[29:33]=struct.pack('>I',zlib.crc32(bytes(b[12:29]))); open('huge.png','wb').write(b)\"");
    check_refused("huge.png", "too large");
    // An extended WebP with a canvas of 16384x16384 and a one-pixel picture.
    tool("convert -size 1x1 xc:red one.webp && /usr/bin/python3 -c \""
         "import struct; b=open('one.webp','rb').read(); v=b'VP8X'+struct.pack('<I',10)+bytes([2,0,0,0])"
         "+struct.pack('<I',16383)[:3]+struct.pack('<I',16383)[:3]; a=b'ANIM'+struct.pack('<I',6)+bytes(6); "
         "f=bytes(12)+struct.pack('<I',40)[:3]+bytes(1)+b[12:]; f=b'ANMF'+struct.pack('<I',len(f))+f; "
         "r=b'WEBP'+v+a+f; open('huge.webp','wb').write(b'RIFF'+struct.pack('<I',len(r))+r)\"");
    check_refused("huge.webp", "too large");
}

static void check_empty(void) {
    refuse_bytes("empty.gif", "", 0, "empty");
    refuse_bytes("empty.webp", "", 0, "empty");
    refuse_bytes("empty.png", "", 0, "empty");
    refuse_bytes("empty.mp4", "", 0, "ffprobe");
    static const uint8_t frameless[] = "GIF89a\x04\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;";
    refuse_bytes("frameless.gif", frameless, sizeof frameless - 1, "no pictures");
    static const uint8_t flat[] = "GIF89a\x00\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;";
    refuse_bytes("flat.gif", flat, sizeof flat - 1, "empty");
    static const uint8_t thin[] = "GIF89a\x00\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
                                  ",\x00\x00\x00\x00\x00\x00\x04\x00\x00\x02\x02\x4c\x01\x00;";
    refuse_bytes("thin.gif", thin, sizeof thin - 1, "empty");
    static const uint8_t webp[] =
        "RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x03\x00\x00";
    refuse_bytes("frameless.webp", webp, sizeof webp - 1, "WebP");
}

static void check_strangers(void) {
    refuse_bytes("text.gif", "hello, world\n", 13, "not what its name says");
    refuse_bytes("notes.txt", "hello, world\n", 13, "not a clip");
    refuse_bytes("text.mp4", "hello, world\n", 13, "ffprobe");
    check_refused("absent.gif", "cannot open");
    check_refused("absent.mp4", "ffprobe");
    tool("mkdir folder && echo hi > folder/readme.txt");
    check_refused("folder", "no PNG");
    tool("mkdir mixed && convert -size 4x4 xc:red mixed/1.png && convert -size 5x4 xc:red mixed/2.png");
    check_refused("mixed", "mixed/2.png");
    check_refused("/dev/zero", "not a file");
}

// A name that would break a line, or a terminal, is shown harmlessly.
static void check_names(void) {
    struct clip clip;
    struct cli_error error = {.text = ""};
    CHECK(!clip_read("a\nb\033[2J.gif", &clip, &error));
    CHECK(strchr(error.text, '\n') == NULL && strchr(error.text, '\033') == NULL);
}

// Many frames of a large canvas in few bytes: refused by the total before any of it is decoded.
static void check_bomb(void) {
    tool("/usr/bin/python3 -c \""
         "h=b'GIF89a'+(3000).to_bytes(2,'little')*2+bytes([128,0,0])+bytes(6); "
         "f=b','+bytes(4)+bytes([1,0,1,0,0,2,2,0x4c,1,0]); open('bomb.gif','wb').write(h+f*9000+b';')\"");
    check_refused("bomb.gif", "too much to hold in memory");
}

int main(void) {
    test_begin();
    scratch_begin();
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    check_huge();
    check_empty();
    check_truncated();
    check_strangers();
    check_names();
    check_bomb();
    getrusage(RUSAGE_SELF, &after);
    long grown_kb = after.ru_maxrss - before.ru_maxrss;
    printf("memory grew by %ld KB\n", grown_kb);
    CHECK(grown_kb < 100 * 1000);
    scratch_end();
    return test_end();
}

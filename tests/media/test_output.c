// Files appear whole or not at all, and nothing is overwritten unasked.
#include "cli/media/file.h"
#include "cli/media/output.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool holds(const char *path, const char *text) {
    struct cli_error error;
    uint8_t *bytes = NULL;
    size_t size = 0;
    bool same =
        file_load(path, &bytes, &size, &error) && size == strlen(text) && memcmp(bytes, text, size) == 0;
    free(bytes);
    return same;
}

// No hidden leftovers in the scratch folder.
static bool nothing_left(void) {
    size_t size;
    uint8_t *list = tool_output(&size, "ls -A | grep '^\\.' || true");
    free(list);
    return size == 0;
}

static void check_files(void) {
    struct cli_error error = {.text = ""};
    CHECK(output_file("a.txt", "one", 3, false, &error) && holds("a.txt", "one"));
    CHECK(!output_file("a.txt", "two", 3, false, &error) && strstr(error.text, "--force") != NULL);
    CHECK(holds("a.txt", "one"));
    CHECK(output_file("a.txt", "two", 3, true, &error) && holds("a.txt", "two"));
    CHECK(!output_file("no/such/a.txt", "x", 1, false, &error) &&
          strstr(error.text, "no/such/a.txt") != NULL);
    CHECK(nothing_left());
}

static void check_race(void) {
    struct output output;
    struct cli_error error = {.text = ""};
    CHECK(output_begin(&output, "race.txt", false, false, &error));
    write_file("race.txt", "theirs", 6); // made by someone else meanwhile
    CHECK(output_write(&output, "ours", 4, &error) && !output_commit(&output, &error));
    CHECK(holds("race.txt", "theirs") && nothing_left());
    CHECK(output_begin(&output, "gone.txt", false, false, &error));
    output_discard(&output);
    output_discard(&output);
    CHECK(access("gone.txt", F_OK) != 0 && nothing_left());
}

static void check_mode(void) {
    struct cli_error error;
    struct stat status;
    umask(027);
    CHECK(output_file("mode.txt", "x", 1, false, &error));
    CHECK(stat("mode.txt", &status) == 0 && (status.st_mode & 0777) == 0640);
    umask(022);
}

static void check_clips(void) {
    struct clip clip, back;
    struct cli_error error = {.text = ""};
    noise_clip(&clip, 2, 6, 5);
    CHECK(clip_write(&clip, "frames", false, &error));
    CHECK(!clip_write(&clip, "frames", false, &error) && strstr(error.text, "--force") != NULL);
    CHECK(clip_write(&clip, "frames/", true, &error)); // a folder of nothing but PNGs may be replaced
    if (read_clip("frames", &back)) {
        CHECK(clips_equal(&clip, &back));
        clip_destroy(&back);
    }
    tool("echo keep > frames/notes.txt");
    CHECK(!clip_write(&clip, "frames", true, &error) && strstr(error.text, "frames") != NULL);
    CHECK(holds("frames/notes.txt", "keep\n"));
    CHECK(!clip_write(&clip, "a.gif/b.gif", false, &error));
    CHECK(!clip_write(&clip, "clip.tiff", false, &error) && strstr(error.text, ".webp") != NULL);
    CHECK(!clip_write(&clip, "", false, &error) && error.text[0] != '\0');
    tool("mkdir there.gif");
    CHECK(!clip_write(&clip, "there.gif", true, &error));
    CHECK(clip_write_check("new.gif", false, &error) && access("new.gif", F_OK) != 0);
    CHECK(!clip_write_check("a.txt", false, &error) && !clip_write_check("there.gif", false, &error));
    CHECK(nothing_left());
    clip_destroy(&clip);
}

// --- what may be replaced

// Refused with force and without, by what it is; nothing is changed, nothing left behind.
static void check_kept(const struct clip *clip, const char *name, const char *make, const char *words) {
    struct cli_error error = {.text = ""};
    tool("%s && ls -lRA --time-style=full-iso . >../before", make);
    for (int force = 0; force < 2; force++)
        CHECK(!clip_write_check(name, force == 1, &error) && !clip_write(clip, name, force == 1, &error));
    if (!CHECK(strstr(error.text, words) != NULL))
        fprintf(stderr, "%s: %s\n", make, error.text);
    tool("ls -lRA --time-style=full-iso . >../after && cmp ../before ../after && rm -rf ./* .[a-z]*");
}

static void check_replaceable(void) {
    static const char frames[] = "convert -size 9x9 xc:red red.png && mkdir t && mv red.png t/1.png";
    static const struct {
        const char *name, *make, *words;
    } rows[] = {
        {"t", "echo precious >t", "t: is a file: not replaced by a folder of frames"},
        {"t", "mkfifo t", "t: is a device, a pipe or a socket"},
        {"t", "mknod t c 1 3 || mkfifo t", "t: is a device, a pipe or a socket"},
        {"t", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"t\")'",
         "t: is a device, a pipe"},
        {"t", "mkdir u && touch u/1.png && ln -s u t", "t: is a link"},
        {"t/", "mkdir u && touch u/1.png && ln -s u t", "t: is a link"},
        {"t", "ln -s nowhere t", "t: is a link"},
        {"t", "mkdir t t/1.png && echo precious >t/1.png/x", "holds other things than frames"},
        {"t", "mkdir t && touch t/1.png && mkfifo t/2.png", "holds other things than frames"},
        {"t", "mkdir -p t/.git && touch t/1.png t/.git/x", "holds other things than frames"},
        {"t", "mkdir t && touch t/1.png t/.notes", "holds other things than frames"},
        {"t", "mkdir t && touch t/1.png t/notes.txt", "holds other things than frames"},
        {"t.gif", "mkfifo t.gif", "t.gif: is a device, a pipe or a socket; not replaced"},
        {"t.gif", "mkdir t.gif", "t.gif: is a folder; not replaced by a file"},
        {"t.webp", "mkfifo p && ln -s p t.webp", "t.webp: is a device, a pipe or a socket"},
        {"t.webp", "mkdir p && ln -s p t.webp", "t.webp: is a folder"},
        {"t.png", "ln -s /dev/null t.png", "t.png: is a device"},
        {"t.mp4", "mkfifo t.mp4", "t.mp4: is a device, a pipe or a socket"},
    };
    struct clip clip, back;
    struct cli_error error = {.text = ""};
    tool("mkdir kept");
    if (!CHECK(chdir("kept") == 0))
        return;
    noise_clip(&clip, 2, 6, 5);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_kept(&clip, rows[i].name, rows[i].make, rows[i].words);
    tool("%s && touch t/.DS_Store t/Thumbs.db t/._1.png", frames); // of systems: nobody misses them
    CHECK(clip_write(&clip, "t", true, &error));
    tool("test \"$(ls -A t | tr '\\n' ' ')\" = '0001.png 0002.png '");
    if (read_clip("t", &back)) {
        CHECK(clips_equal(&clip, &back));
        clip_destroy(&back);
    }
    tool("mkdir empty && echo precious >file && ln -s file l.gif && ln -s nowhere n.gif");
    CHECK(clip_write(&clip, "empty", true, &error));
    CHECK(clip_write(&clip, "l.gif", true, &error) && holds("file", "precious\n")); // the link itself
    CHECK(clip_write(&clip, "n.gif", true, &error) && nothing_left());
    clip_destroy(&clip);
    CHECK(chdir("..") == 0);
}

// What killed processes left is swept when the same target is written again; other things of such names stay.
static void check_sweep(void) {
    struct clip clip;
    struct cli_error error = {.text = ""};
    tool("mkdir swept");
    if (!CHECK(chdir("swept") == 0))
        return;
    noise_clip(&clip, 2, 6, 5);
    tool("mkdir .t.999999-0 && touch .t.999999-0/0001.png .t.999999-0/.0002.png.999999-0 .x.gif.999999-3");
    CHECK(clip_write_check("t", false, &error) && clip_write_check("x.gif", false, &error) && nothing_left());
    // Killed while the old frames stepped aside: they come back. Killed behind that: they are gone.
    tool("mkdir .t.999999-0 .t.999999-0.old && touch .t.999999-0/0001.png .t.999999-0.old/0007.png");
    CHECK(!clip_write_check("t", false, &error) && strstr(error.text, "--force") != NULL && nothing_left());
    CHECK(access("t/0007.png", F_OK) == 0);
    tool("cp -r t .t.999999-0.old");
    CHECK(clip_write_check("t", true, &error) && nothing_left() && access("t/0007.png", F_OK) == 0);
    tool("mkdir .t.999999-0 .t.backup && echo precious >.t.999999-0/notes.txt && touch .t.backup/0001.png");
    CHECK(clip_write(&clip, "t", true, &error) && clip_write_check("t", true, &error));
    tool("grep -q precious .t.999999-0/notes.txt && test -e .t.backup/0001.png");
    clip_destroy(&clip);
    CHECK(chdir("..") == 0);
}

static void write_for_ever(const struct clip clips[2]) {
    struct cli_error error;
    for (int i = 0;; i++)
        if (!clip_write_check("t", true, &error) || !clip_write(&clips[i % 2], "t", true, &error))
            _exit(1);
}

// The frames of a folder are all of one clip, whenever their process is killed; the next one cleans up.
static void check_kills(void) {
    struct clip clips[2], back;
    struct cli_error error = {.text = ""};
    int moments = 0;
    tool("mkdir kills");
    if (!CHECK(chdir("kills") == 0))
        return;
    noise_clip(&clips[0], 12, 6, 5);
    noise_clip(&clips[1], 9, 8, 7);
    CHECK(clip_write(&clips[0], "t", false, &error));
    for (int round = 0; round < 40 || (moments == 0 && round < 1000); round++) { // a slow machine needs more
        pid_t child = fork();
        if (child == 0)
            write_for_ever(clips);
        struct timespec time = {0, 1000000 + round * 331000 % 20000000};
        nanosleep(&time, NULL);
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        moments += !nothing_left();
        if (CHECK(WIFSIGNALED(status)) && read_clip("t", &back)) {
            CHECK(clips_equal(&clips[0], &back) || clips_equal(&clips[1], &back));
            clip_destroy(&back);
        }
    }
    CHECK(moments > 0); // else nothing was tried
    CHECK(clip_write_check("t", true, &error) && nothing_left());
    clip_destroy(&clips[0]);
    clip_destroy(&clips[1]);
    CHECK(chdir("..") == 0);
}

// A full disk: the old file stays.
static void check_full(void) {
    struct output output;
    struct cli_error error = {.text = ""};
    if (!CHECK(output_begin(&output, "full.txt", false, false, &error)))
        return;
    FILE *full = fopen("/dev/full", "wb");
    if (CHECK(full != NULL)) {
        fclose(output.atomic.file);
        output.atomic.file = full;
        CHECK(output_write(&output, "x", 1, &error)); // still in the buffer
        CHECK(!output_commit(&output, &error) && strstr(error.text, "full.txt") != NULL);
    }
    CHECK(access("full.txt", F_OK) != 0 && nothing_left());
}

int main(void) {
    test_begin();
    scratch_begin();
    check_files();
    check_race();
    check_mode();
    check_clips();
    check_full();
    check_replaceable();
    check_sweep();
    check_kills();
    scratch_end();
    return test_end();
}

// Files appear whole or not at all, and nothing is overwritten unasked.
#include "cli/media/file.h"
#include "cli/media/output.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    scratch_end();
    return test_end();
}

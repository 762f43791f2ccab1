// Importing: twenty clips of every format among five broken files; fits, lengths, classes, the split.
#include "cli/data/import.h"
#include "cli/data/scan.h"
#include "cli/media/read.h"
#include "cli/media/write.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char skipped[16][1024];
static uint32_t skipped_count;

static char left_out[16][1024];
static uint32_t left_out_count;

static void on_told(void *user, enum walk_telling telling, const char *text) {
    (void)user;
    if (telling == WALK_LEFT_OUT && left_out_count < 16)
        snprintf(left_out[left_out_count++], sizeof left_out[0], "%s", text);
    if (telling == WALK_SKIPPED && skipped_count < 16)
        snprintf(skipped[skipped_count++], sizeof skipped[0], "%s", text);
}

static bool was_skipped(const char *name, const char *reason) {
    for (uint32_t i = 0; i < skipped_count; i++)
        if (strstr(skipped[i], name) != NULL && strstr(skipped[i], reason) != NULL)
            return true;
    return false;
}

static const struct import standard = {.size = {48, 40, 12}, .val = 0.15};

static bool run_import(struct import import, const char *source, const char *out,
                       struct import_report *report, struct cli_error *error) {
    skipped_count = left_out_count = 0;
    *report = (struct import_report){.tell = on_told};
    return import_write(&import, &source, 1, out, false, report, NULL, error);
}

// Seven clips in "loops", six in "rain", seven in "titles": every format, many sizes and lengths.
static void make_sources(void) {
    static const char *const formats[] = {"gif", "webp", "mp4", "folder", "webm", "mov", "gif"};
    static const char *const kinds[] = {"loops", "rain", "titles"};
    tool("mkdir -p clips/loops clips/rain clips/titles/deep/titles");
    for (uint32_t i = 0; i < 20; i++) {
        struct clip clip;
        struct cli_error error;
        char path[128];
        bool folder = strcmp(formats[i / 3], "folder") == 0;
        draw_clip(&clip, i % 6, i);
        clip.frames = 5 + i;
        clip_set_fps(&clip, 12 + i);
        snprintf(path, sizeof path, "clips/%s%s/clip %u%s%s", kinds[i % 3], i == 2 ? "/deep/titles" : "", i,
                 folder ? "" : ".", folder ? "" : formats[i / 3]);
        if (!CHECK(clip_write(&clip, path, false, &error)))
            fprintf(stderr, "%s\n", error.text);
        clip_destroy(&clip);
    }
}

static void break_sources(void) {
    tool("head -c 5000 'clips/loops/clip 0.gif' > clips/loops/cut.gif");
    tool(": > clips/rain/empty.webp");
    tool("head -c 700 'clips/rain/clip 7.mp4' > clips/rain/cut.mp4");
    tool("echo 'buy milk' > clips/titles/notes.txt");
    tool("mkdir clips/titles/bad && convert -size 9x9 xc:red clips/titles/bad/1.png && "
         "echo no > clips/titles/bad/2.png");
    tool("mkdir clips/loops/.hidden && touch clips/loops/.DS_Store"); // not a clip, and not worth a word
}

static void check_mixed(void) {
    struct import_report report;
    struct cli_error error = {.text = ""};
    if (!CHECK(run_import(standard, "clips", "set", &report, &error)))
        fprintf(stderr, "%s\n", error.text);
    CHECK(report.imported_count == 20 && report.skipped_count == 5 && skipped_count == 5);
    CHECK(was_skipped("loops/cut.gif", "ends too early") && was_skipped("rain/empty.webp", "empty"));
    CHECK(was_skipped("rain/cut.mp4", "ffprobe") && was_skipped("titles/notes.txt", "not a clip"));
    CHECK(was_skipped("titles/bad/2.png", "not what its name says") ||
          was_skipped("titles/bad/2.png", "damaged PNG"));
    struct data_set set;
    if (!CHECK(data_set_scan(&set, "set", &error)))
        return;
    CHECK(set.kind_count == 3 && set.clip_count == 20);
    for (uint32_t kind = 0; kind < set.kind_count; kind++)
        CHECK(data_set_count(&set, kind, true) == 1 || data_set_count(&set, kind, true) == 2);
    for (uint32_t i = 0; i < set.clip_count; i++) {
        struct clip clip;
        if (!read_clip(set.clips[i].path, &clip))
            continue;
        CHECK(clip.width == 48 && clip.height == 40 && clip.frames == 12);
        clip_destroy(&clip);
    }
    data_set_destroy(&set);
    tool("test -s set/sheet.png && grep -q '\"source\":.*clip 19' set/manifest.json");
}

static void check_nothing(void) {
    struct import_report report;
    struct cli_error error = {.text = ""};
    CHECK(!run_import(standard, "absent", "none", &report, &error) && report.skipped_count == 1);
    tool("mkdir void");
    CHECK(!run_import(standard, "void", "none", &report, &error) && strstr(error.text, "no files") != NULL);
    tool("test ! -e none && test ! -e none.partial");
}

// One file, named without its folder: the class is the folder's real name.
static void check_bare_name(void) {
    struct import_report report;
    struct cli_error error = {.text = ""};
    struct data_set set;
    tool("cp 'clips/loops/clip 0.gif' bare.gif");
    CHECK(run_import(standard, "bare.gif", "bare", &report, &error) && report.imported_count == 1);
    if (CHECK(data_set_scan(&set, "bare", &error))) {
        CHECK(strncmp(set.kinds[0], "mograph-test-", 13) == 0 && !set.clips[0].val);
        data_set_destroy(&set);
    }
}

// Ten frames: black, but for a flash in frames 6 and 7.
static void check_frames_from(void) {
    struct clip clip, got;
    struct cli_error error = {.text = ""};
    CHECK(clip_create(&clip, 10, 16, 16, &error));
    for (uint32_t t = 0; t < 10; t++) {
        memset(clip_frame_at(&clip, t), (int)t, clip_frame_bytes(&clip));
        clip.duration_ms[t] = 20 + t;
    }
    memset(clip_frame_at(&clip, 6), 250, 2 * clip_frame_bytes(&clip));
    CHECK(clip_write(&clip, "flash.webp", false, &error));
    struct import import = {.size = {16, 16, 3}, .frames_from = IMPORT_FIRST};
    if (CHECK(import_clip(&import, "flash.webp", &got, &error))) {
        CHECK(got.frames == 3 && got.rgb[0] == 0 && clip_frame_at(&got, 2)[0] == 2 &&
              got.duration_ms[2] == 22);
        clip_destroy(&got);
    }
    import.frames_from = IMPORT_WINDOW;
    import.size.frames = 4;
    if (CHECK(import_clip(&import, "flash.webp", &got, &error))) {
        CHECK(got.frames == 4 && clip_frame_at(&got, 0)[0] == 5 && clip_frame_at(&got, 1)[0] == 250);
        CHECK(clip_frame_at(&got, 3)[0] == 8 && got.duration_ms[0] == 25);
        clip_destroy(&got);
    }
    import.frames_from = IMPORT_UNIFORM;
    if (CHECK(import_clip(&import, "flash.webp", &got, &error))) {
        CHECK(got.frames == 4 && clip_duration_ms(&got) == clip_duration_ms(&clip));
        CHECK(clip_frame_at(&got, 2)[0] > 100 && clip_frame_at(&got, 0)[0] < 10);
        clip_destroy(&got);
    }
    import.frames_from = IMPORT_FIRST; // too short: slowed down
    import.size.frames = 25;
    if (CHECK(import_clip(&import, "flash.webp", &got, &error))) {
        CHECK(got.frames == 25 && clip_duration_ms(&got) == clip_duration_ms(&clip));
        clip_destroy(&got);
    }
    clip_destroy(&clip);
}

// A clip of the wanted size goes through unchanged.
static void check_identity(void) {
    struct clip clip, got;
    struct cli_error error = {.text = ""};
    struct import import = {.size = {20, 24, 7}};
    noise_clip(&clip, 7, 24, 20);
    CHECK(clip_write(&clip, "same.webp", false, &error));
    if (CHECK(import_clip(&import, "same.webp", &got, &error))) {
        CHECK(clips_equal(&clip, &got));
        clip_destroy(&got);
    }
    clip_destroy(&clip);
}

int main(void) {
    test_begin();
    scratch_begin();
    make_sources();
    break_sources();
    check_mixed();
    check_nothing();
    check_bare_name();
    check_frames_from();
    check_identity();
    scratch_end();
    return test_end();
}

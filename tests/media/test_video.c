// Videos through ffmpeg: written, read back, and a clear line when ffmpeg is absent.
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
    scratch_end();
    return test_end();
}

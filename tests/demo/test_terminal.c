// The demo in a pseudo terminal, as somebody plays it: keys do what help says, what is saved is there, and
// however it ends the terminal is as it was.
#include "tests/media/session.h"
#include "tests/media/tools.h"
#include "tests/model/untrained.h"
#include "tests/test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WEIGHTS "untrained.safetensors"
#define FRAME "\033[?2026l" // the end of a picture
#define PICTURE "ms a clip" // the line of figures, which comes with the first one

static void play(struct session *s, char *program, const struct session_step *steps, int status) {
    char *const argv[] = {program, "--terminal", "-w", WEIGHTS, "--stats", "--status", NULL};
    int count = 0;
    while (steps[count].awaited != NULL)
        count++;
    session_start(s, argv);
    int done = session_follow(s, steps);
    if (!CHECK(done == count))
        fprintf(stderr, "step %d was not done: it awaits \"%s\"\n", done, steps[done].awaited);
    session_check_end(s, status);
}

// Files in this folder whose name begins so.
static int files(const char *start, char *name, size_t size) {
    DIR *folder = opendir(".");
    int count = 0;
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, start) != NULL) {
            count++;
            snprintf(name, size, "%s", entry->d_name);
        }
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void keys_do_what_help_says(char *program) {
    const struct session_step steps[] = {
        {.awaited = PICTURE, .keys = "h"},
        {.awaited = "travel faster", .keys = "h"}, // the help
        {.awaited = FRAME, .keys = "2"},
        {.awaited = "to fountain", .keys = "9"},
        {.awaited = "there are 6 kinds", .keys = " "},
        {.awaited = "another fountain", .keys = "\033[C"},
        {.awaited = "speed 1.25", .keys = "\033[D\033[D"},
        {.awaited = "speed 0.80", .keys = "\033[A"},
        {.awaited = "temperature 1.1", .keys = "\033OB\033OB"},
        {.awaited = "temperature 0.9", .keys = "L"},
        {.awaited = "slerp: along the arc", .keys = "l"},
        {.awaited = "lerp: straight on", .keys = "t"},
        {.awaited = "no beat"},
        {.awaited = FRAME}, // four frames later: a tap at once would be a key that bounces
        {.awaited = FRAME},
        {.awaited = FRAME},
        {.awaited = FRAME, .keys = "t"},
        {.awaited = "beats a minute", .keys = "i"}, // off with the figures
        {.awaited = FRAME, .keys = "i"},
        {.awaited = "ms a clip", .keys = "g"},
        {.awaited = "S saves as .webp", .keys = "s"},
        {.awaited = "saved mograph-", .keys = "q"},
        {.awaited = NULL},
    };
    struct session s;
    char name[300];
    play(&s, program, steps, 0);
    const char *figures = strstr(s.text, SESSION_LEAVE "{");
    CHECK(figures != NULL && strstr(figures, "\"late\"") != NULL && strstr(figures, "\"decoded\"") != NULL);
    session_finish(&s);
    struct clip clip = {0};
    CHECK(files("mograph-", name, sizeof name) == 1);
    CHECK(read_clip(name, &clip) && clip.frames > 1 && clip_fps(&clip) == 25.0);
    clip_destroy(&clip);
    unlink(name);
}

static void signals_leave_the_terminal_as_it_was(char *program) {
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (int i = 0; i < 3; i++) {
        const struct session_step steps[] = {{.awaited = PICTURE, .signal = signals[i]}, {.awaited = NULL}};
        struct session s;
        play(&s, program, steps, 128 + signals[i]);
        session_finish(&s);
    }
    const struct session_step ctrl_c[] = {{.awaited = PICTURE, .keys = "\003"}, {.awaited = NULL}};
    struct session s;
    play(&s, program, ctrl_c, 128 + SIGINT);
    session_finish(&s);
}

static void a_closed_terminal_ends_it(char *program) {
    const struct session_step steps[] = {{.awaited = PICTURE, .close = true}, {.awaited = NULL}};
    struct session s;
    play(&s, program, steps, 128 + SIGHUP);
    session_finish(&s);
}

static void a_lost_device_ends_it(char *program) {
    const struct session_step steps[] = {
        {.awaited = PICTURE}, {.awaited = "mograph-demo: "}, {.awaited = NULL}};
    struct session s;
    setenv("MOGRAPH_LOSE_AT", "30", 1);
    play(&s, program, steps, 1);
    unsetenv("MOGRAPH_LOSE_AT");
    const char *end = strstr(s.text, SESSION_LEAVE);
    CHECK(end != NULL && strstr(end, "mograph-demo: ") != NULL && strstr(end, "lost") != NULL);
    session_finish(&s);
}

// FULL_DISK comes before AddressSanitizer's library, which it minds unless it is told not to.
static void let_it_come_first(void) {
    const char *before = getenv("ASAN_OPTIONS");
    char options[400];
    snprintf(options, sizeof options, "%.300s:verify_asan_link_order=0", before != NULL ? before : "");
    setenv("ASAN_OPTIONS", options, 1);
}

// What is saved fails where the disk is full: said at once, said at the end, nothing left behind.
static void a_full_disk_is_told(char *program, const char *full_disk) {
    const struct session_step steps[] = {{.awaited = PICTURE, .keys = "s"},
                                         {.awaited = "not saved: mograph-", .keys = "q"},
                                         {.awaited = "mograph-demo: not saved: mograph-"},
                                         {.awaited = NULL}};
    struct session s;
    char name[300];
    let_it_come_first();
    setenv("LD_PRELOAD", full_disk, 1);
    setenv("FULL_DISK_FOR", "mograph-", 1);
    play(&s, program, steps, 1);
    unsetenv("LD_PRELOAD");
    unsetenv("FULL_DISK_FOR");
    CHECK(strstr(s.text, "No space left on device") != NULL);
    CHECK(files("mograph-", name, sizeof name) == 0);
    session_finish(&s);
}

int main(int argc, char **argv) {
    test_begin();
    if (argc != 4)
        return 1;
    scratch_begin();
    CHECK(untrained_write(WEIGHTS, UNTRAINED_PLAIN, 3));
    keys_do_what_help_says(argv[1]);
    signals_leave_the_terminal_as_it_was(argv[1]);
    a_closed_terminal_ends_it(argv[1]);
    a_lost_device_ends_it(argv[2]);
    a_full_disk_is_told(argv[1], argv[3]);
    scratch_end();
    return test_end();
}

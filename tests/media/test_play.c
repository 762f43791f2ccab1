// mograph play in a pseudo terminal: it plays, it ends, and the terminal is as it was.
#include "tests/media/session.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include "cli/media/write.h"

#include <string.h>

static void check_session(char *program, char *option, const char *keys) {
    struct session s;
    char *const argv[] = {program, "play", "clip.gif", option, NULL};
    const struct session_step steps[] = {{.awaited = "\033[?2026l", .keys = keys}, {.awaited = NULL}};
    session_start(&s, argv);
    CHECK(session_follow(&s, steps) == 1);
    session_check_end(&s, 0);
    CHECK(strstr(s.text, "\033[38;2;") != NULL && strstr(s.text, "\342\226\200") != NULL);
    CHECK(s.size > strlen(SESSION_LEAVE) &&
          strcmp(s.text + s.size - strlen(SESSION_LEAVE), SESSION_LEAVE) == 0);
    session_finish(&s);
}

int main(int argc, char **argv) {
    test_begin();
    scratch_begin();
    if (argc != 2)
        return 1;
    struct clip clip;
    struct cli_error error;
    noise_clip(&clip, 6, 16, 24);
    CHECK(clip_write(&clip, "clip.gif", false, &error));
    clip_destroy(&clip);
    check_session(argv[1], "--once", NULL);
    check_session(argv[1], NULL, "q");
    check_session(argv[1], NULL, "\033[A\033[B\033OCq"); // arrows are no Escape
    check_session(argv[1], NULL, "\033");
    check_session(argv[1], NULL, "\003"); // Ctrl-C
    tool("! %s play clip.gif > out.txt 2> err.txt && grep -q 'needs a terminal' err.txt", argv[1]);
    scratch_end();
    return test_end();
}

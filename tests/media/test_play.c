// mograph play in a pseudo terminal: it plays, it ends, and the terminal is as it was.
#define _XOPEN_SOURCE 700 // posix_openpt
#include "tests/media/tools.h"
#include "tests/test.h"

#include "cli/media/write.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define LEAVE "\033[0m\033[?25h\033[?1049l"

struct session {
    int master, slave;
    pid_t pid;
    char *text;
    size_t size;
    int status;
};

enum { NO_TERMINAL = 77 }; // CTest counts this exit status as skipped

static void start(struct session *s, const char *program, const char *option) {
    s->master = posix_openpt(O_RDWR | O_NOCTTY);
    bool ready = s->master >= 0 && grantpt(s->master) == 0 && unlockpt(s->master) == 0;
    const char *name = ready ? ptsname(s->master) : NULL;
    s->slave = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1;
    if (s->slave < 0) {
        fprintf(stderr,
                "no pseudo terminal here (in a chroot, mount devpts on /dev/pts): nothing was tested\n");
        scratch_end();
        exit(NO_TERMINAL);
    }
    s->pid = fork();
    if (s->pid != 0)
        return;
    setsid();
    int terminal = open(name, O_RDWR); // becomes the controlling terminal
    for (int fd = 0; fd < 3 && terminal >= 0; fd++)
        dup2(terminal, fd);
    setenv("TERM", "xterm-256color", 1);
    execl(program, program, "play", "clip.gif", option, (char *)NULL);
    _exit(127);
}

// Reads until the program ends; sends `key` once something is on the screen.
static void finish(struct session *s, char key) {
    bool ended = false;
    s->text = NULL;
    s->size = 0;
    for (;;) {
        struct pollfd output = {.fd = s->master, .events = POLLIN};
        if (poll(&output, 1, ended ? 0 : 20) > 0 && (output.revents & POLLIN) != 0) {
            char *text = realloc(s->text, s->size + 4097);
            if (text == NULL)
                exit(1);
            s->text = text;
            ssize_t got = read(s->master, s->text + s->size, 4096);
            s->size += got > 0 ? (size_t)got : 0;
            s->text[s->size] = '\0';
            if (key != '\0' && strstr(s->text, "\033[?2026l") != NULL && write(s->master, &key, 1) == 1)
                key = '\0';
        } else if (ended) {
            return;
        }
        if (!ended)
            ended = waitpid(s->pid, &s->status, WNOHANG) == s->pid;
    }
}

static void check_session(const char *program, const char *option, char key) {
    struct session s;
    struct termios before, after;
    start(&s, program, option);
    tcgetattr(s.slave, &before);
    finish(&s, key);
    tcgetattr(s.slave, &after);
    CHECK(WIFEXITED(s.status) && WEXITSTATUS(s.status) == 0);
    CHECK(before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag &&
          before.c_oflag == after.c_oflag);
    CHECK((after.c_lflag & ECHO) != 0 && (after.c_lflag & ICANON) != 0);
    CHECK(strstr(s.text, "\033[?1049h") != NULL);
    CHECK(strstr(s.text, "\033[38;2;") != NULL && strstr(s.text, "\342\226\200") != NULL);
    CHECK(s.size > strlen(LEAVE) && strcmp(s.text + s.size - strlen(LEAVE), LEAVE) == 0);
    free(s.text);
    close(s.master);
    close(s.slave);
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
    check_session(argv[1], "--once", '\0');
    check_session(argv[1], NULL, 'q');
    check_session(argv[1], NULL, '\003'); // Ctrl-C
    tool("! %s play clip.gif > out.txt 2> err.txt && grep -q 'needs a terminal' err.txt", argv[1]);
    scratch_end();
    return test_end();
}

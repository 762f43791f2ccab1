// Runs programs in pseudo terminals.
#define _XOPEN_SOURCE 700 // posix_openpt
#include "tests/media/session.h"

#include "tests/media/tools.h"
#include "tests/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NO_TERMINAL = 77, PATIENCE = 20 }; // CTest counts the first as skipped; the second is in seconds

void session_start(struct session *s, char *const argv[]) {
    *s = (struct session){.master = posix_openpt(O_RDWR | O_NOCTTY)};
    bool ready = s->master >= 0 && grantpt(s->master) == 0 && unlockpt(s->master) == 0;
    const char *name = ready ? ptsname(s->master) : NULL;
    s->slave = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1;
    if (s->slave < 0) {
        fprintf(stderr,
                "no pseudo terminal here (in a chroot, mount devpts on /dev/pts): nothing was tested\n");
        scratch_end();
        exit(NO_TERMINAL);
    }
    tcgetattr(s->slave, &s->before);
    s->text = calloc(1, 1);
    s->pid = fork();
    if (s->pid != 0)
        return;
    setsid();
    int terminal = open(name, O_RDWR); // becomes the controlling terminal
    close(s->master);
    close(s->slave);
    for (int fd = 0; fd < 3 && terminal >= 0; fd++)
        dup2(terminal, fd);
    if (terminal > 2)
        close(terminal);
    setenv("TERM", "xterm-256color", 1);
    execv(argv[0], argv);
    _exit(127);
}

// What there is to read, at most 20 ms later. False: nothing, or no more.
static bool read_more(struct session *s, bool wait) {
    struct pollfd output = {.fd = s->master, .events = POLLIN};
    if (poll(&output, 1, wait ? 20 : 0) <= 0 || (output.revents & POLLIN) == 0)
        return false;
    if (s->size + (1 << 16) >= s->capacity) {
        s->capacity = 2 * s->capacity + (1 << 17);
        char *text = realloc(s->text, s->capacity);
        if (text == NULL)
            exit(1);
        s->text = text;
    }
    ssize_t got = read(s->master, s->text + s->size, 1 << 16);
    s->size += got > 0 ? (size_t)got : 0;
    s->text[s->size] = '\0';
    return got > 0;
}

// Where `awaited` ends in what has come since `from`; 0: it is not there, and `from` moves on.
static size_t find(const struct session *s, const char *awaited, size_t *from) {
    const char *found = awaited != NULL ? strstr(s->text + *from, awaited) : NULL;
    size_t length = awaited != NULL ? strlen(awaited) : 0;
    if (found != NULL)
        return (size_t)(found - s->text) + length;
    if (s->size > *from + length) // its beginning may be there already
        *from = s->size - length;
    return 0;
}

static void do_step(struct session *s, const struct session_step *step) {
    if (step->keys != NULL && write(s->master, step->keys, strlen(step->keys)) < 0)
        perror("the pseudo terminal");
    if (step->signal != 0)
        kill(s->pid, step->signal);
    if (!step->close)
        return;
    close(s->slave);
    close(s->master);
    s->master = s->slave = -1;
}

int session_follow(struct session *s, const struct session_step *steps) {
    int done = 0;
    size_t from = 0;
    time_t end = time(NULL) + PATIENCE;
    for (bool ended = false;;) {
        bool more = read_more(s, !ended && s->master >= 0);
        size_t found = find(s, steps[done].awaited, &from);
        if (found > 0) {
            from = found;
            do_step(s, &steps[done++]);
        } else if (ended && !more) {
            return done;
        }
        if (!ended)
            ended = waitpid(s->pid, &s->status, WNOHANG) == s->pid;
        if (!ended && s->master < 0)
            nanosleep(&(const struct timespec){.tv_nsec = 5000000}, NULL);
        if (!ended && time(NULL) > end)
            kill(s->pid, SIGKILL);
    }
}

void session_check_end(struct session *s, int status) {
    struct termios after;
    if (!CHECK(WIFEXITED(s->status) && WEXITSTATUS(s->status) == status))
        fprintf(stderr, "the status of waitpid was %#x instead of %#x; last: %s\n", (unsigned)s->status,
                (unsigned)status << 8, s->size > 400 ? s->text + s->size - 400 : s->text);
    if (s->slave < 0 || !CHECK(tcgetattr(s->slave, &after) == 0))
        return;
    CHECK(s->before.c_lflag == after.c_lflag && s->before.c_iflag == after.c_iflag &&
          s->before.c_oflag == after.c_oflag);
    CHECK((after.c_lflag & ECHO) != 0 && (after.c_lflag & ICANON) != 0);
    const char *enter = strstr(s->text, "\033[?1049h");
    CHECK(enter != NULL && strstr(enter, SESSION_LEAVE) != NULL);
}

void session_finish(struct session *s) {
    free(s->text);
    if (s->master >= 0)
        close(s->master);
    if (s->slave >= 0)
        close(s->slave);
}

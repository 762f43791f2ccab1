// The terminal by termios; signals by sigaction.
#include "runtime/system/console.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

bool sys_is_terminal(FILE *stream) {
    return isatty(fileno(stream));
}

bool sys_is_interactive(FILE *stream) {
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && term != NULL && strcmp(term, "dumb") != 0;
}

bool sys_terminal_size(uint32_t *columns, uint32_t *rows) {
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return known;
}

bool sys_alert(const char *title, const char *text) {
    (void)title;
    (void)text;
    return false;
}

void sys_leave_console(void) {
}

void sys_keys_begin(struct sys_keys *keys) {
    struct termios before;
    _Static_assert(sizeof before <= sizeof keys->before.bytes, "room for what to restore");
    keys->held = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (!keys->held)
        return;
    memcpy(keys->before.bytes, &before, sizeof before);
    before.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    before.c_cc[VMIN] = 0;
    before.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void sys_keys_end(struct sys_keys *keys) {
    struct termios before;
    if (!keys->held)
        return;
    memcpy(&before, keys->before.bytes, sizeof before);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    keys->held = false;
}

int sys_keys_wait(struct sys_keys *keys, double seconds) {
    struct pollfd poller = {.fd = keys->held ? STDIN_FILENO : -1, .events = POLLIN};
    int milliseconds = seconds > 0 ? seconds < 3600 ? (int)(seconds * 1000 + 0.5) : 3600000 : 0;
    unsigned char key;
    if (poll(&poller, 1, milliseconds) <= 0)
        return SYS_KEYS_NONE;
    bool there = (poller.revents & POLLIN) != 0 && read(STDIN_FILENO, &key, 1) == 1;
    return there ? key : SYS_KEYS_CLOSED;
}

void sys_catch_signals(void (*on_signal)(int signal_number)) {
    // SA_RESETHAND: whoever presses Ctrl-C twice means it. No SA_RESTART: sleeping work wakes up and asks.
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

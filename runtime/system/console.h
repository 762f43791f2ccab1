// The terminal: its size, its keys one by one, whether it moves its cursor; signals that ask to stop.
#ifndef MOGRAPH_RUNTIME_SYSTEM_CONSOLE_H
#define MOGRAPH_RUNTIME_SYSTEM_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

bool sys_is_terminal(FILE *stream);
// A terminal that knows control sequences.
bool sys_is_interactive(FILE *stream);
// Of the terminal on stdout, in characters; false when it does not tell.
bool sys_terminal_size(uint32_t *columns, uint32_t *rows);

// Where nobody sees what is written there, as when Windows has opened a console for this program alone: a box
// with the text, once. False where it is for whoever reads stderr.
bool sys_alert(const char *title, const char *text);
// A console that was opened for this program alone goes away: there is a window to look at.
void sys_leave_console(void);

// --- keys

// What to restore; zero-initialise.
struct sys_keys {
    bool held; // stdin is a terminal, and its keys come one by one, without echo
    union {
        unsigned char bytes[96];
        uint64_t align;
    } before;
};

void sys_keys_begin(struct sys_keys *keys);
void sys_keys_end(struct sys_keys *keys);
enum { SYS_KEYS_NONE = -1, SYS_KEYS_CLOSED = -2 };
// Waits, also when no keys are held. The next byte of what was pressed (an arrow is "\033[A", ...);
// SYS_KEYS_NONE when none came, or a signal did; SYS_KEYS_CLOSED when the terminal has gone.
int sys_keys_wait(struct sys_keys *keys, double seconds);

// --- signals

// Calls `on_signal` for SIGINT, SIGTERM and SIGHUP (Windows: Ctrl-C, Ctrl-Break, the closing of the console).
// The next one of the same kind ends the program as usual. Sleeping work wakes up.
void sys_catch_signals(void (*on_signal)(int signal_number));

#endif

// Catches signals that ask to stop, and remembers them until long work asks.
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;

static void on_signal(int signal_number) {
    requested = signal_number;
}

void interrupt_catch(void) {
    // SA_RESETHAND: whoever presses Ctrl-C twice means it. No SA_RESTART: sleeping work wakes up and asks.
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool interrupt_requested(void) {
    return requested != 0;
}

int interrupt_signal(void) {
    return requested;
}

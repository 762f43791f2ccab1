// Catches signals that ask to stop, and remembers them until long work asks.
#include "cli/interrupt.h"

#include "runtime/system/console.h"

#include <signal.h>

static volatile sig_atomic_t requested;

static void on_signal(int signal_number) {
    requested = signal_number;
}

void interrupt_catch(void) {
    sys_catch_signals(on_signal);
}

bool interrupt_requested(void) {
    return requested != 0;
}

int interrupt_signal(void) {
    return requested;
}

// Lowers a thread's priority, and keeps signals away from it.
#define _DEFAULT_SOURCE // setpriority
#include "runtime/system/threads.h"

#include <signal.h>
#include <sys/resource.h>

enum { NICE = 5 };

int sys_thread_start(pthread_t *thread, void *(*run)(void *user), void *user) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(thread, NULL, run, user);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

// On Linux the calling thread alone is meant; where it is the whole program nothing is lost.
void sys_thread_yield_to_others(void) {
    int before = getpriority(PRIO_PROCESS, 0);
    setpriority(PRIO_PROCESS, 0, before + NICE);
}

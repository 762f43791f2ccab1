// Threads are winpthreads'; signals come on threads of their own here.
#include "runtime/system/threads.h"

#include "runtime/system/wide_windows.h"

int sys_thread_start(pthread_t *thread, void *(*run)(void *user), void *user) {
    return pthread_create(thread, NULL, run, user);
}

void sys_thread_yield_to_others(void) {
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
}

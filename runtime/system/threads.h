// Threads that work while something else must come on time. Threads themselves are POSIX's everywhere:
// MinGW-w64 brings them along.
#ifndef MOGRAPH_RUNTIME_SYSTEM_THREADS_H
#define MOGRAPH_RUNTIME_SYSTEM_THREADS_H

#include <pthread.h>

// Starts a thread that signals do not interrupt: they are for the one that starts it. 0 or an errno.
int sys_thread_start(pthread_t *thread, void *(*run)(void *user), void *user);
// The calling thread leaves the processor to others that want it. Threads that it starts inherit it where the
// system has it so.
void sys_thread_yield_to_others(void);

#endif

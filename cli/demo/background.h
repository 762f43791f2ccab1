// Threads that work while pictures must come on time: they leave the processor to whoever shows.
#ifndef MOGRAPH_CLI_DEMO_BACKGROUND_H
#define MOGRAPH_CLI_DEMO_BACKGROUND_H

#include <pthread.h>

// Starts a thread that signals do not interrupt: they are for the one that shows. 0 or an errno.
int background_start(pthread_t *thread, void *(*run)(void *user), void *user);
// To be called by the thread before it starts others, as a CPU device does: they inherit it.
void background_thread(void);

#endif

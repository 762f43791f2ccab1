// A program in a pseudo terminal: what it writes there, keys and signals for it, and how it leaves the
// terminal.
#ifndef MOGRAPH_TESTS_MEDIA_SESSION_H
#define MOGRAPH_TESTS_MEDIA_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

// What gives a terminal back: plain letters, the cursor, the usual screen.
#define SESSION_LEAVE "\033[0m\033[?25h\033[?1049l"

struct session {
    int master, slave;
    pid_t pid;
    char *text; // all that was written
    size_t size, capacity;
    int status; // of waitpid, once it has ended
    struct termios before;
};

// Once `awaited` has been written behind what the step before awaited, keys are pressed or a signal is sent.
struct session_step {
    const char *awaited;
    const char *keys; // NULL: none
    int signal;       // 0: none
    bool close;       // the terminal goes away
};

// Starts argv[0] in a terminal of 24 rows and 80 columns. Ends the program with the status that means
// "skipped" where there are no pseudo terminals.
void session_start(struct session *session, char *const argv[]);
// Follows the steps, the last one without `awaited`, until the program ends; after 20 seconds it is killed.
// Yields the number of steps that were done.
int session_follow(struct session *session, const struct session_step *steps);
// Whether the program ended with that status and gave the terminal back; counts failures.
void session_check_end(struct session *session, int status);
void session_finish(struct session *session);

#endif

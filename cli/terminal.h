// The terminal: a clock, and progress of long work on stderr.
#ifndef MOGRAPH_CLI_TERMINAL_H
#define MOGRAPH_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Seconds since some fixed moment; never runs backwards.
double terminal_seconds(void);

// Whether a person watches: the stream is a terminal that can move its cursor.
bool terminal_is_interactive(FILE *stream);

// "48 s", "3 min 05 s", "2 h 10 min".
void terminal_duration(double seconds, char *text, size_t size);

// Progress of `total` equal steps. On a terminal one line with a bar and the time left, rewritten at most ten
// times a second; elsewhere a plain line at most every ten seconds, so that a log stays readable.
struct progress {
    const char *what;            // "training"
    uint64_t done, total, first; // first: what was done before it began
    double started, shown;       // seconds
    bool interactive;
};

void progress_begin(struct progress *progress, const char *what, uint64_t total);
// The same for work that goes on: `done` of the steps cost no time in this run.
void progress_resume(struct progress *progress, const char *what, uint64_t done, uint64_t total);

// `note` stands behind the bar, "loss 0.0123"; NULL for none.
void progress_update(struct progress *progress, uint64_t done, const char *note);

// Clears the bar's line, so that what is printed next stands alone. Call it before any other output, too:
// the next update draws the bar again.
void progress_clear(struct progress *progress);

#endif

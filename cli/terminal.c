// A clock, and progress bars on stderr.
#include "cli/terminal.h"

#include "runtime/system/console.h"
#include "runtime/system/machine.h"

#include <string.h>

double terminal_seconds(void) {
    return (double)sys_nanoseconds() * 1e-9;
}

bool terminal_is_interactive(FILE *stream) {
    return sys_is_interactive(stream);
}

void terminal_duration(double seconds, char *text, size_t size) {
    double whole = seconds > 0.0 && seconds < 3.6e9 ? seconds : 0.0;
    unsigned long s = (unsigned long)(whole + 0.5);
    if (s < 60)
        snprintf(text, size, "%lu s", s);
    else if (s < 3600)
        snprintf(text, size, "%lu min %02lu s", s / 60, s % 60);
    else
        snprintf(text, size, "%lu h %02lu min", s / 3600, s / 60 % 60);
}

void progress_begin(struct progress *progress, const char *what, uint64_t total) {
    double now = terminal_seconds();
    *progress = (struct progress){.what = what,
                                  .total = total > 0 ? total : 1,
                                  .started = now,
                                  .shown = now - 1e3, // show the first update at once
                                  .interactive = terminal_is_interactive(stderr)};
}

void progress_resume(struct progress *progress, const char *what, uint64_t done, uint64_t total) {
    progress_begin(progress, what, total);
    progress->first = done;
}

// The speed of the whole run so far tells the time left; it wavers less than that of the last steps.
static void time_left(const struct progress *progress, double now, char *text, size_t size) {
    text[0] = '\0';
    if (progress->done <= progress->first || progress->done >= progress->total)
        return;
    char duration[32];
    double left = (now - progress->started) * (double)(progress->total - progress->done) /
                  (double)(progress->done - progress->first);
    terminal_duration(left, duration, sizeof duration);
    snprintf(text, size, ", %s left", duration);
}

static void draw_bar(const struct progress *progress, const char *left, const char *note) {
    enum { CELLS = 24 };
    char bar[CELLS + 1];
    size_t filled = (size_t)((double)progress->done / (double)progress->total * CELLS);
    memset(bar, '.', CELLS);
    memset(bar, '#', filled < CELLS ? filled : CELLS);
    bar[CELLS] = '\0';
    // Back to the line's start, the text, then erase what an earlier, longer text left behind.
    fprintf(stderr, "\r%s [%s] %llu/%llu%s%s%s\033[K", progress->what, bar,
            (unsigned long long)progress->done, (unsigned long long)progress->total, left,
            note != NULL ? "  " : "", note != NULL ? note : "");
    fflush(stderr);
}

void progress_update(struct progress *progress, uint64_t done, const char *note) {
    double now = terminal_seconds();
    progress->done = done < progress->total ? done : progress->total;
    bool last = progress->done == progress->total;
    if (!last && now - progress->shown < (progress->interactive ? 0.1 : 10.0))
        return;
    progress->shown = now;
    char left[48];
    time_left(progress, now, left, sizeof left);
    if (progress->interactive)
        draw_bar(progress, left, note);
    else
        fprintf(stderr, "%s %llu/%llu%s%s%s\n", progress->what, (unsigned long long)progress->done,
                (unsigned long long)progress->total, left, note != NULL ? "  " : "",
                note != NULL ? note : "");
    fflush(stderr);
}

void progress_clear(struct progress *progress) {
    if (progress->interactive)
        fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->shown = progress->interactive ? 0.0 : progress->shown;
}

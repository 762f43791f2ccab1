// Keeps an absolute schedule: what is late makes nothing else late.
#include "cli/demo/pace.h"

enum { WINDOW = sizeof((struct pace *)0)->window / sizeof(double) };

void pace_begin(struct pace *pace, double fps) {
    *pace = (struct pace){.fps = fps};
}

double pace_due(const struct pace *pace) {
    return (double)pace->next / pace->fps;
}

uint64_t pace_frame(struct pace *pace, double now) {
    double behind = (now - pace_due(pace)) * pace->fps;
    if (behind >= 1.0) {
        pace->skipped += (uint64_t)behind;
        pace->next += (uint64_t)behind;
    }
    return pace->next++;
}

void pace_shown(struct pace *pace, uint64_t frame, double now) {
    double behind = now - (double)frame / pace->fps;
    pace->late += behind > PACE_LATE;
    pace->worst = behind > pace->worst ? behind : pace->worst;
    pace->window[pace->shown++ % WINDOW] = now;
}

double pace_per_second(const struct pace *pace) {
    uint64_t count = pace->shown < WINDOW ? pace->shown : WINDOW;
    if (count < 2)
        return 0.0;
    double last = pace->window[(pace->shown - 1) % WINDOW],
           first = pace->window[(pace->shown - count) % WINDOW];
    return last > first ? (double)(count - 1) / (last - first) : 0.0;
}

// When frames are due, and how well that was kept. Pure arithmetic on moments that it is told.
#ifndef MOGRAPH_CLI_DEMO_PACE_H
#define MOGRAPH_CLI_DEMO_PACE_H

#include <stdint.h>

#define PACE_LATE 0.040 // seconds behind its due moment from which a frame is late

struct pace {
    double fps;
    uint64_t next;                 // the frame that comes now
    uint64_t shown, skipped, late; // frames
    double worst;                  // seconds behind
    double window[32];             // when the last ones were shown: a ring, `shown` says where
};

void pace_begin(struct pace *pace, double fps);
// The moment at which the next frame is due: frame / fps, whatever came before.
double pace_due(const struct pace *pace);
// The frame to show at `now`: the next one, or a later one where its time is over too.
uint64_t pace_frame(struct pace *pace, double now);
// It was shown, and was to be seen at `now`.
void pace_shown(struct pace *pace, uint64_t frame, double now);
// Frames a second of late.
double pace_per_second(const struct pace *pace);

#endif

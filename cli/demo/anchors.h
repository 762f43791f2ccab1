// Clips and the moments that they stand for, in the order of time: what a player decodes ahead.
#ifndef MOGRAPH_CLI_DEMO_ANCHORS_H
#define MOGRAPH_CLI_DEMO_ANCHORS_H

#include "cli/demo/mixer.h"

#include <stdbool.h>

// Two are shown, one is written to, and a fast device is some frames ahead.
enum { ANCHORS_MAX = 8 };

struct anchors {
    uint8_t *rgb[ANCHORS_MAX];
    double from[ANCHORS_MAX], time[ANCHORS_MAX]; // since when the way leads to it, and when it is there
    uint64_t first, count;                       // the oldest; their number
};

// What a moment shows: `share` of `to`, the rest of `from`.
struct anchors_view {
    const uint8_t *from, *to;
    double share;
};

// False when memory is short; destroy them either way.
bool anchors_create(struct anchors *anchors, size_t clip_bytes);
void anchors_destroy(struct anchors *anchors);

// No room for another one.
bool anchors_full(const struct anchors *anchors);
// Where the next clip is written. Until anchors_add nobody looks there.
uint8_t *anchors_room(const struct anchors *anchors);
void anchors_add(struct anchors *anchors, double from, double time);
// The last one's moment; there must be one.
double anchors_last(const struct anchors *anchors);

// What is shown at `time`; those before it are dropped but the one that the next call may need. Times never
// go back. False: there is none.
bool anchors_at(struct anchors *anchors, double time, struct anchors_view *view);

#endif

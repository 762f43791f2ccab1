// Says which moment of a morph every output frame shows.
#include "model/sample/timeline.h"

#include "runtime/align.h"

#include <math.h>

static double cubic(double t) {
    double back = 2.0 - 2.0 * t;
    return t < 0.5 ? 4.0 * t * t * t : 1.0 - 0.5 * back * back * back;
}

double ease_at(enum ease ease, double t) {
    switch (ease) {
    case EASE_LINEAR:
        return t;
    case EASE_SINE:
        return 0.5 - 0.5 * cos(3.14159265358979323846 * t);
    case EASE_CUBIC:
        return cubic(t);
    }
    return t;
}

uint32_t timeline_frames(const struct timeline *timeline) {
    uint32_t segments = timeline->loop ? timeline->keys : timeline->keys - 1;
    return timeline->keys * timeline->dwell + segments * timeline->steps;
}

double timeline_position(const struct timeline *timeline, uint32_t frame) {
    uint32_t period = timeline->dwell + timeline->steps;
    uint32_t key = frame / period, behind = frame % period;
    if (behind < timeline->dwell)
        return (double)key;
    double t = (double)(behind - timeline->dwell + 1) / (double)(timeline->steps + 1);
    return (double)key + ease_at(timeline->ease, t);
}

void motion_init(struct motion *motion, uint32_t clip_frames, const struct timeline *timeline) {
    uint32_t total = timeline_frames(timeline), fade = clip_frames / 4, longest = clip_frames - fade;
    *motion = (struct motion){
        .clip_frames = clip_frames, .total = total, .rounds = 1, .fade = fade, .loop = timeline->loop};
    if (timeline->loop || total > clip_frames)
        motion->rounds = (uint32_t)rt_div_up(total, longest);
    if (motion->fade >= total / motion->rounds)
        motion->fade = total / motion->rounds - 1;
    if (timeline->loop) {
        uint32_t length = total / motion->rounds, middle = length / 2, lead = timeline->dwell / 2 % total;
        motion->shift = (middle + total - lead) % total;
    }
}

// A loop of one round, as long as leaves a whole fading: its end leads to its beginning.
void motion_init_endless(struct motion *motion, uint32_t clip_frames) {
    const struct timeline round = {.keys = 1, .dwell = clip_frames - clip_frames / 4, .loop = true};
    motion_init(motion, clip_frames, &round);
    motion->shift = 0;
}

static uint32_t round_start(const struct motion *motion, uint32_t round) {
    return (uint32_t)((uint64_t)round * motion->total / motion->rounds);
}

struct motion_frame motion_at(const struct motion *m, uint32_t frame) {
    uint32_t at = (frame + m->shift) % m->total, round = 0;
    while (round + 1 < m->rounds && round_start(m, round + 1) <= at)
        round++;
    struct motion_frame shown = {.now = at - round_start(m, round), .share = 1.0};
    if (round == 0 && !m->loop)
        return shown;
    // The round before goes on while there are frames of it.
    uint32_t previous = round > 0 ? round - 1 : m->rounds - 1;
    uint32_t length =
        (previous + 1 < m->rounds ? round_start(m, previous + 1) : m->total) - round_start(m, previous);
    uint32_t left = m->clip_frames - length, fade = left < m->fade ? left : m->fade;
    if (shown.now < fade) {
        shown.before = length + shown.now;
        shown.share = (double)(shown.now + 1) / (double)(fade + 1);
    }
    return shown;
}

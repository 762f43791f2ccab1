// The timing of a morph: which moment of the way and which frame of the clip
// belong to an output frame. Pure arithmetic.
#ifndef MOGRAPH_MODEL_SAMPLE_TIMELINE_H
#define MOGRAPH_MODEL_SAMPLE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

// How the speed between two keyframes changes (Penner 2001): not at all; slow at both ends; more so.
enum ease { EASE_LINEAR, EASE_SINE, EASE_CUBIC };

// 0 to 1 for 0 to 1.
double ease_at(enum ease ease, double t);

// Keyframes one after another: each is held for `dwell` frames, then `steps` frames lead to the next.
struct timeline {
    uint32_t keys;  // at least 1
    uint32_t steps; // between two keyframes, neither of them among these
    uint32_t dwell; // at least 1
    enum ease ease;
    bool loop; // from the last keyframe back to the first
};

uint32_t timeline_frames(const struct timeline *timeline);
// Where `frame` stands: whole numbers are keyframes, parts of them the way to the next.
double timeline_position(const struct timeline *timeline, uint32_t frame);

// The motion goes on while z changes, longer than a clip: then the clip begins anew, and its beginning is
// faded in over the frames that follow in the round before. Running a clip backwards would save the fading,
// but sparks do not fly back into a rocket.
struct motion {
    uint32_t clip_frames, total; // of a clip, of the output
    uint32_t rounds;             // times that the clip is begun
    uint32_t fade;               // longest fading, in frames
    uint32_t shift;              // where in its course the output begins
    bool loop;                   // the end leads to the beginning
};

// What an output frame shows: a clip's frame `now`, of which `1 - share`
// is the frame `before` of the round that is ending.
struct motion_frame {
    uint32_t now, before;
    double share; // 1 when nothing is faded
};

// With `loop` the motion begins so that the middle of the first `dwell` frames shows the middle of a clip;
// otherwise with a clip's first frame.
void motion_init(struct motion *motion, uint32_t clip_frames, const struct timeline *timeline);
// For a morph without an end: one round after another, each as a loop's, from a clip's first frame on.
void motion_init_endless(struct motion *motion, uint32_t clip_frames);
struct motion_frame motion_at(const struct motion *motion, uint32_t frame);

#endif

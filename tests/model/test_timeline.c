// The timing of morphs: what easing, dwell and looping promise, and a motion that never jumps.
#include "model/sample/timeline.h"
#include "tests/test.h"

#include <math.h>

static void easing_keeps_its_ends(void) {
    for (int ease = EASE_LINEAR; ease <= EASE_CUBIC; ease++) {
        double before = 0.0;
        CHECK(ease_at((enum ease)ease, 0.0) == 0.0 && fabs(ease_at((enum ease)ease, 1.0) - 1.0) < 1e-15);
        CHECK(fabs(ease_at((enum ease)ease, 0.5) - 0.5) < 1e-15);
        for (int i = 1; i <= 100; i++) {
            double t = i / 100.0, value = ease_at((enum ease)ease, t);
            CHECK(value > before);
            CHECK(fabs(value + ease_at((enum ease)ease, 1.0 - t) - 1.0) < 1e-12); // symmetric
            before = value;
        }
    }
    CHECK(ease_at(EASE_LINEAR, 0.3) == 0.3);
    CHECK(fabs(ease_at(EASE_SINE, 0.25) - (0.5 - sqrt(0.125))) < 1e-12);
    CHECK(fabs(ease_at(EASE_CUBIC, 0.25) - 0.0625) < 1e-12);
}

static void keyframes_are_held(void) {
    struct timeline timeline = {.keys = 3, .steps = 4, .dwell = 2, .ease = EASE_LINEAR};
    const double expected[] = {0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1.2, 1.4, 1.6, 1.8, 2, 2, 2.2, 2.4, 2.6, 2.8};
    CHECK(timeline_frames(&timeline) == 14);
    timeline.loop = true;
    CHECK(timeline_frames(&timeline) == 18);
    for (uint32_t f = 0; f < 18; f++)
        CHECK(fabs(timeline_position(&timeline, f) - expected[f]) < 1e-12);
    struct timeline one = {.keys = 1, .steps = 9, .dwell = 5};
    CHECK(timeline_frames(&one) == 5 && timeline_position(&one, 4) == 0.0);
}

// From an output frame to the next, either the clip goes on by one frame, or what was being shown fades out
// while the beginning fades in; all frames exist, and shares rise.
static void check_motion(const struct motion *motion, uint32_t frames) {
    uint32_t begun = 0;
    for (uint32_t f = 0; f < motion->total; f++) {
        struct motion_frame now = motion_at(motion, f), next = motion_at(motion, (f + 1) % motion->total);
        CHECK(now.now < frames && now.before < frames && now.share > 0.0 && now.share <= 1.0);
        if (f + 1 == motion->total && !motion->loop)
            break;
        if (next.now == now.now + 1) {
            CHECK(next.share > now.share || (next.share == 1.0 && now.share == 1.0));
            CHECK(next.share == 1.0 || next.before == now.before + 1);
            continue;
        }
        begun++;
        CHECK(next.now == 0 && next.share < 1.0 && now.share == 1.0 && next.before == now.now + 1);
    }
    CHECK(begun == (motion->loop ? motion->rounds : motion->rounds - 1));
}

static void motion_never_jumps(void) {
    const uint32_t sizes[] = {8, 32, 64};
    for (int i = 0; i < 3; i++)
        for (uint32_t steps = 0; steps < 80; steps++)
            for (int loop = 0; loop < 2; loop++) {
                struct timeline timeline = {.keys = 3, .steps = steps, .dwell = 3, .loop = loop};
                struct motion motion;
                motion_init(&motion, sizes[i], &timeline);
                check_motion(&motion, sizes[i]);
            }
}

static void a_short_morph_is_one_clip(void) {
    struct timeline timeline = {.keys = 2, .steps = 16, .dwell = 8};
    struct motion motion;
    motion_init(&motion, 32, &timeline);
    CHECK(motion.total == 32 && motion.rounds == 1);
    for (uint32_t f = 0; f < 32; f++)
        CHECK(motion_at(&motion, f).now == f && motion_at(&motion, f).share == 1.0);
}

// In a loop of the usual timing every source is held in the middle of a clip, and clips begin between them.
static void loops_hold_the_middle(void) {
    struct timeline timeline = {.keys = 6, .steps = 16, .dwell = 8, .loop = true};
    struct motion motion;
    motion_init(&motion, 32, &timeline);
    CHECK(motion.total == 144 && motion.rounds == 6);
    for (uint32_t key = 0; key < 6; key++)
        for (uint32_t f = 0; f < 8; f++) {
            struct motion_frame shown = motion_at(&motion, key * 24 + f);
            CHECK(shown.now == 8 + f && shown.share == 1.0);
        }
}

// Without an end: rounds of three quarters of a clip, each faded into the next, whatever the frame's number.
static void endless_motion_goes_on(void) {
    const uint32_t sizes[] = {8, 16, 32, 64};
    for (int i = 0; i < 4; i++) {
        struct motion motion;
        motion_init_endless(&motion, sizes[i]);
        CHECK(motion.total == sizes[i] - sizes[i] / 4 && motion.rounds == 1 && motion.fade == sizes[i] / 4);
        check_motion(&motion, sizes[i]);
        for (uint32_t f = 0; f < motion.total; f++) {
            struct motion_frame shown = motion_at(&motion, f),
                                later = motion_at(&motion, f + 1000 * motion.total);
            CHECK(shown.now == f && later.now == f && later.before == shown.before);
            CHECK(shown.share == (f < motion.fade ? (f + 1.0) / (motion.fade + 1.0) : 1.0));
        }
    }
}

int main(void) {
    test_begin();
    easing_keeps_its_ends();
    keyframes_are_held();
    motion_never_jumps();
    a_short_morph_is_one_clip();
    loops_hold_the_middle();
    endless_motion_goes_on();
    return test_end();
}

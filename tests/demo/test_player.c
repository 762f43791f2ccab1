// The player against a clock that the test turns, with a decoder that takes as long as the test says: whether
// every picture is that of its moment, on fast devices and slow ones, and what becomes of failures.
#include "cli/demo/mixer.h"
#include "cli/demo/pace.h"
#include "cli/demo/player.h"
#include "tests/test.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KINDS = 2, TOP = 4, FRAMES = 16, SIDE = 2, PIXELS = SIDE * SIDE, SEED = 3 };
#define FPS 25.0

static const struct vae_level levels[] = {{.d = 1, .h = 1, .w = 1, .c = 4, .c_used = TOP}};
static double shares[KINDS] = {0.5, 0.5}, room[2 * TOP];
static struct prior prior = {.shares = shares, .work = room};

// What the test and the player's thread share.
static struct {
    pthread_mutex_t lock;
    double clock;
    double takes, until; // a clip, in seconds of the clock; when the present one is ready, 0: none
    bool fails_to_begin, fails_to_decode, ended;
    pthread_t thread;
    bool has_thread;
    uint64_t looks; // of the thread at the clock
    struct srgb_tables tables;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void nap(void) {
    const struct timespec moment = {.tv_nsec = 100000};
    nanosleep(&moment, NULL);
}

static double seconds(void) {
    pthread_mutex_lock(&fake.lock);
    double now = fake.clock;
    fake.looks += fake.has_thread && pthread_equal(pthread_self(), fake.thread);
    pthread_mutex_unlock(&fake.lock);
    return now;
}

static bool begin(void *user, const struct prior **out, struct cli_error *error) {
    (void)user;
    *out = &prior;
    pthread_mutex_lock(&fake.lock);
    fake.thread = pthread_self();
    fake.has_thread = true;
    bool fails = fake.fails_to_begin;
    pthread_mutex_unlock(&fake.lock);
    return !fails || cli_fail(error, NULL, "no such device");
}

// The first pixel is as light as the second kind has a share; the others say which frame of the clip it is.
static void paint(const float *weights, uint8_t *rgb) {
    for (uint32_t t = 0; t < FRAMES; t++)
        for (uint32_t i = 0; i < PIXELS * 3; i++)
            rgb[t * PIXELS * 3 + i] = i < 3 ? srgb_byte(&fake.tables, weights[1]) : (uint8_t)(10 * t + 20);
}

static bool decode(void *user, const float *noise, const float *weights, uint8_t *rgb,
                   struct cli_error *error) {
    (void)user;
    (void)noise;
    pthread_mutex_lock(&fake.lock);
    fake.until = fake.clock + fake.takes;
    bool fails = fake.fails_to_decode;
    while (fake.clock < fake.until) {
        pthread_mutex_unlock(&fake.lock);
        nap();
        pthread_mutex_lock(&fake.lock);
    }
    fake.until = 0.0;
    pthread_mutex_unlock(&fake.lock);
    paint(weights, rgb);
    return !fails || cli_fail(error, NULL, "the device is lost");
}

static void end(void *user) {
    (void)user;
    fake.ended = true;
}

static const struct player_decoder decoder = {
    .begin = begin, .decode = decode, .end = end, .frames = FRAMES, .height = SIDE, .width = SIDE};

// Turns the clock, then waits until the thread has done what it can by then: it waits for a clip to be ready,
// or it has looked around several times and rests.
static void turn(double to) {
    pthread_mutex_lock(&fake.lock);
    fake.clock = to;
    uint64_t looks = fake.looks;
    while (!(fake.until > to) && fake.looks < looks + 6) {
        pthread_mutex_unlock(&fake.lock);
        nap();
        pthread_mutex_lock(&fake.lock);
    }
    pthread_mutex_unlock(&fake.lock);
}

static struct player *start(double takes) {
    const struct player_options options = {.fps = FPS, .seed = SEED, .seconds = seconds};
    struct cli_error error = {.status = 0};
    struct player *player;
    fake.clock = 100.0;
    fake.takes = takes;
    fake.until = 0.0;
    fake.fails_to_begin = fake.fails_to_decode = fake.ended = fake.has_thread = false;
    CHECK(player_start(&player, &decoder, &options, &error));
    return player;
}

// Until the first clip is there; the clock then says `start`.
static double await_first(struct player *player, double takes) {
    struct cli_error error = {.status = 0};
    double start = 100.0;
    while (player_state(player, &error) == PLAYER_STARTING) {
        pthread_mutex_lock(&fake.lock);
        if (fake.until > 0.0)
            start = fake.clock = 100.0 + takes;
        pthread_mutex_unlock(&fake.lock);
        nap();
    }
    return start;
}

// Which is ended: the clock goes on, so that a clip that is being decoded is ready some day.
static void stop(struct player **player) {
    pthread_mutex_lock(&fake.lock);
    fake.takes = 0.0;
    fake.clock += 1000.0;
    pthread_mutex_unlock(&fake.lock);
    player_stop(player);
    CHECK(*player == NULL && fake.ended);
}

// What a device without limits would show: of the light of kind 1 at that moment.
static double ideal(struct instrument *i, uint64_t frame) {
    float noise[TOP], weights[KINDS];
    instrument_at(i, (double)frame / FPS, noise, weights);
    return (double)weights[1];
}

struct course {
    double worst_error, worst_step; // of the light: from the ideal, from frame to frame
    bool motion;                    // was right at every frame
    struct player_figures figures;
};

static struct course play(double takes, int length, double pause) {
    struct course course = {.motion = true};
    struct mixer mixer;
    struct instrument i;
    uint8_t clip[FRAMES * PIXELS * 3], rgb[PIXELS * 3] = {0}, expected[PIXELS * 3] = {0};
    struct player *player = start(takes);
    double began = await_first(player, takes), before = 0.0;
    mixer_init(&mixer, FRAMES, SIDE, SIDE);
    CHECK(instrument_create(&i, &prior, SEED));
    paint((const float[]){1.0f, 0.0f}, clip);
    for (uint64_t frame = 0; frame < (uint64_t)(length * FPS); frame++) {
        double moment = (double)frame / FPS;
        pthread_mutex_lock(&fake.lock);
        fake.takes = pause > 0.0 && moment >= 4.0 && moment < 4.5 ? pause : takes;
        pthread_mutex_unlock(&fake.lock);
        for (int part = takes < 0.04 ? 3 : 0; part >= 0; part--) // the clip is ready in between
            turn(began + moment - 0.01 * part);
        CHECK(fabs(player_now(player) - moment) < 1e-9 && player_frame(player, frame, rgb));
        mixer_show(&mixer, frame, NULL, clip, 1.0, 1.0, expected);
        course.motion = course.motion && abs(rgb[3] - expected[3]) <= 1;
        double light = (double)fake.tables.linear[rgb[0]];
        double off = fabs(light - ideal(&i, frame)), step = frame > 0 ? fabs(light - before) : 0.0;
        course.worst_error = fmax(course.worst_error, off);
        course.worst_step = fmax(course.worst_step, step);
        before = light;
    }
    player_figures(player, &course.figures);
    stop(&player);
    instrument_destroy(&i);
    return course;
}

// A device that needs a fraction of a frame: every frame is of its own point.
static void a_fast_device_decodes_every_frame(void) {
    struct course course = play(0.010, 5, 0.0);
    CHECK(course.motion && course.worst_error < 0.01);
    CHECK(course.figures.decoded >= 25 * 5 - 1 && course.figures.decoded <= 25 * 5 + 8);
    CHECK(fabs(course.figures.apart - 1.0 / FPS) < 1e-9 && course.figures.waits == 0);
}

// One that needs ten frames: z travels at the same pace, and what is shown stays near where it should be.
static void a_slow_device_keeps_the_pace(void) {
    struct course course = play(0.4, 12, 0.0);
    CHECK(course.motion && course.worst_error < 0.08 && course.worst_step < 0.06);
    CHECK(course.figures.decoded >= 24 && course.figures.decoded <= 31);
    CHECK(course.figures.apart >= 0.39 && course.figures.apart <= 0.53);
    CHECK(course.figures.waits == 0);
}

// One that is busy for two seconds in between: the motion goes on, z waits, then catches up without a jump.
static void a_pause_is_no_jump(void) {
    struct course course = play(0.1, 8, 2.0);
    CHECK(course.motion && course.worst_step < 0.3);
    CHECK(course.figures.waits >= 1 && course.figures.waits <= 3);
}

static void keys_reach_the_instrument(void) {
    struct player *player = start(0.004);
    const struct demo_event faster = {.action = DEMO_FASTER}, tap = {.action = DEMO_TAP};
    struct player_figures figures;
    double began = await_first(player, 0.004);
    player_apply(player, &faster);
    for (int k = 0; k < 4; k++) {
        turn(began + 0.5 * k);
        player_apply(player, &tap);
    }
    player_figures(player, &figures);
    CHECK(fabs(figures.speed - 1.25) < 1e-12 && fabs(figures.beat_period - 0.5) < 1e-9);
    stop(&player);
}

static void failures_are_told(void) {
    struct cli_error error = {.status = 0};
    uint8_t rgb[PIXELS * 3];
    struct player *player = start(0.01);
    double began = await_first(player, 0.01);
    pthread_mutex_lock(&fake.lock);
    fake.fails_to_decode = true;
    pthread_mutex_unlock(&fake.lock);
    for (int k = 1; player_state(player, &error) == PLAYER_PLAYING; k++) {
        pthread_mutex_lock(&fake.lock);
        fake.clock = began + 0.04 * k;
        pthread_mutex_unlock(&fake.lock);
        nap();
    }
    CHECK(player_state(player, &error) == PLAYER_FAILED && strcmp(error.text, "the device is lost") == 0);
    CHECK(error.status == CLI_FAILED);
    player_frame(player, 100, rgb); // what there was, or nothing: no matter, but no harm
    stop(&player);
    // From the beginning.
    const struct player_options options = {.fps = FPS, .seed = SEED, .seconds = seconds};
    fake.fails_to_begin = true;
    fake.fails_to_decode = fake.ended = false;
    CHECK(player_start(&player, &decoder, &options, &error));
    while (player_state(player, &error) == PLAYER_STARTING)
        nap();
    CHECK(strcmp(error.text, "no such device") == 0 && !player_frame(player, 0, rgb));
    stop(&player);
}

static void frames_are_due_on_a_schedule(void) {
    struct pace pace;
    pace_begin(&pace, 25.0);
    for (uint64_t k = 0; k < 50; k++) {
        CHECK(fabs(pace_due(&pace) - (double)k * 0.04) < 1e-12);
        uint64_t frame = pace_frame(&pace, pace_due(&pace) + 0.001);
        CHECK(frame == k);
        pace_shown(&pace, frame, (double)k * 0.04 + 0.010);
    }
    CHECK(pace.shown == 50 && pace.late == 0 && pace.skipped == 0 && fabs(pace.worst - 0.010) < 1e-9);
    CHECK(fabs(pace_per_second(&pace) - 25.0) < 1e-6);
    // A picture that takes 100 ms is late, and two are left out; the next one is on time again.
    uint64_t frame = pace_frame(&pace, 2.0);
    CHECK(frame == 50);
    pace_shown(&pace, frame, 2.1);
    CHECK(pace.late == 1 && fabs(pace.worst - 0.1) < 1e-9);
    frame = pace_frame(&pace, 2.1);
    CHECK(frame == 52 && pace.skipped == 1);
    pace_shown(&pace, frame, 2.11);
    CHECK(pace.late == 1 && fabs(pace_due(&pace) - 2.12) < 1e-12);
}

int main(void) {
    test_begin();
    srgb_tables_init(&fake.tables);
    noise_space_init(&prior.space, levels, 1);
    CHECK(density_create(&prior.density, KINDS, TOP));
    frames_are_due_on_a_schedule();
    a_fast_device_decodes_every_frame();
    a_slow_device_keeps_the_pace();
    a_pause_is_no_jump();
    keys_reach_the_instrument();
    failures_are_told();
    density_destroy(&prior.density);
    return test_end();
}

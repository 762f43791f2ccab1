// From sound to travel: with clicks at 120 to the minute the speed of t beats twice a second. Once by numbers
// alone, once in real time through SDL and the player, of which only the decoder is a test's.
//
//     build/tests/test_listen [SOURCE SECONDS [MS]]
//
// By hand: 1 the microphone, 2 the system's sound; a clip takes MS. Prints time, level and speed of t.
#include "cli/demo/player.h"
#include "cli/demo/sound.h"
#include "cli/demo/sound_levels.h"
#include "tests/demo/clicks.h"
#include "tests/test.h"

#include <SDL.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = 3, NUMBERS = 8, FPS = 50, CAPACITY = 120 * FPS, FRAMES = 2, SIDE = 4 };

static const struct vae_level levels[] = {{.d = 1, .h = 1, .w = 1, .c = NUMBERS, .c_used = NUMBERS}};
static double shares[KINDS] = {1.0 / KINDS, 1.0 / KINDS, 1.0 / KINDS}, room[2 * NUMBERS];
static struct prior prior = {.shares = shares, .work = room};

static double now(void) {
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

static bool begin(void *user, const struct prior **out, struct cli_error *error) {
    (void)user, (void)error;
    *out = &prior;
    return true;
}

static bool decode(void *user, const float *noise, const float *weights, uint8_t *rgb,
                   struct cli_error *error) {
    (void)noise, (void)weights, (void)error;
    SDL_Delay(*(const uint32_t *)user);
    memset(rgb, 100, FRAMES * SIDE * SIDE * 3);
    return true;
}

static void end(void *user) {
    (void)user;
}

// How fast t went, and how loud it was, at each of the frames.
struct series {
    double speed[CAPACITY], level[CAPACITY], light[CAPACITY];
    uint32_t count;
};

static void play(struct player *player, struct sound *sound, uint32_t frames, struct series *series) {
    double start = now(), before = 0;
    uint8_t rgb[SIDE * SIDE * 3];
    for (uint32_t i = 0; i < frames; i++) {
        double level, bass;
        struct player_figures figures;
        CHECK(sound_levels(sound, &level, &bass));
        player_hear(player, level, bass);
        player_figures(player, &figures);
        CHECK(player_frame(player, i, rgb));
        series->speed[i] = (figures.travelled - before) * FPS;
        series->level[i] = level;
        series->light[i] = rgb[0];
        before = figures.travelled;
        double left = start + (i + 1.0) / FPS - now();
        if (left > 0)
            SDL_Delay((uint32_t)(left * 1000));
    }
    series->count = frames;
}

static void listen(enum sound_source source, uint32_t decode_ms, uint32_t frames, struct series *series) {
    struct cli_error error = {0};
    struct sound *sound;
    struct player *player;
    const struct player_decoder decoder = {.begin = begin,
                                           .decode = decode,
                                           .end = end,
                                           .user = &decode_ms,
                                           .frames = FRAMES,
                                           .height = SIDE,
                                           .width = SIDE};
    const struct player_options options = {.fps = FPS, .seed = 1, .seconds = now};
    if (!CHECK(player_start(&player, &decoder, &options, &error)) ||
        !CHECK(sound_start(&sound, source, &error))) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    while (player_state(player, &error) == PLAYER_STARTING)
        SDL_Delay(1);
    player_apply(player, &(struct demo_event){.action = DEMO_LISTEN, .number = (int)source});
    play(player, sound, frames, series);
    sound_stop(&sound);
    player_stop(&player);
}

// How strongly `values` beat at `hertz`, from frame `first` on; 1: as one full wave.
static double beating(const double *values, uint32_t first, uint32_t count, double hertz) {
    double mean = 0, re = 0, im = 0, n = count - first;
    for (uint32_t i = first; i < count; i++)
        mean += values[i] / n;
    for (uint32_t i = first; i < count; i++) {
        double angle = 6.283185307179586 * hertz * i / FPS;
        re += (values[i] - mean) * cos(angle) / n;
        im += (values[i] - mean) * sin(angle) / n;
    }
    return 2 * hypot(re, im);
}

// Correlation of the level with the speed `lag` frames later.
static double correlation(const struct series *s, uint32_t first, uint32_t lag) {
    double n = s->count - lag - first, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (uint32_t i = first; i + lag < s->count; i++) {
        a += s->level[i] / n;
        b += s->speed[i + lag] / n;
    }
    for (uint32_t i = first; i + lag < s->count; i++) {
        aa += (s->level[i] - a) * (s->level[i] - a);
        bb += (s->speed[i + lag] - b) * (s->speed[i + lag] - b);
        ab += (s->level[i] - a) * (s->speed[i + lag] - b);
    }
    return ab / sqrt(aa * bb);
}

static double best_correlation(const struct series *s, uint32_t first, uint32_t *lag) {
    double best = -1;
    for (uint32_t i = 0; i < FPS / 2; i++)
        if (correlation(s, first, i) > best) {
            best = correlation(s, first, i);
            *lag = i;
        }
    return best;
}

static void report(const struct series *s, uint32_t first) {
    uint32_t lag = 0;
    double best = best_correlation(s, first, &lag), mean = 0;
    for (uint32_t i = first; i < s->count; i++)
        mean += s->speed[i] / (s->count - first);
    fprintf(stderr,
            "speed of t: %.2f a second, beats %.2f at 2 Hz, %.2f at 1.5, %.2f at 2.5; light %.0f at 2 Hz; "
            "follows the level by %.2f, %u ms later\n",
            mean, beating(s->speed, first, s->count, 2), beating(s->speed, first, s->count, 1.5),
            beating(s->speed, first, s->count, 2.5), beating(s->light, first, s->count, 2), best,
            lag * 1000 / FPS);
}

static struct series series;

// The chain without a clock: a frame's samples, its levels, its travel.
static void compute(double amplitude, uint32_t frames) {
    struct sound_levels sound;
    struct instrument instrument;
    sound_levels_init(&sound, CLICKS_RATE);
    CHECK(instrument_create(&instrument, &prior, 1));
    instrument_apply(&instrument, &(struct demo_event){.action = DEMO_LISTEN, .number = 1}, 0);
    double before = 0;
    for (uint32_t i = 0; i < frames; i++) {
        enum { CHUNK = CLICKS_RATE / FPS };
        float samples[CHUNK], noise[NUMBERS], weights[KINDS];
        for (uint32_t k = 0; k < CHUNK; k++)
            samples[k] = (float)(amplitude * clicks_sample(i * CHUNK + k));
        sound_levels_feed(&sound, samples, CHUNK);
        instrument_hear(&instrument, sound.level, sound.bass);
        instrument_at(&instrument, (i + 1.0) / FPS, noise, weights);
        series.level[i] = sound.level;
        series.light[i] = instrument_brightness(&instrument);
        series.speed[i] = (instrument.travelled - before) * FPS;
        before = instrument.travelled;
    }
    series.count = frames;
    instrument_destroy(&instrument);
}

// In a quiet room and in a loud one the travel follows the clicks, and nothing else.
static void test_numbers(double amplitude) {
    enum { FIRST = 2 * FPS };
    compute(amplitude, 12 * FPS);
    report(&series, FIRST);
    uint32_t lag = FPS;
    double beat = beating(series.speed, FIRST, series.count, 2);
    CHECK(beat > 0.2);
    CHECK(beat > 20 * beating(series.speed, FIRST, series.count, 1.5));
    CHECK(beat > 20 * beating(series.speed, FIRST, series.count, 2.5));
    CHECK(best_correlation(&series, FIRST, &lag) > 0.95 && lag == 0);
    CHECK(beating(series.light, FIRST, series.count, 2) > 0.2);
}

static double mean_speed(uint32_t first) {
    double sum = 0;
    for (uint32_t i = first; i < series.count; i++)
        sum += series.speed[i] / (series.count - first);
    return sum;
}

// A machine that is busy delays sound and pictures alike: here only how far the travel goes is judged.
static void test_real_time(void) {
    char name[TEST_TEMPORARY];
    clicks_play(name, 10);
    listen(SOUND_MICROPHONE, 5, 3 * FPS, &series);
    report(&series, FPS);
    double clicks = mean_speed(FPS / 2);
    remove(name);
    SDL_setenv("SDL_AUDIODRIVER", "dummy", 1);
    listen(SOUND_MICROPHONE, 5, FPS, &series);
    double silence = mean_speed(FPS / 5);
    CHECK(fabs(silence - 0.2 / INSTRUMENT_SECONDS) < 0.04); // a fifth of its usual speed
    CHECK(clicks > 2.5 * silence);
}

int main(int argc, char **argv) {
    test_begin();
    noise_space_init(&prior.space, levels, 1);
    if (!CHECK(density_create(&prior.density, KINDS, NUMBERS)))
        return test_end();
    if (argc >= 3) {
        uint32_t frames = (uint32_t)atoi(argv[2]) * FPS, decode_ms = argc == 4 ? (uint32_t)atoi(argv[3]) : 5;
        listen((enum sound_source)atoi(argv[1]), decode_ms, frames < CAPACITY ? frames : CAPACITY, &series);
        for (uint32_t i = 0; i < series.count; i++)
            printf("%.3f %.3f %.3f\n", (double)i / FPS, series.level[i], series.speed[i]);
        report(&series, FPS);
    } else {
        test_numbers(0.02);
        test_numbers(0.3);
        test_real_time();
    }
    density_destroy(&prior.density);
    return test_end();
}

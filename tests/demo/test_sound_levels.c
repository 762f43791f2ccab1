// Level and bass by numbers: a click at 120 beats a minute, silence, hum, quiet and loud rooms, bass and
// cymbals.
#include "cli/demo/sound_levels.h"
#include "tests/test.h"

#include <math.h>

enum { RATE = 44100, STEP = RATE / 100 }; // levels are looked at 100 times a second

static const double two_pi = 6.283185307179586;

// What a second of sound is made of.
struct sound {
    double beats;            // a second; 0: lasting
    double hertz, amplitude; // of a tone that begins at each beat and dies within 30 ms, or lasts
    double noise;            // of the room
};

static float sample_of(const struct sound *sound, uint32_t i, uint32_t *random) {
    double t = (double)i / RATE, phase = sound->beats > 0 ? fmod(t, 1 / sound->beats) : 0;
    *random = *random * 1664525u + 1013904223u;
    double noise = ((*random >> 8) / 8388608.0 - 1) * sound->noise;
    return (float)(sound->amplitude * exp(-phase / 0.03) * sin(two_pi * sound->hertz * t) + noise);
}

// What came out over the last `seconds - settle` seconds.
struct outcome {
    uint32_t level_peaks, bass_peaks; // how often the value rose above a half from below a quarter
    double level_max, level_mean, bass_max, bass_mean;
    bool sane; // always a number from 0 to 1
};

static void count_peak(double value, bool *high, uint32_t *peaks) {
    if (!*high && value > 0.5) {
        *high = true;
        ++*peaks;
    } else if (value < 0.25) {
        *high = false;
    }
}

static bool sane(double value) {
    return value >= 0 && value <= 1;
}

static struct outcome hear(const struct sound *sound, uint32_t seconds, uint32_t settle) {
    struct sound_levels levels;
    sound_levels_init(&levels, RATE);
    struct outcome outcome = {.sane = true};
    bool level_high = false, bass_high = false;
    uint32_t random = 1, counted = 0;
    for (uint32_t step = 0; step < seconds * 100; step++) {
        float samples[STEP];
        for (uint32_t i = 0; i < STEP; i++)
            samples[i] = sample_of(sound, step * STEP + i, &random);
        sound_levels_feed(&levels, samples, STEP);
        outcome.sane = outcome.sane && sane(levels.level) && sane(levels.bass);
        if (step < settle * 100)
            continue;
        counted++;
        count_peak(levels.level, &level_high, &outcome.level_peaks);
        count_peak(levels.bass, &bass_high, &outcome.bass_peaks);
        outcome.level_max = fmax(outcome.level_max, levels.level);
        outcome.bass_max = fmax(outcome.bass_max, levels.bass);
        outcome.level_mean += levels.level;
        outcome.bass_mean += levels.bass;
    }
    outcome.level_mean /= counted;
    outcome.bass_mean /= counted;
    return outcome;
}

// A click twice a second is two peaks a second, in rooms 40 dB apart.
static void test_click(void) {
    for (int room = 0; room < 3; room++) {
        double amplitude = pow(10, -room);
        struct outcome heard = hear(
            &(struct sound){.beats = 2, .hertz = 80, .amplitude = amplitude, .noise = amplitude / 100}, 8, 3);
        CHECK(heard.sane);
        CHECK(heard.level_peaks == 10);
        CHECK(heard.bass_peaks == 10);
        CHECK(heard.level_max > 0.9 && heard.bass_max > 0.9);
        CHECK(heard.level_mean > 0.1 && heard.level_mean < 0.6);
    }
}

// Silence, with or without the noise of a quiet room, moves nothing.
static void test_silence(void) {
    struct outcome none = hear(&(struct sound){0}, 3, 0);
    CHECK(none.sane);
    CHECK(none.level_max == 0 && none.bass_max == 0);
    struct outcome room = hear(&(struct sound){.noise = 0.0005}, 3, 0);
    CHECK(room.sane);
    CHECK(room.level_max < 0.2 && room.bass_max < 0.2);
}

// A fan is heard when it begins, and forgotten; then a click over it is heard.
static void test_hum(void) {
    struct outcome hum = hear(&(struct sound){.hertz = 100, .amplitude = 0.2, .noise = 0.02}, 40, 30);
    CHECK(hum.sane);
    CHECK(hum.level_max < 0.25 && hum.bass_max < 0.25);
}

// High tones are no bass, low ones are.
static void test_bass(void) {
    struct outcome cymbal = hear(&(struct sound){.beats = 2, .hertz = 6000, .amplitude = 0.5}, 8, 3);
    CHECK(cymbal.sane);
    CHECK(cymbal.level_peaks == 10);
    CHECK(cymbal.bass_peaks == 0 && cymbal.bass_max < 0.3);
    struct outcome drum = hear(&(struct sound){.beats = 2, .hertz = 60, .amplitude = 0.5}, 8, 3);
    CHECK(drum.bass_peaks == 10 && drum.bass_mean > 3 * cymbal.bass_mean);
}

// Soon after a loud passage quiet music is heard again.
static void test_after_loud(void) {
    struct sound_levels levels;
    sound_levels_init(&levels, RATE);
    uint32_t random = 1, peaks = 0;
    bool high = false;
    for (uint32_t i = 0; i < 40 * RATE; i++) {
        struct sound sound = {.beats = 2, .hertz = 80, .amplitude = i < 4 * RATE ? 1 : 0.05};
        float sample = sample_of(&sound, i, &random);
        sound_levels_feed(&levels, &sample, 1);
        if (i >= 30 * RATE)
            count_peak(levels.level, &high, &peaks);
    }
    CHECK(peaks == 20);
}

// Whatever a driver hands over, the levels stay numbers, and recover.
static void test_bad_samples(void) {
    const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0};
    struct sound_levels levels;
    sound_levels_init(&levels, 8000);
    for (uint32_t i = 0; i < 1000; i++) {
        sound_levels_feed(&levels, bad, sizeof bad / sizeof bad[0]);
        CHECK(levels.level == 0 && levels.bass == 0);
    }
    sound_levels_feed(&levels, NULL, 0);
    const float loud[] = {1, -1, 1, -1};
    for (uint32_t i = 0; i < 100; i++)
        sound_levels_feed(&levels, loud, 4);
    CHECK(levels.level > 0.5 && sane(levels.level) && sane(levels.bass));
}

int main(void) {
    test_begin();
    test_click();
    test_silence();
    test_hum();
    test_bass();
    test_after_loud();
    test_bad_samples();
    return test_end();
}

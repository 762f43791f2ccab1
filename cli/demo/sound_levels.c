// Level and bass of sound: a one-pole low pass, followers of the envelope, automatic gain.
#include "cli/demo/sound_levels.h"

#include <math.h>

// Quieter than this (-50 dB) is a silent room, whose noise is not blown up to music.
static const double silence = 0.003;

// Goes about two thirds of the way in `seconds`.
static double share(double seconds, double rate) {
    return 1 - exp(-1 / (seconds * rate));
}

void sound_levels_init(struct sound_levels *levels, double rate) {
    *levels = (struct sound_levels){.shares = {.low_pass = share(1 / (6.2832 * 150), rate), // 150 Hz
                                               .attack = share(0.004, rate),
                                               .release = share(0.12, rate),
                                               .ceiling_fall = share(8, rate),
                                               .floor_rise = share(6, rate),
                                               .floor_fall = share(0.25, rate)}};
}

// Subnormal numbers are slow.
static void approach(double *value, double goal, double by) {
    *value += (goal - *value) * by;
    if (fabs(*value) < 1e-12)
        *value = 0;
}

static void follow(struct sound_follower *f, double sample, const struct sound_shares *shares) {
    double size = fabs(sample);
    approach(&f->envelope, size, size > f->envelope ? shares->attack : shares->release);
    approach(&f->ceiling, f->envelope, f->envelope > f->ceiling ? 1 : shares->ceiling_fall);
    approach(&f->floor, f->envelope, f->envelope < f->floor ? shares->floor_fall : shares->floor_rise);
}

// Where the envelope stands between the floor and `ceiling`. What hardly moves is no music: at least half the
// ceiling is taken for the range.
static double standing(const struct sound_follower *f, double ceiling) {
    double range = fmax(fmax(ceiling - f->floor, ceiling / 2), silence);
    return fmin(fmax((f->envelope - f->floor) / range, 0), 1);
}

void sound_levels_feed(struct sound_levels *levels, const float *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double sample = fabsf(samples[i]) <= 4 ? (double)samples[i] : 0; // false for what is no number
        approach(&levels->low, sample, levels->shares.low_pass);
        follow(&levels->all, sample, &levels->shares);
        follow(&levels->deep, levels->low, &levels->shares);
    }
    levels->level = standing(&levels->all, levels->all.ceiling);
    // Against the whole sound, too: what little of a cymbal comes through the low pass is no bass.
    levels->bass = standing(&levels->deep, fmax(levels->deep.ceiling, levels->all.ceiling / 4));
}

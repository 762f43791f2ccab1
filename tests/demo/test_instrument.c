// The instrument by numbers: where it is at a moment, and what keys, taps, sound and mouse make of that.
#include "cli/demo/instrument.h"
#include "tests/test.h"

#include "model/sample/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = 3, TOP = 8, NUMBERS = TOP + 4 * 4 * 4 * 2, SEED = 5 };

static const struct vae_level levels[] = {{.d = 1, .h = 1, .w = 1, .c = 8, .c_used = TOP},
                                          {.d = 4, .h = 4, .w = 4, .c = 4, .c_used = 2}};
static double shares[KINDS] = {1.0 / KINDS, 1.0 / KINDS, 1.0 / KINDS}, room[2 * TOP];
static struct prior prior = {.shares = shares, .work = room};

struct point {
    float noise[NUMBERS], weights[KINDS];
};

static struct point at(struct instrument *i, double time) {
    struct point point;
    instrument_at(i, time, point.noise, point.weights);
    return point;
}

static void apply(struct instrument *i, enum demo_action action, int number, double now) {
    const struct demo_event event = {.action = action, .number = number};
    instrument_apply(i, &event, now);
}

static void begin(struct instrument *i) {
    CHECK(instrument_create(i, &prior, SEED));
}

// The point that `mograph generate --kind` draws for a seed.
static struct point drawn(uint32_t kind, uint64_t seed, double temperature) {
    struct points points = {0};
    struct point point;
    const struct point_draw how = {.seed = seed, .temperature = (float)temperature, .fine = 1.0f};
    CHECK(points_create(&points, 1, NUMBERS, KINDS));
    points_draw(&points, 0, &prior, kind, &how);
    memcpy(point.noise, points.noise, sizeof point.noise);
    memcpy(point.weights, points.weights, sizeof point.weights);
    points_destroy(&points);
    return point;
}

static double distance(const struct point *a, const struct point *b) {
    double sum = 0.0;
    for (uint32_t k = 0; k < NUMBERS; k++)
        sum += pow((double)a->noise[k] - (double)b->noise[k], 2.0);
    for (uint32_t k = 0; k < KINDS; k++)
        sum += pow((double)a->weights[k] - (double)b->weights[k], 2.0);
    return sqrt(sum);
}

static bool near(struct point a, struct point b, double tolerance) {
    return distance(&a, &b) <= tolerance;
}

static bool is_kind(struct point point, uint32_t kind) {
    return fabs((double)point.weights[kind] - 1.0) < 1e-6;
}

static void kinds_come_in_turn(void) {
    struct instrument i;
    begin(&i);
    for (uint32_t key = 0; key < 4 * KINDS; key++) {
        struct point point = at(&i, key * INSTRUMENT_SECONDS + 0.01);
        CHECK(near(point, drawn(key % KINDS, SEED + key, 1.0), 1e-6));
    }
    CHECK(i.time == (4 * KINDS - 1) * INSTRUMENT_SECONDS + 0.01);
    instrument_destroy(&i);
}

static void it_eases_between_them(void) {
    struct instrument i;
    begin(&i);
    struct point a = drawn(0, SEED, 1.0), b = drawn(1, SEED + 1, 1.0);
    CHECK(near(at(&i, 0.2 * INSTRUMENT_SECONDS), a, 1e-6)); // it dwells
    for (int step = 1; step < 10; step++) {
        double time = INSTRUMENT_SECONDS * (INSTRUMENT_DWELL + step * 0.1 * (1.0 - INSTRUMENT_DWELL));
        double t = ease_at(EASE_SINE, step * 0.1);
        struct point mixed, now = at(&i, time);
        for (uint32_t k = 0; k < NUMBERS; k++)
            mixed.noise[k] = (float)((1.0 - t) * (double)a.noise[k] + t * (double)b.noise[k]);
        for (uint32_t k = 0; k < KINDS; k++)
            mixed.weights[k] = (float)((1.0 - t) * (double)a.weights[k] + t * (double)b.weights[k]);
        CHECK(near(now, mixed, 1e-4));
        CHECK(fabs(instrument_position(&i) - t) < 1e-9);
    }
    CHECK(near(at(&i, 0.0), at(&i, i.time), 0.0)); // never back
    instrument_destroy(&i);
}

// However often it is asked, also when key points lie between two questions.
static void steps_do_not_matter(void) {
    struct instrument fine, coarse;
    begin(&fine);
    begin(&coarse);
    struct point last = {{0}, {0}};
    for (int frame = 0; frame <= 25 * 20; frame++)
        last = at(&fine, frame / 25.0);
    CHECK(near(last, at(&coarse, 20.0), 1e-4));
    CHECK(near(at(&fine, 200.0), at(&coarse, 200.0), 1e-4));
    instrument_destroy(&fine);
    instrument_destroy(&coarse);
}

static void speed_is_of_time(void) {
    struct instrument i;
    begin(&i);
    apply(&i, DEMO_FASTER, 0, 0.0);
    CHECK(near(at(&i, INSTRUMENT_SECONDS / 1.25 + 0.01), drawn(1, SEED + 1, 1.0), 1e-6));
    for (int k = 0; k < 40; k++)
        apply(&i, DEMO_FASTER, 0, 0.0);
    CHECK(i.speed == INSTRUMENT_FASTEST);
    for (int k = 0; k < 80; k++)
        apply(&i, DEMO_SLOWER, 0, 0.0);
    CHECK(i.speed == INSTRUMENT_SLOWEST);
    instrument_destroy(&i);
}

static void keys_go_to_kinds(void) {
    struct instrument i;
    begin(&i);
    struct point before = at(&i, 0.6 * INSTRUMENT_SECONDS);
    apply(&i, DEMO_KIND, 2, i.time);
    CHECK(near(at(&i, i.time + 1e-4), before, 1e-3)); // from where it is, without a jump
    double travel = (1.0 - INSTRUMENT_DWELL) * INSTRUMENT_SECONDS, there = 0.6 * INSTRUMENT_SECONDS + travel;
    CHECK(is_kind(at(&i, there + 0.01), 2));
    CHECK(is_kind(at(&i, there + INSTRUMENT_SECONDS + 0.01), 0)); // and on in turn
    apply(&i, DEMO_KIND, KINDS, i.time);
    CHECK(i.to.kind == 1);
    struct instrument_key key = i.to;
    apply(&i, DEMO_NEW_Z, 0, i.time);
    CHECK(i.to.kind == key.kind && i.to.seed != key.seed);
    key = i.to;
    CHECK(near(at(&i, i.time + travel + 0.01), drawn(1, key.seed, 1.0), 1e-6));
    instrument_destroy(&i);
}

static void the_arc_keeps_its_length(void) {
    struct instrument straight, arc;
    begin(&straight);
    begin(&arc);
    apply(&arc, DEMO_INTERPOLATION, 0, 0.0);
    double middle = INSTRUMENT_SECONDS * (0.5 + INSTRUMENT_DWELL / 2.0);
    struct point a = at(&straight, middle), b = at(&arc, middle);
    float keys[2][NUMBERS], expected[NUMBERS];
    struct noise_path path = {
        .space = &prior.space, .interpolation = NOISE_SLERP, .keys = keys[0], .key_count = 2};
    memcpy(keys[0], drawn(0, SEED, 1.0).noise, sizeof keys[0]);
    memcpy(keys[1], drawn(1, SEED + 1, 1.0).noise, sizeof keys[1]);
    noise_path_at(&path, 0.5, expected);
    for (uint32_t k = 0; k < NUMBERS; k++)
        CHECK(fabs((double)b.noise[k] - (double)expected[k]) < 1e-4);
    CHECK(distance(&a, &b) > 0.1);
    // Back to the straight line, gradually.
    apply(&arc, DEMO_INTERPOLATION, 0, middle);
    CHECK(near(at(&arc, middle + 1e-3), b, 0.05) && arc.arc > 0.9);
    CHECK(near(at(&arc, middle + 0.6), at(&straight, middle + 0.6), 1e-4));
    instrument_destroy(&straight);
    instrument_destroy(&arc);
}

static void temperature_settles(void) {
    struct instrument i;
    begin(&i);
    apply(&i, DEMO_WARMER, 0, 0.0);
    apply(&i, DEMO_WARMER, 0, 0.0);
    struct point before = at(&i, 1e-3);
    CHECK(near(before, drawn(0, SEED, 1.0), 0.05)); // without a jump
    at(&i, 3.0 * INSTRUMENT_SECONDS - 0.1);
    CHECK(near(at(&i, 3.0 * INSTRUMENT_SECONDS + 0.1), drawn(0, SEED + 3, 1.2), 1e-5));
    apply(&i, DEMO_COOLER, 0, i.time);
    apply(&i, DEMO_COOLER, 0, i.time);
    at(&i, 6.0 * INSTRUMENT_SECONDS - 0.1);
    CHECK(near(at(&i, 6.0 * INSTRUMENT_SECONDS + 0.1), drawn(0, SEED + 6, 1.0), 1e-6));
    CHECK(i.temperature == 1.0);
    for (int k = 0; k < 30; k++)
        apply(&i, DEMO_COOLER, 0, i.time);
    CHECK(i.temperature_to == 0.0);
    instrument_destroy(&i);
}

// Taps of an uneven hand at 120 beats a minute; every morph then arrives on a beat of the line through them.
static void morphs_land_on_the_beat(void) {
    const double unevenness[] = {0.012, -0.015, 0.008, 0.0, -0.011, 0.006};
    struct instrument i;
    begin(&i);
    at(&i, 1.3);
    for (int k = 0; k < 6; k++)
        apply(&i, DEMO_TAP, 0, 1.3 + 0.5 * k + unevenness[k]);
    CHECK(fabs(i.beat_period - 0.5) < 0.005);
    CHECK(fabs(remainder(i.beat_at - 1.3, 0.5)) < 0.015);
    int arrivals = 0;
    at(&i, 4.0);
    for (int step = 1; step < 3600; step++) {
        double time = 4.0 + 0.01 * step;
        uint64_t draws = i.draws;
        at(&i, time);
        if (i.draws == draws)
            continue;
        double off = remainder(time - i.beat_at, i.beat_period);
        CHECK(off >= -1e-6 && off < 0.0101); // seen in the first step behind the beat
        arrivals++;
    }
    CHECK(arrivals >= 11 && arrivals <= 13); // 3 s are 6 beats
    apply(&i, DEMO_TAP, 0, 60.0);
    CHECK(i.beat_period == 0.0); // one tap alone ends it
    instrument_destroy(&i);
}

static double travelled(double level, double bass, bool listens) {
    struct instrument i;
    begin(&i);
    instrument_hear(&i, level, bass);
    if (listens)
        apply(&i, DEMO_LISTEN, 1, 0.0);
    at(&i, 1.0);
    double part = i.part;
    instrument_destroy(&i);
    return part;
}

static void sound_drives_it(void) {
    struct instrument i;
    double silent = travelled(0.0, 0.0, true), loud = travelled(0.5, 0.0, true),
           bass = travelled(0.5, 0.5, true);
    CHECK(fabs(silent - 0.2 / 3.0) < 1e-9 && fabs(loud - 0.8 / 3.0) < 1e-9 && fabs(bass - 1.8 / 3.0) < 1e-9);
    CHECK(travelled(1.0, 1.0, false) == travelled(0.0, 0.0, false)); // not asked for
    begin(&i);
    instrument_hear(&i, 1.0, 7.0); // what is too much counts as 1
    CHECK(instrument_brightness(&i) == 1.0);
    apply(&i, DEMO_LISTEN, 1, 0.0);
    CHECK(instrument_brightness(&i) == 2.0);
    instrument_hear(&i, 0.0, -1.0);
    CHECK(instrument_brightness(&i) == 0.5);
    instrument_destroy(&i);
}

// A step is as long as everything says that was heard since the last one.
static void no_beat_is_lost(void) {
    struct instrument i;
    begin(&i);
    apply(&i, DEMO_LISTEN, 1, 0.0);
    for (int k = 0; k < 10; k++)
        instrument_hear(&i, k == 3 ? 1.0 : 0.0, k < 5 ? 1.0 : 0.0);
    at(&i, 0.5);
    CHECK(fabs(i.part - 0.5 * (0.2 + 1.2 * 0.1 + 2.0 * 0.5) / 3.0) < 1e-9);
    double before = i.part; // with nothing new to hear, as fast as the last says
    at(&i, 1.0);
    CHECK(fabs(i.part - before - 0.5 * 0.2 / 3.0) < 1e-9);
    apply(&i, DEMO_LISTEN, 0, 1.0);
    instrument_hear(&i, 1.0, 1.0);
    before = i.part;
    at(&i, 1.3);
    CHECK(fabs(i.part - before - 0.3 / 3.0) < 1e-9);
    instrument_destroy(&i);
}

static void drag(struct instrument *i, double x, double y) {
    const struct demo_event event = {.action = DEMO_DRAG, .x = x, .y = y};
    instrument_apply(i, &event, i->time);
}

static void the_map_is_a_plane(void) {
    struct instrument i, other;
    begin(&i);
    begin(&other);
    struct point before = at(&i, 1.5), there;
    drag(&i, 0.5, 0.5);
    CHECK(near(at(&i, 1.5 + 1e-4), before, 1e-2)); // it is drawn there, it does not jump
    drag(&i, 0.9, 0.2);
    there = at(&i, 10.0);
    CHECK(near(there, at(&i, 11.0), 1e-4)); // and held
    CHECK(memcmp(there.weights, before.weights, sizeof there.weights) == 0);
    double length = 0.0;
    for (uint32_t k = 0; k < TOP; k++)
        length += (double)there.noise[k] * (double)there.noise[k];
    CHECK(length > 0.2 * TOP && length < 4.0 * TOP); // as long as noise is
    // The same place of the same map, whichever way it was reached.
    at(&other, 1.5);
    drag(&other, 0.9, 0.2);
    CHECK(near(at(&other, 20.0), there, 1e-3));
    drag(&other, -3.0, 0.2);
    CHECK(other.map_to_x == 0.0);
    // Let go, it stays a while, and goes on to where it was going.
    apply(&i, DEMO_DROP, 0, 11.0);
    CHECK(near(at(&i, 11.0 + 0.2 * INSTRUMENT_SECONDS), there, 1e-3));
    CHECK(near(at(&i, 11.0 + INSTRUMENT_SECONDS + 0.01), drawn(1, SEED + 1, 1.0), 1e-5));
    instrument_destroy(&i);
    instrument_destroy(&other);
}

static void keys_are_translated(void) {
    struct demo_event event;
    for (int k = 0; k < demo_key_count; k++) {
        CHECK(demo_keys[k].text[0] != '\0' && demo_keys[k].help[0] != '\0');
        for (int j = 0; j < 3 && demo_keys[k].keys[j] != 0; j++)
            CHECK(demo_action_of_key(demo_keys[k].keys[j], &event) && event.action == demo_keys[k].action);
    }
    CHECK(demo_action_of_key('9', &event) && event.action == DEMO_KIND && event.number == 8);
    CHECK(demo_action_of_key('L', &event) && event.action == DEMO_INTERPOLATION);
    CHECK(demo_action_of_key(DEMO_KEY_UP, &event) && event.action == DEMO_WARMER);
    CHECK(!demo_action_of_key('z', &event) && !demo_action_of_key(0, &event) && event.action == DEMO_NONE);
}

int main(void) {
    test_begin();
    noise_space_init(&prior.space, levels, 2);
    CHECK(prior.space.count == NUMBERS && density_create(&prior.density, KINDS, TOP));
    kinds_come_in_turn();
    it_eases_between_them();
    steps_do_not_matter();
    speed_is_of_time();
    keys_go_to_kinds();
    the_arc_keeps_its_length();
    temperature_settles();
    morphs_land_on_the_beat();
    sound_drives_it();
    no_beat_is_lost();
    the_map_is_a_plane();
    keys_are_translated();
    density_destroy(&prior.density);
    return test_end();
}

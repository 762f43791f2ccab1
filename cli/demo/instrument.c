// Travels through the noise space as keys, taps, sound and mouse say.
#include "cli/demo/instrument.h"

#include "model/sample/timeline.h"

#include <math.h>
#include <string.h>

// What stands at which place of `points`.
enum {
    FROM, // the key points, side by side as noise_path wants them
    TO,
    NOW,
    ROOM,
    MAP, // three points of a plane: its middle and two directions, as they are before the prior shapes them
    POINTS = MAP + 3
};

#define SETTLING 0.25 // seconds in which temperature and map follow by two thirds
#define TURNING 0.5   // from lerp to slerp
#define NEW_BEAT 2.5  // a tap that long after the last begins anew
#define MAP_REACH 2.0 // how far the map goes from its middle, in deviations
#define ALMOST 1e-3

static float *noise_of(const struct instrument *i, uint32_t point) {
    return points_noise(&i->points, point);
}

static float *weights_of(const struct instrument *i, uint32_t point) {
    return points_weights(&i->points, point);
}

// --- points

static void copy_point(const struct instrument *i, uint32_t from, uint32_t to) {
    memcpy(noise_of(i, to), noise_of(i, from), i->points.numbers * sizeof(float));
    memcpy(weights_of(i, to), weights_of(i, from), i->points.classes * sizeof(float));
}

static void draw(const struct instrument *i, const struct instrument_key *key, uint32_t point) {
    const struct point_draw how = {.seed = key->seed, .temperature = (float)i->temperature, .fine = 1.0f};
    if (key->drawn)
        points_draw(&i->points, point, i->prior, key->kind, &how);
}

// Seeds as `mograph morph` takes them: the first key point has the first, the next one the next.
static struct instrument_key next_key(struct instrument *i, uint32_t kind) {
    return (struct instrument_key){.seed = i->seed + i->draws++, .kind = kind, .drawn = true};
}

static void set_out(struct instrument *i, struct instrument_key to) {
    i->to = to;
    i->landing = 0.0;
    draw(i, &i->to, TO);
}

// Where it is becomes the key point that it comes from.
static void leave(struct instrument *i) {
    copy_point(i, NOW, FROM);
    i->from = (struct instrument_key){.kind = i->to.kind};
    i->dragged = false;
    i->landing = 0.0;
}

static void go(struct instrument *i, uint32_t kind) {
    leave(i);
    i->part = INSTRUMENT_DWELL; // at once
    set_out(i, next_key(i, kind));
}

// --- the map: a plane through the noise space. Each of its points has the length of a normal one.

static void map_point(struct instrument *i, uint32_t point) {
    double a = 2.0 * MAP_REACH * (i->map_x - 0.5), b = 2.0 * MAP_REACH * (i->map_y - 0.5);
    double length = sqrt(1.0 + a * a + b * b);
    float *out = noise_of(i, point);
    for (uint32_t k = 0; k < i->points.numbers; k++)
        out[k] = (float)(((double)noise_of(i, MAP)[k] + a * (double)noise_of(i, MAP + 1)[k] +
                          b * (double)noise_of(i, MAP + 2)[k]) /
                         length);
    noise_scale(&i->prior->space, (float)i->temperature, 1.0f, out);
    noise_shape(&i->prior->density, weights_of(i, FROM), out, out, i->prior->work);
    memcpy(weights_of(i, point), weights_of(i, FROM), i->points.classes * sizeof(float));
}

static void drag(struct instrument *i, const struct demo_event *event) {
    i->map_to_x = fmin(fmax(event->x, 0.0), 1.0);
    i->map_to_y = fmin(fmax(event->y, 0.0), 1.0);
    if (i->dragged)
        return;
    leave(i);
    i->dragged = true;
    i->pull = 0.0;
    i->map_x = i->map_to_x;
    i->map_y = i->map_to_y;
}

// From where it was let go it travels on to where it was going.
static void drop(struct instrument *i) {
    if (!i->dragged)
        return;
    leave(i);
    i->part = 0.0;
}

// --- the beat

// The line through the taps by least squares: moment = beat_at + period times the tap's number. What a hand
// does unevenly it evens out.
static void fit_beat(struct instrument *i) {
    double n = i->tap_count, mean = (n - 1.0) / 2.0, moment = 0.0, product = 0.0, square = 0.0;
    for (int k = 0; k < i->tap_count; k++)
        moment += (i->taps[k] - i->taps[0]) / n;
    for (int k = 0; k < i->tap_count; k++) {
        product += (k - mean) * (i->taps[k] - i->taps[0] - moment);
        square += (k - mean) * (k - mean);
    }
    i->beat_period = product / square;
    i->beat_at = i->taps[0] + moment + mean * i->beat_period;
}

// One tap alone ends the beat.
static void tap(struct instrument *i, double now) {
    double since = i->tap_count > 0 ? now - i->taps[i->tap_count - 1] : HUGE_VAL;
    if (since <= 0.05) // a key that bounces
        return;
    if (since > NEW_BEAT)
        i->tap_count = 0;
    if (i->tap_count == INSTRUMENT_TAPS)
        memmove(i->taps, i->taps + 1, (size_t)--i->tap_count * sizeof *i->taps);
    i->taps[i->tap_count++] = now;
    i->beat_period = 0.0;
    i->landing = 0.0;
    if (i->tap_count > 1)
        fit_beat(i);
}

// --- travelling

static double pace(const struct instrument *i) {
    double level = i->heard > 0 ? i->heard_level / i->heard : i->level;
    double bass = i->heard > 0 ? i->heard_bass / i->heard : i->bass;
    double heard = i->listens ? 0.2 + 1.2 * level + 2.0 * bass : 1.0;
    return i->speed * heard / INSTRUMENT_SECONDS;
}

static void forget_heard(struct instrument *i) {
    i->heard_level = i->heard_bass = 0.0;
    i->heard = 0;
}

// The beat next to where it would arrive at its own speed, but not in less than half the time that takes.
static void choose_landing(struct instrument *i) {
    double takes = (1.0 - i->part) * INSTRUMENT_SECONDS / i->speed;
    double beats = round((i->time + takes - i->beat_at) / i->beat_period);
    i->landing = i->beat_at + beats * i->beat_period;
    while (i->landing < i->time + takes / 2.0)
        i->landing += i->beat_period;
}

// How much of `part` a second brings. With a beat the sound has no say in it.
static double rate(struct instrument *i) {
    if (i->beat_period <= 0.0)
        return pace(i);
    if (i->landing <= i->time)
        choose_landing(i);
    return (1.0 - i->part) / (i->landing - i->time);
}

static void arrive(struct instrument *i) {
    copy_point(i, TO, FROM);
    i->from = i->to;
    i->part = 0.0;
    set_out(i, next_key(i, (i->to.kind + 1) % i->kinds));
}

static void go_on(struct instrument *i, double part, double time) {
    i->travelled += part - i->part;
    i->part = part;
    i->time = time;
}

// Key points may be nearer than the step: then it comes past them.
static void travel(struct instrument *i, double until) {
    while (i->time < until) {
        double per_second = rate(i), arrival = i->time + (1.0 - i->part) / per_second;
        if (i->landing > i->time)
            arrival = i->landing;
        if (arrival > until) {
            go_on(i, fmin(i->part + per_second * (until - i->time), 1.0), until);
        } else {
            go_on(i, 1.0, arrival);
            arrive(i);
        }
    }
}

static void follow(struct instrument *i, double seconds) {
    double share = 1.0 - exp(-seconds / SETTLING);
    i->map_x += share * (i->map_to_x - i->map_x);
    i->map_y += share * (i->map_to_y - i->map_y);
    i->pull += share * (1.0 - i->pull);
}

static void settle(struct instrument *i, double seconds) {
    double left = i->temperature_to - i->temperature, turn = seconds / TURNING;
    i->arc = i->arc < i->arc_to ? fmin(i->arc + turn, i->arc_to) : fmax(i->arc - turn, i->arc_to);
    if (left == 0.0)
        return;
    i->temperature =
        fabs(left) < ALMOST ? i->temperature_to : i->temperature + (1.0 - exp(-seconds / SETTLING)) * left;
    draw(i, &i->from, FROM);
    draw(i, &i->to, TO);
}

double instrument_position(const struct instrument *i) {
    double t = (i->part - INSTRUMENT_DWELL) / (1.0 - INSTRUMENT_DWELL);
    return t > 0.0 ? ease_at(EASE_SINE, t) : 0.0;
}

static void mix_arc(const struct instrument *i, struct noise_path *path, double position) {
    float *now = noise_of(i, NOW), *round = noise_of(i, ROOM), share = (float)i->arc;
    path->interpolation = NOISE_SLERP;
    noise_path_at(path, position, round);
    for (uint32_t k = 0; k < i->points.numbers; k++)
        now[k] += share * (round[k] - now[k]);
}

// The present point into NOW.
static void make_point(struct instrument *i) {
    struct noise_path path = {.space = &i->prior->space, .keys = noise_of(i, FROM), .key_count = 2};
    double position = instrument_position(i);
    if (i->dragged) {
        map_point(i, ROOM);
        points_mix(&i->points, NOW, &i->points, FROM, ROOM, (float)i->pull);
        return;
    }
    points_mix(&i->points, NOW, &i->points, FROM, TO, (float)position); // the kinds
    noise_path_at(&path, position, noise_of(i, NOW));
    if (i->arc > 0.0)
        mix_arc(i, &path, position);
}

void instrument_at(struct instrument *i, double time, float *noise, float *weights) {
    double seconds = time - i->time;
    if (seconds > 0.0) {
        settle(i, seconds);
        if (i->dragged)
            follow(i, seconds);
        else
            travel(i, time);
        forget_heard(i);
        i->time = time;
        make_point(i);
    }
    memcpy(noise, noise_of(i, NOW), i->points.numbers * sizeof *noise);
    memcpy(weights, weights_of(i, NOW), i->points.classes * sizeof *weights);
}

// --- what a player does

static double within(double value, double least, double most) {
    return fmin(fmax(value, least), most);
}

static void set_speed(struct instrument *i, double factor) {
    i->speed = within(i->speed * factor, INSTRUMENT_SLOWEST, INSTRUMENT_FASTEST);
    i->landing = 0.0;
}

static void set_temperature(struct instrument *i, double more) {
    double tenths = round(10.0 * (i->temperature_to + more)); // so that it comes back to exactly 1
    i->temperature_to = within(tenths / 10.0, 0.0, INSTRUMENT_HOTTEST);
}

void instrument_apply(struct instrument *i, const struct demo_event *event, double now) {
    switch (event->action) {
    case DEMO_KIND:
        if (event->number >= 0 && (uint32_t)event->number < i->kinds)
            go(i, (uint32_t)event->number);
        return;
    case DEMO_NEW_Z:
        go(i, i->to.kind);
        return;
    case DEMO_FASTER:
        set_speed(i, 1.25);
        return;
    case DEMO_SLOWER:
        set_speed(i, 1.0 / 1.25);
        return;
    case DEMO_WARMER:
        set_temperature(i, 0.1);
        return;
    case DEMO_COOLER:
        set_temperature(i, -0.1);
        return;
    case DEMO_INTERPOLATION:
        i->arc_to = 1.0 - i->arc_to;
        return;
    case DEMO_TAP:
        tap(i, now);
        return;
    case DEMO_LISTEN:
        i->listens = event->number != 0;
        return;
    case DEMO_DRAG:
        drag(i, event);
        return;
    case DEMO_DROP:
        drop(i);
        return;
    default:
        return;
    }
}

void instrument_hear(struct instrument *i, double level, double bass) {
    i->level = within(level, 0.0, 1.0);
    i->bass = within(bass, 0.0, 1.0);
    i->heard_level += i->level;
    i->heard_bass += i->bass;
    i->heard++;
}

double instrument_brightness(const struct instrument *i) {
    return i->listens ? within(0.5 + 0.5 * i->level + i->bass, 0.5, 2.0) : 1.0;
}

// --- its life

bool instrument_create(struct instrument *i, const struct prior *prior, uint64_t seed) {
    *i = (struct instrument){.prior = prior,
                             .seed = seed,
                             .kinds = prior->density.classes,
                             .speed = 1.0,
                             .temperature = 1.0,
                             .temperature_to = 1.0};
    if (!points_create(&i->points, POINTS, prior->space.count, i->kinds))
        return false;
    // Far from the seeds of key points.
    for (uint64_t k = 0; k < 3; k++)
        noise_draw(&prior->space, seed + (UINT64_C(1) << 40) + k, noise_of(i, MAP + (uint32_t)k));
    i->from = next_key(i, 0);
    draw(i, &i->from, FROM);
    set_out(i, next_key(i, 1 % i->kinds));
    make_point(i);
    return true;
}

void instrument_destroy(struct instrument *i) {
    points_destroy(&i->points);
}

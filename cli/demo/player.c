// Decodes anchors ahead of time on a thread of its own, and mixes what is shown out of them.
#include "cli/demo/player.h"

#include "cli/demo/anchors.h"
#include "runtime/system/threads.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct player {
    struct player_decoder decoder;
    struct player_options options;
    struct anchors anchors; // the thread adds to them, under `lock`
    struct mixer mixer;
    pthread_t thread;
    pthread_mutex_t lock; // of all below and of the anchors' list
    enum player_state state;
    bool stop;
    double start; // of the clock, when the first clip was there
    struct instrument instrument;
    struct cli_error error;
    uint64_t decoded, waits;
    double clip_seconds, slowest, apart; // slowest: of late
    // The thread's own.
    float *noise, *weights;
};

// --- the thread

static double moment_of(const struct player *p) {
    return p->options.seconds() - p->start;
}

// What a clip may take, with something to spare: one that comes late stops z.
static double lasting(const struct player *p) {
    return 1.1 * p->slowest + 0.5 / p->options.fps;
}

// How far ahead an anchor is that is begun now: it must be there in time, and last until the one behind it
// is.
static double headroom(const struct player *p) {
    return 2.0 * lasting(p);
}

// The moment of the next anchor: the next frame's, or the first for which there is time enough.
static double next_moment(const struct player *p) {
    double frame = 1.0 / p->options.fps, next = anchors_last(&p->anchors) + frame;
    double earliest = moment_of(p) + headroom(p);
    return next > earliest ? next : ceil(earliest * p->options.fps - 1e-6) * frame;
}

// Whether it is so far ahead that it had better rest: what a player does shall be seen soon.
static bool is_ahead(const struct player *p) {
    return anchors_full(&p->anchors) ||
           anchors_last(&p->anchors) - moment_of(p) > headroom(p) + 1.0 / p->options.fps;
}

static void rest(void) {
    const struct timespec moment = {.tv_nsec = 2000000};
    nanosleep(&moment, NULL);
}

static bool decode(struct player *p, uint8_t *rgb, struct cli_error *error) {
    double before = p->options.seconds();
    if (!p->decoder.decode(p->decoder.user, p->noise, p->weights, rgb, error))
        return false;
    double took = p->options.seconds() - before;
    pthread_mutex_lock(&p->lock);
    bool first = p->decoded < 2; // the very first builds kernels, too
    p->clip_seconds = first ? took : 0.8 * p->clip_seconds + 0.2 * took;
    // Upwards at once, downwards slowly: a device that has become slow must not be late twice.
    p->slowest = first || took > p->slowest ? took : 0.95 * p->slowest + 0.05 * took;
    p->decoded++;
    pthread_mutex_unlock(&p->lock);
    return true;
}

static bool first_clip(struct player *p, struct cli_error *error) {
    const struct prior *prior;
    if (!p->decoder.begin(p->decoder.user, &prior, error))
        return false;
    p->noise = malloc(prior->space.count * sizeof *p->noise);
    p->weights = malloc(prior->density.classes * sizeof *p->weights);
    if (!instrument_create(&p->instrument, prior, p->options.seed) || p->noise == NULL || p->weights == NULL)
        return cli_no_memory(error, "the instrument");
    instrument_at(&p->instrument, 0.0, p->noise, p->weights);
    if (!decode(p, anchors_room(&p->anchors), error))
        return false;
    pthread_mutex_lock(&p->lock);
    anchors_add(&p->anchors, 0.0, 0.0);
    p->slowest = fmin(p->slowest, 0.25); // a guess: the first one had kernels to build
    p->start = p->options.seconds();
    p->state = PLAYER_PLAYING;
    pthread_mutex_unlock(&p->lock);
    return true;
}

static bool next_clip(struct player *p, struct cli_error *error) {
    pthread_mutex_lock(&p->lock);
    bool wait = is_ahead(p);
    double moment = next_moment(p);
    uint8_t *room = anchors_room(&p->anchors); // nobody looks there: it is ours
    if (!wait)
        instrument_at(&p->instrument, moment, p->noise, p->weights);
    pthread_mutex_unlock(&p->lock);
    if (wait) {
        rest();
        return true;
    }
    if (!decode(p, room, error))
        return false;
    pthread_mutex_lock(&p->lock);
    double now = moment_of(p), last = anchors_last(&p->anchors);
    p->apart = moment - last;
    // Came too late: z has stood still at the last anchor, and goes on from there, without a jump, for as
    // long as the next clip takes.
    bool late = last < now, second = p->decoded == 2; // which nobody could foresee
    p->waits += late && !second;
    anchors_add(&p->anchors, late ? now : last, late ? fmax(moment, now + lasting(p)) : moment);
    pthread_mutex_unlock(&p->lock);
    return true;
}

static bool stopped(struct player *p) {
    pthread_mutex_lock(&p->lock);
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return stop;
}

static void *run(void *user) {
    struct player *p = user;
    struct cli_error error = {.cause = p->error.cause};
    sys_thread_yield_to_others();
    bool done = first_clip(p, &error);
    while (done && !stopped(p))
        done = next_clip(p, &error);
    pthread_mutex_lock(&p->lock);
    if (!done) {
        p->error = error;
        p->state = PLAYER_FAILED;
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

// --- its life

static void destroy(struct player *p) {
    anchors_destroy(&p->anchors);
    free(p->noise);
    free(p->weights);
    free(p);
}

bool player_start(struct player **out, const struct player_decoder *decoder,
                  const struct player_options *options, struct cli_error *error) {
    struct player *p = *out = calloc(1, sizeof *p);
    if (p == NULL)
        return cli_no_memory(error, "the player");
    p->decoder = *decoder;
    p->options = *options;
    p->error.cause = error->cause;
    mixer_init(&p->mixer, decoder->frames, decoder->height, decoder->width);
    pthread_mutex_init(&p->lock, NULL);
    int code = ENOMEM;
    if (anchors_create(&p->anchors, decoder->frames * p->mixer.frame_bytes))
        code = sys_thread_start(&p->thread, run, p);
    if (code == 0)
        return true;
    pthread_mutex_destroy(&p->lock);
    destroy(p);
    *out = NULL;
    return cli_fail(error, NULL, "cannot start the player: %s", strerror(code));
}

void player_stop(struct player **handle) {
    struct player *p = *handle;
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    instrument_destroy(&p->instrument);
    p->decoder.end(p->decoder.user);
    pthread_mutex_destroy(&p->lock);
    destroy(p);
    *handle = NULL;
}

// --- what others ask

enum player_state player_state(struct player *p, struct cli_error *error) {
    pthread_mutex_lock(&p->lock);
    enum player_state state = p->state;
    if (state == PLAYER_FAILED)
        *error = p->error;
    pthread_mutex_unlock(&p->lock);
    return state;
}

double player_now(struct player *p) {
    pthread_mutex_lock(&p->lock);
    double now = p->state == PLAYER_PLAYING ? moment_of(p) : 0.0;
    pthread_mutex_unlock(&p->lock);
    return now;
}

void player_apply(struct player *p, const struct demo_event *event) {
    pthread_mutex_lock(&p->lock);
    if (p->state == PLAYER_PLAYING)
        instrument_apply(&p->instrument, event, moment_of(p));
    pthread_mutex_unlock(&p->lock);
}

void player_hear(struct player *p, double level, double bass) {
    pthread_mutex_lock(&p->lock);
    if (p->state == PLAYER_PLAYING)
        instrument_hear(&p->instrument, level, bass);
    pthread_mutex_unlock(&p->lock);
}

// Clips that are shown are not written to: mixing, which takes long, needs no lock.
bool player_frame(struct player *p, uint64_t frame, uint8_t *rgb) {
    struct anchors_view view = {0};
    pthread_mutex_lock(&p->lock);
    bool there =
        p->state != PLAYER_STARTING && anchors_at(&p->anchors, (double)frame / p->options.fps, &view);
    double brightness = there ? instrument_brightness(&p->instrument) : 1.0;
    pthread_mutex_unlock(&p->lock);
    if (there)
        mixer_show(&p->mixer, frame, view.from, view.to, view.share, brightness, rgb);
    return there;
}

void player_figures(struct player *p, struct player_figures *figures) {
    pthread_mutex_lock(&p->lock);
    const struct instrument *i = &p->instrument;
    *figures = (struct player_figures){
        .decoded = p->decoded, .clip_seconds = p->clip_seconds, .apart = p->apart, .waits = p->waits};
    if (p->state == PLAYER_PLAYING) {
        figures->position = instrument_position(i);
        figures->travelled = i->travelled;
        figures->from = i->from.kind;
        figures->to = i->to.kind;
        figures->speed = i->speed;
        figures->temperature = i->temperature_to;
        figures->beat_period = i->beat_period;
        figures->arc = i->arc_to > 0.0;
        figures->listens = i->listens;
        figures->dragged = i->dragged;
        figures->map_x = i->map_to_x;
        figures->map_y = i->map_to_y;
    }
    pthread_mutex_unlock(&p->lock);
}

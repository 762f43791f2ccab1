// Holds drawn clips, one to a place, and the clips that will take their places, in spare memory.
//
// The reader says ahead what it will want (clip_source.h). Clips that are new wait in a queue, drawers make
// them in spares, and whoever reads one first puts it in its place, whose memory is a spare then. A clip that
// nobody has begun is drawn by its reader.
#include "cli/train/particle_pool.h"

#include "cli/check.h"
#include "cli/data/particles.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "runtime/log.h"
#include "runtime/system/machine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST_SPARES = 64, MAX_DRAWERS = 64, LARGEST_BATCH = 1024 };

// Versions count from 1; 0: none yet.
struct place {
    pthread_mutex_t lock; // guards the rest
    uint8_t *rgb;
    uint32_t version;
};

enum spare_state { SPARE_FREE, SPARE_DRAWING, SPARE_READY };

struct spare {
    uint8_t *rgb;
    uint32_t clip;
    enum spare_state state;
};

struct particle_pool {
    struct particle_set set;
    uint32_t first, each; // numbers of the clips of a kind
    uint32_t *classes;
    struct clip_source source;
    uint8_t *memory;
    struct place *places; // [source.count]
    pthread_mutex_t lock; // guards what follows; taken behind a place's, never before it
    pthread_cond_t changed;
    struct spare *spares;
    uint32_t spare_count;
    uint32_t *queue, queue_size, queue_first, queued;
    uint32_t *told,
        *taken; // [source.count] the newest version that is to be drawn; that a reader has asked for
    pthread_t drawers[MAX_DRAWERS];
    uint32_t drawer_count;
    bool stop;
};

// --- which clips

static int by_name(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return strcmp(particles_kind_name(*a), particles_kind_name(*b));
}

static uint32_t kind_at(uint32_t i) {
    uint32_t kinds[PARTICLE_KINDS];
    for (uint32_t k = 0; k < PARTICLE_KINDS; k++)
        kinds[k] = k;
    qsort(kinds, PARTICLE_KINDS, sizeof kinds[0], by_name);
    return kinds[i];
}

const char *particle_pool_kind(uint32_t i) {
    return particles_kind_name(kind_at(i));
}

static uint32_t clips_each(const struct particle_set *set, bool val) {
    uint32_t kept = data_val_count(set->clips, set->val);
    return val ? kept : set->clips - kept;
}

static uint32_t spares_for(uint32_t count, double renew) {
    uint32_t some = count / 16 > FEWEST_SPARES ? count / 16 : FEWEST_SPARES;
    return !(renew > 0.0) ? 0 : some < count ? some : count;
}

static uint64_t bytes_of(const struct particle_set *set) {
    return (uint64_t)set->size.frames * set->size.height * set->size.width * 3;
}

uint64_t particle_pool_bytes(const struct particle_set *set, bool val, double renew) {
    uint32_t count = PARTICLE_KINDS * clips_each(set, val);
    return (count + (uint64_t)spares_for(count, renew)) * bytes_of(set);
}

// Clips of the set that is drawn have their numbers there, new ones those behind.
static bool draw(const struct particle_pool *pool, uint32_t clip, uint8_t *rgb) {
    uint32_t place = clip % pool->source.count, version = clip / pool->source.count, n = place % pool->each;
    uint32_t number = version == 0 ? pool->first + n : pool->set.clips + (version - 1) * pool->each + n;
    struct clip drawn;
    struct cli_error error = {.text = ""};
    if (!particle_set_draw(&pool->set, kind_at(pool->classes[place]), number, &drawn, &error)) {
        rt_log(RT_LOG_ERROR, "%s", error.text);
        return false;
    }
    memcpy(rgb, drawn.rgb, bytes_of(&pool->set));
    clip_destroy(&drawn);
    return true;
}

static uint32_t version_of(const struct particle_pool *pool, uint32_t clip) {
    return clip / pool->source.count + 1;
}

// --- drawing ahead

static struct spare *find_spare(struct particle_pool *pool, enum spare_state state) {
    for (uint32_t i = 0; i < pool->spare_count; i++)
        if (pool->spares[i].state == state)
            return &pool->spares[i];
    return NULL;
}

// The next clip of the queue that no reader has come for yet.
static bool take_queued(struct particle_pool *pool, uint32_t *clip) {
    while (pool->queued > 0) {
        *clip = pool->queue[pool->queue_first];
        pool->queue_first = (pool->queue_first + 1) % pool->queue_size;
        pool->queued--;
        if (version_of(pool, *clip) > pool->taken[*clip % pool->source.count])
            return true;
    }
    return false;
}

static void *draw_ahead(void *user) {
    struct particle_pool *pool = user;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stop) {
        struct spare *spare = find_spare(pool, SPARE_FREE);
        uint32_t clip;
        if (spare == NULL || !take_queued(pool, &clip)) {
            pthread_cond_wait(&pool->changed, &pool->lock);
            continue;
        }
        spare->clip = clip;
        spare->state = SPARE_DRAWING;
        pthread_mutex_unlock(&pool->lock);
        bool drawn = draw(pool, clip, spare->rgb);
        pthread_mutex_lock(&pool->lock);
        spare->state =
            drawn ? SPARE_READY : SPARE_FREE; // its reader tries again, and fails where it is asked
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void expect(void *user, const uint32_t *clips, uint32_t count) {
    struct particle_pool *pool = user;
    pthread_mutex_lock(&pool->lock);
    for (uint32_t i = 0; i < count && pool->queued < pool->queue_size; i++) {
        uint32_t place = clips[i] % pool->source.count, version = version_of(pool, clips[i]);
        if (version <= pool->told[place])
            continue;
        pool->told[place] = version;
        pool->queue[(pool->queue_first + pool->queued++) % pool->queue_size] = clips[i];
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

static void stop_drawers(struct particle_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    while (pool->drawer_count > 0)
        pthread_join(pool->drawers[--pool->drawer_count], NULL);
}

// Those that cannot be started are not missed: readers draw, too.
static void start_drawers(struct particle_pool *pool) {
    uint32_t wanted = sys_processors() < MAX_DRAWERS ? sys_processors() : MAX_DRAWERS;
    pool->stop = false;
    while (pool->drawer_count < wanted &&
           pthread_create(&pool->drawers[pool->drawer_count], NULL, draw_ahead, pool) == 0)
        pool->drawer_count++;
}

// --- reading

static struct spare *find_drawn(struct particle_pool *pool, uint32_t clip) {
    for (uint32_t i = 0; i < pool->spare_count; i++)
        if (pool->spares[i].state != SPARE_FREE && pool->spares[i].clip == clip)
            return &pool->spares[i];
    return NULL;
}

// Under the place's lock: the clip from a spare, once it is there. False when nobody has begun it.
static bool take_spare(struct particle_pool *pool, struct place *place, uint32_t clip) {
    pthread_mutex_lock(&pool->lock);
    pool->taken[clip % pool->source.count] = version_of(pool, clip);
    struct spare *spare = find_drawn(pool, clip);
    while (spare != NULL && spare->state == SPARE_DRAWING) {
        pthread_cond_wait(&pool->changed, &pool->lock);
        spare = find_drawn(pool, clip);
    }
    if (spare != NULL) {
        uint8_t *old = place->rgb;
        place->rgb = spare->rgb;
        *spare = (struct spare){.rgb = old, .state = SPARE_FREE};
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return spare != NULL;
}

// Under the place's lock.
static bool renew(struct particle_pool *pool, struct place *place, uint32_t clip) {
    if (!take_spare(pool, place, clip)) {
        place->version = 0;
        if (!draw(pool, clip, place->rgb))
            return false;
    }
    place->version = version_of(pool, clip);
    return true;
}

// Part of the library while it runs, on whatever thread. A clip that has been replaced is drawn once more.
static bool read_clip(void *user, uint32_t clip, uint8_t *rgb) {
    struct particle_pool *pool = user;
    struct place *place = &pool->places[clip % pool->source.count];
    uint32_t version = version_of(pool, clip);
    pthread_mutex_lock(&place->lock);
    bool replaced = place->version > version;
    bool there = !replaced && (place->version == version || renew(pool, place, clip));
    if (there)
        memcpy(rgb, place->rgb, bytes_of(&pool->set));
    pthread_mutex_unlock(&place->lock);
    return replaced ? draw(pool, clip, rgb) : there;
}

// --- filling

struct filling {
    struct particle_pool *pool;
    struct progress bar;
    pthread_mutex_t lock; // guards the bar
};

// A reader that leaves clips in their places, whatever was there. What takes no time needs no bar.
static bool fill_one(void *user, uint32_t clip, uint8_t *unused) {
    struct filling *f = user;
    struct place *place = &f->pool->places[clip % f->pool->source.count];
    uint32_t version = version_of(f->pool, clip);
    (void)unused;
    bool done = !interrupt_requested() && (place->version == version || draw(f->pool, clip, place->rgb));
    place->version = done ? version : 0;
    pthread_mutex_lock(&f->lock);
    f->bar.done++;
    if (terminal_seconds() - f->bar.started > 2.0)
        progress_update(&f->bar, f->bar.done, NULL);
    pthread_mutex_unlock(&f->lock);
    return done;
}

static bool fill_all(struct particle_pool *pool, const uint32_t *clips, struct cli_error *error) {
    struct filling f = {.pool = pool};
    struct clip_source filling = pool->source;
    filling.read = fill_one;
    filling.user = &f;
    pthread_mutex_init(&f.lock, NULL);
    progress_begin(&f.bar, "drawing", pool->source.count);
    bool done = clip_source_read(&filling, clips, pool->source.count, pool->memory) || interrupt_requested();
    progress_clear(&f.bar);
    pthread_mutex_destroy(&f.lock);
    return cli_check(error, done ? RT_OK : RT_ERROR_IO, "drawing the clips");
}

static void forget_spares(struct particle_pool *pool) {
    for (uint32_t i = 0; i < pool->spare_count; i++)
        pool->spares[i].state = SPARE_FREE;
    pool->queued = 0;
}

bool particle_pool_fill(struct particle_pool *pool, const struct sampler *sampler, uint64_t epoch,
                        struct cli_error *error) {
    uint32_t *clips = malloc(pool->source.count * sizeof *clips);
    if (clips == NULL)
        return cli_no_memory(error, "the list of clips");
    stop_drawers(pool);
    forget_spares(pool);
    for (uint32_t i = 0; i < pool->source.count; i++) {
        clips[i] = sampler_clip(sampler, i, epoch);
        pool->told[i] = pool->taken[i] = version_of(pool, clips[i]);
    }
    bool done = fill_all(pool, clips, error);
    free(clips);
    if (done && pool->spare_count > 0)
        start_drawers(pool);
    return done;
}

// --- making

static bool allocate(struct particle_pool *pool) {
    uint32_t count = pool->source.count;
    uint64_t bytes = (count + (uint64_t)pool->spare_count) * bytes_of(&pool->set);
    pool->memory = bytes <= SIZE_MAX ? malloc((size_t)bytes + 1) : NULL;
    pool->classes = malloc((count + 1) * sizeof *pool->classes);
    pool->places = calloc(count + 1, sizeof *pool->places);
    pool->spares = calloc(pool->spare_count + 1, sizeof *pool->spares);
    pool->queue = malloc(pool->queue_size * sizeof *pool->queue);
    pool->told = calloc(count + 1, sizeof *pool->told);
    pool->taken = calloc(count + 1, sizeof *pool->taken);
    return pool->memory != NULL && pool->classes != NULL && pool->places != NULL && pool->spares != NULL &&
           pool->queue != NULL && pool->told != NULL && pool->taken != NULL;
}

static void lay_out(struct particle_pool *pool) {
    uint64_t bytes = bytes_of(&pool->set);
    uint32_t count = pool->source.count;
    for (uint32_t i = 0; i < count; i++) {
        pthread_mutex_init(&pool->places[i].lock, NULL);
        pool->places[i].rgb = pool->memory + i * bytes;
        pool->classes[i] = i / pool->each;
    }
    for (uint32_t i = 0; i < pool->spare_count; i++)
        pool->spares[i].rgb = pool->memory + (count + (uint64_t)i) * bytes;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
}

// As far ahead as the spares reach; an epoch is far enough.
static uint32_t ahead_of(uint32_t count, uint32_t spares, double part) {
    double clips = part > 0.0 ? spares / part : 0.0;
    return clips < count ? (uint32_t)clips : count;
}

static void release(struct particle_pool *pool) {
    free(pool->memory);
    free(pool->classes);
    free(pool->places);
    free(pool->spares);
    free(pool->queue);
    free(pool->told);
    free(pool->taken);
    free(pool);
}

struct particle_pool *particle_pool_create(const struct particle_set *set, bool val, double part,
                                           struct cli_error *error) {
    struct particle_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        cli_no_memory(error, "the clips that are drawn");
        return NULL;
    }
    pool->set = *set;
    pool->each = clips_each(set, val);
    pool->first = val ? clips_each(set, false) : 0;
    pool->source = (struct clip_source){.count = PARTICLE_KINDS * pool->each,
                                        .d = set->size.frames,
                                        .h = set->size.height,
                                        .w = set->size.width,
                                        .read = read_clip,
                                        .user = pool};
    pool->spare_count = spares_for(pool->source.count, part);
    if (pool->spare_count > 0) {
        pool->source.expect = expect;
        pool->source.ahead = ahead_of(pool->source.count, pool->spare_count, part);
    }
    pool->queue_size = pool->source.ahead + LARGEST_BATCH;
    if (!allocate(pool)) {
        release(pool);
        cli_no_memory(error, "the clips that are drawn");
        return NULL;
    }
    pool->source.classes = pool->classes;
    lay_out(pool);
    return pool;
}

void particle_pool_destroy(struct particle_pool **handle) {
    struct particle_pool *pool = *handle;
    if (pool == NULL)
        return;
    stop_drawers(pool);
    for (uint32_t i = 0; i < pool->source.count; i++)
        pthread_mutex_destroy(&pool->places[i].lock);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    release(pool);
    *handle = NULL;
}

const struct clip_source *particle_pool_source(const struct particle_pool *pool) {
    return &pool->source;
}

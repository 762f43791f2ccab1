// Reads several clips at once on threads.
#include "model/clips/clip_source.h"

#include "runtime/system/machine.h"

#include <pthread.h>

enum { MAX_HELPERS = 31 }; // threads beside the caller's

struct work {
    const struct clip_source *source;
    const uint32_t *clips;
    uint32_t count;
    uint8_t *rgb;
    pthread_mutex_t lock; // guards what follows
    uint32_t next;
    bool failed;
};

uint64_t clip_source_clip_bytes(const struct clip_source *source) {
    return (uint64_t)source->d * source->h * source->w * 3;
}

static bool take(struct work *work, uint32_t *item) {
    pthread_mutex_lock(&work->lock);
    bool more = !work->failed && work->next < work->count;
    *item = more ? work->next++ : 0;
    pthread_mutex_unlock(&work->lock);
    return more;
}

static void *run(void *user) {
    struct work *work = user;
    uint64_t bytes = clip_source_clip_bytes(work->source);
    uint32_t item;
    while (take(work, &item))
        if (!work->source->read(work->source->user, work->clips[item], work->rgb + item * bytes)) {
            pthread_mutex_lock(&work->lock);
            work->failed = true;
            pthread_mutex_unlock(&work->lock);
        }
    return NULL;
}

// This thread works too; others that cannot be started are not missed.
bool clip_source_read(const struct clip_source *source, const uint32_t *clips, uint32_t count, uint8_t *rgb) {
    struct work work = {.source = source, .clips = clips, .count = count, .rgb = rgb};
    pthread_t helpers[MAX_HELPERS];
    uint32_t processors = sys_processors();
    uint32_t started = 0;
    pthread_mutex_init(&work.lock, NULL);
    while (started < MAX_HELPERS && started + 1 < count && started + 1 < processors &&
           pthread_create(&helpers[started], NULL, run, &work) == 0)
        started++;
    run(&work);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);
    pthread_mutex_destroy(&work.lock);
    return !work.failed;
}

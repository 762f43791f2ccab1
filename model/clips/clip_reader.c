// The reader thread: a ring of places that it fills in the order of the steps.
#include "model/clips/clip_reader.h"

#include "runtime/align.h"
#include "runtime/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct clip_reader {
    const struct clip_source *source;
    struct sampler *sampler;
    struct sampler scout;    // looks further ahead, to tell the source
    uint64_t told;           // steps before it have been told
    uint32_t count, *wanted; // [batch]
    uint8_t *places[CLIP_READER_SLOTS];
    struct sampler_item *items;    // [count][batch]
    struct sampler_item *expected; // [batch]
    pthread_t thread;
    pthread_mutex_t lock; // guards what follows, and the items of steps that have been read
    pthread_cond_t changed;
    bool running, failed, stop;
    uint64_t taken; // the step in use: its place and those of steps behind it are not read into
    uint64_t read;  // steps before it have been read
};

static struct sampler_item *items_of(const struct clip_reader *reader, uint64_t step) {
    return reader->items + step % reader->count * reader->sampler->batch;
}

// The source learns of clips long before they are read: to make one may take longer than a step.
static void tell(struct clip_reader *reader, uint64_t step) {
    const struct clip_source *source = reader->source;
    uint32_t batch = reader->sampler->batch;
    for (uint64_t end = step + rt_div_up(source->ahead, batch); reader->told < end; reader->told++) {
        sampler_batch(&reader->scout, reader->told, reader->expected);
        for (uint32_t i = 0; i < batch; i++)
            reader->wanted[i] = reader->expected[i].clip;
        source->expect(source->user, reader->wanted, batch);
    }
}

static bool read_batch(struct clip_reader *reader, uint64_t step) {
    struct sampler_item *items = items_of(reader, step);
    if (reader->source->expect != NULL)
        tell(reader, step);
    sampler_batch(reader->sampler, step, items);
    for (uint32_t i = 0; i < reader->sampler->batch; i++)
        reader->wanted[i] = items[i].clip;
    return clip_source_read(reader->source, reader->wanted, reader->sampler->batch,
                            reader->places[step % reader->count]);
}

static void *read_ahead(void *user) {
    struct clip_reader *reader = user;
    pthread_mutex_lock(&reader->lock);
    while (!reader->stop && !reader->failed) {
        uint64_t step = reader->read;
        if (step >= reader->taken + reader->count) {
            pthread_cond_wait(&reader->changed, &reader->lock);
            continue;
        }
        pthread_mutex_unlock(&reader->lock);
        bool done = read_batch(reader, step);
        pthread_mutex_lock(&reader->lock);
        reader->read += done;
        reader->failed = !done;
        pthread_cond_broadcast(&reader->changed);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

static enum rt_status start(struct clip_reader *reader) {
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->changed, NULL);
    int code = pthread_create(&reader->thread, NULL, read_ahead, reader);
    reader->running = code == 0;
    if (reader->running)
        return RT_OK;
    rt_log(RT_LOG_ERROR, "no thread to read clips: %s", strerror(code));
    pthread_cond_destroy(&reader->changed);
    pthread_mutex_destroy(&reader->lock);
    return RT_ERROR_OUT_OF_MEMORY;
}

enum rt_status clip_reader_create(const struct clip_source *source, struct sampler *sampler,
                                  uint64_t first_step, uint8_t *const *places, uint32_t count,
                                  struct clip_reader **out) {
    struct clip_reader *reader = *out = calloc(1, sizeof *reader);
    if (reader == NULL)
        return rt_no_memory("the reader of clips");
    *reader = (struct clip_reader){.source = source,
                                   .sampler = sampler,
                                   .scout = *sampler,
                                   .count = count,
                                   .taken = first_step,
                                   .read = first_step,
                                   .told = first_step};
    memcpy(reader->places, places, count * sizeof *places);
    reader->items = calloc((size_t)count * sampler->batch, sizeof *reader->items);
    reader->expected = calloc(sampler->batch, sizeof *reader->expected);
    reader->wanted = calloc(sampler->batch, sizeof *reader->wanted);
    bool made = sampler_init(&reader->scout) && reader->items != NULL && reader->expected != NULL &&
                reader->wanted != NULL;
    enum rt_status status = made ? start(reader) : rt_no_memory("the reader of clips");
    if (status != RT_OK)
        clip_reader_destroy(out);
    return status;
}

void clip_reader_destroy(struct clip_reader **handle) {
    struct clip_reader *reader = *handle;
    if (reader == NULL)
        return;
    if (reader->running) {
        pthread_mutex_lock(&reader->lock);
        reader->stop = true;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
        pthread_join(reader->thread, NULL);
        pthread_cond_destroy(&reader->changed);
        pthread_mutex_destroy(&reader->lock);
    }
    sampler_finish(&reader->scout);
    free(reader->items);
    free(reader->expected);
    free(reader->wanted);
    free(reader);
    *handle = NULL;
}

// Under the lock.
static bool wait_for(struct clip_reader *reader, uint64_t step) {
    while (reader->read <= step && !reader->failed)
        pthread_cond_wait(&reader->changed, &reader->lock);
    return reader->read > step;
}

enum rt_status clip_reader_take(struct clip_reader *reader, uint64_t step, struct sampler_item *items) {
    enum rt_status status = RT_OK;
    pthread_mutex_lock(&reader->lock);
    if (step < reader->taken || step > reader->taken + 1) {
        rt_log(RT_LOG_ERROR, "clips of step %llu were asked for, those of step %llu are in use",
               (unsigned long long)step, (unsigned long long)reader->taken);
        status = RT_ERROR_INVALID;
    } else {
        reader->taken = step;
        pthread_cond_broadcast(&reader->changed);
    }
    if (status == RT_OK && !wait_for(reader, step))
        status = RT_ERROR_IO; // the clip's reader has logged it
    if (status == RT_OK)
        memcpy(items, items_of(reader, step), reader->sampler->batch * sizeof *items);
    pthread_mutex_unlock(&reader->lock);
    return status;
}

bool clip_reader_wait(struct clip_reader *reader, uint64_t step) {
    pthread_mutex_lock(&reader->lock);
    bool read = wait_for(reader, step);
    pthread_mutex_unlock(&reader->lock);
    return read;
}

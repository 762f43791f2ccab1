// Keeps the clips of a data set on the device when they fit, and uploads batches when they do not.
#include "model/clips/clip_store.h"

#include "runtime/align.h"
#include "runtime/log.h"
#include "runtime/transfer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LOAD_TOGETHER = 64, LOAD_BYTES = 256 << 20 }; // most clips, and bytes, that are read side by side

// The reader thread and what it shares. It fetches one batch ahead.
struct reader {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool running, ready, failed, stop;
    uint64_t step; // that `clips` belongs to, or that is being read
    struct sampler_item *items;
    uint32_t *wanted; // [batch]
    uint8_t *clips;   // [batch][d][h][w][3]
};

struct clip_store {
    struct rt_device *device;
    const struct clip_source *source;
    struct sampler sampler;
    bool streamed;
    uint32_t count; // clips in the buffer
    struct rt_arena *arena;
    struct rt_buffer buffer;
    struct reader reader;
};

static uint64_t batch_bytes(const struct clip_store *store) {
    return store->sampler.batch * clip_source_clip_bytes(store->source);
}

uint64_t clip_store_bytes(const struct clip_source *source, uint32_t count) {
    return rt_align_up(count * clip_source_clip_bytes(source), 16);
}

bool clip_store_fits(const struct rt_device *device, const struct clip_source *source) {
    uint64_t bytes = clip_store_bytes(source, source->count);
    return bytes <= rt_arena_chunk_bytes(device) && bytes <= rt_device_free_bytes(device) / 2;
}

// --- resident

// Clips [first, first + count) by way of rgb.
static enum rt_status load_some(struct clip_store *store, uint32_t first, uint32_t count, uint8_t *rgb) {
    const struct clip_source *source = store->source;
    uint64_t bytes = clip_source_clip_bytes(source);
    uint32_t clips[LOAD_TOGETHER];
    for (uint32_t i = 0; i < count; i++)
        clips[i] = first + i;
    if (!clip_source_read(source, clips, count, rgb) ||
        (source->progress != NULL && !source->progress(source->user, first + count, source->count)))
        return RT_ERROR_IO;
    return rt_buffer_upload(store->device, rt_buffer_slice(store->buffer, first * bytes, count * bytes), rgb,
                            count * bytes);
}

static enum rt_status load_all(struct clip_store *store) {
    uint64_t bytes = clip_source_clip_bytes(store->source), fit = LOAD_BYTES / bytes;
    uint32_t total = store->source->count, some = fit < 1               ? 1
                                                  : fit > LOAD_TOGETHER ? LOAD_TOGETHER
                                                                        : (uint32_t)fit;
    uint8_t *rgb = malloc(some * bytes);
    enum rt_status status = rgb != NULL ? RT_OK : rt_no_memory("clips");
    for (uint32_t first = 0; first < total && status == RT_OK; first += some)
        status = load_some(store, first, total - first < some ? total - first : some, rgb);
    free(rgb);
    return status;
}

// --- streamed

static bool read_batch(struct clip_store *store, uint64_t step) {
    struct reader *reader = &store->reader;
    sampler_batch(&store->sampler, step, reader->items);
    for (uint32_t i = 0; i < store->sampler.batch; i++)
        reader->wanted[i] = reader->items[i].clip;
    return clip_source_read(store->source, reader->wanted, store->sampler.batch, reader->clips);
}

static void *read_ahead(void *user) {
    struct clip_store *store = user;
    struct reader *reader = &store->reader;
    pthread_mutex_lock(&reader->lock);
    while (!reader->stop) {
        if (reader->ready || reader->failed) {
            pthread_cond_wait(&reader->changed, &reader->lock);
            continue;
        }
        uint64_t step = reader->step;
        pthread_mutex_unlock(&reader->lock);
        bool read = read_batch(store, step);
        pthread_mutex_lock(&reader->lock);
        reader->ready = read;
        reader->failed = !read;
        pthread_cond_broadcast(&reader->changed);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

static enum rt_status start_reader(struct clip_store *store, uint64_t first_step) {
    struct reader *reader = &store->reader;
    reader->items = calloc(store->sampler.batch, sizeof *reader->items);
    reader->wanted = calloc(store->sampler.batch, sizeof *reader->wanted);
    reader->clips = malloc(batch_bytes(store));
    if (reader->items == NULL || reader->wanted == NULL || reader->clips == NULL)
        return rt_no_memory("a batch of clips");
    reader->step = first_step;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->changed, NULL);
    int code = pthread_create(&reader->thread, NULL, read_ahead, store);
    reader->running = code == 0;
    if (reader->running)
        return RT_OK;
    rt_log(RT_LOG_ERROR, "no thread to read clips: %s", strerror(code));
    pthread_cond_destroy(&reader->changed);
    pthread_mutex_destroy(&reader->lock);
    return RT_ERROR_OUT_OF_MEMORY;
}

static void stop_reader(struct reader *reader) {
    if (reader->running) {
        pthread_mutex_lock(&reader->lock);
        reader->stop = true;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
        pthread_join(reader->thread, NULL);
        pthread_cond_destroy(&reader->changed);
        pthread_mutex_destroy(&reader->lock);
    }
    free(reader->items);
    free(reader->wanted);
    free(reader->clips);
}

// Takes what the thread has read for `step` and sends it to read the next.
static enum rt_status take_batch(struct clip_store *store, uint64_t step, struct sampler_item *items) {
    struct reader *reader = &store->reader;
    enum rt_status status = RT_ERROR_IO;
    pthread_mutex_lock(&reader->lock);
    while (!reader->ready && !reader->failed)
        pthread_cond_wait(&reader->changed, &reader->lock);
    if (reader->ready && reader->step != step) {
        rt_log(RT_LOG_ERROR, "clips of step %llu were asked for, those of step %llu come next",
               (unsigned long long)step, (unsigned long long)reader->step);
        status = RT_ERROR_INVALID;
    } else if (reader->ready) {
        status = rt_buffer_upload(store->device, store->buffer, reader->clips, batch_bytes(store));
    }
    if (status == RT_OK) { // else the batch stays, for the step to be tried again
        memcpy(items, reader->items, store->sampler.batch * sizeof *items);
        reader->ready = false;
        reader->step = step + 1;
        pthread_cond_broadcast(&reader->changed);
    }
    pthread_mutex_unlock(&reader->lock);
    return status;
}

// --- both

enum rt_status clip_store_create(struct rt_device *device, const struct clip_source *source,
                                 const struct sampler *sampler, uint64_t first_step, bool stream,
                                 struct clip_store **out) {
    struct clip_store *store = *out = calloc(1, sizeof *store);
    if (store == NULL)
        return rt_no_memory("the clips");
    *store = (struct clip_store){.device = device, .source = source, .sampler = *sampler, .streamed = stream};
    store->sampler.order = NULL;
    store->count = stream ? sampler->batch : source->count;
    uint64_t bytes = clip_store_bytes(source, store->count);
    enum rt_status status =
        sampler_init(&store->sampler)
            ? rt_arena_create(device, RT_MEMORY_DEVICE, bytes, "clips of the data set", &store->arena)
            : rt_no_memory("the order of clips");
    if (status == RT_OK) {
        store->buffer = rt_arena_buffer(store->arena, 0, bytes);
        status = stream ? start_reader(store, first_step) : load_all(store);
    }
    if (status != RT_OK)
        clip_store_destroy(out);
    return status;
}

void clip_store_destroy(struct clip_store **handle) {
    struct clip_store *store = *handle;
    if (store == NULL)
        return;
    stop_reader(&store->reader);
    sampler_finish(&store->sampler);
    rt_arena_destroy(&store->arena);
    free(store);
    *handle = NULL;
}

struct rt_buffer clip_store_buffer(const struct clip_store *store) {
    return store->buffer;
}

uint32_t clip_store_count(const struct clip_store *store) {
    return store->count;
}

enum rt_status clip_store_prepare(struct clip_store *store, uint64_t step, struct sampler_item *items,
                                  uint32_t *classes) {
    enum rt_status status = RT_OK;
    if (store->streamed)
        status = take_batch(store, step, items);
    else
        sampler_batch(&store->sampler, step, items);
    for (uint32_t i = 0; i < store->sampler.batch && status == RT_OK; i++) {
        classes[i] = store->source->classes[items[i].clip];
        if (store->streamed)
            items[i].clip = i;
    }
    return status;
}

// Keeps the clips of a data set on the device when they fit, and brings batches there when they do not.
#include "model/clips/clip_store.h"

#include "model/clips/clip_reader.h"
#include "runtime/align.h"
#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/stream.h"
#include "runtime/system/machine.h"
#include "runtime/transfer.h"

#include <stdlib.h>
#include <string.h>

enum { LOAD_TOGETHER = 64, LOAD_BYTES = 256 << 20 }; // most clips, and bytes, that are read side by side
enum { GATHER_SLOTS = 2 };

// A place for a batch, and how clips get there.
struct slot {
    struct rt_buffer buffer, staging; // no staging: the host writes to the buffer
    struct rt_stream *copy;
    uint64_t step; // whose clips are on their way or there, UINT64_MAX: none
    struct sampler_item *items;
};

struct clip_store {
    struct rt_device *device;
    const struct clip_source *source;
    struct sampler sampler;
    struct clip_store_plan plan;
    struct rt_arena *arena, *batches, *staging;
    struct rt_buffer buffer; // that steps read from
    uint32_t count, slot_count;
    struct slot slots[CLIP_READER_SLOTS];
    struct clip_reader *reader;
    double waited_ms;
};

// --- sizes

static uint64_t batch_bytes(const struct clip_source *source, uint32_t batch) {
    return batch * clip_source_clip_bytes(source);
}

// Clips of a set that is gathered begin where copies like to.
static uint64_t clip_stride(const struct clip_source *source) {
    return rt_align_up(clip_source_clip_bytes(source), RT_ALIGNMENT);
}

static uint64_t gathered_bytes(const struct rt_device *device, const struct clip_source *source) {
    uint64_t chunk = rt_arena_chunk_bytes(device), stride = clip_stride(source), each = chunk / stride;
    return each == 0 ? UINT64_MAX : source->count / each * chunk + source->count % each * stride;
}

// Two batches are enough to be ahead of a step.
static uint32_t slots_that_fit(const struct rt_device *device, const struct clip_source *source,
                               uint32_t batch) {
    uint64_t fit = rt_arena_chunk_bytes(device) / batch_bytes(source, batch);
    return fit < 2 ? 2 : fit < CLIP_READER_SLOTS ? (uint32_t)fit : CLIP_READER_SLOTS;
}

static bool fits(const struct rt_device *device, uint64_t bytes, uint64_t others) {
    uint64_t free_bytes = rt_device_free_bytes(device), spare = free_bytes / 16;
    enum rt_device_type type = rt_device_describe(device)->type;
    bool shared = type == RT_DEVICE_CPU || type == RT_DEVICE_INTEGRATED;
    return bytes <= free_bytes && others <= free_bytes - bytes && spare <= free_bytes - bytes - others &&
           (!shared || bytes <= free_bytes / 2);
}

struct clip_store_plan clip_store_plan(const struct rt_device *device, const struct clip_source *source,
                                       uint32_t batch, uint64_t others, bool stream) {
    uint64_t whole = rt_align_up(batch_bytes(source, source->count), 16),
             chunk = rt_arena_chunk_bytes(device);
    struct clip_store_plan plan = {.gathered = whole > chunk, .bytes = whole};
    if (plan.gathered) {
        uint64_t parts = gathered_bytes(device, source), two = GATHER_SLOTS * batch_bytes(source, batch);
        plan.bytes = parts > UINT64_MAX - two ? UINT64_MAX : parts + two;
    }
    if (!stream && fits(device, plan.bytes, others))
        return plan;
    uint64_t ahead = slots_that_fit(device, source, batch) * batch_bytes(source, batch);
    return (struct clip_store_plan){.streamed = true, .bytes = rt_align_up(ahead, 16)};
}

// --- loading a set that is kept

static struct rt_buffer clip_buffer(const struct clip_store *store, uint32_t clip) {
    uint64_t bytes = clip_source_clip_bytes(store->source), stride = clip_stride(store->source);
    if (!store->plan.gathered)
        return rt_buffer_slice(store->buffer, clip * bytes, bytes);
    uint64_t chunk = rt_arena_chunk_bytes(store->device), each = chunk / stride;
    return rt_arena_buffer(store->arena, clip / each * chunk + clip % each * stride, bytes);
}

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
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        status = rt_buffer_upload(store->device, clip_buffer(store, first + i), rgb + i * bytes, bytes);
    return status;
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

static enum rt_status keep_whole(struct clip_store *store) {
    enum rt_status status = rt_arena_create(store->device, RT_MEMORY_DEVICE, store->plan.bytes,
                                            "clips of the data set", &store->arena);
    if (status != RT_OK)
        return status;
    store->buffer = rt_arena_buffer(store->arena, 0, store->plan.bytes);
    store->count = store->source->count;
    return load_all(store);
}

// --- places for batches

static void list_batches(void *owner, struct rt_layout *layout) {
    struct clip_store *store = owner;
    uint64_t bytes = store->slot_count * batch_bytes(store->source, store->sampler.batch);
    rt_layout_add(layout, &store->buffer, rt_align_up(bytes, 16));
}

static void list_staging(void *owner, struct rt_layout *layout) {
    struct clip_store *store = owner;
    for (uint32_t i = 0; i < store->slot_count; i++)
        rt_layout_add(layout, &store->slots[i].staging, batch_bytes(store->source, store->sampler.batch));
}

static enum rt_status make_slots(struct clip_store *store, uint32_t count) {
    uint32_t batch = store->sampler.batch;
    uint64_t bytes = batch_bytes(store->source, batch);
    store->slot_count = count;
    store->count = count * batch;
    enum rt_status status = rt_layout_create(store->device, RT_MEMORY_DEVICE, "batches of clips",
                                             list_batches, store, &store->batches);
    for (uint32_t i = 0; i < count && status == RT_OK; i++) {
        struct slot *slot = &store->slots[i];
        slot->buffer = rt_buffer_slice(store->buffer, i * bytes, bytes);
        slot->step = UINT64_MAX;
        slot->items = calloc(batch, sizeof *slot->items);
        const struct rt_stream_params params = {.aside = true};
        status = slot->items != NULL ? rt_stream_create(store->device, &params, &slot->copy)
                                     : rt_no_memory("a batch of clips");
    }
    return status;
}

// The reader writes where the device reads, or, where the host does not see that, to memory beside it.
static enum rt_status start_reader(struct clip_store *store, uint64_t first_step) {
    uint8_t *places[CLIP_READER_SLOTS];
    enum rt_status status = RT_OK;
    if (rt_buffer_map(store->buffer) == NULL)
        status = rt_layout_create(store->device, RT_MEMORY_HOST, "clips that are read ahead", list_staging,
                                  store, &store->staging);
    for (uint32_t i = 0; i < store->slot_count && status == RT_OK; i++) {
        struct slot *slot = &store->slots[i];
        places[i] = rt_buffer_map(store->staging != NULL ? slot->staging : slot->buffer);
        if (store->staging == NULL)
            continue;
        rt_stream_begin(slot->copy);
        rt_stream_copy(slot->copy, slot->staging, slot->buffer);
        status = rt_stream_status(slot->copy);
    }
    if (status != RT_OK)
        return status;
    return clip_reader_create(store->source, &store->sampler, first_step, places, store->slot_count,
                              &store->reader);
}

static enum rt_status keep_parts(struct clip_store *store) {
    enum rt_status status =
        rt_arena_create(store->device, RT_MEMORY_DEVICE, gathered_bytes(store->device, store->source),
                        "clips of the data set", &store->arena);
    if (status == RT_OK)
        status = make_slots(store, GATHER_SLOTS);
    return status == RT_OK ? load_all(store) : status;
}

static enum rt_status stream(struct clip_store *store, uint64_t first_step) {
    enum rt_status status =
        make_slots(store, slots_that_fit(store->device, store->source, store->sampler.batch));
    return status == RT_OK ? start_reader(store, first_step) : status;
}

// --- batches on their way

// Sends the batch of a step to its place; clips that are streamed have been read.
static enum rt_status send(struct clip_store *store, uint64_t step) {
    struct slot *slot = &store->slots[step % store->slot_count];
    if (store->plan.gathered) {
        uint64_t bytes = clip_source_clip_bytes(store->source);
        sampler_batch(&store->sampler, step, slot->items);
        rt_stream_begin(slot->copy);
        for (uint32_t i = 0; i < store->sampler.batch; i++)
            rt_stream_copy(slot->copy, clip_buffer(store, slot->items[i].clip),
                           rt_buffer_slice(slot->buffer, i * bytes, bytes));
    }
    enum rt_status status = rt_stream_submit(slot->copy);
    slot->step = status == RT_OK ? step : UINT64_MAX;
    return status;
}

static enum rt_status arrive(struct clip_store *store, uint64_t step) {
    struct slot *slot = &store->slots[step % store->slot_count];
    enum rt_status status =
        store->reader != NULL ? clip_reader_take(store->reader, step, slot->items) : RT_OK;
    if (store->reader != NULL && store->staging == NULL)
        return status;
    if (status == RT_OK && slot->step != step)
        status = send(store, step);
    return status == RT_OK ? rt_stream_wait(slot->copy, UINT64_MAX) : status;
}

// The batch of `step`, there at last; the next one is sent ahead. One that cannot be read fails when its own
// step asks for it.
static enum rt_status bring(struct clip_store *store, uint64_t step) {
    uint64_t start = sys_nanoseconds();
    enum rt_status status = arrive(store, step);
    bool ahead = status == RT_OK && (store->plan.gathered || store->staging != NULL);
    // Two batches have to be there before a step begins. Where reading is what takes longest that is no loss:
    // it goes on meanwhile.
    if (ahead && store->reader != NULL)
        ahead = clip_reader_wait(store->reader, step + 1);
    store->waited_ms = (double)(sys_nanoseconds() - start) * 1e-6;
    return ahead ? send(store, step + 1) : status;
}

// --- all

enum rt_status clip_store_create(struct rt_device *device, const struct clip_source *source,
                                 const struct sampler *sampler, uint64_t first_step,
                                 const struct clip_store_plan *plan, struct clip_store **out) {
    struct clip_store *store = *out = calloc(1, sizeof *store);
    if (store == NULL)
        return rt_no_memory("the clips");
    *store = (struct clip_store){.device = device, .source = source, .sampler = *sampler, .plan = *plan};
    store->sampler.order = NULL;
    enum rt_status status = sampler_init(&store->sampler) ? RT_OK : rt_no_memory("the order of clips");
    if (status == RT_OK && sampler->renew > 0.0 && !plan->streamed) {
        rt_log(RT_LOG_ERROR, "clips that are renewed cannot be kept on the device");
        status = RT_ERROR_INVALID;
    }
    if (status == RT_OK)
        status = plan->streamed   ? stream(store, first_step)
                 : plan->gathered ? keep_parts(store)
                                  : keep_whole(store);
    if (status != RT_OK)
        clip_store_destroy(out);
    return status;
}

void clip_store_destroy(struct clip_store **handle) {
    struct clip_store *store = *handle;
    if (store == NULL)
        return;
    clip_reader_destroy(&store->reader);
    for (uint32_t i = 0; i < store->slot_count; i++) {
        rt_stream_destroy(&store->slots[i].copy);
        free(store->slots[i].items);
    }
    sampler_finish(&store->sampler);
    rt_arena_destroy(&store->staging);
    rt_arena_destroy(&store->batches);
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

enum rt_status clip_store_settle(struct clip_store *store) {
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < store->slot_count && status == RT_OK; i++)
        status = rt_stream_wait(store->slots[i].copy, UINT64_MAX);
    return status;
}

double clip_store_waited_ms(const struct clip_store *store) {
    return store->waited_ms;
}

enum rt_status clip_store_prepare(struct clip_store *store, uint64_t step, struct sampler_item *items,
                                  uint32_t *classes) {
    uint32_t batch = store->sampler.batch, slot = 0;
    enum rt_status status = RT_OK;
    if (store->slot_count > 0) {
        slot = (uint32_t)(step % store->slot_count);
        status = bring(store, step);
        memcpy(items, store->slots[slot].items, batch * sizeof *items);
    } else {
        sampler_batch(&store->sampler, step, items);
    }
    for (uint32_t i = 0; i < batch && status == RT_OK; i++) {
        classes[i] = store->source->classes[items[i].clip % store->source->count];
        if (store->slot_count > 0)
            items[i].clip = slot * batch + i;
    }
    return status;
}

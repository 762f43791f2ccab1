// The clips of a data set on the device: whole, gathered from several buffers, or streamed, with and without
// copies, the batches of every step are the same; clips that are renewed.
#include "model/clips/clip_store.h"
#include "runtime/device_private.h"
#include "runtime/transfer.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIPS = 11, FRAMES = 2, SIDE = 20, CLIP_BYTES = FRAMES * SIDE * SIDE * 3, BATCH = 3, STEPS = 12 };
#define NONE UINT32_MAX
enum { BLOCK_BYTES = 8192 }; // three clips of 2400 bytes, aligned, and a rest; two batches

static const uint32_t classes[CLIPS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

// How the source behaves.
struct faults {
    uint32_t broken;  // clip that cannot be read, or NONE
    long nanoseconds; // that a clip takes to be read
    // What a source that is told ahead has been told: every clip that is read must be among it.
    uint32_t told, *expected;
};

static bool read_clip(void *user, uint32_t clip, uint8_t *rgb) {
    const struct faults *faults = user;
    for (uint32_t i = 0; i < CLIP_BYTES; i++)
        rgb[i] = (uint8_t)(clip * 37 + i * 7 + i / 256);
    if (faults->nanoseconds > 0)
        nanosleep(&(struct timespec){.tv_nsec = faults->nanoseconds}, NULL);
    return clip != faults->broken;
}

// Batches in the order of the steps: told exactly once each.
static void expect_clips(void *user, const uint32_t *clips, uint32_t count) {
    struct faults *faults = user;
    for (uint32_t i = 0; i < count; i++)
        faults->expected[faults->told++] = clips[i];
}

static struct clip_source some_clips(struct faults *faults) {
    return (struct clip_source){.count = CLIPS,
                                .d = FRAMES,
                                .h = SIDE,
                                .w = SIDE,
                                .classes = classes,
                                .read = read_clip,
                                .user = faults};
}

static struct sampler sampler = {
    .clips = CLIPS, .batch = BATCH, .seed = 3, .augment = SAMPLER_FLIP, .height = SIDE, .width = SIDE};

static void same_batch(struct rt_device *device, const struct clip_store *store,
                       const struct sampler_item *items, const uint32_t *kinds,
                       const struct sampler_item *wanted) {
    struct faults none = {.broken = NONE};
    uint8_t clip[CLIP_BYTES], found[CLIP_BYTES];
    for (uint32_t i = 0; i < BATCH; i++) {
        CHECK(items[i].clip < clip_store_count(store));
        struct rt_buffer buffer =
            rt_buffer_slice(clip_store_buffer(store), (uint64_t)items[i].clip * CLIP_BYTES, CLIP_BYTES);
        read_clip(&none, wanted[i].clip, clip);
        CHECK(rt_buffer_download(device, buffer, found, CLIP_BYTES) == RT_OK);
        CHECK(memcmp(clip, found, CLIP_BYTES) == 0);
        CHECK(kinds[i] == classes[wanted[i].clip % CLIPS]);
        CHECK(memcmp(items[i].augment, wanted[i].augment, sizeof wanted[i].augment) == 0);
    }
}

// From `first` on, as after a resume.
static void same_batches(struct rt_device *device, const struct clip_store_plan *plan, uint64_t first) {
    struct faults none = {.broken = NONE};
    const struct clip_source source = some_clips(&none);
    struct sampler order = sampler;
    struct sampler_item items[BATCH], wanted[BATCH];
    uint32_t kinds[BATCH];
    struct clip_store *store = NULL;
    CHECK(sampler_init(&order));
    if (CHECK(clip_store_create(device, &source, &order, first, plan, &store) == RT_OK))
        for (uint64_t step = first; step < STEPS; step++) {
            sampler_batch(&order, step, wanted);
            if (CHECK(clip_store_prepare(store, step, items, kinds) == RT_OK))
                same_batch(device, store, items, kinds, wanted);
        }
    clip_store_destroy(&store);
    sampler_finish(&order);
}

static struct clip_store_plan plan_of(const struct rt_device *device, bool stream, uint64_t others) {
    struct faults none = {.broken = NONE};
    const struct clip_source source = some_clips(&none);
    return clip_store_plan(device, &source, BATCH, others, stream);
}

static void every_way_gives_the_same(struct rt_device *device) {
    struct clip_store_plan whole = plan_of(device, false, 0), streamed = plan_of(device, true, 0);
    uint64_t allocation = device->info.max_allocation_bytes;
    CHECK(!whole.streamed && !whole.gathered && whole.bytes >= CLIPS * CLIP_BYTES);
    CHECK(streamed.streamed && streamed.bytes < whole.bytes + BATCH * CLIP_BYTES);
    for (uint64_t first = 0; first < 6; first += 5) {
        same_batches(device, &whole, first);
        same_batches(device, &streamed, first);
    }
    device->info.max_allocation_bytes = BLOCK_BYTES * 2;
    struct clip_store_plan gathered = plan_of(device, false, 0);
    CHECK(!gathered.streamed && gathered.gathered && gathered.bytes > CLIPS * CLIP_BYTES);
    for (uint64_t first = 0; first < 6; first += 5)
        same_batches(device, &gathered, first);
    device->info.max_allocation_bytes = allocation;
}

// What other memory takes is not there for clips.
static void what_does_not_fit_is_streamed(const struct rt_device *device) {
    uint64_t free_bytes = rt_device_free_bytes(device);
    CHECK(!plan_of(device, false, free_bytes / 2).streamed);
    CHECK(plan_of(device, false, free_bytes - free_bytes / 32).streamed);
    CHECK(plan_of(device, false, UINT64_MAX).streamed);
}

// A store that streams slow or broken clips.
static struct clip_store *streaming(struct rt_device *device, const struct clip_source *source) {
    struct clip_store *store = NULL;
    struct sampler order = sampler;
    const struct clip_store_plan plan = clip_store_plan(device, source, BATCH, 0, true);
    CHECK(sampler_init(&order));
    CHECK(clip_store_create(device, source, &order, 0, &plan, &store) == RT_OK);
    sampler_finish(&order);
    return store;
}

static void waiting_is_told(struct rt_device *device) {
    struct faults slow = {.broken = NONE, .nanoseconds = 40000000};
    const struct clip_source source = some_clips(&slow);
    struct sampler_item items[BATCH];
    uint32_t kinds[BATCH];
    struct clip_store *store = streaming(device, &source);
    CHECK(clip_store_prepare(store, 0, items, kinds) == RT_OK);
    CHECK(clip_store_waited_ms(store) > 1.0);
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL); // a step: what is read meanwhile is not waited for
    CHECK(clip_store_prepare(store, 1, items, kinds) == RT_OK);
    CHECK(clip_store_waited_ms(store) < 30.0);
    test_quiet(true);
    CHECK(clip_store_prepare(store, 5, items, kinds) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "those of step 1 are in use") != NULL);
    test_quiet(false);
    CHECK(clip_store_prepare(store, 2, items, kinds) == RT_OK); // still
    clip_store_destroy(&store);
}

static void a_broken_clip_ends_it(struct rt_device *device) {
    struct faults faults = {.broken = 4};
    const struct clip_source source = some_clips(&faults);
    struct sampler_item items[BATCH];
    uint32_t kinds[BATCH];
    struct clip_store *store = streaming(device, &source);
    enum rt_status status = RT_OK;
    uint64_t step = 0;
    for (; step < STEPS && status == RT_OK; step++)
        status = clip_store_prepare(store, step, items, kinds);
    CHECK(status == RT_ERROR_IO && step <= CLIPS / BATCH + 1); // within the first epoch
    clip_store_destroy(&store);
}

// The same places, renewed at equal distances; the first epoch is the set itself.
static void every_epoch_renews_its_part(void) {
    enum { MANY = 3000, EPOCHS = 40 };
    static const double parts[] = {0.0, 0.01, 0.25, 0.7, 1.0};
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
        const struct sampler many = {.clips = MANY, .seed = 5, .renew = parts[p]};
        uint32_t renewed = 0;
        for (uint32_t place = 0; place < MANY; place++) {
            CHECK(sampler_clip(&many, place, 0) == place);
            for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
                uint32_t now = sampler_clip(&many, place, epoch),
                         next = sampler_clip(&many, place, epoch + 1);
                CHECK(now % MANY == place && (next == now || next == now + MANY));
                renewed += next != now;
            }
        }
        double wanted = parts[p] * MANY * EPOCHS;
        CHECK(renewed >= wanted * 0.9 && renewed <= wanted * 1.1);
    }
    const struct sampler many = {.clips = MANY, .renew = 1.0};
    CHECK(sampler_can_count(&many, 1000000) && !sampler_can_count(&many, 2000000));
}

static void renewed_clips_are_streamed(struct rt_device *device) {
    struct clip_store_plan streamed = plan_of(device, true, 0), whole = plan_of(device, false, 0);
    sampler.renew = 0.5;
    for (uint64_t first = 0; first < 6; first += 5)
        same_batches(device, &streamed, first);
    struct faults none = {.broken = NONE};
    const struct clip_source source = some_clips(&none);
    struct clip_store *store = NULL;
    struct sampler order = sampler;
    test_quiet(true);
    CHECK(sampler_init(&order));
    CHECK(clip_store_create(device, &source, &order, 0, &whole, &store) == RT_ERROR_INVALID && store == NULL);
    CHECK(strstr(test_last_error(), "renewed") != NULL);
    test_quiet(false);
    sampler_finish(&order);
    sampler.renew = 0.0;
}

// A source that asks for it knows what is read long before, each clip once and in order, also behind a resume.
static void sources_are_told_ahead(struct rt_device *device) {
    enum { AHEAD = 10, FIRST = 2, ROOM = 40 * BATCH };
    uint32_t expected[ROOM];
    struct faults faults = {.broken = NONE, .expected = expected};
    struct clip_source source = some_clips(&faults);
    source.expect = expect_clips;
    source.ahead = AHEAD;
    sampler.renew = 0.5;
    struct clip_store_plan plan = plan_of(device, true, 0);
    struct sampler order = sampler;
    struct sampler_item items[BATCH];
    uint32_t kinds[BATCH];
    struct clip_store *store = NULL;
    CHECK(sampler_init(&order));
    CHECK(clip_store_create(device, &source, &order, FIRST, &plan, &store) == RT_OK);
    for (uint64_t step = FIRST; step < STEPS; step++)
        CHECK(clip_store_prepare(store, step, items, kinds) == RT_OK);
    clip_store_destroy(&store); // the reader has ended: `faults` is ours again
    CHECK(faults.told >= (STEPS - FIRST) * BATCH + AHEAD && faults.told <= ROOM && faults.told % BATCH == 0);
    for (uint32_t i = 0; i < faults.told; i += BATCH) {
        sampler_batch(&order, FIRST + i / BATCH, items);
        for (uint32_t k = 0; k < BATCH; k++)
            CHECK(expected[i + k] == items[k].clip);
    }
    sampler_finish(&order);
    sampler.renew = 0.0;
}

static void on_device(struct op_library *library) {
    struct rt_device *device = library->device;
    bool stage = device->stage;
    for (int staged = 0; staged < 2; staged++) {
        device->stage = staged == 1;
        every_way_gives_the_same(device);
        waiting_is_told(device);
        a_broken_clip_ends_it(device);
        renewed_clips_are_streamed(device);
        sources_are_told_ahead(device);
    }
    device->stage = stage;
    what_does_not_fit_is_streamed(device);
}

int main(void) {
    test_begin();
    every_epoch_renews_its_part();
    test_on_device(on_device);
    return test_end();
}

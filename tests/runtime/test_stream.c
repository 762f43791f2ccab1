// Recording, replay, hazards, host records, transfers.
#include "runtime/stream.h"
#include "runtime/transfer.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static void copies_are_ordered(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 1024), b = rt_arena_push(arena, 1024),
                     c = rt_arena_push(arena, 1024);
    struct rt_stream *stream;
    uint32_t values[256];
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    rt_stream_fill(stream, a, 7);
    rt_stream_fill(stream, c, 9); // touches nothing of a: no barrier
    CHECK(rt_stream_barrier_count(stream) == 0);
    rt_stream_copy(stream, a, b); // reads what was written
    CHECK(rt_stream_barrier_count(stream) == 1);
    rt_stream_fill(stream, a, 8); // overwrites what was read
    CHECK(rt_stream_barrier_count(stream) == 2);
    for (int replay = 0; replay < 3; replay++) {
        CHECK(rt_stream_run(stream) == RT_OK);
        CHECK(rt_buffer_download(device, b, values, sizeof values) == RT_OK && values[0] == 7 &&
              values[255] == 7);
        CHECK(rt_buffer_download(device, a, values, sizeof values) == RT_OK && values[0] == 8);
    }
    rt_stream_destroy(&stream);
    CHECK(stream == NULL);
}

// The words are the recording's: what the caller does to them afterwards changes nothing, and a replay writes
// them again.
static void writes_are_recorded(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 1024), b = rt_arena_push(arena, 1024);
    uint32_t words[256], values[256];
    struct rt_stream *stream;
    for (uint32_t i = 0; i < 256; i++)
        words[i] = i * i;
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    rt_stream_fill(stream, a, 7);
    rt_stream_write(stream, rt_buffer_slice(a, 16, 1008), words);
    rt_stream_copy(stream, a, b);
    CHECK(rt_stream_barrier_count(stream) == 2);
    memset(words, 0, sizeof words);
    for (int replay = 0; replay < 2; replay++) {
        CHECK(rt_stream_run(stream) == RT_OK);
        CHECK(rt_buffer_download(device, b, values, sizeof values) == RT_OK && values[3] == 7 &&
              values[4] == 0 && values[6] == 4 && values[255] == 251 * 251);
    }
    rt_stream_begin(stream);
    test_quiet(true);
    rt_stream_write(stream, rt_buffer_slice(a, 0, 6), words);
    test_quiet(false);
    CHECK(rt_stream_run(stream) == RT_ERROR_INVALID);
    rt_stream_destroy(&stream);
}

// Chains that touch different bytes share their levels, whatever the order of recording.
static void chains_run_side_by_side(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 1024), b = rt_arena_push(arena, 1024),
                     c = rt_arena_push(arena, 1024);
    struct rt_stream *stream;
    uint32_t value;
    struct rt_buffer half = rt_buffer_slice(c, 0, 16), rest = rt_buffer_slice(c, 16, 16);
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    rt_stream_fill(stream, a, 3);
    rt_stream_copy(stream, rt_buffer_slice(a, 0, 16), half);
    rt_stream_fill(stream, b, 5);
    rt_stream_copy(stream, rt_buffer_slice(b, 0, 16), rest);
    CHECK(rt_stream_barrier_count(stream) == 1);
    rt_stream_copy(stream, rest,
                   rt_buffer_slice(a, 0, 16)); // behind both: it overwrites what the first chain read
    CHECK(rt_stream_barrier_count(stream) == 2);
    CHECK(rt_stream_run(stream) == RT_OK);
    CHECK(rt_buffer_download(device, half, &value, 4) == RT_OK && value == 3);
    CHECK(rt_buffer_download(device, rt_buffer_slice(a, 0, 16), &value, 4) == RT_OK && value == 5);
    rt_stream_destroy(&stream);
}

struct counter {
    struct rt_device *device;
    struct rt_buffer buffer;
    uint32_t seen, calls, released;
};

static enum rt_status look(void *user) {
    struct counter *counter = user;
    counter->calls++;
    return rt_buffer_download(counter->device, counter->buffer, &counter->seen, 4);
}

static void count_release(void *user) {
    ((struct counter *)user)->released++;
}

static void host_records_see_the_past(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 64);
    struct counter counter = {.device = device, .buffer = a};
    struct rt_stream *stream;
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    rt_stream_fill(stream, a, 5);
    rt_stream_host(stream, look, count_release, &counter);
    rt_stream_fill(stream, a, 6);
    CHECK(rt_stream_run(stream) == RT_OK && counter.seen == 5 && counter.calls == 1);
    CHECK(rt_stream_submission_count(stream) == 2);
    rt_stream_begin(stream);
    CHECK(counter.released == 1);
    rt_stream_destroy(&stream);
}

static void errors_are_latched(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 64);
    struct rt_stream *stream;
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    test_quiet(true);
    rt_stream_fill(stream, (struct rt_buffer){0}, 1);
    rt_stream_fill(stream, a, 1);
    test_quiet(false);
    CHECK(rt_stream_run(stream) == RT_ERROR_INVALID);
    rt_stream_begin(stream);
    rt_stream_fill(stream, a, 1);
    CHECK(rt_stream_run(stream) == RT_OK);
    rt_stream_destroy(&stream);
}

// About 20 s of estimated work must come as many submissions.
static void long_work_is_cut(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer a = rt_arena_push(arena, 1 << 20);
    struct rt_stream *stream;
    CHECK(rt_stream_create(device, NULL, &stream) == RT_OK);
    rt_stream_begin(stream);
    for (int i = 0; i < 20000; i++)
        rt_stream_fill(stream, a, (uint32_t)i);
    CHECK(rt_stream_run(stream) == RT_OK);
    CHECK(rt_stream_submission_count(stream) > 1);
    rt_stream_destroy(&stream);
}

static void arenas(struct rt_device *device, struct rt_arena *arena) {
    struct rt_buffer whole = rt_arena_buffer(arena, 0, 4096);
    CHECK(whole.address != 0 && rt_buffer_slice(whole, 4000, 200).address == 0);
    CHECK(rt_buffer_slice(whole, 96, 4000).address == whole.address + 96);
    test_quiet(true);
    CHECK(rt_arena_push(arena, (uint64_t)1 << 40).address == 0);
    struct rt_arena *huge;
    CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, (uint64_t)1 << 46, "activations", &huge) ==
          RT_ERROR_OUT_OF_MEMORY);
    CHECK(huge == NULL && strstr(test_last_error(), "activations") && strstr(test_last_error(), "lower"));
    char byte = 0;
    CHECK(rt_buffer_upload(device, rt_buffer_slice(whole, 0, 16), &byte, 17) == RT_ERROR_INVALID);
    test_quiet(false);
}

// Odd sizes, from odd places, and more than one piece of staging. ctest runs this program once more with
// MOGRAPH_STAGING=1, so that both ways are taken.
static void transfers(struct rt_device *device) {
    static const uint64_t sizes[] = {1, 3, 3000, (8 << 20) + 5};
    struct rt_arena *arena;
    CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, 24 << 20, "a test", &arena) == RT_OK);
    struct rt_buffer whole = rt_arena_buffer(arena, 0, 24 << 20);
    enum rt_device_type type = rt_device_describe(device)->type;
    if (rt_env_flag("MOGRAPH_STAGING") || type == RT_DEVICE_DISCRETE)
        CHECK(rt_buffer_map(whole) == NULL);
    else if (type == RT_DEVICE_CPU)
        CHECK(rt_buffer_map(whole) != NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t bytes = sizes[i];
        unsigned char *sent = malloc(bytes + 2), *got = malloc(bytes + 2);
        for (uint64_t k = 0; k < bytes + 2; k++)
            sent[k] = (unsigned char)(k * 7 + k / 1000);
        // The neighbours on both sides must stay.
        CHECK(rt_buffer_upload(device, rt_buffer_slice(whole, 4095, bytes + 2), sent, bytes + 2) == RT_OK);
        memset(sent + 1, 0x5a, bytes);
        CHECK(rt_buffer_upload(device, rt_buffer_slice(whole, 4096, bytes), sent + 1, bytes) == RT_OK);
        CHECK(rt_buffer_download(device, rt_buffer_slice(whole, 4095, bytes + 2), got, bytes + 2) == RT_OK);
        CHECK(memcmp(sent, got, bytes + 2) == 0);
        free(sent);
        free(got);
    }
    rt_arena_destroy(&arena);
}

int main(void) {
    test_begin();
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct rt_arena *arena;
    CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, 8 << 20, "a test", &arena) == RT_OK);
    copies_are_ordered(device, arena);
    writes_are_recorded(device, arena);
    chains_run_side_by_side(device, arena);
    host_records_see_the_past(device, arena);
    errors_are_latched(device, arena);
    long_work_is_cut(device, arena);
    arenas(device, arena);
    transfers(device);
    rt_arena_destroy(&arena);
    test_close(&context, &device);
    return test_end();
}

// Tensors and memory behind 128 MiB, 2 GiB and 4 GiB: what many drivers take as the largest binding, block
// and buffer. Kernels get addresses and 32-bit indices of elements, so that bytes may pass 32 bits.
#include "runtime/align.h"
#include "runtime/device_private.h"
#include "runtime/layout.h"
#include "runtime/transfer.h"
#include "shaders/activation/activation.h"
#include "shaders/clips/clips.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/op_record.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEBI ((uint64_t)1 << 20)
#define GIBI ((uint64_t)1 << 30)

// --- running

struct run {
    struct op_library *library;
    struct rt_stream *stream;
    struct op_recorder recorder;
};

static struct run begin(struct op_library *library) {
    struct run run = {.library = library};
    CHECK(rt_stream_create(library->device, NULL, &run.stream) == RT_OK);
    run.recorder = (struct op_recorder){library, run.stream};
    rt_stream_begin(run.stream);
    return run;
}

static void finish(struct run *run) {
    CHECK(rt_stream_run(run->stream) == RT_OK);
    rt_stream_destroy(&run->stream);
}

static void put(struct rt_device *device, struct rt_buffer buffer, uint64_t element, float value) {
    CHECK(rt_buffer_upload(device, rt_buffer_slice(buffer, element * 4, 4), &value, 4) == RT_OK);
}

static float get(struct rt_device *device, struct rt_buffer buffer, uint64_t element) {
    float value = -1.0f;
    CHECK(rt_buffer_download(device, rt_buffer_slice(buffer, element * 4, 4), &value, 4) == RT_OK);
    return value;
}

// --- one tensor

enum { MARKS = 8 };

// Elements at both ends, and on both sides of powers of two where an index or an offset may wrap.
static uint32_t marks_of(uint64_t count, uint64_t marks[MARKS]) {
    const uint64_t wanted[] = {0,
                               (128 * MEBI) / 4 - 4,
                               (128 * MEBI) / 4,
                               GIBI / 4,
                               2 * GIBI / 4 - 4,
                               2 * GIBI / 4,
                               2 * GIBI / 4 + 12,
                               count - 4};
    uint32_t found = 0;
    for (uint32_t i = 0; i < MARKS; i++)
        if (wanted[i] + 4 <= count && (found == 0 || wanted[i] > marks[found - 1]))
            marks[found++] = wanted[i];
    return found;
}

// An activation in place; memory is what it was but for the marks.
static void one_tensor(struct op_library *library, uint64_t bytes) {
    struct rt_device *device = library->device;
    uint64_t count = bytes / 4, marks[MARKS];
    uint32_t marked = marks_of(count, marks);
    struct rt_arena *arena = NULL;
    if (!CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, rt_align_up(bytes, RT_ALIGNMENT), "a tensor",
                               &arena) == RT_OK))
        return;
    struct rt_buffer tensor = rt_arena_buffer(arena, 0, bytes);
    if (CHECK(tensor.address != 0)) {
        for (uint32_t i = 0; i < marked; i++) {
            put(device, tensor, marks[i], -1.0f);
            put(device, tensor, marks[i] + 1, (float)(i + 1));
            put(device, tensor, marks[i] + 2, 0.0f);
        }
        struct op_activation relu = {
            .kind = OP_ACTIVATION_LEAKY_RELU, .count = (uint32_t)count, .slope = 3.0f};
        struct run run = begin(library);
        OP_RECORD(&run.recorder, activation_forward, &relu, .src = tensor, .dst = tensor);
        finish(&run);
        for (uint32_t i = 0; i < marked; i++)
            CHECK(get(device, tensor, marks[i]) == -3.0f &&
                  get(device, tensor, marks[i] + 1) == (float)(i + 1) &&
                  get(device, tensor, marks[i] + 2) == 0.0f);
    }
    rt_arena_destroy(&arena);
}

// Of 1x1x1: channel c of a voxel is c + 1 times the sum of what went in.
static void a_convolution(struct op_library *library, uint64_t bytes) {
    struct rt_device *device = library->device;
    uint32_t side = 256, d = (uint32_t)(bytes / 16 / side / side);
    uint64_t count = (uint64_t)d * side * side * 4, marks[MARKS];
    uint32_t marked = marks_of(count, marks);
    struct op_conv3d params = {
        .n = 1, .size = {d, side, side}, .cin = 4, .cout = 4, .kernel = {1, 1, 1}, .stride = {1, 1, 1}};
    float weight[16];
    for (int i = 0; i < 16; i++)
        weight[i] = (float)(i % 4 + 1);
    struct rt_arena *src_arena = NULL, *dst_arena = NULL, *weight_arena = NULL;
    if (CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, count * 4, "a tensor", &src_arena) == RT_OK) &&
        CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, count * 4, "a tensor", &dst_arena) == RT_OK) &&
        CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, MEBI, "weights", &weight_arena) == RT_OK)) {
        struct rt_buffer src = rt_arena_buffer(src_arena, 0, count * 4),
                         dst = rt_arena_buffer(dst_arena, 0, count * 4),
                         weights = rt_arena_buffer(weight_arena, 0, sizeof weight);
        CHECK(rt_buffer_upload(device, weights, weight, sizeof weight) == RT_OK);
        for (uint32_t i = 0; i < marked; i++)
            for (uint32_t c = 0; c < 4; c++)
                put(device, src, marks[i] + c, c == i % 4 ? (float)(i + 1) : 0.0f);
        struct run run = begin(library);
        OP_RECORD(&run.recorder, conv3d_forward, &params, .src = src, .weight = weights, .dst = dst);
        finish(&run);
        for (uint32_t i = 0; i < marked; i++)
            for (uint32_t c = 0; c < 4; c++)
                CHECK(get(device, dst, marks[i] + c) == (float)((i + 1) * (c + 1)));
    }
    rt_arena_destroy(&src_arena);
    rt_arena_destroy(&dst_arena);
    rt_arena_destroy(&weight_arena);
}

// --- an arena of several blocks

enum { PIECES = 5 };

struct pieces {
    struct rt_buffer at[PIECES];
};

static void list_pieces(void *owner, struct rt_layout *layout) {
    struct pieces *pieces = owner;
    for (uint32_t i = 0; i < PIECES; i++)
        rt_layout_add(layout, &pieces->at[i], 9 * GIBI / 8 - 4096);
}

// More than 5 GiB, of which little is touched: the ends of buffers that lie in blocks of their own.
static void an_arena_of_blocks(struct op_library *library, bool staged) {
    struct rt_device *device = library->device;
    struct rt_arena *arena = NULL;
    struct pieces pieces;
    bool stage = device->stage;
    device->stage = staged;
    if (CHECK(rt_layout_create(device, RT_MEMORY_DEVICE, "buffers", list_pieces, &pieces, &arena) == RT_OK)) {
        enum { COUNT = 4096 };
        struct run run = begin(library);
        struct op_activation relu = {.kind = OP_ACTIVATION_LEAKY_RELU, .count = COUNT, .slope = 2.0f};
        for (uint32_t i = 0; i < PIECES; i++) {
            struct rt_buffer end =
                rt_buffer_slice(pieces.at[i], pieces.at[i].size_bytes - COUNT * 4, COUNT * 4);
            CHECK(end.address != 0);
            put(device, end, COUNT - 1, -1.0f - (float)i);
            OP_RECORD(&run.recorder, activation_forward, &relu, .src = end, .dst = end);
            rt_stream_copy(run.stream, end, rt_buffer_slice(pieces.at[i], 0, COUNT * 4));
        }
        CHECK(pieces.at[PIECES - 1].offset_bytes > 4 * GIBI);
        finish(&run);
        for (uint32_t i = 0; i < PIECES; i++)
            CHECK(get(device, pieces.at[i], COUNT - 1) == -2.0f - 2.0f * (float)i);
    }
    rt_arena_destroy(&arena);
    device->stage = stage;
}

// --- a data set

// The last clips of one of more than 4 GiB, of which only they are there: the set begins before them.
static void a_large_data_set(struct op_library *library) {
    enum { SIDE = 512, FRAMES = 32, CLIPS = 400, SEEN = 2 };
    const uint64_t clip = (uint64_t)FRAMES * SIDE * SIDE * 3, tensor = (uint64_t)FRAMES * SIDE * SIDE * 16;
    struct rt_device *device = library->device;
    struct rt_arena *arena = NULL;
    struct op_clip_to_tensor params = {
        .n = SEEN, .d = FRAMES, .h = SIDE, .w = SIDE, .clips = CLIPS, .fill = OP_CLIP_EDGE};
    CHECK(CLIPS * clip > 4 * GIBI + SEEN * clip);
    uint64_t bytes = SEEN * (clip + tensor) + MEBI;
    if (!CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, bytes, "clips", &arena) == RT_OK))
        return;
    struct rt_buffer there = rt_arena_push(arena, SEEN * clip), dst = rt_arena_push(arena, SEEN * tensor),
                     index = rt_arena_push(arena, SEEN * 4), augment = rt_arena_push(arena, SEEN * 16);
    const uint32_t indices[SEEN] = {CLIPS - 1, CLIPS - 2}, none[SEEN * 4] = {0};
    const uint8_t rgb[4] = {51, 102, 204, 0};
    struct rt_buffer set = there;
    set.address -= (CLIPS - SEEN) * clip;
    set.size_bytes = CLIPS * clip;
    CHECK(rt_buffer_upload(device, index, indices, sizeof indices) == RT_OK);
    CHECK(rt_buffer_upload(device, augment, none, sizeof none) == RT_OK);
    CHECK(rt_buffer_upload(device, rt_buffer_slice(there, SEEN * clip - 3, 3), rgb, 3) == RT_OK);
    struct run run = begin(library);
    OP_RECORD(&run.recorder, clip_to_tensor, &params, .clips = set, .index = index, .augment = augment,
              .dst = dst);
    finish(&run);
    for (uint32_t c = 0; c < 3; c++)
        CHECK(fabsf(get(device, dst, tensor / 4 - 4 + c) - (float)rgb[c] / 255.0f) < 1e-6f);
    rt_arena_destroy(&arena);
}

// --- blocks

// By what a device claims; whether that is 2^31, 2^32 - 4 or much, blocks begin where buffers may.
static void blocks_follow_the_device(struct rt_device *device) {
    const struct {
        uint64_t allocation, buffer, block;
    } rows[] = {{GIBI, 0, GIBI},
                {2 * GIBI, UINT32_MAX, 2 * GIBI},
                {4 * GIBI - 4, 4 * GIBI - 4, 4 * GIBI - 256},
                {64 * GIBI, 0, 4 * GIBI - 256},
                {64 * GIBI, 64 * GIBI, 8 * GIBI},
                {6 * GIBI, 64 * GIBI, 6 * GIBI},
                {64 * GIBI, 5 * GIBI + 1, 5 * GIBI},
                {0, 0, 4 * GIBI - 256}};
    struct rt_device_info info = device->info;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        device->info.max_allocation_bytes = rows[i].allocation;
        device->info.max_buffer_bytes = rows[i].buffer;
        CHECK(rt_arena_chunk_bytes(device) == rows[i].block);
    }
    device->info = info;
}

// One line each, before any memory is taken.
static void what_is_too_large_is_refused(const struct op_library *library) {
    struct op_signature signature;
    struct op_refusal refusal;
    struct op_activation most = {.kind = OP_ACTIVATION_RELU, .count = INT32_MAX - 3}, more = most;
    struct op_conv3d conv = {.n = 65535,
                             .size = {4096, 4096, 4096},
                             .cin = 65536,
                             .cout = 65536,
                             .kernel = {1, 1, 1},
                             .stride = {1, 1, 1}};
    more.count = (uint32_t)INT32_MAX + 1;
    CHECK(op_describe(&library->target, OP_activation_forward, &most, &signature, &refusal));
    CHECK(op_arg_bytes(&signature.args[0]) == ((uint64_t)INT32_MAX - 3) * 4); // nearly 8 GiB
    CHECK(!op_describe(&library->target, OP_activation_forward, &more, &signature, &refusal));
    CHECK(strstr(refusal.text, "at most 2147483647 are possible") != NULL);
    CHECK(!op_describe(&library->target, OP_conv3d_forward, &conv, &signature, &refusal));
    CHECK(strstr(refusal.text, "at most 2147483647 are possible") != NULL);
}

// Up to 5 GiB of it are touched. A machine that lacks them judges what it can, and says so.
static bool has_memory(const struct rt_device *device, uint64_t bytes) {
    uint64_t free_bytes = rt_device_free_bytes(device);
    if (free_bytes > bytes + bytes / 8)
        return true;
    printf("%.1f GiB are free: tensors of %.1f GiB are not judged\n", (double)free_bytes / (double)GIBI,
           (double)bytes / (double)GIBI);
    return false;
}

static void on_device(struct op_library *library) {
    struct rt_device *device = library->device;
    uint64_t allocation = device->info.max_allocation_bytes, large = 9 * GIBI / 4;
    blocks_follow_the_device(device);
    what_is_too_large_is_refused(library);
    one_tensor(library, 160 * MEBI);
    a_large_data_set(library);
    if (has_memory(device, PIECES * 9 * GIBI / 8)) {
        an_arena_of_blocks(library, false);
        an_arena_of_blocks(library, true);
    }
    // Drivers may do more than they claim: Mesa's for processors claims 2 GiB.
    device->info.max_allocation_bytes = allocation > large ? allocation : 4 * GIBI - 256;
    if (has_memory(device, large))
        one_tensor(library, large);
    if (has_memory(device, 2 * large))
        a_convolution(library, large);
    device->info.max_allocation_bytes = allocation;
}

int main(void) {
    test_begin();
    test_on_device(on_device);
    return test_end();
}

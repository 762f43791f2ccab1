// MOGRAPH_CHECK: silent while operations are right, and names the first one that is wrong.
#include "runtime/transfer.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/op_record.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static const struct op_conv3d conv = {.n = 1,
                                      .size = {2, 5, 5},
                                      .cin = 4,
                                      .cout = 4,
                                      .kernel = {3, 3, 3},
                                      .stride = {1, 1, 1},
                                      .padding = {1, 1, 1}};

// Records the convolution on ones and runs it twice, as a training step would be replayed.
static enum rt_status run_conv(struct op_library *library, struct rt_arena *arena) {
    struct op_recorder recorder = {.library = library};
    float ones[200], weight[27 * 16];
    struct rt_buffer src = rt_arena_push(arena, sizeof ones), dst = rt_arena_push(arena, sizeof ones),
                     weights = rt_arena_push(arena, sizeof weight);
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
        ones[i] = 1.0f;
    for (size_t i = 0; i < sizeof weight / sizeof weight[0]; i++)
        weight[i] = (float)(i % 7) - 3.0f;
    CHECK(rt_buffer_upload(library->device, src, ones, sizeof ones) == RT_OK);
    CHECK(rt_buffer_upload(library->device, weights, weight, sizeof weight) == RT_OK);
    CHECK(rt_stream_create(library->device, NULL, &recorder.stream) == RT_OK);
    rt_stream_begin(recorder.stream);
    OP_RECORD(&recorder, conv3d_forward, &conv, .src = src, .weight = weights, .dst = dst);
    enum rt_status status = rt_stream_run(recorder.stream);
    if (status == RT_OK)
        status = rt_stream_run(recorder.stream);
    rt_stream_destroy(&recorder.stream);
    return status;
}

// What lies outside the clip is read from library->zeros; ones there make every voxel at the border wrong.
static void spoil(struct op_library *library) {
    float ones[256];
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
        ones[i] = 1.0f;
    CHECK(rt_buffer_upload(library->device, library->zeros, ones, sizeof ones) == RT_OK);
}

static void check_family(struct op_library *library, struct rt_arena *arena, enum op_family family) {
    if (!CHECK(op_library_set_family(library, family) == RT_OK))
        return;
    test_clear_log();
    CHECK(run_conv(library, arena) == RT_OK && test_last_error()[0] == '\0');
}

int main(void) {
    CHECK(setenv("MOGRAPH_CHECK", "1", 1) == 0);
    test_begin();
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct op_library *library;
    struct rt_arena *arena;
    CHECK(rt_arena_create(device, RT_MEMORY_DEVICE, 1 << 20, "a test", &arena) == RT_OK);
    if (CHECK(op_library_create(device, &library) == RT_OK && library->check)) {
        check_family(library, arena, OP_FAMILY_TILE);
        check_family(library, arena, OP_FAMILY_LANE);
        spoil(library);
        test_quiet(true);
        CHECK(run_conv(library, arena) == RT_ERROR_MISMATCH);
        test_quiet(false);
        CHECK(strncmp(test_last_error(), "check: conv3d_forward", 21) == 0);
        CHECK(strstr(test_last_error(), "dst[") && strstr(test_last_error(), "the reference says"));
        op_library_destroy(&library);
    }
    rt_arena_destroy(&arena);
    test_close(&context, &device);
    return test_end();
}

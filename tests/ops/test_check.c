// MOGRAPH_CHECK: silent while operations are right, and names the first one that is wrong.
#include "runtime/transfer.h"
#include "shaders/check/op_check.h"
#include "shaders/conv3d/conv3d.h"
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
    struct op_signature signature;
    struct op_refusal refusal;
    struct rt_buffer args[OP_MAX_ARGS] = {0};
    float ones[200], weight[27 * 16];
    CHECK(op_describe(&library->target, OP_conv3d_forward, &conv, &signature, &refusal));
    for (uint32_t i = 0; i < signature.arg_count; i++)
        if (signature.args[i].count > 0)
            args[i] = rt_arena_push(arena, op_arg_bytes(&signature.args[i]));
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
        ones[i] = 1.0f;
    for (size_t i = 0; i < sizeof weight / sizeof weight[0]; i++)
        weight[i] = (float)(i % 7) - 3.0f;
    CHECK(signature.args[0].count == 200 && signature.args[1].count == 27 * 16);
    CHECK(rt_buffer_upload(library->device, args[0], ones, sizeof ones) == RT_OK);
    CHECK(rt_buffer_upload(library->device, args[1], weight, sizeof weight) == RT_OK);
    CHECK(rt_stream_create(library->device, NULL, &recorder.stream) == RT_OK);
    rt_stream_begin(recorder.stream);
    op_record(&recorder, OP_conv3d_forward, &conv, args, signature.arg_count);
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

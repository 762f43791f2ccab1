// Opening a device, and the first work on it: everything up to the result of one operation, each call failing
// once. A pipeline cache that cannot be read or written is no failure, so some calls are tolerated.
#include "runtime/context.h"
#include "runtime/memory.h"
#include "runtime/open.h"
#include "runtime/stream.h"
#include "runtime/transfer.h"
#include "shaders/add/add.h"
#include "shaders/op_record.h"
#include "tests/faults/faults.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <volk.h>

enum { COUNT = 64, BYTES = COUNT * sizeof(float) };

static bool add_two(struct op_library *library, struct rt_stream *stream, struct rt_arena *arena,
                    float *sum) {
    float values[COUNT];
    struct rt_buffer a = rt_arena_push(arena, BYTES), b = rt_arena_push(arena, BYTES),
                     c = rt_arena_push(arena, BYTES);
    struct op_recorder recorder = {library, stream};
    for (int i = 0; i < COUNT; i++)
        values[i] = (float)i;
    if (rt_buffer_upload(library->device, a, values, BYTES) != RT_OK ||
        rt_buffer_upload(library->device, b, values, BYTES) != RT_OK)
        return false;
    rt_stream_begin(stream);
    OP_RECORD(&recorder, add, (&(struct op_add){.count = COUNT}), .a = a, .b = b, .dst = c);
    struct rt_profile_row row;
    return rt_stream_run(stream) == RT_OK && rt_stream_profile(stream, 0, &row) == RT_OK &&
           rt_buffer_download(library->device, c, sum, BYTES) == RT_OK;
}

static bool work(struct rt_device *device, uint64_t *digest) {
    struct op_library *library = NULL;
    struct rt_arena *arena = NULL;
    struct rt_stream *stream = NULL;
    float sum[COUNT] = {0};
    bool ok = op_library_create(device, &library) == RT_OK &&
              rt_arena_create(device, RT_MEMORY_DEVICE, 8192, "two numbers and their sum", &arena) == RT_OK &&
              rt_stream_create(device, &(struct rt_stream_params){.profile = true}, &stream) == RT_OK &&
              add_two(library, stream, arena, sum);
    *digest = fault_digest(*digest, sum, sizeof sum);
    rt_stream_destroy(&stream);
    rt_arena_destroy(&arena);
    op_library_destroy(&library);
    return ok;
}

static bool open_and_work(void *user, uint64_t *digest) {
    struct rt_context *context = NULL;
    struct rt_device *device = NULL;
    const struct rt_device_info *info;
    (void)user;
    fault_watch(true);
    bool ok = rt_context_create(NULL, &context) == RT_OK &&
              rt_context_find_device(context, NULL, &info) == RT_OK &&
              rt_device_create(context, info, NULL, &device) == RT_OK;
    if (ok) {
        *digest = fault_digest(0, info, sizeof *info);
        ok = work(device, digest);
    }
    rt_device_destroy(&device);
    if (context != NULL)
        CHECK(rt_context_validation_count(context) == 0);
    rt_context_destroy(&context);
    fault_watch(false);
    return ok;
}

static void every_call(const char *name, unsigned memory, unsigned system, unsigned vulkan) {
    struct fault_trial trial = {name, open_and_work, NULL, memory};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    trial.tolerated = system;
    fault_try(&trial, FAULT_SYSTEM, EIO);
    trial.tolerated = vulkan;
    fault_try(&trial, FAULT_VULKAN, VK_ERROR_OUT_OF_HOST_MEMORY);
    fault_try(&trial, FAULT_VULKAN, VK_ERROR_OUT_OF_DEVICE_MEMORY);
    trial.tolerated = 0;
    fault_try(&trial, FAULT_VULKAN, VK_ERROR_DEVICE_LOST);
}

int main(void) {
    char folder[TEST_TEMPORARY];
    test_temporary(folder);
    if (!CHECK(mkdtemp(folder) != NULL))
        return test_end();
    setenv("XDG_CACHE_HOME", folder, 1);
    every_call("opening a device", 2, 9, 3);
    setenv("MOGRAPH_STAGING", "1", 1);
    every_call("opening a device that is not mapped", 2, 9, 3);
    char command[TEST_TEMPORARY + 16];
    snprintf(command, sizeof command, "%s/mograph", folder);
    CHECK(fault_files(command) == 1); // the cache, and no temporary
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return test_end();
}

// Statistics and recording without submitting, through a driver that has no hardware: what it tells, how it is written
// down, and what is refused.
#include "cli/device.h"
#include "runtime/stream.h"
#include "runtime/transfer.h"
#include "shaders/add/add.h"
#include "shaders/op_record.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 64, BYTES = COUNT * sizeof(float) };

static bool open_device(struct cli_device *device, struct rt_device_params params, struct cli_error *error) {
    *error = (struct cli_error){0};
    return cli_device_open_with(NULL, &params, device, error);
}

// A whole round trip as a real device would make it.
static void add_two(struct cli_device *device) {
    struct rt_arena *arena = NULL;
    struct rt_stream *stream = NULL;
    struct op_recorder recorder = {.library = device->library};
    float values[COUNT] = {1.0f}, sum[COUNT] = {1.0f};
    if (CHECK(rt_arena_create(device->device, RT_MEMORY_DEVICE, 8192, "a sum", &arena) == RT_OK) &&
        CHECK(rt_stream_create(device->device, &(struct rt_stream_params){.profile = true}, &stream) ==
              RT_OK)) {
        struct rt_buffer a = rt_arena_push(arena, BYTES), b = rt_arena_push(arena, BYTES);
        CHECK(a.address != 0 && b.address >= a.address + BYTES && rt_buffer_map(a) == NULL);
        CHECK(rt_buffer_upload(device->device, a, values, BYTES) == RT_OK);
        recorder.stream = stream;
        rt_stream_begin(stream);
        OP_RECORD(&recorder, add, (&(struct op_add){.count = COUNT}), .a = a, .b = a, .dst = b);
        CHECK(rt_stream_run(stream) == RT_OK);
        CHECK(rt_buffer_download(device->device, b, sum, BYTES) == RT_OK);
        struct rt_profile_row row = {0};
        CHECK(rt_stream_profile_count(stream) == 1 && rt_stream_profile(stream, 0, &row) == RT_OK);
        CHECK(row.name != NULL && strcmp(row.name, "add") == 0 &&
              rt_statistics_index(device->device, row.kernel) == 0);
    }
    rt_stream_destroy(&stream);
    rt_arena_destroy(&arena);
}

static void check_read(struct cli_device *device) {
    struct rt_statistics s;
    CHECK(rt_statistics_count(device->device) == 1);
    CHECK(rt_statistics_read(device->device, 0, &s) == RT_OK);
    CHECK(strcmp(s.kernel, "add") == 0 && s.spec_count >= 3 && s.spec[0] >= 64 && s.subgroup_size == 64);
    CHECK(s.count > 10 && s.known[RT_KNOWN_REGISTERS] > 0.0 && s.known[RT_KNOWN_WAVES] > 0.0);
    CHECK(s.known[RT_KNOWN_CODE] > 0.0 && s.known[RT_KNOWN_CYCLES] > 0.0);
    CHECK(s.known[RT_KNOWN_SPILLS] == 0.0 && s.known[RT_KNOWN_SCRATCH] == 0.0 &&
          s.known[RT_KNOWN_SHARED] == 0.0);
    cJSON *json = statistics_json(rt_device_describe(device->device), &s);
    const cJSON *own = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "statistics"), "VGPRs");
    CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "registers")) == s.known[RT_KNOWN_REGISTERS]);
    CHECK(own != NULL && strtod(own->valuestring, NULL) == s.known[RT_KNOWN_REGISTERS]);
    cJSON_Delete(json);
    rt_statistics_free(&s);
}

static void check_assembly(struct cli_device *device, enum rt_status wanted) {
    char *text = NULL;
    test_quiet(true);
    CHECK(rt_statistics_assembly(device->device, 0, &text) == wanted);
    test_quiet(false);
    CHECK((text != NULL) == (wanted == RT_OK) && (text == NULL || strstr(text, "s_endpgm") != NULL));
    free(text);
}

static void test_told(void) {
    struct cli_device device;
    struct cli_error error;
    if (CHECK(open_device(&device, (struct rt_device_params){.record_only = true, .statistics = true},
                          &error))) {
        add_two(&device);
        check_read(&device);
        check_assembly(&device, RT_ERROR_UNSUPPORTED);
        CHECK(statistics_print(device.device, &error));
    }
    cli_device_close(&device);
    if (CHECK(
            open_device(&device, (struct rt_device_params){.record_only = true, .assembly = true}, &error))) {
        add_two(&device);
        check_read(&device);
        check_assembly(&device, RT_OK);
    }
    cli_device_close(&device);
}

static void test_not_asked_for(void) {
    struct cli_device device;
    struct cli_error error;
    struct rt_statistics s;
    if (CHECK(open_device(&device, (struct rt_device_params){.record_only = true}, &error))) {
        add_two(&device);
        test_quiet(true);
        CHECK(rt_statistics_read(device.device, 0, &s) == RT_ERROR_UNSUPPORTED);
        test_quiet(false);
        CHECK(strstr(test_last_error(), "not opened for statistics") != NULL);
        rt_statistics_free(&s);
    }
    cli_device_close(&device);
}

// Mesa's driver for CPUs tells nothing.
static void test_not_offered(void) {
    struct cli_device device;
    struct cli_error error = {0};
    const struct rt_device_params params = {.statistics = true};
    test_quiet(true);
    CHECK(!cli_device_open_with("llvmpipe", &params, &device, &error) && error.status == CLI_FAILED);
    test_quiet(false);
    CHECK(strstr(test_last_error(), "lacks VK_KHR_pipeline_executable_properties") != NULL);
    cli_device_close(&device);
}

// --- the file

static int count_lines(const char *path, const char *part) {
    char line[4096];
    int count = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count += strstr(line, part) != NULL;
    if (file != NULL)
        fclose(file);
    return count;
}

static void test_file(const char *folder) {
    struct cli_device device;
    struct cli_error error;
    char path[TEST_TEMPORARY + 32];
    snprintf(path, sizeof path, "%s/statistics.jsonl", folder);
    setenv("MOGRAPH_STATISTICS", path, 1);
    for (int round = 0; round < 2; round++) { // the second replaces the file
        if (CHECK(open_device(&device, (struct rt_device_params){.record_only = true}, &error)))
            add_two(&device);
        cli_device_close(&device);
        CHECK(error.status == 0 && count_lines(path, "\"kernel\":\"add\"") == 1 &&
              count_lines(path, "") == 1);
    }
    unlink(path);
}

// What is lost before the file has its name is a failure, and the old file stays.
static void test_lost_file(const char *folder) {
    struct cli_device device;
    struct cli_error error;
    char path[TEST_TEMPORARY + 32], temporary[TEST_TEMPORARY + 64];
    snprintf(path, sizeof path, "%s/statistics.jsonl", folder);
    snprintf(temporary, sizeof temporary, "%s/.statistics.jsonl.%ld-0", folder, (long)getpid());
    FILE *old = fopen(path, "w");
    CHECK(old != NULL && fputs("old\n", old) >= 0 && fclose(old) == 0);
    setenv("MOGRAPH_STATISTICS", path, 1);
    CHECK(open_device(&device, (struct rt_device_params){.record_only = true}, &error));
    CHECK(unlink(temporary) == 0);
    test_quiet(true);
    cli_device_close(&device);
    test_quiet(false);
    CHECK(error.status == CLI_FAILED && strstr(test_last_error(), "statistics.jsonl: cannot write") != NULL);
    CHECK(count_lines(path, "old") == 1);
    unlink(path);
}

// Nothing is left where nothing could be written.
static void test_bad_files(const char *folder) {
    static const char *const names[] = {"/dev/null", "/nowhere/statistics.jsonl", "."};
    struct cli_device device;
    struct cli_error error;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("MOGRAPH_STATISTICS", names[i], 1);
        CHECK(!open_device(&device, (struct rt_device_params){.record_only = true}, &error));
        CHECK(error.status == CLI_FAILED && strncmp(error.text, "MOGRAPH_STATISTICS: ", 20) == 0);
        cli_device_close(&device);
    }
    unsetenv("MOGRAPH_STATISTICS");
    CHECK(rmdir(folder) == 0);
}

int main(void) {
    char folder[TEST_TEMPORARY];
    test_begin();
    unsetenv("MOGRAPH_STATISTICS");
    test_temporary(folder);
    if (!CHECK(mkdtemp(folder) != NULL))
        return test_end();
    test_told();
    test_not_asked_for();
    test_not_offered();
    test_file(folder);
    test_lost_file(folder);
    test_bad_files(folder);
    return test_end();
}

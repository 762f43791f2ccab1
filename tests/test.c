// Checks, the log, devices and scratch files, as every test program uses them.
#include "tests/test.h"

#include "runtime/log.h"
#include "runtime/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;
static char last_error[1024];
static bool quiet_log;

void test_count(bool condition, const char *text, const char *file, int line) {
    if (condition) {
        passed++;
    } else {
        failed++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, text);
    }
}

static void on_log(void *user, enum rt_log_level level, const char *text) {
    (void)user;
    if (level == RT_LOG_ERROR)
        snprintf(last_error, sizeof last_error, "%s", text);
    if (level <= RT_LOG_WARNING && !quiet_log)
        fprintf(stderr, "%s\n", text);
}

void test_begin(void) {
    rt_log_set_callback(on_log, NULL);
}

const char *test_last_error(void) {
    return last_error;
}

void test_clear_log(void) {
    last_error[0] = '\0';
}

void test_quiet(bool quiet) {
    quiet_log = quiet;
}

int test_end(void) {
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0;
}

struct rt_device *test_device(struct rt_context **context, uint32_t wanted) {
    *context = NULL;
    if (rt_context_create(NULL, context) != RT_OK) {
        fprintf(stderr, "no Vulkan device: the tests need one (mesa-vulkan-drivers)\n");
        exit(1);
    }
    uint32_t usable = 0;
    struct rt_device *device = NULL;
    for (uint32_t i = 0; i < rt_context_device_count(*context); i++) {
        const struct rt_device_info *info = rt_context_device(*context, i);
        if (info->usable && usable++ == wanted && rt_device_create(*context, info, NULL, &device) != RT_OK)
            exit(1);
    }
    if (usable == 0) {
        fprintf(stderr, "none of the Vulkan devices can be used; the tests need one\n");
        exit(1);
    }
    return device;
}

void test_close(struct rt_context **context, struct rt_device **device) {
    rt_device_destroy(device);
    if (*context != NULL)
        CHECK(rt_context_validation_count(*context) == 0);
    rt_context_destroy(context);
}

void test_on_device(void (*test)(struct op_library *library)) {
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct op_library *library;
    if (CHECK(op_library_create(device, &library) == RT_OK)) {
        test(library);
        op_library_destroy(&library);
    }
    test_close(&context, &device);
}

void test_each_family(struct op_library *library, void (*test)(struct op_library *library)) {
    for (int family = 0; family < 2; family++)
        if (CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK))
            test(library);
}

void test_temporary(char name[TEST_TEMPORARY]) {
    const char *folder = getenv("TMPDIR");
    enum { PATTERN = 6 }; // letters at the end that mkstemp and mkdtemp replace
    int length = snprintf(name, TEST_TEMPORARY - PATTERN, "%.200s/mograph-test-",
                          folder != NULL && folder[0] == '/' ? folder : "/tmp");
    memset(name + length, 'X', PATTERN);
    name[length + PATTERN] = '\0';
}

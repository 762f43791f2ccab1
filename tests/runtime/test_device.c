// Choosing a device: by index, name, UUID, environment, and refusals.
#include "tests/test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool finds(const struct rt_context *context, const char *selector,
                  const struct rt_device_info *wanted) {
    const struct rt_device_info *found;
    return rt_context_find_device(context, selector, &found) == RT_OK && found == wanted;
}

static void refuses(const struct rt_context *context, const char *selector) {
    const struct rt_device_info *found;
    test_clear_log();
    CHECK(rt_context_find_device(context, selector, &found) == RT_ERROR_NO_DEVICE && found == NULL);
    CHECK(strstr(test_last_error(), selector) != NULL && strstr(test_last_error(), "mograph devices"));
}

static void is_found_by_all_names(const struct rt_context *context, const struct rt_device_info *info) {
    char index[16], upper[sizeof info->name];
    snprintf(index, sizeof index, "%u", info->index);
    for (size_t i = 0; i < sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)info->name[i]);
    CHECK(finds(context, index, info));
    CHECK(finds(context, info->uuid, info));
    CHECK(finds(context, info->name, info));
    CHECK(finds(context, upper, info));
    CHECK(finds(context, info->name + 2, info)); // a part of it
    CHECK(setenv("MOGRAPH_DEVICE", index, 1) == 0 && finds(context, NULL, info) && finds(context, "", info));
    CHECK(setenv("MOGRAPH_DEVICE", "nothing like it", 1) == 0 && finds(context, index, info)); // stronger
    unsetenv("MOGRAPH_DEVICE");
}

static void garbage_is_refused(const struct rt_context *context) {
    test_quiet(true);
    refuses(context, "99");
    refuses(context, "18446744073709551616"); // 2^64
    refuses(context, "-1");
    refuses(context, "no such device");
    refuses(context, "00000000-0000-0000-0000-00000000dead");
    const struct rt_device_info *found;
    CHECK(setenv("MOGRAPH_DEVICE", "no such device", 1) == 0);
    CHECK(rt_context_find_device(context, NULL, &found) == RT_ERROR_NO_DEVICE);
    unsetenv("MOGRAPH_DEVICE");
    test_quiet(false);
}

static void best_is_of_the_fastest_kind(const struct rt_context *context) {
    const struct rt_device_info *best;
    CHECK(rt_context_find_device(context, NULL, &best) == RT_OK && best->usable);
    for (uint32_t i = 0; i < rt_context_device_count(context); i++)
        if (rt_context_device(context, i)->usable)
            CHECK(rt_context_device(context, i)->type <= best->type);
}

int main(void) {
    unsetenv("MOGRAPH_DEVICE");
    test_begin();
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    is_found_by_all_names(context, rt_context_device(context, rt_device_describe(device)->index));
    garbage_is_refused(context);
    best_is_of_the_fastest_kind(context);
    test_close(&context, &device);
    return test_end();
}

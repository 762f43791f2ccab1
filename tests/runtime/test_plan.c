// Planned buffers never overlap in time and space, keep their alignment, and stay within chunks.
#include "runtime/align.h"
#include "runtime/plan.h"
#include "tests/test.h"

#include <stdlib.h>

static bool overlap(const struct rt_plan_item *a, const struct rt_plan_item *b) {
    bool in_time = a->first <= b->last && b->first <= a->last;
    bool in_space = a->offset_bytes < b->offset_bytes + b->size_bytes &&
                    b->offset_bytes < a->offset_bytes + a->size_bytes;
    return in_time && in_space;
}

static void random_plans(void) {
    srand(1);
    for (int round = 0; round < 200; round++) {
        struct rt_plan_item items[24];
        uint64_t chunk = round % 2 ? 4096 : 0, total;
        for (int i = 0; i < 24; i++) {
            uint32_t first = (uint32_t)rand() % 20;
            items[i] =
                (struct rt_plan_item){(uint64_t)rand() % 3000, first, first + (uint32_t)rand() % 10, 0};
        }
        CHECK(rt_plan(items, 24, chunk, &total) == RT_OK);
        for (int i = 0; i < 24; i++) {
            CHECK(items[i].offset_bytes % RT_ALIGNMENT == 0 &&
                  items[i].offset_bytes + items[i].size_bytes <= total);
            if (chunk && items[i].size_bytes)
                CHECK(items[i].offset_bytes / chunk ==
                      (items[i].offset_bytes + items[i].size_bytes - 1) / chunk);
            for (int k = 0; k < i; k++)
                CHECK(!overlap(&items[i], &items[k]));
        }
    }
}

// A chain in which each buffer is read by the next step only needs room for two neighbours.
static void chain_is_compact(void) {
    struct rt_plan_item items[50];
    uint64_t total;
    for (uint32_t i = 0; i < 50; i++)
        items[i] = (struct rt_plan_item){1024, i, i + 1, 0};
    CHECK(rt_plan(items, 50, 0, &total) == RT_OK);
    CHECK(total == 2048);
}

static void refusals(void) {
    uint64_t total;
    struct rt_plan_item backwards = {16, 3, 2, 0}, large = {8192, 0, 0, 0};
    test_quiet(true);
    CHECK(rt_plan(&backwards, 1, 0, &total) == RT_ERROR_INVALID);
    CHECK(rt_plan(&large, 1, 4096, &total) == RT_ERROR_INVALID);
    CHECK(rt_plan(NULL, 0, 0, &total) == RT_OK && total == 0);
    test_quiet(false);
}

int main(void) {
    test_begin();
    random_plans();
    chain_is_compact();
    refusals();
    return test_end();
}

// Choices of a kernel's shape: each gives the same bits. Family tile's fastest is timed once and kept on disk,
// and a damaged file is ignored and replaced; family lane chooses by the work, which grows with the clips.
#include "runtime/cache.h"
#include "shaders/conv/conv_tiling_tile.h"
#include "shaders/conv/conv_tune.h"
#include "shaders/conv3d/conv3d.h"
#include "tests/ops/run.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAME(k, s, p) .kernel = {k, k, k}, .stride = {s, s, s}, .padding = {p, p, p}

// Blocks with their border, tiles, teams; forward, and the weight gradient of the first. Few: on a CPU
// device every choice is a second of compilation.
static const struct op_conv3d convs[] = {
    {.n = 1, .size = {4, 8, 10}, .cin = 16, .cout = 8, SAME(2, 1, 1)},
    {.n = 2, .size = {6, 8, 10}, .cin = 8, .cout = 16, SAME(3, 2, 1)},
    {.n = 1, .size = {1, 1, 11}, .cin = 32, .cout = 8, SAME(1, 1, 0)},
};

enum { CONVS = sizeof convs / sizeof convs[0], MOST = 1 << 14 };

struct arrays {
    double src[MOST], d_dst[MOST], weight[MOST], dst[MOST], d_weight[MOST];
};

static void fill(double *values, size_t count, uint32_t seed) {
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (double)(float)((int32_t)seed / 2147483648.0);
    }
}

static void run_passes(struct op_library *library, size_t i, struct arrays *a) {
    memset(a->dst, 0, sizeof a->dst);
    memset(a->d_weight, 0, sizeof a->d_weight);
    CHECK(OP_RUN(library, conv3d_forward, &convs[i], .src = a->src, .weight = a->weight, .dst = a->dst));
    if (i == 0)
        CHECK(OP_RUN(library, conv3d_backward_weight, &convs[i], .src = a->src, .d_dst = a->d_dst,
                     .d_weight = a->d_weight));
}

static void same_bits(struct op_library *library, struct arrays *first, struct arrays *other) {
    for (size_t i = 0; i < CONVS; i++) {
        conv_tuning_force(library, 0);
        run_passes(library, i, first);
        CHECK(first->dst[0] != 0.0 && (i > 0 || first->d_weight[0] != 0.0));
        for (int choice = 1; choice < CONV_MAX_CHOICES; choice++) {
            conv_tuning_force(library, choice);
            run_passes(library, i, other);
            if (!CHECK(memcmp(first->dst, other->dst, sizeof first->dst) == 0 &&
                       memcmp(first->d_weight, other->d_weight, sizeof first->d_weight) == 0))
                fprintf(stderr, "  convolution %zu, choice %d\n", i, choice);
        }
    }
}

// Runs one convolution with what is kept and says how many kernels were timed for it.
static uint32_t timed(struct op_library *library, struct arrays *a) {
    conv_tuning_start_always(library);
    run_passes(library, 0, a);
    uint32_t count = conv_tuning_timed(library);
    conv_tuning_end(library);
    return count;
}

static void damage(const char *pipelines) {
    char path[640];
    snprintf(path, sizeof path, "%.*stiles", (int)(strlen(pipelines) - strlen("pipelines")), pipelines);
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL && fseek(file, 30, SEEK_SET) == 0 && fputc(0x55, file) != EOF && fclose(file) == 0);
}

static void keeps(struct op_library *library, struct arrays *first, struct arrays *other) {
    char path[600];
    if (!CHECK(rt_cache_path(library->device, path, sizeof path)))
        return;
    CHECK(timed(library, first) == 2);
    CHECK(timed(library, other) == 0);
    CHECK(memcmp(first, other, sizeof *first) == 0);
    damage(path);
    test_quiet(true);
    CHECK(timed(library, other) == 2);
    test_quiet(false);
    CHECK(timed(library, other) == 0);
    CHECK(memcmp(first, other, sizeof *first) == 0);
}

// Else a clip would depend on how many are computed with it.
static void same_bits_small(struct op_library *library, struct arrays *first, struct arrays *other) {
    CHECK(op_library_set_family(library, OP_FAMILY_LANE) == RT_OK);
    for (size_t i = 0; i < CONVS; i++) {
        library->target.large_code_flops = 0;
        run_passes(library, i, first);
        library->target.large_code_flops = 1e30;
        run_passes(library, i, other);
        CHECK(memcmp(first->dst, other->dst, sizeof first->dst) == 0 && first->dst[0] != 0.0);
    }
}

static void check(struct op_library *library) {
    struct arrays *first = calloc(1, sizeof *first), *other = calloc(1, sizeof *other);
    if (CHECK(first != NULL && other != NULL && op_library_set_family(library, OP_FAMILY_TILE) == RT_OK)) {
        fill(first->src, MOST, 1);
        fill(first->d_dst, MOST, 2);
        fill(first->weight, MOST, 3);
        memcpy(other, first, sizeof *other);
        keeps(library, first, other);
        conv_tuning_start_always(library);
        same_bits(library, first, other);
        conv_tuning_end(library);
        same_bits_small(library, first, other);
    }
    free(first);
    free(other);
}

int main(void) {
    char folder[TEST_TEMPORARY];
    test_temporary(folder);
    CHECK(mkdtemp(folder) != NULL && setenv("XDG_CACHE_HOME", folder, 1) == 0);
    test_begin();
    test_on_device(check);
    return test_end();
}

// test_batch_norm: what batch_norm promises whatever its implementation, on every device with every kernel
// family.
#include "shaders/batch_norm/batch_norm.h"
#include "tests/ops/run.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHANNELS = 8, ROWS = 3 * 1237, COUNT = ROWS * CHANNELS };

static const struct op_batch_norm params = {.dtype = OP_F32, .n = 3, .voxels = 1237, .c = CHANNELS};

// One pass with gamma 1 and beta 0.
struct pass {
    double src[COUNT], dst[COUNT], gamma[CHANNELS], beta[CHANNELS], running_mean[CHANNELS],
        running_var[CHANNELS], mean[CHANNELS], inv_std[CHANNELS];
};

static double uniform(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (double)*state / 2147483648.0 - 1.0;
}

// src = scale times a fixed noise that differs by channel, plus offset.
static void fill(struct pass *pass, double scale, double offset) {
    uint32_t state = 1;
    for (int i = 0; i < COUNT; i++)
        pass->src[i] = scale * (uniform(&state) * (1 + i % CHANNELS) + i % CHANNELS) + offset;
    for (int i = 0; i < CHANNELS; i++) {
        pass->gamma[i] = pass->running_var[i] = 1.0;
        pass->beta[i] = pass->running_mean[i] = 0.0;
    }
}

static void forward(struct op_library *library, struct pass *pass) {
    OP_RUN(library, batch_norm_forward, &params, .src = pass->src, .gamma = pass->gamma, .beta = pass->beta,
           .running_mean = pass->running_mean, .running_var = pass->running_var, .dst = pass->dst,
           .mean = pass->mean, .inv_std = pass->inv_std);
}

static double worst_difference(const double *a, const double *b) {
    double worst = 0.0;
    for (int i = 0; i < COUNT; i++)
        worst = fmax(worst, fabs(a[i] - b[i]));
    return worst;
}

// The output of every channel has mean 0 and variance 1.
static void check_normalised(struct op_library *library, struct pass *pass) {
    fill(pass, 1.0, 0.0);
    forward(library, pass);
    for (int channel = 0; channel < CHANNELS; channel++) {
        double mean = 0.0, var = 0.0;
        for (int i = channel; i < COUNT; i += CHANNELS)
            mean += pass->dst[i] / ROWS;
        for (int i = channel; i < COUNT; i += CHANNELS)
            var += pow(pass->dst[i] - mean, 2.0) / ROWS;
        CHECK(fabs(mean) < 1e-6);
        CHECK(fabs(var - 1.0) < 1e-4); // eps takes 3e-5 of a variance of 1/3
    }
}

// Scaling and shifting the input leaves the output: 8 is exact in fp32, what remains is eps.
static void check_invariant(struct op_library *library, struct pass *first, struct pass *second) {
    fill(first, 1.0, 0.0);
    fill(second, 8.0, -16.0);
    forward(library, first);
    forward(library, second);
    CHECK(worst_difference(first->dst, second->dst) < 1e-4);
}

// An offset of 1e4 over noise of 1 to 8: the input's own last digit is 1e-3 there, and no more than that may
// be lost.
static void check_offset(struct op_library *library, struct pass *pass) {
    fill(pass, 1.0, 1e4);
    double *want = malloc(COUNT * sizeof *want);
    if (!CHECK(want != NULL))
        return;
    for (int i = 0; i < COUNT; i++)
        pass->src[i] = (double)(float)pass->src[i];
    double mean[CHANNELS], inv_std[CHANNELS], running_mean[CHANNELS] = {0}, running_var[CHANNELS] = {0};
    op_table[OP_batch_norm_forward]->reference(
        &params, OP_ARRAYS(batch_norm_forward, .src = pass->src, .gamma = pass->gamma, .beta = pass->beta,
                           .running_mean = running_mean, .running_var = running_var, .dst = want,
                           .mean = mean, .inv_std = inv_std));
    forward(library, pass);
    CHECK(worst_difference(pass->dst, want) < 1e-3);
    for (int channel = 0; channel < CHANNELS; channel++)
        CHECK(fabs(pass->inv_std[channel] / inv_std[channel] - 1.0) < 1e-5);
    free(want);
}

// Statistics gathered batch by batch, then frozen, normalise that data as training did.
static void check_reestimated(struct op_library *library, struct pass *pass, struct pass *frozen) {
    double mean[CHANNELS] = {0}, m2[CHANNELS] = {0}, count[CHANNELS] = {0};
    fill(pass, 1.0, 3.0);
    fill(frozen, 1.0, 3.0);
    for (uint32_t n = 0; n < params.n; n++) {
        const struct op_batch_norm one = {.dtype = OP_F32, .n = 1, .voxels = params.voxels, .c = CHANNELS};
        OP_RUN(library, batch_norm_accumulate, &one, .src = pass->src + n * params.voxels * CHANNELS,
               .mean = mean, .m2 = m2, .count = count);
    }
    OP_RUN(library, batch_norm_estimate, &params, .mean = mean, .m2 = m2, .count = count,
           .running_mean = frozen->running_mean, .running_var = frozen->running_var);
    OP_RUN(library, batch_norm_frozen_forward, &params, .src = frozen->src, .gamma = frozen->gamma,
           .beta = frozen->beta, .running_mean = frozen->running_mean, .running_var = frozen->running_var,
           .dst = frozen->dst);
    forward(library, pass);
    for (int channel = 0; channel < CHANNELS; channel++)
        CHECK(count[channel] == (double)ROWS);
    CHECK(worst_difference(pass->dst, frozen->dst) < 5.0 / ROWS); // biased against unbiased variance
}

static void check_on_device(struct rt_device *device, struct pass *first, struct pass *second) {
    struct op_library *library;
    if (!CHECK(op_library_create(device, &library) == RT_OK))
        return;
    for (int family = 0; family < 2; family++) {
        if (!CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK))
            continue;
        check_normalised(library, first);
        check_invariant(library, first, second);
        check_offset(library, first);
        check_reestimated(library, first, second);
    }
    op_library_destroy(&library);
}

int main(void) {
    test_begin();
    struct pass *passes = calloc(2, sizeof *passes);
    struct rt_context *context;
    struct rt_device *device;
    for (uint32_t i = 0; CHECK(passes != NULL) && (device = test_device(&context, i)) != NULL; i++) {
        check_on_device(device, passes, passes + 1);
        test_close(&context, &device);
    }
    test_close(&context, &device);
    free(passes);
    return test_end();
}

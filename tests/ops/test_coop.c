// test_coop: family coop beyond the rows of test_ops. On a device that can run it: its self-test finds what
// is wrong and the family becomes tile; fp16's range. Elsewhere: it is refused, and why. It says which of the
// two it judged.
#include "runtime/open.h"
#include "runtime/transfer.h"
#include "shaders/check/op_compare.h"
#include "shaders/linear/linear.h"
#include "tests/ops/run.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What lies outside a clip is read from library->zeros: ones there make the self-test's convolutions wrong.
static void spoil(struct op_library *library) {
    float ones[256];
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
        ones[i] = 1.0f;
    CHECK(rt_buffer_upload(library->device, library->zeros, ones, sizeof ones) == RT_OK);
}

static void check_self_test(struct rt_device *device) {
    struct op_library *library;
    if (!CHECK(op_library_create(device, &library) == RT_OK && library->target.family == OP_FAMILY_COOP))
        return;
    spoil(library);
    test_quiet(true);
    CHECK(op_library_prove(library) == RT_ERROR_UNSUPPORTED); // it was asked for by name
    CHECK(strstr(test_last_error(), "self-test") && strstr(test_last_error(), "the reference says"));
    library->target.family = OP_FAMILY_COOP;
    CHECK(unsetenv("MOGRAPH_KERNELS") == 0);
    CHECK(op_library_prove(library) == RT_OK && library->target.family == OP_FAMILY_TILE);
    test_quiet(false);
    CHECK(setenv("MOGRAPH_KERNELS", "coop", 1) == 0);
    op_library_destroy(&library);
}

enum { C = 4 };
static const struct op_linear layer = {.rows = 1, .cin = C, .cout = C};
static const double identity[C * C] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

// Activations saturate, and what is not a number is not hidden.
static void check_activations(struct op_library *library) {
    double src[C] = {1e6, -1e6, 1.0 / 3, NAN}, weight[C * C], dst[C];
    memcpy(weight, identity, sizeof weight);
    OP_RUN(library, linear_forward, &layer, .src = src, .weight = weight, .dst = dst);
    CHECK(isnan(dst[0]) && isnan(dst[3])); // 0 times NaN is in every sum
    src[3] = 6e-8;
    OP_RUN(library, linear_forward, &layer, .src = src, .weight = weight, .dst = dst);
    CHECK(dst[0] == 65504.0 && dst[1] == -65504.0);
    CHECK(dst[2] == op_round_half(src[2]) && fabs(dst[2] - src[2]) < 1e-4 && dst[2] != src[2]);
    CHECK(dst[3] == op_round_half(src[3]) || dst[3] == 0.0); // a device may flush what is so small
}

// A gradient that fp16 cannot hold is infinite, in both of its products: the loss scale learns of it.
static void check_gradients(struct op_library *library) {
    double d_dst[C] = {1e6, 0, 0, 0}, weight[C * C], d_src[C], src[C] = {1e6, 1, 1, 1}, d_weight[C * C];
    memcpy(weight, identity, sizeof weight);
    OP_RUN(library, linear_backward_input, &layer, .d_dst = d_dst, .weight = weight, .d_src = d_src);
    CHECK(d_src[0] == INFINITY);
    OP_RUN(library, linear_backward_weight, &layer, .src = src, .d_dst = d_dst, .d_weight = d_weight);
    CHECK(d_weight[0] == INFINITY);
    d_dst[0] = 65504.0;
    OP_RUN(library, linear_backward_input, &layer, .d_dst = d_dst, .weight = weight, .d_src = d_src);
    CHECK(d_src[0] == 65504.0);
    d_dst[0] = 2.0;
    OP_RUN(library, linear_backward_weight, &layer, .src = src, .d_dst = d_dst, .d_weight = d_weight);
    CHECK(d_weight[0] == 2.0 * 65504.0); // src saturates, the sum is fp32's
}

static void check_family(struct rt_device *device) {
    const struct rt_device_info *info = rt_device_describe(device);
    struct op_library *library;
    check_self_test(device);
    if (CHECK(op_library_create(device, &library) == RT_OK)) {
        check_activations(library);
        check_gradients(library);
        op_library_destroy(&library);
    }
    printf("judged on \"%s\": matrices of %ux%ux%u; test_ops --family coop judges its rows\n", info->name,
           info->matrix.m, info->matrix.n, info->matrix.k);
}

static void check_refusal(struct rt_device *device, const char *obstacle) {
    struct op_library *library;
    test_quiet(true);
    CHECK(op_library_create(device, &library) == RT_ERROR_UNSUPPORTED && library == NULL);
    CHECK(strstr(test_last_error(), "kernel family coop") && strstr(test_last_error(), obstacle));
    test_quiet(false);
    CHECK(unsetenv("MOGRAPH_KERNELS") == 0);
    if (CHECK(op_library_create(device, &library) == RT_OK)) {
        CHECK(library->target.family != OP_FAMILY_COOP);
        op_library_destroy(&library);
    }
    CHECK(setenv("MOGRAPH_KERNELS", "coop", 1) == 0);
    printf("judged that \"%s\" refuses family coop: %s\n", rt_device_describe(device)->name, obstacle);
}

int main(void) {
    struct rt_context *context;
    struct rt_device *device;
    CHECK(setenv("MOGRAPH_KERNELS", "coop", 1) == 0); // before the driver chooses its vectors
    test_begin();
    for (uint32_t i = 0; (device = test_device(&context, i)) != NULL; i++) {
        const char *obstacle;
        if (op_family_possible(rt_device_describe(device), OP_FAMILY_COOP, &obstacle))
            check_family(device);
        else
            check_refusal(device, obstacle);
        test_close(&context, &device);
    }
    test_close(&context, &device);
    return test_end();
}

// What makes one operation the gradient of another: <conv(x), y> = <x, conv_backward_input(y)>, and for the
// weight w, which enters linearly too, <conv(x; w), y> = <w, conv_backward_weight(x, y)>. Both families,
// every stride.
#include "shaders/conv3d/conv3d.h"
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "tests/ops/run.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct layer {
    enum op_id forward, backward_input, backward_weight;
    const void *params;
};

static double dot(const double *a, const double *b, uint64_t count) {
    double sum = 0.0;
    for (uint64_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static double norm(const double *a, uint64_t count) {
    return sqrt(dot(a, a, count));
}

static void check_adjoint(const char *what, double left, double right, double scale) {
    if (!CHECK(fabs(left - right) <= 1e-5 * scale))
        fprintf(stderr, "  %s: %.9g on one side, %.9g on the other\n", what, left, right);
}

// forward: src, weight, bias (absent), dst. backward_input: d_dst, weight, d_src. backward_weight: src,
// d_dst, d_weight.
static void check_layer(struct op_library *library, const struct layer *layer) {
    double *forward[OP_MAX_ARGS], *input[OP_MAX_ARGS], *weight[OP_MAX_ARGS];
    struct op_signature sf, si, sw;
    struct op_refusal refusal;
    CHECK(op_describe(&library->target, layer->forward, layer->params, &sf, &refusal));
    CHECK(op_describe(&library->target, layer->backward_input, layer->params, &si, &refusal));
    CHECK(op_describe(&library->target, layer->backward_weight, layer->params, &sw, &refusal));
    CHECK(op_arrays_create(&sf, forward) && op_arrays_create(&si, input) && op_arrays_create(&sw, weight));
    op_fill_inputs(layer->forward, layer->params, &sf, OP_FILL_RANDOM, 5, forward);
    op_fill_inputs(layer->backward_input, layer->params, &si, OP_FILL_RANDOM, 6, input);
    uint64_t srcs = sf.args[0].count, weights = sf.args[1].count, dsts = sf.args[3].count;
    memcpy(input[1], forward[1], weights * sizeof(double));
    memcpy(weight[0], forward[0], srcs * sizeof(double));
    memcpy(weight[1], input[0], dsts * sizeof(double));
    if (op_run(library, layer->forward, layer->params, forward) &&
        op_run(library, layer->backward_input, layer->params, input) &&
        op_run(library, layer->backward_weight, layer->params, weight)) {
        double left = dot(forward[3], input[0], dsts);
        double scale = norm(forward[3], dsts) * norm(input[0], dsts);
        check_adjoint("input", left, dot(forward[0], input[2], srcs), scale);
        check_adjoint("weight", left, dot(forward[1], weight[2], weights), scale);
    }
    op_arrays_destroy(forward);
    op_arrays_destroy(input);
    op_arrays_destroy(weight);
}

static void check_all(struct op_library *library) {
    for (uint32_t stride = 1; stride <= 2; stride++) {
        struct op_conv3d conv = {2,         {5, 6, 9}, 12,    20,   {3, 4, 3}, {stride, stride, 1},
                                 {1, 1, 2}, OP_F32,    false, false};
        check_layer(library, &(struct layer){OP_conv3d_forward, OP_conv3d_backward_input,
                                             OP_conv3d_backward_weight, &conv});
        struct op_conv_transpose3d transpose = {
            2, {3, 5, 4}, 12, 20, {4, 3, 4}, {stride, 1, stride}, {1, 1, 0}, {0, 0, 0}, OP_F32, false, false};
        check_layer(library, &(struct layer){OP_conv_transpose3d_forward, OP_conv_transpose3d_backward_input,
                                             OP_conv_transpose3d_backward_weight, &transpose});
    }
}

static void on_device(struct op_library *library) {
    test_each_family(library, check_all);
}

int main(void) {
    test_begin();
    test_on_device(on_device);
    return test_end();
}

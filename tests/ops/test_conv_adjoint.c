// What makes one operation the gradient of another: <conv(x), y> = <x, conv_backward_input(y)>, and for the
// weight w, which enters linearly too, <conv(x; w), y> = <w, conv_backward_weight(x, y)>. Both families,
// every stride.
#include "shaders/conv/conv_layer.h"
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

// The arguments of both layers are the lists of conv_layer.h; the bias is absent.
static void check_layer(struct op_library *library, const struct layer *layer) {
    union {
        double *all[OP_MAX_ARGS];
        struct op_conv_forward_arrays args;
    } forward;
    union {
        double *all[OP_MAX_ARGS];
        struct op_conv_backward_input_arrays args;
    } input;
    union {
        double *all[OP_MAX_ARGS];
        struct op_conv_backward_weight_arrays args;
    } weight;
    struct op_signature sf, si, sw;
    struct op_refusal refusal;
    CHECK(op_describe(&library->target, layer->forward, layer->params, &sf, &refusal));
    CHECK(op_describe(&library->target, layer->backward_input, layer->params, &si, &refusal));
    CHECK(op_describe(&library->target, layer->backward_weight, layer->params, &sw, &refusal));
    if (!CHECK(op_arrays_create(&sf, forward.all) && op_arrays_create(&si, input.all) &&
               op_arrays_create(&sw, weight.all)))
        return;
    op_fill_inputs(layer->forward, layer->params, &sf, OP_FILL_RANDOM, 5, forward.all);
    op_fill_inputs(layer->backward_input, layer->params, &si, OP_FILL_RANDOM, 6, input.all);
    uint64_t srcs = sf.args[op_arg_index(layer->forward, "src")].count,
             weights = sf.args[op_arg_index(layer->forward, "weight")].count,
             dsts = sf.args[op_arg_index(layer->forward, "dst")].count;
    memcpy(input.args.weight, forward.args.weight, weights * sizeof(double));
    memcpy(weight.args.src, forward.args.src, srcs * sizeof(double));
    memcpy(weight.args.d_dst, input.args.d_dst, dsts * sizeof(double));
    if (op_run(library, layer->forward, layer->params, forward.all) &&
        op_run(library, layer->backward_input, layer->params, input.all) &&
        op_run(library, layer->backward_weight, layer->params, weight.all)) {
        double left = dot(forward.args.dst, input.args.d_dst, dsts);
        double scale = norm(forward.args.dst, dsts) * norm(input.args.d_dst, dsts);
        check_adjoint("input", left, dot(forward.args.src, input.args.d_src, srcs), scale);
        check_adjoint("weight", left, dot(forward.args.weight, weight.args.d_weight, weights), scale);
    }
    op_arrays_destroy(forward.all);
    op_arrays_destroy(input.all);
    op_arrays_destroy(weight.all);
}

static void check_all(struct op_library *library) {
    for (uint32_t stride = 1; stride <= 2; stride++) {
        struct op_conv3d conv = {.n = 2,
                                 .size = {5, 6, 9},
                                 .cin = 12,
                                 .cout = 20,
                                 .kernel = {3, 4, 3},
                                 .stride = {stride, stride, 1},
                                 .padding = {1, 1, 2}};
        check_layer(library, &(struct layer){OP_conv3d_forward, OP_conv3d_backward_input,
                                             OP_conv3d_backward_weight, &conv});
        struct op_conv_transpose3d transpose = {.n = 2,
                                                .size = {3, 5, 4},
                                                .cin = 12,
                                                .cout = 20,
                                                .kernel = {4, 3, 4},
                                                .stride = {stride, 1, stride},
                                                .padding = {1, 1, 0}};
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

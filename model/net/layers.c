// Writes single layers down as operations and parameters of a graph.
#include "model/net/layers.h"

#include "shaders/add/add.h"
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/cast/cast.h"
#include "shaders/concat/concat.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "shaders/embedding/embedding.h"
#include "shaders/film/film.h"
#include "shaders/fourier/fourier.h"
#include "shaders/linear/linear.h"
#include "shaders/mean_voxels/mean_voxels.h"
#include "shaders/space_to_depth/space_to_depth.h"

#include <math.h>
#include <stdio.h>

static uint32_t voxels(struct tensor x) {
    return x.d * x.h * x.w;
}

uint64_t tensor_count(const struct net *net, struct tensor x) {
    return (uint64_t)net->n * voxels(x) * x.c;
}

bool tensor_same_shape(struct tensor a, struct tensor b) {
    return a.d == b.d && a.h == b.h && a.w == b.w && a.c == b.c;
}

// A result of the given shape.
static struct tensor result(struct net *net, const char *name, enum op_dtype dtype, uint32_t d, uint32_t h,
                            uint32_t w, uint32_t c) {
    struct tensor x = {GRAPH_NONE, d, h, w, c, dtype};
    x.value = graph_activation(net->graph, name, dtype, tensor_count(net, x));
    return x;
}

static struct tensor result_like(struct net *net, const char *name, struct tensor x) {
    return result(net, name, x.dtype, x.d, x.h, x.w, x.c);
}

static uint32_t parameter(struct net *net, const char *layer, const char *what, struct parameter parameter) {
    snprintf(parameter.name, sizeof parameter.name, "%s.%s", layer, what);
    parameter.lr_scale = parameter.hidden_weight ? net->lr_scale : 0.0f;
    return graph_parameter(net->graph, &parameter);
}

static uint32_t vector(struct net *net, const char *layer, const char *what, uint32_t count, float start,
                       bool state) {
    return parameter(net, layer, what,
                     (struct parameter){.layout = PARAMETER_VECTOR,
                                        .out = count,
                                        .start = PARAMETER_VALUE,
                                        .scale = start,
                                        .state = state});
}

struct tensor layer_input(struct net *net, const char *name, uint32_t d, uint32_t h, uint32_t w, uint32_t c) {
    struct tensor x = {GRAPH_NONE, d, h, w, c, OP_F32};
    x.value = graph_input(net->graph, name, OP_F32, tensor_count(net, x), false);
    return x;
}

struct tensor layer_conv3d(struct net *net, const char *name, struct tensor x, uint32_t cout,
                           struct conv_shape shape) {
    uint32_t k = shape.kernel, s = shape.stride, p = shape.padding, size[3];
    uint32_t kd = shape.flat ? 1 : k;
    struct op_conv3d params = {.n = net->n,
                               .dtype = x.dtype,
                               .size = {x.d, x.h, x.w},
                               .cin = x.c,
                               .cout = cout,
                               .kernel = {kd, k, k},
                               .stride = {shape.flat ? 1 : s, s, s},
                               .padding = {shape.flat ? 0 : p, p, p},
                               .has_bias = shape.bias};
    op_conv3d_output_size(&params, size);
    uint32_t weight =
        parameter(net, name, "weight",
                  (struct parameter){.layout = PARAMETER_CONV,
                                     .kernel = {kd, k, k},
                                     .in = x.c,
                                     .out = cout,
                                     .start = shape.from_zero ? PARAMETER_ZEROS : PARAMETER_NORMAL,
                                     .scale = sqrtf(2.0f / (float)(kd * k * k * x.c)),
                                     .decay = true,
                                     .hidden_weight = !net->io_layer});
    uint32_t bias = shape.bias ? vector(net, name, "bias", cout, shape.bias_start, false) : GRAPH_NONE;
    struct tensor dst = result(net, name, x.dtype, size[0], size[1], size[2], cout);
    GRAPH_APPLY(net->graph, conv3d_forward, &params, .src = x.value, .weight = weight, .bias = bias,
                .dst = dst.value);
    return dst;
}

struct tensor layer_up(struct net *net, const char *name, struct tensor x, uint32_t cout) {
    struct op_conv_transpose3d params = {.n = net->n,
                                         .dtype = x.dtype,
                                         .size = {x.d, x.h, x.w},
                                         .cin = x.c,
                                         .cout = cout,
                                         .kernel = {4, 4, 4},
                                         .stride = {2, 2, 2},
                                         .padding = {1, 1, 1}};
    // Each output sees 2 x 2 x 2 taps.
    uint32_t weight = parameter(net, name, "weight",
                                (struct parameter){.layout = PARAMETER_CONV_TRANSPOSE,
                                                   .kernel = {4, 4, 4},
                                                   .in = x.c,
                                                   .out = cout,
                                                   .start = PARAMETER_NORMAL,
                                                   .scale = sqrtf(2.0f / (float)(8 * x.c)),
                                                   .decay = true,
                                                   .hidden_weight = !net->io_layer});
    struct tensor dst = result(net, name, x.dtype, 2 * x.d, 2 * x.h, 2 * x.w, cout);
    GRAPH_APPLY(net->graph, conv_transpose3d_forward, &params, .src = x.value, .weight = weight,
                .dst = dst.value);
    return dst;
}

static struct op_space_to_depth halves(const struct net *net, struct tensor wide) {
    return (struct op_space_to_depth){.dtype = wide.dtype,
                                      .n = net->n,
                                      .d = wide.d,
                                      .h = wide.h,
                                      .w = wide.w,
                                      .c = wide.c,
                                      .bd = 2,
                                      .bh = 2,
                                      .bw = 2};
}

struct tensor layer_space_to_depth(struct net *net, struct tensor x) {
    struct op_space_to_depth params = halves(net, x);
    struct tensor deep = result(net, "space_to_depth", x.dtype, x.d / 2, x.h / 2, x.w / 2, 8 * x.c);
    GRAPH_APPLY(net->graph, space_to_depth, &params, .wide = x.value, .deep = deep.value);
    return deep;
}

struct tensor layer_depth_to_space(struct net *net, struct tensor x) {
    struct tensor wide = result(net, "depth_to_space", x.dtype, 2 * x.d, 2 * x.h, 2 * x.w, x.c / 8);
    struct op_space_to_depth params = halves(net, wide);
    GRAPH_APPLY(net->graph, depth_to_space, &params, .deep = x.value, .wide = wide.value);
    return wide;
}

struct tensor layer_batch_norm(struct net *net, const char *name, struct tensor x, bool activate) {
    struct op_batch_norm params = {.dtype = x.dtype,
                                   .n = net->n,
                                   .voxels = voxels(x),
                                   .c = x.c,
                                   .activate = activate,
                                   .activation = OP_ACTIVATION_SILU};
    uint32_t gamma = vector(net, name, "weight", x.c, 1.0f, false),
             beta = vector(net, name, "bias", x.c, 0.0f, false);
    uint32_t mean = vector(net, name, "running_mean", x.c, 0.0f, true);
    uint32_t var = vector(net, name, "running_var", x.c, 1.0f, true);
    struct tensor dst = result_like(net, name, x);
    if (net->frozen)
        GRAPH_APPLY(net->graph, batch_norm_frozen_forward, &params, .src = x.value, .gamma = gamma,
                    .beta = beta, .running_mean = mean, .running_var = var, .dst = dst.value);
    else
        GRAPH_APPLY(net->graph, batch_norm_forward, &params, .src = x.value, .gamma = gamma, .beta = beta,
                    .running_mean = mean, .running_var = var, .dst = dst.value,
                    .mean = graph_activation(net->graph, name, OP_F32, x.c),
                    .inv_std = graph_activation(net->graph, name, OP_F32, x.c));
    return dst;
}

struct film layer_film_numbers(struct net *net, const char *name, uint32_t c, struct tensor style) {
    return (struct film){.both = layer_linear(net, name, style, 2 * c, 0.0f)};
}

void layer_film_halves(struct net *net, struct film *film) {
    if (film->scale.value == GRAPH_NONE)
        layer_halves(net, film->both, &film->scale, &film->shift);
}

// With SiLU behind it when `silu`.
static struct tensor film(struct net *net, const char *name, struct tensor x, struct film by, bool silu) {
    struct op_film params = {.dtype = x.dtype, .n = net->n, .voxels = voxels(x), .c = x.c, .silu = silu};
    struct tensor dst = result_like(net, name, x);
    layer_film_halves(net, &by);
    GRAPH_APPLY(net->graph, film_forward, &params, .src = x.value, .scale = by.scale.value,
                .shift = by.shift.value, .dst = dst.value);
    return dst;
}

struct tensor layer_film(struct net *net, const char *name, struct tensor x, struct film by) {
    return film(net, name, x, by, false);
}

// `films`: NULL for none.
static struct tensor residual(struct net *net, const char *name, struct tensor x, const struct film *films) {
    char part[96];
    struct tensor y = x;
    for (int i = 1; i <= 2; i++) {
        snprintf(part, sizeof part, "%s.norm%d", name, i);
        y = layer_batch_norm(net, part, y, films == NULL);
        snprintf(part, sizeof part, "%s.film%d", name, i);
        if (films != NULL)
            y = film(net, part, y, films[i - 1], true);
        snprintf(part, sizeof part, "%s.conv%d", name, i);
        y = layer_conv3d(
            net, part, y, x.c,
            (struct conv_shape){.kernel = 3, .stride = 1, .padding = 1, .bias = i == 2, .from_zero = i == 2});
    }
    return layer_add(net, x, y, 1.0f);
}

struct tensor layer_residual(struct net *net, const char *name, struct tensor x) {
    return residual(net, name, x, NULL);
}

struct tensor layer_styled_residual(struct net *net, const char *name, struct tensor x,
                                    const struct film films[2]) {
    return residual(net, name, x, films);
}

struct tensor layer_linear(struct net *net, const char *name, struct tensor x, uint32_t cout, float gain) {
    uint32_t cin = voxels(x) * x.c;
    struct op_linear params = {.dtype = x.dtype, .rows = net->n, .cin = cin, .cout = cout, .has_bias = true};
    uint32_t weight = parameter(net, name, "weight",
                                (struct parameter){.layout = PARAMETER_LINEAR,
                                                   .in = cin,
                                                   .out = cout,
                                                   .start = gain > 0.0f ? PARAMETER_NORMAL : PARAMETER_ZEROS,
                                                   .scale = gain / sqrtf((float)cin),
                                                   .decay = true,
                                                   .hidden_weight = !net->io_layer});
    struct tensor dst = result(net, name, x.dtype, 1, 1, 1, cout);
    GRAPH_APPLY(net->graph, linear_forward, &params, .src = x.value, .weight = weight,
                .bias = vector(net, name, "bias", cout, 0.0f, false), .dst = dst.value);
    return dst;
}

struct tensor layer_embedding(struct net *net, const char *name, uint32_t ids, uint32_t classes,
                              uint32_t dim) {
    struct op_embedding params = {.classes = classes, .dim = dim, .n = net->n};
    uint32_t table = parameter(
        net, name, "weight",
        (struct parameter){
            .layout = PARAMETER_TABLE, .in = classes, .out = dim, .start = PARAMETER_NORMAL, .scale = 1.0f});
    struct tensor dst = result(net, name, OP_F32, 1, 1, 1, dim);
    GRAPH_APPLY(net->graph, embedding_forward, &params, .table = table, .ids = ids, .dst = dst.value);
    return dst;
}

static struct tensor activation(struct net *net, struct tensor x, enum op_activation_kind kind, float slope) {
    struct op_activation params = {
        .dtype = x.dtype, .kind = kind, .count = (uint32_t)tensor_count(net, x), .slope = slope};
    struct tensor dst = result_like(net, "activation", x);
    GRAPH_APPLY(net->graph, activation_forward, &params, .src = x.value, .dst = dst.value);
    return dst;
}

struct tensor layer_activation(struct net *net, struct tensor x, enum op_activation_kind kind) {
    return activation(net, x, kind, 0.0f);
}

struct tensor layer_leaky_relu(struct net *net, struct tensor x, float slope) {
    return activation(net, x, OP_ACTIVATION_LEAKY_RELU, slope);
}

struct tensor layer_add(struct net *net, struct tensor a, struct tensor b, float alpha) {
    struct op_add params = {.dtype = a.dtype, .count = (uint32_t)tensor_count(net, a), .alpha = alpha};
    struct tensor dst = result_like(net, "sum", a);
    GRAPH_APPLY(net->graph, add, &params, .a = a.value, .b = b.value, .dst = dst.value);
    return dst;
}

struct tensor layer_mean(struct net *net, struct tensor x) {
    struct op_mean_voxels params = {.dtype = x.dtype, .n = net->n, .voxels = voxels(x), .c = x.c};
    struct tensor dst = result(net, "mean", OP_F32, 1, 1, 1, x.c);
    GRAPH_APPLY(net->graph, mean_voxels_forward, &params, .src = x.value, .dst = dst.value);
    return dst;
}

struct tensor layer_concat(struct net *net, struct tensor a, struct tensor b) {
    struct op_concat params = {.dtype = a.dtype, .n = net->n, .voxels = voxels(a), .ca = a.c, .cb = b.c};
    struct tensor dst = result(net, "concat", a.dtype, a.d, a.h, a.w, a.c + b.c);
    GRAPH_APPLY(net->graph, concat, &params, .a = a.value, .b = b.value, .whole = dst.value);
    return dst;
}

void layer_halves(struct net *net, struct tensor x, struct tensor *first, struct tensor *second) {
    struct op_concat params = {
        .dtype = x.dtype, .n = net->n, .voxels = voxels(x), .ca = x.c / 2, .cb = x.c - x.c / 2};
    *first = result(net, "first half", x.dtype, x.d, x.h, x.w, params.ca);
    *second = result(net, "second half", x.dtype, x.d, x.h, x.w, params.cb);
    GRAPH_APPLY(net->graph, split, &params, .whole = x.value, .a = first->value, .b = second->value);
}

// In the plane up to half of what the grid can hold, over time about as much or one cycle.
static uint32_t frequencies(struct net *net, const char *name, struct wave_shape shape) {
    uint32_t side = shape.h < shape.w ? shape.h : shape.w;
    return parameter(net, name, "frequencies",
                     (struct parameter){.layout = PARAMETER_TABLE,
                                        .in = shape.waves,
                                        .out = 3,
                                        .start = PARAMETER_WAVES,
                                        .scale = (float)side / 4.0f,
                                        .scale_time = shape.d > 4 ? (float)shape.d / 8.0f : 0.5f,
                                        .state = true});
}

struct tensor layer_fourier(struct net *net, const char *name, struct tensor pose, struct wave_shape shape) {
    struct op_fourier params = {.dtype = shape.dtype,
                                .n = net->n,
                                .size = {shape.d, shape.h, shape.w},
                                .waves = shape.waves,
                                .poses = shape.poses,
                                .gain = shape.gain};
    struct tensor dst =
        result(net, name, shape.dtype, shape.d, shape.h, shape.w, 2 * shape.waves * shape.poses);
    GRAPH_APPLY(net->graph, fourier_forward, &params, .pose = pose.value,
                .frequencies = frequencies(net, name, shape), .dst = dst.value);
    return dst;
}

struct tensor layer_cast(struct net *net, struct tensor x, enum op_dtype dtype) {
    struct op_cast params = {
        .src_dtype = x.dtype, .dst_dtype = dtype, .count = (uint32_t)tensor_count(net, x)};
    if (x.dtype == dtype)
        return x;
    struct tensor dst = result(net, "cast", dtype, x.d, x.h, x.w, x.c);
    GRAPH_APPLY(net->graph, cast, &params, .src = x.value, .dst = dst.value);
    return dst;
}

struct tensor layer_reshape(struct net *net, struct tensor x, uint32_t d, uint32_t h, uint32_t w,
                            uint32_t c) {
    struct tensor y = {x.value, d, h, w, c, x.dtype};
    if (tensor_count(net, x) != tensor_count(net, y))
        y.value = GRAPH_NONE; // the operation that takes it refuses it by name
    return y;
}

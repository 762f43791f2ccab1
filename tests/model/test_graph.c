// The derived backward pass: a small network with every way a value can be used
// (twice, as a residual, through a split, not at all), judged by central differences of its
// references, and on the device against its references.
#include "model/graph/graph.h"
#include "shaders/activation/activation.h"
#include "shaders/add/add.h"
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/concat/concat.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "shaders/film/film.h"
#include "shaders/fourier/fourier.h"
#include "shaders/kl/kl.h"
#include "shaders/linear/linear.h"
#include "shaders/mean_voxels/mean_voxels.h"
#include "shaders/space_to_depth/space_to_depth.h"
#include "tests/model/graph_trial.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 2, D = 2, H = 4, W = 4, C = 8, VOXELS = D * H * W };

struct network {
    struct parameters *parameters;
    struct graph *graph;
    uint32_t src, out, kl;
};

static uint32_t parameter(struct network *net, const char *name, struct parameter shape) {
    snprintf(shape.name, sizeof shape.name, "%s", name);
    return graph_parameter(net->graph, &shape);
}

static uint32_t vector(struct network *net, const char *name, uint32_t count, enum parameter_start start,
                       bool state) {
    return parameter(
        net, name,
        (struct parameter){
            .layout = PARAMETER_VECTOR, .out = count, .start = start, .scale = 0.3f, .state = state});
}

static uint32_t activation(struct network *net, const char *name, uint32_t count) {
    return graph_activation(net->graph, name, OP_F32, count);
}

static uint32_t conv(struct network *net, uint32_t src, uint32_t size, uint32_t cin, uint32_t k, uint32_t s) {
    char name[64];
    struct op_conv3d params = {.n = N,
                               .size = {D * size, H * size, W * size},
                               .cin = cin,
                               .cout = C,
                               .kernel = {k, k, k},
                               .stride = {s, s, s},
                               .padding = {1, 1, 1},
                               .has_bias = true};
    snprintf(name, sizeof name, "conv%u.weight", k);
    uint32_t weight = parameter(net, name,
                                (struct parameter){.layout = PARAMETER_CONV,
                                                   .kernel = {k, k, k},
                                                   .in = cin,
                                                   .out = C,
                                                   .start = PARAMETER_NORMAL,
                                                   .scale = 0.1f,
                                                   .decay = true});
    snprintf(name, sizeof name, "conv%u.bias", k);
    uint32_t bias = vector(net, name, C, PARAMETER_NORMAL, false);
    uint32_t dst = activation(net, "conv", N * VOXELS * C);
    GRAPH_APPLY(net->graph, conv3d_forward, &params, .src = src, .weight = weight, .bias = bias, .dst = dst);
    return dst;
}

static uint32_t norm(struct network *net, uint32_t src) {
    struct op_batch_norm params = {
        .n = N, .voxels = VOXELS, .c = C, .activate = true, .activation = OP_ACTIVATION_SILU};
    uint32_t gamma = vector(net, "norm.weight", C, PARAMETER_ONES, false);
    uint32_t beta = vector(net, "norm.bias", C, PARAMETER_NORMAL, false);
    uint32_t mean = vector(net, "norm.running_mean", C, PARAMETER_ZEROS, true);
    uint32_t var = vector(net, "norm.running_var", C, PARAMETER_ONES, true);
    uint32_t dst = activation(net, "norm", N * VOXELS * C);
    GRAPH_APPLY(net->graph, batch_norm_forward, &params, .src = src, .gamma = gamma, .beta = beta,
                .running_mean = mean, .running_var = var, .dst = dst, .mean = activation(net, "mean", C),
                .inv_std = activation(net, "inv_std", C));
    return dst;
}

static uint32_t add(struct network *net, uint32_t a, uint32_t b, uint32_t count, float alpha) {
    uint32_t dst = activation(net, "sum", count);
    GRAPH_APPLY(net->graph, add, (&(struct op_add){.count = count, .alpha = alpha}), .a = a, .b = b,
                .dst = dst);
    return dst;
}

// [N][C] to [N][2 C], read as two halves.
static void heads(struct network *net, uint32_t pooled, uint32_t *first, uint32_t *second) {
    struct op_linear linear = {.rows = N, .cin = C, .cout = 2 * C, .has_bias = true};
    uint32_t weight = parameter(net, "head.weight",
                                (struct parameter){.layout = PARAMETER_LINEAR,
                                                   .in = C,
                                                   .out = 2 * C,
                                                   .start = PARAMETER_NORMAL,
                                                   .scale = 0.3f,
                                                   .decay = true});
    uint32_t both = activation(net, "heads", N * 2 * C);
    GRAPH_APPLY(net->graph, linear_forward, &linear, .src = pooled, .weight = weight,
                .bias = vector(net, "head.bias", 2 * C, PARAMETER_NORMAL, false), .dst = both);
    *first = activation(net, "first", N * C);
    *second = activation(net, "second", N * C);
    GRAPH_APPLY(net->graph, split, (&(struct op_concat){.n = N, .voxels = 1, .ca = C, .cb = C}),
                .whole = both, .a = *first, .b = *second);
}

// Fourier features under a pose that [N][C] writes: the first half of their channels, for nobody the other.
static uint32_t waves(struct network *net, uint32_t pooled) {
    struct op_linear linear = {.rows = N, .cin = C, .cout = 2 * OP_POSE, .has_bias = true};
    struct op_fourier params = {.n = N, .size = {D, H, W}, .waves = 4, .poses = 2, .gain = 0.3f};
    uint32_t weight = parameter(net, "pose.weight",
                                (struct parameter){.layout = PARAMETER_LINEAR,
                                                   .in = C,
                                                   .out = 2 * OP_POSE,
                                                   .start = PARAMETER_NORMAL,
                                                   .scale = 0.3f,
                                                   .decay = true});
    uint32_t frequencies = parameter(net, "frequencies",
                                     (struct parameter){.layout = PARAMETER_TABLE,
                                                        .in = 4,
                                                        .out = 3,
                                                        .start = PARAMETER_WAVES,
                                                        .scale = 2.0f,
                                                        .scale_time = 0.5f,
                                                        .state = true});
    uint32_t pose = activation(net, "pose", N * 2 * OP_POSE), all = activation(net, "waves", N * VOXELS * 16);
    uint32_t first = activation(net, "first waves", N * VOXELS * C);
    GRAPH_APPLY(net->graph, linear_forward, &linear, .src = pooled, .weight = weight,
                .bias = vector(net, "pose.bias", 2 * OP_POSE, PARAMETER_NORMAL, false), .dst = pose);
    GRAPH_APPLY(net->graph, fourier_forward, &params, .pose = pose, .frequencies = frequencies, .dst = all);
    GRAPH_APPLY(net->graph, split, (&(struct op_concat){.n = N, .voxels = VOXELS, .ca = C, .cb = C}),
                .whole = all, .a = first, .b = activation(net, "other waves", N * VOXELS * C));
    return first;
}

static void build(struct network *net, const struct op_target *target, bool train) {
    CHECK(parameters_create(&net->parameters) == RT_OK);
    CHECK(graph_create(target, net->parameters, &net->graph) == RT_OK);
    net->src = graph_input(net->graph, "src", OP_F32, N * VOXELS * 8 * 4, true);
    uint32_t x = norm(net, conv(net, net->src, 2, 4, 4, 2));
    uint32_t y = conv(net, x, 1, C, 3, 1);
    uint32_t sum = add(net, x, y, N * VOXELS * C, 0.0f);
    sum = add(net, sum, x, N * VOXELS * C, -0.5f); // x a third time
    uint32_t pooled = activation(net, "pooled", N * C), scale, shift;
    GRAPH_APPLY(net->graph, mean_voxels_forward, (&(struct op_mean_voxels){.n = N, .voxels = VOXELS, .c = C}),
                .src = sum, .dst = pooled);
    heads(net, pooled, &scale, &shift);
    uint32_t film = activation(net, "film", N * VOXELS * C);
    GRAPH_APPLY(net->graph, film_forward, (&(struct op_film){.n = N, .voxels = VOXELS, .c = C, .silu = true}),
                .src = sum, .scale = scale, .shift = shift, .dst = film);
    film = add(net, film, waves(net, pooled), N * VOXELS * C, 0.0f);
    uint32_t weight = parameter(net, "up.weight",
                                (struct parameter){.layout = PARAMETER_CONV_TRANSPOSE,
                                                   .kernel = {4, 4, 4},
                                                   .in = C,
                                                   .out = 4,
                                                   .start = PARAMETER_NORMAL,
                                                   .scale = 0.1f,
                                                   .decay = true});
    net->out = activation(net, "out", N * VOXELS * 8 * 4);
    GRAPH_APPLY(net->graph, conv_transpose3d_forward,
                (&(struct op_conv_transpose3d){.n = N,
                                               .size = {D, H, W},
                                               .cin = C,
                                               .cout = 4,
                                               .kernel = {4, 4, 4},
                                               .stride = {2, 2, 2},
                                               .padding = {1, 1, 1}}),
                .src = film, .weight = weight, .dst = net->out);
    // A second use of the heads, as a Gaussian, and a value that nothing reads.
    net->kl = activation(net, "kl", N);
    GRAPH_APPLY(net->graph, kl_forward, (&(struct op_kl){.n = N, .voxels = 1, .c = C, .standard = true}),
                .mu_q = scale, .log_sigma_q = shift, .kl = net->kl);
    GRAPH_APPLY(net->graph, activation_forward,
                (&(struct op_activation){.kind = OP_ACTIVATION_TANH, .count = N * C}), .src = shift,
                .dst = activation(net, "unused", N * C));
    graph_keep(net->graph, net->out, false);
    graph_keep(net->graph, net->kl, false);
    graph_keep(net->graph, net->src, true);
    graph_seed(net->graph, net->out);
    graph_seed(net->graph, net->kl);
    CHECK(graph_finish(net->graph, train, 0) == RT_OK);
    parameters_layout(net->parameters);
}

static void demolish(struct network *net) {
    graph_destroy(&net->graph);
    parameters_destroy(&net->parameters);
}

static struct graph_trial trial_of(const struct network *net) {
    return (struct graph_trial){.graph = net->graph,
                                .parameters = net->parameters,
                                .inputs = {net->src},
                                .input_count = 1,
                                .seeds = {net->out, net->kl},
                                .seed_count = 2};
}

// <d_out, out> + <d_kl, kl>.
static double objective(struct graph_trial *trial) {
    double sum = 0.0;
    graph_trial_reference(trial, false);
    for (uint32_t s = 0; s < trial->seed_count; s++)
        for (uint64_t i = 0; i < graph_value_elements(trial->graph, trial->seeds[s]); i++)
            sum += trial->values[trial->seeds[s]][i] * trial->gradients[trial->seeds[s]][i];
    return sum;
}

static void check_differences(struct graph_trial *trial, uint32_t v) {
    uint64_t count = graph_value_elements(trial->graph, v), stride = count > 12 ? count / 12 : 1;
    double largest = 0.0, *values = trial->values[v];
    for (uint64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(trial->gradients[v][i]));
    for (uint64_t i = 0; i < count; i += stride) {
        double kept = values[i], h = 1e-5, analytic = trial->gradients[v][i];
        values[i] = kept + h;
        double up = objective(trial);
        values[i] = kept - h;
        double numeric = (up - objective(trial)) / (2.0 * h);
        values[i] = kept;
        if (!CHECK(fabs(numeric - analytic) <= 1e-5 * largest + 1e-7))
            fprintf(stderr, "  %s[%llu]: %.9g derived, %.9g by differences\n",
                    graph_value_name(trial->graph, v), (unsigned long long)i, analytic, numeric);
    }
}

static void gradients_are_right(void) {
    const struct op_target target = {.family = OP_FAMILY_LANE,
                                     .cpu = true,
                                     .subgroup_size = 8,
                                     .max_invocations = 1024,
                                     .max_shared_bytes = 32768};
    struct network net;
    build(&net, &target, true);
    struct graph_trial trial = trial_of(&net);
    graph_trial_begin(&trial, 3);
    graph_trial_reference(&trial, true);
    uint32_t leaves = 0;
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(net.graph); v++)
        if (graph_trial_is_leaf(&trial, v) && CHECK(graph_has_gradient(net.graph, v))) {
            check_differences(&trial, v);
            leaves++;
        }
    CHECK(leaves == 12); // the input, and eleven parameters
    CHECK(graph_bytes(net.graph) < graph_bytes_unplanned(net.graph));
    CHECK(graph_forward_flops(net.graph) > 0.0 &&
          graph_backward_flops(net.graph) > 1.9 * graph_forward_flops(net.graph));
    graph_trial_end(&trial);
    demolish(&net);
}

static void device_agrees(struct op_library *library) {
    struct network net;
    build(&net, &library->target, true);
    struct graph_trial trial = trial_of(&net);
    graph_trial_begin(&trial, 3);
    graph_trial_run(&trial, library, true);
    graph_trial_reference(&trial, true);
    graph_trial_check(&trial, library->device, net.out, false, 1e-5);
    graph_trial_check(&trial, library->device, net.kl, false, 1e-5);
    for (uint32_t v = GRAPH_FIRST; v < graph_value_end(net.graph); v++)
        if (graph_trial_is_leaf(&trial, v))
            graph_trial_check(&trial, library->device, v, true, 1e-4);
    graph_trial_end(&trial);
    demolish(&net);
}

// --- fusing

static uint32_t frozen_norm(struct network *net, uint32_t src, bool activate) {
    struct op_batch_norm params = {
        .n = N, .voxels = VOXELS, .c = C, .activate = activate, .activation = OP_ACTIVATION_SILU};
    uint32_t dst = activation(net, "norm", N * VOXELS * C);
    GRAPH_APPLY(net->graph, batch_norm_frozen_forward, &params, .src = src,
                .gamma = vector(net, "norm.weight", C, PARAMETER_ONES, false),
                .beta = vector(net, "norm.bias", C, PARAMETER_NORMAL, false),
                .running_mean = vector(net, "norm.running_mean", C, PARAMETER_ZEROS, true),
                .running_var = vector(net, "norm.running_var", C, PARAMETER_ONES, true), .dst = dst);
    return dst;
}

// conv, norm, FiLM and SiLU: what stands between the convolutions of a styled block.
static uint32_t styled(struct network *net, uint32_t src) {
    uint32_t x = frozen_norm(net, conv(net, src, 1, C, 3, 1), false);
    uint32_t dst = activation(net, "styled", N * VOXELS * C);
    GRAPH_APPLY(net->graph, film_forward, (&(struct op_film){.n = N, .voxels = VOXELS, .c = C, .silu = true}),
                .src = x, .scale = vector(net, "style.scale", N * C, PARAMETER_NORMAL, false),
                .shift = vector(net, "style.shift", N * C, PARAMETER_NORMAL, false), .dst = dst);
    return dst;
}

// Everything that a convolution takes in, with voxels that move before the last of it.
static void build_frozen(struct network *net, const struct op_target *target, bool fuse) {
    CHECK(parameters_create(&net->parameters) == RT_OK);
    CHECK(graph_create(target, net->parameters, &net->graph) == RT_OK);
    net->src = graph_input(net->graph, "src", OP_F32, N * VOXELS * 8 * 4, false);
    uint32_t x = frozen_norm(net, conv(net, net->src, 2, 4, 4, 2), true);
    uint32_t sum = add(net, x, conv(net, styled(net, x), 1, C, 3, 1), N * VOXELS * C, 0.0f);
    uint32_t wide = activation(net, "wide", N * VOXELS * C), film = activation(net, "film", N * VOXELS * C);
    struct op_space_to_depth blocks = {
        .n = N, .d = D, .h = H, .w = 2 * W, .c = C / 2, .bd = 1, .bh = 1, .bw = 2};
    GRAPH_APPLY(net->graph, depth_to_space, &blocks, .deep = sum, .wide = wide);
    GRAPH_APPLY(net->graph, film_forward, (&(struct op_film){.n = N, .voxels = 2 * VOXELS, .c = C / 2}),
                .src = wide, .scale = vector(net, "scale", N * C / 2, PARAMETER_NORMAL, false),
                .shift = vector(net, "shift", N * C / 2, PARAMETER_NORMAL, false), .dst = film);
    net->out = activation(net, "out", N * VOXELS * C);
    GRAPH_APPLY(net->graph, activation_forward,
                (&(struct op_activation){.kind = OP_ACTIVATION_SIGMOID, .count = N * VOXELS * C}),
                .src = film, .dst = net->out);
    graph_keep(net->graph, net->out, false);
    if (fuse)
        graph_fuse(net->graph);
    CHECK(graph_finish(net->graph, false, 0) == RT_OK);
    parameters_layout(net->parameters);
}

static struct graph_trial trial_of_frozen(const struct network *net) {
    return (struct graph_trial){
        .graph = net->graph, .parameters = net->parameters, .inputs = {net->src}, .input_count = 1};
}

static void fused_computes_the_same(struct op_library *library) {
    struct network plain, fused;
    build_frozen(&plain, &library->target, false);
    build_frozen(&fused, &library->target, true);
    // The first convolution with its norm, folded; the second with norm, FiLM and SiLU; the third with sum,
    // FiLM and sigmoid; the moving.
    CHECK(graph_row_count(plain.graph) == 10 && graph_row_count(fused.graph) == 6);
    struct graph_trial a = trial_of_frozen(&plain), b = trial_of_frozen(&fused);
    graph_trial_begin(&a, 5);
    graph_trial_begin(&b, 5);
    graph_trial_reference(&a, false);
    graph_trial_reference(&b, false);
    double worst = 0.0;
    for (uint32_t i = 0; i < N * VOXELS * C; i++)
        worst = fmax(worst, fabs(a.values[plain.out][i] - b.values[fused.out][i]));
    CHECK(worst < 1e-7);
    graph_trial_run(&b, library, false);
    graph_trial_check(&b, library->device, fused.out, false, 1e-5);
    graph_trial_end(&a);
    graph_trial_end(&b);
    demolish(&plain);
    demolish(&fused);
}

static void refusals(void) {
    const struct op_target target = {.family = OP_FAMILY_LANE,
                                     .cpu = true,
                                     .subgroup_size = 8,
                                     .max_invocations = 1024,
                                     .max_shared_bytes = 32768};
    struct network net;
    test_quiet(true);
    CHECK(parameters_create(&net.parameters) == RT_OK);
    CHECK(graph_create(&target, net.parameters, &net.graph) == RT_OK);
    uint32_t a = activation(&net, "a", 8), b = activation(&net, "b", 12);
    GRAPH_APPLY(net.graph, activation_forward,
                (&(struct op_activation){.kind = OP_ACTIVATION_RELU, .count = 8}), .src = a, .dst = b);
    CHECK(graph_status(net.graph) == RT_ERROR_INVALID && strstr(test_last_error(), "dst") != NULL);
    CHECK(graph_finish(net.graph, true, 0) == RT_ERROR_INVALID);
    graph_destroy(&net.graph);
    CHECK(graph_create(&target, net.parameters, &net.graph) == RT_OK);
    GRAPH_APPLY(net.graph, activation_forward,
                (&(struct op_activation){.kind = OP_ACTIVATION_RELU, .count = 8}),
                .dst = activation(&net, "c", 8));
    CHECK(graph_status(net.graph) == RT_ERROR_INVALID &&
          strstr(test_last_error(), "src is left out") != NULL);
    graph_destroy(&net.graph);
    CHECK(graph_create(&target, net.parameters, &net.graph) == RT_OK);
    vector(&net, "bias", 8, PARAMETER_ZEROS, false);
    CHECK(vector(&net, "bias", 12, PARAMETER_ZEROS, false) == GRAPH_NONE &&
          strstr(test_last_error(), "bias") != NULL);
    demolish(&net);
    test_quiet(false);
}

static void on_device(struct op_library *library) {
    test_each_family(library, device_agrees);
    test_each_family(library, fused_computes_the_same);
}

int main(void) {
    test_begin();
    gradients_are_right();
    refusals();
    test_on_device(on_device);
    return test_end();
}

// Batch normalisation in double precision, as the papers define it.
#include "shaders/batch_norm/batch_norm_reference.h"

#include <math.h>

static uint64_t row_count(const struct op_batch_norm *p) {
    return (uint64_t)p->n * p->voxels;
}

// 1 / sqrt(var + eps)
static double inverse_std(const struct op_batch_norm *p, double var) {
    return 1.0 / sqrt(var + op_batch_norm_eps(p->eps));
}

// Mean of one channel and the sum of squared distances from it.
static void moments(const struct op_batch_norm *p, const double *src, uint32_t channel, double *mean,
                    double *m2) {
    uint64_t rows = row_count(p);
    *mean = *m2 = 0.0;
    for (uint64_t r = 0; r < rows; r++)
        *mean += src[r * p->c + channel] / (double)rows;
    for (uint64_t r = 0; r < rows; r++)
        *m2 += pow(src[r * p->c + channel] - *mean, 2.0);
}

// --- forward ---

// What both forward passes have.
struct forward_arrays {
    const double *src, *gamma, *beta;
    double *dst;
};

// dst of one channel.
static void apply(const struct op_batch_norm *p, uint32_t channel, const struct forward_arrays *args,
                  double mean, double inv_std) {
    for (uint64_t r = 0; r < row_count(p); r++) {
        uint64_t i = r * p->c + channel;
        double y = args->gamma[channel] * (args->src[i] - mean) * inv_std + args->beta[channel];
        args->dst[i] = p->activate ? op_activation_value(p->activation, p->slope, y) : y;
    }
}

void op_batch_norm_forward_reference(const struct op_batch_norm *p,
                                     const struct op_batch_norm_forward_arrays *args) {
    const struct forward_arrays forward = {args->src, args->gamma, args->beta, args->dst};
    double rows = (double)row_count(p), momentum = op_batch_norm_momentum(p->momentum);
    for (uint32_t channel = 0; channel < p->c; channel++) {
        double mean, m2;
        moments(p, args->src, channel, &mean, &m2);
        double inv_std = inverse_std(p, m2 / rows), var = m2 / fmax(rows - 1.0, 1.0);
        apply(p, channel, &forward, mean, inv_std);
        args->mean[channel] = mean;
        args->inv_std[channel] = inv_std;
        args->running_mean[channel] += momentum * (mean - args->running_mean[channel]);
        args->running_var[channel] += momentum * (var - args->running_var[channel]);
    }
}

void op_batch_norm_frozen_forward_reference(const struct op_batch_norm *p,
                                            const struct op_batch_norm_frozen_forward_arrays *args) {
    const struct forward_arrays forward = {args->src, args->gamma, args->beta, args->dst};
    for (uint32_t channel = 0; channel < p->c; channel++)
        apply(p, channel, &forward, args->running_mean[channel], inverse_std(p, args->running_var[channel]));
}

// --- backward ---

// What both backward passes have.
struct backward_arrays {
    const double *src, *gamma, *beta, *d_dst;
    double *d_src, *d_gamma, *d_beta;
};

// One channel's statistics, and whether they are constants.
struct statistics {
    double mean, inv_std;
    bool frozen;
};

// The gradient before the activation, of element i.
static double d_affine(const struct op_batch_norm *p, uint32_t channel, const struct backward_arrays *args,
                       uint64_t i, double x_hat) {
    if (!p->activate)
        return args->d_dst[i];
    double y = args->gamma[channel] * x_hat + args->beta[channel];
    return args->d_dst[i] * op_activation_derivative(p->activation, p->slope, y);
}

// One channel of either backward pass.
static void backward(const struct op_batch_norm *p, uint32_t channel, const struct backward_arrays *args,
                     const struct statistics *s) {
    uint64_t rows = row_count(p);
    double sum_d = 0.0, sum_d_x_hat = 0.0;
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t i = r * p->c + channel;
        double x_hat = (args->src[i] - s->mean) * s->inv_std, d = d_affine(p, channel, args, i, x_hat);
        sum_d += d;
        sum_d_x_hat += d * x_hat;
    }
    double mean_d = s->frozen ? 0.0 : sum_d / (double)rows,
           mean_d_x_hat = s->frozen ? 0.0 : sum_d_x_hat / (double)rows;
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t i = r * p->c + channel;
        double x_hat = (args->src[i] - s->mean) * s->inv_std, d = d_affine(p, channel, args, i, x_hat);
        args->d_src[i] = args->gamma[channel] * s->inv_std * (d - mean_d - x_hat * mean_d_x_hat);
    }
    args->d_gamma[channel] = sum_d_x_hat + (p->accumulate ? args->d_gamma[channel] : 0.0);
    args->d_beta[channel] = sum_d + (p->accumulate ? args->d_beta[channel] : 0.0);
}

void op_batch_norm_backward_reference(const struct op_batch_norm *p,
                                      const struct op_batch_norm_backward_arrays *args) {
    const struct backward_arrays common = {.src = args->src,
                                           .gamma = args->gamma,
                                           .beta = args->beta,
                                           .d_dst = args->d_dst,
                                           .d_src = args->d_src,
                                           .d_gamma = args->d_gamma,
                                           .d_beta = args->d_beta};
    for (uint32_t channel = 0; channel < p->c; channel++)
        backward(p, channel, &common,
                 &(struct statistics){args->mean[channel], args->inv_std[channel], .frozen = false});
}

void op_batch_norm_frozen_backward_reference(const struct op_batch_norm *p,
                                             const struct op_batch_norm_frozen_backward_arrays *args) {
    const struct backward_arrays common = {.src = args->src,
                                           .gamma = args->gamma,
                                           .beta = args->beta,
                                           .d_dst = args->d_dst,
                                           .d_src = args->d_src,
                                           .d_gamma = args->d_gamma,
                                           .d_beta = args->d_beta};
    for (uint32_t channel = 0; channel < p->c; channel++) {
        double inv_std = inverse_std(p, args->running_var[channel]);
        backward(p, channel, &common,
                 &(struct statistics){args->running_mean[channel], inv_std, .frozen = true});
    }
}

// --- re-estimation ---

void op_batch_norm_accumulate_reference(const struct op_batch_norm *p,
                                        const struct op_batch_norm_accumulate_arrays *args) {
    double rows = (double)row_count(p);
    for (uint32_t channel = 0; channel < p->c; channel++) {
        double mean, m2, count = args->count[channel];
        moments(p, args->src, channel, &mean, &m2);
        double delta = mean - args->mean[channel];
        args->mean[channel] += delta * rows / (count + rows);
        args->m2[channel] += m2 + delta * delta * count * rows / (count + rows);
        args->count[channel] = count + rows;
    }
}

void op_batch_norm_estimate_reference(const struct op_batch_norm *p,
                                      const struct op_batch_norm_estimate_arrays *args) {
    for (uint32_t channel = 0; channel < p->c; channel++) {
        args->running_mean[channel] = args->mean[channel];
        args->running_var[channel] = args->m2[channel] / fmax(args->count[channel] - 1.0, 1.0);
    }
}

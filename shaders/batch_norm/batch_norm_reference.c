// Batch normalisation in double precision, as the papers define it.
#include "shaders/batch_norm/batch_norm_reference.h"

#include <math.h>

double op_batch_norm_eps(float eps) {
    return eps > 0.0f ? (double)eps : (double)1e-5f;
}

double op_batch_norm_momentum(const struct op_batch_norm *p) {
    return p->momentum > 0.0f ? (double)p->momentum : (double)0.1f;
}

static uint64_t row_count(const struct op_batch_norm *p) {
    return (uint64_t)p->n * p->voxels;
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

// dst of one channel.
static void apply(const struct op_batch_norm *p, uint32_t channel, double *const *args, double mean,
                  double inv_std, double *dst) {
    for (uint64_t r = 0; r < row_count(p); r++) {
        uint64_t i = r * p->c + channel;
        double y = args[1][channel] * (args[0][i] - mean) * inv_std + args[2][channel];
        dst[i] = p->activate ? op_activation_value(p->activation, p->slope, y) : y;
    }
}

void op_batch_norm_forward_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    double rows = (double)row_count(p), momentum = op_batch_norm_momentum(p);
    for (uint32_t channel = 0; channel < p->c; channel++) {
        double mean, m2;
        moments(p, args[0], channel, &mean, &m2);
        double inv_std = 1.0 / sqrt(m2 / rows + op_batch_norm_eps(p->eps));
        apply(p, channel, args, mean, inv_std, args[5]);
        args[6][channel] = mean;
        args[7][channel] = inv_std;
        args[3][channel] += momentum * (mean - args[3][channel]);
        args[4][channel] += momentum * (m2 / fmax(rows - 1.0, 1.0) - args[4][channel]);
    }
}

void op_batch_norm_frozen_forward_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t channel = 0; channel < p->c; channel++)
        apply(p, channel, args, args[3][channel], 1.0 / sqrt(args[4][channel] + op_batch_norm_eps(p->eps)),
              args[5]);
}

// The gradient before the activation, of element i.
static double d_affine(const struct op_batch_norm *p, uint32_t channel, double *const *args, uint64_t i,
                       double x_hat) {
    if (!p->activate)
        return args[5][i];
    double y = args[1][channel] * x_hat + args[2][channel];
    return args[5][i] * op_activation_derivative(p->activation, p->slope, y);
}

// One channel of either backward pass: args src, gamma, beta, mean, -, d_dst, d_src, d_gamma, d_beta.
static void backward(const struct op_batch_norm *p, uint32_t channel, double *const *args, double inv_std,
                     bool frozen) {
    uint64_t rows = row_count(p);
    double mean = args[3][channel], sum_d = 0.0, sum_d_x_hat = 0.0;
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t i = r * p->c + channel;
        double x_hat = (args[0][i] - mean) * inv_std, d = d_affine(p, channel, args, i, x_hat);
        sum_d += d;
        sum_d_x_hat += d * x_hat;
    }
    double mean_d = frozen ? 0.0 : sum_d / (double)rows,
           mean_d_x_hat = frozen ? 0.0 : sum_d_x_hat / (double)rows;
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t i = r * p->c + channel;
        double x_hat = (args[0][i] - mean) * inv_std, d = d_affine(p, channel, args, i, x_hat);
        args[6][i] = args[1][channel] * inv_std * (d - mean_d - x_hat * mean_d_x_hat);
    }
    args[7][channel] = sum_d_x_hat + (p->accumulate ? args[7][channel] : 0.0);
    args[8][channel] = sum_d + (p->accumulate ? args[8][channel] : 0.0);
}

void op_batch_norm_backward_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t channel = 0; channel < p->c; channel++)
        backward(p, channel, args, args[4][channel], false);
}

void op_batch_norm_frozen_backward_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t channel = 0; channel < p->c; channel++)
        backward(p, channel, args, 1.0 / sqrt(args[4][channel] + op_batch_norm_eps(p->eps)), true);
}

void op_batch_norm_accumulate_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    double rows = (double)row_count(p);
    for (uint32_t channel = 0; channel < p->c; channel++) {
        double mean, m2, count = args[3][channel];
        moments(p, args[0], channel, &mean, &m2);
        double delta = mean - args[1][channel];
        args[1][channel] += delta * rows / (count + rows);
        args[2][channel] += m2 + delta * delta * count * rows / (count + rows);
        args[3][channel] = count + rows;
    }
}

void op_batch_norm_estimate_reference(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t channel = 0; channel < p->c; channel++) {
        args[3][channel] = args[0][channel];
        args[4][channel] = args[1][channel] / fmax(args[2][channel] - 1.0, 1.0);
    }
}

// Fitting a mixture of Gaussians of one covariance, with a kernel at each sample, to the parts of a class.
#include "model/noise/density.h"
#include "model/noise/matrix.h"
#include "model/noise/partition.h"
#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EM_ROUNDS = 60 };
// Of the width that loses least if clips lay as a Gaussian does (Silverman 1986): they do not, and
// narrower kernels make sharper clips as various (model/EXPERIMENTS.md).
static const double NARROWER = 0.7;
static const double RIDGE = 1e-5; // of the mean variance, added to every axis while fitting

// One class.
struct fit {
    uint32_t n, dim;
    double *x;      // [n][dim]
    double *factor; // [dim][dim], lower: the covariance in em_*, then its Cholesky factor
    double *z;      // [dim], work
    uint32_t *part; // [n], work
};

struct mixture {
    uint32_t parts;
    double weight[DENSITY_PARTS];
    double *mean;  // [DENSITY_PARTS][dim]
    double *share; // [n][DENSITY_PARTS], of each part in each sample
};

double density_shrinkage(double trace, double trace_of_square, uint32_t n, uint32_t dim) {
    double p = dim;
    double above = (1.0 - 2.0 / p) * trace_of_square + trace * trace;
    double below = ((double)n + 1.0 - 2.0 / p) * (trace_of_square - trace * trace / p);
    return below > 0.0 ? fmin(1.0, above / below) : 1.0;
}

double density_width(uint32_t n, uint32_t dim) {
    return NARROWER * pow(4.0 / ((dim + 2.0) * n), 1.0 / (dim + 4.0));
}

// On the lower triangle.
static void shrink(double *covariance, uint32_t n, uint32_t dim) {
    double trace = 0.0, square = 0.0;
    for (uint32_t a = 0; a < dim; a++) {
        trace += covariance[a * dim + a];
        for (uint32_t b = 0; b <= a; b++)
            square += (a == b ? 1.0 : 2.0) * covariance[a * dim + b] * covariance[a * dim + b];
    }
    double part = density_shrinkage(trace, square, n, dim);
    for (uint32_t a = 0; a < dim; a++) {
        for (uint32_t b = 0; b <= a; b++)
            covariance[a * dim + b] *= 1.0 - part;
        covariance[a * dim + a] += part * trace / dim;
    }
}

static void whiten(const struct fit *f, const double *x, const double *mean, double *out) {
    matrix_whiten(f->factor, f->dim, x, mean, out);
}

// --- expectation and maximisation

// Weights, means and the common covariance from the shares.
static void maximise(const struct fit *f, struct mixture *m) {
    uint32_t dim = f->dim;
    memset(m->mean, 0, (size_t)m->parts * dim * sizeof *m->mean);
    memset(f->factor, 0, (size_t)dim * dim * sizeof *f->factor);
    for (uint32_t p = 0; p < m->parts; p++) {
        double sum = 1e-300;
        for (uint32_t i = 0; i < f->n; i++) {
            double share = m->share[i * DENSITY_PARTS + p];
            sum += share;
            for (uint32_t k = 0; k < dim; k++)
                m->mean[p * dim + k] += share * f->x[i * dim + k];
        }
        m->weight[p] = sum / f->n;
        for (uint32_t k = 0; k < dim; k++)
            m->mean[p * dim + k] /= sum;
    }
    for (uint32_t i = 0; i < f->n; i++)
        for (uint32_t p = 0; p < m->parts; p++) {
            double share = m->share[i * DENSITY_PARTS + p] / f->n;
            const double *x = f->x + (size_t)i * dim, *mean = m->mean + (size_t)p * dim;
            for (uint32_t a = 0; a < dim && share > 1e-12; a++)
                for (uint32_t b = 0; b <= a; b++)
                    f->factor[a * dim + b] += share * (x[a] - mean[a]) * (x[b] - mean[b]);
        }
}

static void share_out(const struct fit *f, struct mixture *m, uint32_t i) {
    double *share = m->share + (size_t)i * DENSITY_PARTS, most = -INFINITY, sum = 0.0;
    for (uint32_t p = 0; p < m->parts; p++) {
        whiten(f, f->x + (size_t)i * f->dim, m->mean + (size_t)p * f->dim, f->z);
        share[p] = log(m->weight[p]) - 0.5 * matrix_dot(f->z, f->z, f->dim);
        most = fmax(most, share[p]);
    }
    for (uint32_t p = 0; p < m->parts; p++)
        sum += share[p] = exp(share[p] - most);
    for (uint32_t p = 0; p < m->parts; p++)
        share[p] /= sum;
}

// The shares from the rest; false when the covariance is singular.
static bool expect(const struct fit *f, struct mixture *m) {
    matrix_add_ridge(f->factor, f->dim, RIDGE);
    if (!matrix_factorise(f->factor, f->dim))
        return false;
    for (uint32_t i = 0; i < f->n; i++)
        share_out(f, m, i);
    return true;
}

static bool run_em(const struct fit *f, struct mixture *m) {
    bool sound = true;
    for (int round = 0; round < EM_ROUNDS && sound; round++) {
        maximise(f, m);
        sound = expect(f, m);
    }
    return sound;
}

// --- parts

static uint32_t part_of(const struct mixture *m, uint32_t i) {
    uint32_t best = 0;
    for (uint32_t p = 1; p < m->parts; p++)
        if (m->share[i * DENSITY_PARTS + p] > m->share[i * DENSITY_PARTS + best])
            best = p;
    return best;
}

// The parts that stand apart, and what of each sample belongs to which. False: memory is out, or the samples
// do not fill their space.
static bool divide(const struct fit *f, struct mixture *m) {
    m->parts = partition(f->x, f->n, f->dim, DENSITY_PARTS, f->part);
    if (m->parts == 0)
        return false;
    for (uint32_t i = 0; i < f->n; i++)
        for (uint32_t p = 0; p < DENSITY_PARTS; p++)
            m->share[(size_t)i * DENSITY_PARTS + p] = f->part[i] == p;
    return run_em(f, m);
}

// --- the result

// Orthonormal rows q[dim][dim], the first ones spanning what lies between the centres.
static void turn_axes(const double *centre, uint32_t parts, uint32_t dim, double *q) {
    uint32_t rows = 0;
    for (uint32_t i = 1; i < parts + dim && rows < dim; i++) {
        double *row = q + (size_t)rows * dim, before;
        for (uint32_t k = 0; k < dim; k++)
            row[k] = i < parts ? centre[i * dim + k] - centre[k] : k == i - parts;
        before = sqrt(matrix_dot(row, row, dim));
        for (int twice = 0; twice < 2; twice++) // Gram & Schmidt; once more for rounding
            for (uint32_t r = 0; r < rows; r++) {
                double along = matrix_dot(row, q + (size_t)r * dim, dim);
                for (uint32_t k = 0; k < dim; k++)
                    row[k] -= along * q[(size_t)r * dim + k];
            }
        double length = sqrt(matrix_dot(row, row, dim));
        if (length < 1e-6 * before || before == 0.0)
            continue;
        for (uint32_t k = 0; k < dim; k++)
            row[k] /= length;
        rows++;
    }
}

struct slot {
    float *mean, *factor, *centre, *weight, *kernel, *kernel_weight, *width; // of one class
};

static struct slot slot_of(const struct density *d, uint32_t class) {
    size_t dim = d->dim;
    return (struct slot){.mean = d->mean + class * dim,
                         .factor = d->factor + class * dim * dim,
                         .centre = d->centre + class * DENSITY_PARTS * dim,
                         .weight = d->weight + class * DENSITY_PARTS,
                         .kernel = d->kernel + class * DENSITY_KERNELS * dim,
                         .kernel_weight = d->kernel_weight + class * DENSITY_KERNELS,
                         .width = d->width + class};
}

// factor L Q^T and centres Q L^-1 (mean - common mean): the same distribution, seen from turned axes.
static void write_turned(const struct fit *f, const struct slot *slot, const struct mixture *m,
                         const double *centre, const double *q) {
    uint32_t dim = f->dim;
    for (uint32_t a = 0; a < dim; a++)
        for (uint32_t b = 0; b < dim; b++)
            slot->factor[a * dim + b] =
                (float)matrix_dot(f->factor + (size_t)a * dim, q + (size_t)b * dim, a + 1);
    for (uint32_t p = 0; p < m->parts; p++) {
        slot->weight[p] = (float)m->weight[p];
        for (uint32_t a = 0; a < dim && m->parts > 1; a++)
            slot->centre[p * dim + a] = (float)matrix_dot(centre + (size_t)p * dim, q + (size_t)a * dim, dim);
    }
}

// A kernel for each sample, or for so many of them, evenly spread: Q L^-1 (x - common mean), drawn towards
// its part.
static void write_kernels(const struct fit *f, const struct slot *slot, const struct mixture *m,
                          const double *common, const double *q) {
    uint32_t dim = f->dim, count = f->n < DENSITY_KERNELS ? f->n : DENSITY_KERNELS;
    double width = density_width(count, dim), closer = sqrt(1.0 - width * width);
    *slot->width = (float)width;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = (uint32_t)((uint64_t)k * f->n / count);
        const float *centre = slot->centre + (size_t)part_of(m, i) * dim;
        whiten(f, f->x + (size_t)i * dim, common, f->z);
        for (uint32_t a = 0; a < dim; a++) {
            double y = matrix_dot(f->z, q + (size_t)a * dim, dim), at = (double)centre[a];
            slot->kernel[(size_t)k * dim + a] = (float)(at + closer * (y - at));
        }
        slot->kernel_weight[k] = 1.0f / (float)count;
    }
}

// room: common mean, centres and q.
static bool write_class(const struct fit *f, const struct slot *slot, struct mixture *m, double *room) {
    uint32_t dim = f->dim;
    double *common = room, *centre = common + dim, *q = centre + (size_t)DENSITY_PARTS * dim;
    maximise(f, m);
    shrink(f->factor, f->n, dim);
    if (!matrix_factorise(f->factor, dim))
        return false;
    for (uint32_t k = 0; k < dim; k++) {
        common[k] = 0.0;
        for (uint32_t p = 0; p < m->parts; p++)
            common[k] += m->weight[p] * m->mean[p * dim + k];
        slot->mean[k] = (float)common[k];
    }
    for (uint32_t p = 0; p < m->parts; p++)
        whiten(f, m->mean + (size_t)p * dim, common, centre + (size_t)p * dim);
    turn_axes(centre, m->parts, dim, q);
    write_turned(f, slot, m, centre, q);
    write_kernels(f, slot, m, common, q);
    return true;
}

static void keep_prior(const struct slot *slot, uint32_t dim) {
    memset(slot->mean, 0, dim * sizeof *slot->mean);
    for (uint32_t k = 0; k < dim; k++)
        slot->factor[k * dim + k] = 1.0f;
    slot->weight[0] = 1.0f;
}

static bool all_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

// Doubles of work for n samples of one class.
static size_t work_doubles(size_t n, size_t dim) {
    size_t mixture = DENSITY_PARTS * dim + n * DENSITY_PARTS, result = (DENSITY_PARTS + 1) * dim + dim * dim;
    return (n + 1) * dim + dim * dim + dim + mixture + result;
}

static double *take(double **at, size_t count) {
    double *taken = *at;
    *at += count;
    return taken;
}

static void fit_class(const struct density *d, uint32_t class, const float *noise, const uint32_t *classes,
                      uint32_t n, double *work, uint32_t *part) {
    size_t dim = d->dim;
    struct slot slot = slot_of(d, class);
    struct fit f = {.dim = d->dim, .x = take(&work, (n + (size_t)1) * dim), .part = part};
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < dim; k++)
            f.x[f.n * dim + k] = (double)noise[i * dim + k];
        f.n += classes[i] == class;
    }
    f.factor = take(&work, dim * dim);
    f.z = take(&work, dim);
    struct mixture m = {.mean = take(&work, DENSITY_PARTS * dim),
                        .share = take(&work, (size_t)n * DENSITY_PARTS)};
    if (f.n < 2 || !divide(&f, &m) || !write_class(&f, &slot, &m, work))
        keep_prior(&slot, d->dim);
}

enum rt_status density_fit(const struct density *d, const float *noise, const uint32_t *classes, uint32_t n) {
    if (!all_finite(noise, (size_t)n * d->dim)) {
        rt_log(RT_LOG_ERROR, "the noise of the training clips is not finite: no density is fitted");
        return RT_ERROR_INVALID;
    }
    size_t dim = d->dim, doubles = work_doubles(n, dim);
    double *work = malloc(doubles * sizeof *work);
    uint32_t *part = calloc((size_t)n + 1, sizeof *part);
    for (uint32_t class = 0; work != NULL && part != NULL && class < d->classes; ++class) {
        struct slot slot = slot_of(d, class);
        memset(slot.factor, 0, dim * dim * sizeof *slot.factor);
        memset(slot.centre, 0, DENSITY_PARTS * dim * sizeof *slot.centre);
        memset(slot.weight, 0, DENSITY_PARTS * sizeof *slot.weight);
        memset(slot.kernel, 0, DENSITY_KERNELS * dim * sizeof *slot.kernel);
        memset(slot.kernel_weight, 0, DENSITY_KERNELS * sizeof *slot.kernel_weight);
        *slot.width = 0.0f;
        memset(work, 0, doubles * sizeof *work);
        fit_class(d, class, noise, classes, n, work, part);
    }
    enum rt_status status = work != NULL && part != NULL ? RT_OK : rt_no_memory("fitting a density");
    free(work);
    free(part);
    return status;
}

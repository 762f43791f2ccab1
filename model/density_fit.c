// Fitting a mixture of Gaussians of one covariance: from one part on, the part whose division helps most is
// divided along the direction in which it is least like one Gaussian, until the Bayesian information
// criterion has enough.
#include "model/density.h"
#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EM_ROUNDS = 60, DIRECTION_ROUNDS = 30, MIN_MEMBERS = 8 };
static const double RIDGE = 1e-5; // of the mean variance, added to every axis while fitting

// One class.
struct fit {
    uint32_t n, dim;
    double *x;      // [n][dim]
    double *factor; // [dim][dim], lower: the covariance in em_*, then its Cholesky factor
    double *z, *u;  // [dim], work
};

struct mixture {
    uint32_t parts;
    double weight[DENSITY_PARTS];
    double *mean;  // [DENSITY_PARTS][dim]
    double *share; // [n][DENSITY_PARTS], of each part in each sample
    double score;  // the criterion; less is better
};

// --- matrices

double density_shrinkage(double trace, double trace_of_square, uint32_t n, uint32_t dim) {
    double p = dim;
    double above = (1.0 - 2.0 / p) * trace_of_square + trace * trace;
    double below = ((double)n + 1.0 - 2.0 / p) * (trace_of_square - trace * trace / p);
    return below > 0.0 ? fmin(1.0, above / below) : 1.0;
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

static void add_ridge(double *covariance, uint32_t dim) {
    double trace = 0.0;
    for (uint32_t a = 0; a < dim; a++)
        trace += covariance[a * dim + a];
    for (uint32_t a = 0; a < dim; a++)
        covariance[a * dim + a] += RIDGE * trace / dim;
}

// Cholesky & Banachiewicz, in place; false when the matrix is not positive definite.
static bool factorise(double *a, uint32_t dim) {
    for (uint32_t i = 0; i < dim; i++)
        for (uint32_t j = 0; j <= i; j++) {
            double sum = a[i * dim + j];
            for (uint32_t k = 0; k < j; k++)
                sum -= a[i * dim + k] * a[j * dim + k];
            if (i == j && !(sum > 0.0))
                return false;
            a[i * dim + j] = i == j ? sqrt(sum) : sum / a[j * dim + j];
        }
    return true;
}

// out = L^-1 (x - mean).
static void whiten(const struct fit *f, const double *x, const double *mean, double *out) {
    for (uint32_t i = 0; i < f->dim; i++) {
        double sum = x[i] - mean[i];
        for (uint32_t k = 0; k < i; k++)
            sum -= f->factor[i * f->dim + k] * out[k];
        out[i] = sum / f->factor[i * f->dim + i];
    }
}

static double dot(const double *a, const double *b, uint32_t dim) {
    double sum = 0.0;
    for (uint32_t i = 0; i < dim; i++)
        sum += a[i] * b[i];
    return sum;
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

// The shares of sample i, and its log-likelihood but for a constant.
static double share_out(const struct fit *f, struct mixture *m, uint32_t i) {
    double *share = m->share + (size_t)i * DENSITY_PARTS, most = -INFINITY, sum = 0.0;
    for (uint32_t p = 0; p < m->parts; p++) {
        whiten(f, f->x + (size_t)i * f->dim, m->mean + (size_t)p * f->dim, f->z);
        share[p] = log(m->weight[p]) - 0.5 * dot(f->z, f->z, f->dim);
        most = fmax(most, share[p]);
    }
    for (uint32_t p = 0; p < m->parts; p++)
        sum += share[p] = exp(share[p] - most);
    for (uint32_t p = 0; p < m->parts; p++)
        share[p] /= sum;
    return most + log(sum);
}

// The shares from the rest; false when the covariance is singular.
static bool expect(const struct fit *f, struct mixture *m) {
    add_ridge(f->factor, f->dim);
    if (!factorise(f->factor, f->dim))
        return false;
    double likelihood = 0.0, numbers = m->parts * (f->dim + 1.0);
    for (uint32_t i = 0; i < f->n; i++)
        likelihood += share_out(f, m, i);
    for (uint32_t k = 0; k < f->dim; k++)
        likelihood -= f->n * log(f->factor[k * f->dim + k]);
    m->score = numbers * log((double)f->n) - 2.0 * likelihood;
    return true;
}

static bool run_em(const struct fit *f, struct mixture *m) {
    for (int round = 0; round < EM_ROUNDS; round++) {
        maximise(f, m);
        if (!expect(f, m))
            return false;
    }
    for (uint32_t p = 0; p < m->parts; p++)
        if (m->weight[p] * f->n < MIN_MEMBERS)
            return false;
    return true;
}

// --- dividing a part

static uint32_t part_of(const struct mixture *m, uint32_t i) {
    uint32_t best = 0;
    for (uint32_t p = 1; p < m->parts; p++)
        if (m->share[i * DENSITY_PARTS + p] > m->share[i * DENSITY_PARTS + best])
            best = p;
    return best;
}

// The part's samples, whitened, behind each other; returns how many.
static uint32_t members(const struct fit *f, const struct mixture *m, uint32_t part, double *room) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (part_of(m, i) == part)
            whiten(f, f->x + (size_t)i * f->dim, m->mean + (size_t)part * f->dim,
                   room + (size_t)count++ * f->dim);
    return count;
}

static double kurtosis(const double *z, uint32_t count, uint32_t dim, const double *u) {
    double second = 1e-300, fourth = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        double s = dot(z + (size_t)i * dim, u, dim);
        second += s * s;
        fourth += s * s * s * s;
    }
    return fourth * count / (second * second) - 3.0;
}

// One step of FastICA (Hyvarinen 1999): u = E[z (u z)^3] - 3 u, of length 1.
static void improve(const double *z, uint32_t count, uint32_t dim, double *u, double *room) {
    double length = 0.0;
    for (uint32_t k = 0; k < dim; k++)
        room[k] = -3.0 * u[k];
    for (uint32_t i = 0; i < count; i++) {
        double s = dot(z + (size_t)i * dim, u, dim);
        for (uint32_t k = 0; k < dim; k++)
            room[k] += s * s * s * z[(size_t)i * dim + k] / count;
    }
    length = sqrt(dot(room, room, dim));
    for (uint32_t k = 0; k < dim && length > 1e-12; k++)
        u[k] = room[k] / length;
}

// Two humps have the least kurtosis there is: the direction in which the samples have less than anywhere,
// from every axis on.
static void find_direction(const struct fit *f, const double *z, uint32_t count, double *best) {
    double least = INFINITY;
    for (uint32_t axis = 0; axis < f->dim; axis++) {
        memset(f->u, 0, f->dim * sizeof *f->u);
        f->u[axis] = 1.0;
        for (int round = 0; round < DIRECTION_ROUNDS; round++)
            improve(z, count, f->dim, f->u, f->z);
        double value = kurtosis(z, count, f->dim, f->u);
        if (value < least) {
            least = value;
            memcpy(best, f->u, f->dim * sizeof *best);
        }
    }
}

// `to` is `from` with a part in two; false when that leads nowhere. room: [n][dim] and dim.
static bool divide(const struct fit *f, const struct mixture *from, uint32_t part, struct mixture *to,
                   double *room) {
    double *direction = room + (size_t)f->n * f->dim;
    uint32_t count = members(f, from, part, room), next = 0;
    if (count < 2 * MIN_MEMBERS)
        return false;
    find_direction(f, room, count, direction);
    to->parts = from->parts + 1;
    memcpy(to->share, from->share, (size_t)f->n * DENSITY_PARTS * sizeof *to->share);
    for (uint32_t i = 0; i < f->n; i++) {
        if (part_of(from, i) != part)
            continue;
        bool above = dot(room + (size_t)next++ * f->dim, direction, f->dim) > 0.0;
        memset(to->share + (size_t)i * DENSITY_PARTS, 0, DENSITY_PARTS * sizeof *to->share);
        to->share[(size_t)i * DENSITY_PARTS + (above ? from->parts : part)] = 1.0;
    }
    return run_em(f, to);
}

static void copy_mixture(const struct fit *f, struct mixture *to, const struct mixture *from) {
    to->parts = from->parts;
    to->score = from->score;
    memcpy(to->weight, from->weight, sizeof to->weight);
    memcpy(to->mean, from->mean, (size_t)DENSITY_PARTS * f->dim * sizeof *to->mean);
    memcpy(to->share, from->share, (size_t)f->n * DENSITY_PARTS * sizeof *to->share);
}

// From one part to as many as the criterion wants. mixtures: the best so far, of this round, and work.
static bool grow(const struct fit *f, struct mixture mixtures[3], double *room) {
    struct mixture *best = &mixtures[0], *next = &mixtures[1], *trial = &mixtures[2];
    best->parts = 1;
    for (uint32_t i = 0; i < f->n; i++)
        best->share[(size_t)i * DENSITY_PARTS] = 1.0;
    maximise(f, best);
    if (!expect(f, best))
        return false;
    for (bool better = true; better && best->parts < DENSITY_PARTS;) {
        better = false;
        next->score = best->score;
        for (uint32_t part = 0; part < best->parts; part++) {
            maximise(f, best); // the factor that the part is whitened with
            if (expect(f, best) && divide(f, best, part, trial, room) && trial->score < next->score) {
                copy_mixture(f, next, trial);
                better = true;
            }
        }
        if (better)
            copy_mixture(f, best, next);
    }
    return true;
}

// --- the result

// Orthonormal rows q[dim][dim], the first ones spanning what lies between the centres.
static void turn_axes(const double *centre, uint32_t parts, uint32_t dim, double *q) {
    uint32_t rows = 0;
    for (uint32_t i = 1; i < parts + dim && rows < dim; i++) {
        double *row = q + (size_t)rows * dim, before;
        for (uint32_t k = 0; k < dim; k++)
            row[k] = i < parts ? centre[i * dim + k] - centre[k] : k == i - parts;
        before = sqrt(dot(row, row, dim));
        for (int twice = 0; twice < 2; twice++) // Gram & Schmidt; once more for rounding
            for (uint32_t r = 0; r < rows; r++) {
                double along = dot(row, q + (size_t)r * dim, dim);
                for (uint32_t k = 0; k < dim; k++)
                    row[k] -= along * q[(size_t)r * dim + k];
            }
        double length = sqrt(dot(row, row, dim));
        if (length < 1e-6 * before || before == 0.0)
            continue;
        for (uint32_t k = 0; k < dim; k++)
            row[k] /= length;
        rows++;
    }
}

struct slot {
    float *mean, *factor, *centre, *weight; // of one class
};

static struct slot slot_of(const struct density *d, uint32_t class) {
    size_t dim = d->dim;
    return (struct slot){d->mean + class * dim, d->factor + class * dim * dim,
                         d->centre + class * DENSITY_PARTS * dim, d->weight + class * DENSITY_PARTS};
}

// factor L Q^T and centres Q L^-1 (mean - common mean): the same distribution, seen from turned axes.
static void write_turned(const struct fit *f, const struct slot *slot, const struct mixture *m,
                         const double *centre, const double *q) {
    uint32_t dim = f->dim;
    for (uint32_t a = 0; a < dim; a++)
        for (uint32_t b = 0; b < dim; b++)
            slot->factor[a * dim + b] = (float)dot(f->factor + (size_t)a * dim, q + (size_t)b * dim, a + 1);
    for (uint32_t p = 0; p < m->parts; p++) {
        slot->weight[p] = (float)m->weight[p];
        for (uint32_t a = 0; a < dim && m->parts > 1; a++)
            slot->centre[p * dim + a] = (float)dot(centre + (size_t)p * dim, q + (size_t)a * dim, dim);
    }
}

// room: common mean, centres and q.
static bool write_class(const struct fit *f, const struct slot *slot, struct mixture *m, double *room) {
    uint32_t dim = f->dim;
    double *common = room, *centre = common + dim, *q = centre + (size_t)DENSITY_PARTS * dim;
    maximise(f, m);
    shrink(f->factor, f->n, dim);
    if (!factorise(f->factor, dim))
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
    size_t mixture = (DENSITY_PARTS + 1) * dim + n * DENSITY_PARTS, room = n * dim + dim;
    size_t result = (DENSITY_PARTS + 1) * dim + dim * dim;
    return (n + 1) * dim + dim * dim + 2 * dim + 3 * mixture + (room > result ? room : result);
}

static double *take(double **at, size_t count) {
    double *taken = *at;
    *at += count;
    return taken;
}

static void fit_class(const struct density *d, uint32_t class, const float *noise, const uint32_t *classes,
                      uint32_t n, double *work) {
    size_t dim = d->dim;
    struct slot slot = slot_of(d, class);
    struct fit f = {.dim = d->dim, .x = take(&work, (n + (size_t)1) * dim)};
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < dim; k++)
            f.x[f.n * dim + k] = (double)noise[i * dim + k];
        f.n += classes[i] == class;
    }
    f.factor = take(&work, dim * dim);
    f.z = take(&work, dim);
    f.u = take(&work, dim);
    struct mixture mixtures[3] = {0};
    for (int i = 0; i < 3; i++) {
        mixtures[i].mean = take(&work, DENSITY_PARTS * dim);
        mixtures[i].share = take(&work, (size_t)n * DENSITY_PARTS);
    }
    if (f.n < 2 || !grow(&f, mixtures, work) || !write_class(&f, &slot, &mixtures[0], work))
        keep_prior(&slot, d->dim);
}

enum rt_status density_fit(const struct density *d, const float *noise, const uint32_t *classes, uint32_t n) {
    if (!all_finite(noise, (size_t)n * d->dim)) {
        rt_log(RT_LOG_ERROR, "the noise of the training clips is not finite: no density is fitted");
        return RT_ERROR_INVALID;
    }
    size_t dim = d->dim, doubles = work_doubles(n, dim);
    double *work = malloc(doubles * sizeof *work);
    if (work == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    for (uint32_t class = 0; class < d->classes; class ++) {
        struct slot slot = slot_of(d, class);
        memset(slot.factor, 0, dim * dim * sizeof *slot.factor);
        memset(slot.centre, 0, DENSITY_PARTS * dim * sizeof *slot.centre);
        memset(slot.weight, 0, DENSITY_PARTS * sizeof *slot.weight);
        memset(work, 0, doubles * sizeof *work);
        fit_class(d, class, noise, classes, n, work);
    }
    free(work);
    return RT_OK;
}

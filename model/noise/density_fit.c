// Fitting a mixture of Gaussians of one covariance: from one part on, the part whose halves stand farthest
// apart is divided along the direction in which it has two humps, as long as such halves are no accident.
#include "model/noise/density.h"
#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EM_ROUNDS = 60, DIRECTION_ROUNDS = 100, FOLDS = 5 };
static const double DIRECTION_STEP = 0.2;
// Deviations between halves, judged by samples that did not choose the axis. Of one Gaussian, 60 to 430
// samples in 24 dimensions, the most divided halves came to 3.2 to 4.9; the layouts of six kinds of clips,
// 180 of each, to 5.7 to 36.
static const double APART = 5.0;
// Of the width that loses least if clips lay as a Gaussian does (Silverman 1986): they do not, and
// narrower kernels make sharper clips as various (model/EXPERIMENTS.md).
static const double NARROWER = 0.7;
enum { MEMBERS_PER_DIM = 4 };     // a part of fewer is not divided: their most divided halves come near that
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
};

// --- matrices

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

// out = L^-1 (x - mean); `out` may be x.
static void whiten_by(const double *factor, uint32_t dim, const double *x, const double *mean, double *out) {
    for (uint32_t i = 0; i < dim; i++) {
        double sum = x[i] - mean[i];
        for (uint32_t k = 0; k < i; k++)
            sum -= factor[i * dim + k] * out[k];
        out[i] = sum / factor[i * dim + i];
    }
}

static void whiten(const struct fit *f, const double *x, const double *mean, double *out) {
    whiten_by(f->factor, f->dim, x, mean, out);
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

static void share_out(const struct fit *f, struct mixture *m, uint32_t i) {
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
}

// The shares from the rest; false when the covariance is singular.
static bool expect(const struct fit *f, struct mixture *m) {
    add_ridge(f->factor, f->dim);
    if (!factorise(f->factor, f->dim))
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

// --- dividing a part

static uint32_t part_of(const struct mixture *m, uint32_t i) {
    uint32_t best = 0;
    for (uint32_t p = 1; p < m->parts; p++)
        if (m->share[i * DENSITY_PARTS + p] > m->share[i * DENSITY_PARTS + best])
            best = p;
    return best;
}

// The part's samples behind each other; returns how many.
static uint32_t members(const struct fit *f, const struct mixture *m, uint32_t part, double *room) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (part_of(m, i) == part)
            memcpy(room + (size_t)count++ * f->dim, f->x + (size_t)i * f->dim, f->dim * sizeof *room);
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

// A step down the fourth moment of the projection, back to length 1.
static void improve(const double *z, uint32_t count, uint32_t dim, double *u, double *room) {
    memset(room, 0, dim * sizeof *room);
    for (uint32_t i = 0; i < count; i++) {
        double s = dot(z + (size_t)i * dim, u, dim), cube = s * s * s / count;
        for (uint32_t k = 0; k < dim; k++)
            room[k] += cube * z[(size_t)i * dim + k];
    }
    for (uint32_t k = 0; k < dim; k++)
        u[k] -= DIRECTION_STEP * room[k];
    double length = sqrt(dot(u, u, dim));
    for (uint32_t k = 0; k < dim && length > 0.0; k++)
        u[k] /= length;
}

// Two humps have the least kurtosis there is: the direction in which the samples have less than anywhere, by
// descent from every axis. FastICA's fixed point (Hyvarinen 1999) ends in outliers instead.
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

// --- whether halves are an accident

// The samples of a part, white by themselves, and which half each is in.
struct halves {
    uint32_t count, dim;
    double *z;       // [count][dim]
    bool *above;     // [count]
    double *matrix;  // [dim][dim]
    double *mean[2]; // [dim] each
    double *axis;    // [dim]
};

// Means and the common covariance of the halves without the samples of a fold; false when a half is empty.
static bool learn_halves(const struct halves *h, uint32_t fold) {
    uint32_t dim = h->dim, counts[2] = {0, 0};
    memset(h->mean[0], 0, dim * sizeof(double));
    memset(h->mean[1], 0, dim * sizeof(double));
    memset(h->matrix, 0, (size_t)dim * dim * sizeof(double));
    for (uint32_t i = 0; i < h->count; i++)
        for (uint32_t k = 0; k < dim && i % FOLDS != fold; k++) {
            h->mean[h->above[i]][k] += h->z[(size_t)i * dim + k];
            counts[h->above[i]] += k == 0;
        }
    if (counts[0] == 0 || counts[1] == 0)
        return false;
    for (uint32_t k = 0; k < dim; k++) {
        h->mean[0][k] /= counts[0];
        h->mean[1][k] /= counts[1];
    }
    for (uint32_t i = 0; i < h->count; i++) {
        const double *x = h->z + (size_t)i * dim, *mean = h->mean[h->above[i]];
        for (uint32_t a = 0; a < dim && i % FOLDS != fold; a++)
            for (uint32_t b = 0; b <= a; b++)
                h->matrix[a * dim + b] += (x[a] - mean[a]) * (x[b] - mean[b]) / (counts[0] + counts[1]);
    }
    return true;
}

// Fisher's discriminant: axis = covariance^-1 (mean[1] - mean[0]), of such length that the means lie 1 apart.
static bool find_axis(const struct halves *h) {
    uint32_t dim = h->dim;
    double apart = 0.0;
    add_ridge(h->matrix, dim);
    if (!factorise(h->matrix, dim))
        return false;
    for (uint32_t i = 0; i < dim; i++) {
        double sum = h->mean[1][i] - h->mean[0][i];
        for (uint32_t k = 0; k < i; k++)
            sum -= h->matrix[i * dim + k] * h->axis[k];
        h->axis[i] = sum / h->matrix[i * dim + i];
        apart += h->axis[i] * h->axis[i];
    }
    for (uint32_t i = dim; i-- > 0;) {
        double sum = h->axis[i];
        for (uint32_t k = i + 1; k < dim; k++)
            sum -= h->matrix[k * dim + i] * h->axis[k];
        h->axis[i] = sum / h->matrix[i * dim + i];
    }
    for (uint32_t k = 0; k < dim; k++)
        h->axis[k] /= apart;
    return apart > 0.0;
}

// By the part's own mean and covariance: what all parts have in common is wider wherever others are divided.
static bool whiten_members(const struct halves *h) {
    uint32_t dim = h->dim;
    double *mean = h->mean[0];
    memset(mean, 0, dim * sizeof *mean);
    memset(h->matrix, 0, (size_t)dim * dim * sizeof *h->matrix);
    for (uint32_t i = 0; i < h->count; i++)
        for (uint32_t k = 0; k < dim; k++)
            mean[k] += h->z[(size_t)i * dim + k] / h->count;
    for (uint32_t i = 0; i < h->count; i++) {
        const double *x = h->z + (size_t)i * dim;
        for (uint32_t a = 0; a < dim; a++)
            for (uint32_t b = 0; b <= a; b++)
                h->matrix[a * dim + b] += (x[a] - mean[a]) * (x[b] - mean[b]) / h->count;
    }
    add_ridge(h->matrix, dim);
    if (!factorise(h->matrix, dim))
        return false;
    for (uint32_t i = 0; i < h->count; i++)
        whiten_by(h->matrix, dim, h->z + (size_t)i * dim, mean, h->z + (size_t)i * dim);
    return true;
}

// How many deviations lie between the halves, each sample seen from an axis that the other folds chose.
static double separation(const struct halves *h) {
    double sum[2] = {0, 0}, square[2] = {0, 0}, count[2] = {0, 0}, within = 0.0;
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        if (!learn_halves(h, fold) || !find_axis(h))
            return 0.0;
        double origin = 0.5 * (dot(h->mean[0], h->axis, h->dim) + dot(h->mean[1], h->axis, h->dim));
        for (uint32_t i = fold; i < h->count; i += FOLDS) {
            double at = dot(h->z + (size_t)i * h->dim, h->axis, h->dim) - origin;
            sum[h->above[i]] += at;
            square[h->above[i]] += at * at;
            count[h->above[i]]++;
        }
    }
    for (int half = 0; half < 2; half++)
        within += square[half] - sum[half] * sum[half] / count[half];
    return (sum[1] / count[1] - sum[0] / count[0]) / sqrt(within / h->count + 1e-300);
}

// Finds the halves of a part and says how far apart they are;
// 0 for a part of too few. room: work_doubles' part.
static double halve(const struct fit *f, const struct mixture *m, uint32_t part, double *room, bool *above) {
    size_t dim = f->dim;
    struct halves h = {.dim = f->dim, .z = room, .above = above, .matrix = room + f->n * dim};
    h.mean[0] = h.matrix + dim * dim;
    h.mean[1] = h.mean[0] + dim;
    h.axis = h.mean[1] + dim;
    h.count = members(f, m, part, h.z);
    if (h.count < MEMBERS_PER_DIM * f->dim || !whiten_members(&h))
        return 0.0;
    find_direction(f, h.z, h.count, h.axis);
    for (uint32_t i = 0; i < h.count; i++)
        above[i] = dot(h.z + i * dim, h.axis, f->dim) > 0.0;
    return separation(&h);
}

// A new part takes the samples of `part` that are above.
static void divide(const struct fit *f, struct mixture *m, uint32_t part, const bool *above) {
    uint32_t next = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (part_of(m, i) == part) {
            memset(m->share + (size_t)i * DENSITY_PARTS, 0, DENSITY_PARTS * sizeof *m->share);
            m->share[(size_t)i * DENSITY_PARTS + (above[next++] ? m->parts : part)] = 1.0;
        }
    m->parts++;
}

// From one part to as many as stand apart.
static bool grow(const struct fit *f, struct mixture *m, double *room, bool *above[2]) {
    m->parts = 1;
    for (uint32_t i = 0; i < f->n; i++)
        m->share[(size_t)i * DENSITY_PARTS] = 1.0;
    maximise(f, m);
    bool sound = expect(f, m), more = true;
    while (sound && more && m->parts < DENSITY_PARTS) {
        double farthest = APART;
        uint32_t which = 0;
        more = false;
        for (uint32_t part = 0; part < m->parts; part++) {
            double apart = halve(f, m, part, room, above[1]);
            if (apart > farthest) {
                farthest = apart;
                which = part;
                more = true;
                memcpy(above[0], above[1], f->n * sizeof **above);
            }
        }
        if (more) {
            divide(f, m, which, above[0]);
            sound = run_em(f, m);
        }
    }
    return sound;
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
            slot->factor[a * dim + b] = (float)dot(f->factor + (size_t)a * dim, q + (size_t)b * dim, a + 1);
    for (uint32_t p = 0; p < m->parts; p++) {
        slot->weight[p] = (float)m->weight[p];
        for (uint32_t a = 0; a < dim && m->parts > 1; a++)
            slot->centre[p * dim + a] = (float)dot(centre + (size_t)p * dim, q + (size_t)a * dim, dim);
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
            double y = dot(f->z, q + (size_t)a * dim, dim), at = (double)centre[a];
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
    size_t mixture = DENSITY_PARTS * dim + n * DENSITY_PARTS, halves = n * dim + dim * dim + 3 * dim;
    size_t result = (DENSITY_PARTS + 1) * dim + dim * dim;
    return (n + 1) * dim + dim * dim + 2 * dim + mixture + (halves > result ? halves : result);
}

static double *take(double **at, size_t count) {
    double *taken = *at;
    *at += count;
    return taken;
}

static void fit_class(const struct density *d, uint32_t class, const float *noise, const uint32_t *classes,
                      uint32_t n, double *work, bool *above) {
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
    struct mixture m = {.mean = take(&work, DENSITY_PARTS * dim),
                        .share = take(&work, (size_t)n * DENSITY_PARTS)};
    if (f.n < 2 || !grow(&f, &m, work, (bool *[2]){above, above + n}) || !write_class(&f, &slot, &m, work))
        keep_prior(&slot, d->dim);
}

enum rt_status density_fit(const struct density *d, const float *noise, const uint32_t *classes, uint32_t n) {
    if (!all_finite(noise, (size_t)n * d->dim)) {
        rt_log(RT_LOG_ERROR, "the noise of the training clips is not finite: no density is fitted");
        return RT_ERROR_INVALID;
    }
    size_t dim = d->dim, doubles = work_doubles(n, dim);
    double *work = malloc(doubles * sizeof *work);
    bool *above = calloc(2 * (size_t)n + 1, sizeof *above);
    for (uint32_t class = 0; work != NULL && above != NULL && class < d->classes; ++class) {
        struct slot slot = slot_of(d, class);
        memset(slot.factor, 0, dim * dim * sizeof *slot.factor);
        memset(slot.centre, 0, DENSITY_PARTS * dim * sizeof *slot.centre);
        memset(slot.weight, 0, DENSITY_PARTS * sizeof *slot.weight);
        memset(slot.kernel, 0, DENSITY_KERNELS * dim * sizeof *slot.kernel);
        memset(slot.kernel_weight, 0, DENSITY_KERNELS * sizeof *slot.kernel_weight);
        *slot.width = 0.0f;
        memset(work, 0, doubles * sizeof *work);
        fit_class(d, class, noise, classes, n, work, above);
    }
    enum rt_status status = work != NULL && above != NULL ? RT_OK : rt_no_memory("fitting a density");
    free(work);
    free(above);
    return status;
}

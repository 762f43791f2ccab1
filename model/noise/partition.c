// Divides samples into parts: a measure from neighbours, k-means in it, and a judge of whether parts stand
// apart.
#include "model/noise/partition.h"

#include "model/noise/draw.h"
#include "model/noise/matrix.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Deviations between two parts, judged by samples that did not choose the axis. Of one Gaussian, 60 to 430
// samples in 24 dimensions, the most divided parts came to 2.5 to 4.4; the layouts of kinds of clips, 204
// clips a kind, to 5.5 to 19 (model/EXPERIMENTS.md).
static const double APART = 5.0;
static const double RIDGE = 1e-5;                             // of the mean variance, added to every axis
enum { NEIGHBOURS = 5, MEASURE_ROUNDS = 12, MEASURED = 512 }; // of so many samples, where there are more
enum { DIRECTION_ROUNDS = 100 };
static const double DIRECTION_STEP = 0.2;
enum { RESTARTS = 10, MEANS_ROUNDS = 50, FOLDS = 5 };
enum { SAMPLES_PER_DIM = 4 }; // fewer are not divided: their most divided parts come near APART

struct samples {
    uint32_t n, dim;
    const double *x; // [n][dim]
    double *z;       // [n][dim], in the measure of neighbours
    double *matrix;  // [dim][dim]
    double *means;   // [most][dim]
    double *axis;    // [dim]
    double *trials;  // [2][dim]
    double *nearest; // [n]: squared distance to the nearest mean
    uint32_t *trial; // [n], parts
};

static const double *row(const double *rows, uint32_t i, uint32_t dim) {
    return rows + (size_t)i * dim;
}

static double distance(const double *a, const double *b, uint32_t dim) {
    double sum = 0.0;
    for (uint32_t k = 0; k < dim; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

// matrix += share d d^T, lower triangle, d = a - b.
static void add_outer(double *matrix, const double *a, const double *b, uint32_t dim, double share) {
    for (uint32_t i = 0; i < dim; i++)
        for (uint32_t j = 0; j <= i; j++)
            matrix[i * dim + j] += share * (a[i] - b[i]) * (a[j] - b[j]);
}

// --- the measure

// At most MEASURED samples, evenly spread.
static uint32_t measured(const struct samples *s) {
    return s->n < MEASURED ? s->n : MEASURED;
}

static uint32_t measured_at(const struct samples *s, uint32_t i) {
    return (uint32_t)((uint64_t)i * s->n / measured(s));
}

static void add_neighbours(const struct samples *s, uint32_t of) {
    uint32_t count = measured(s), nearest[NEIGHBOURS];
    double far[NEIGHBOURS];
    for (int k = 0; k < NEIGHBOURS; k++)
        far[k] = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = measured_at(s, i);
        double d = other == of ? INFINITY : distance(row(s->z, of, s->dim), row(s->z, other, s->dim), s->dim);
        int k = NEIGHBOURS;
        for (; k > 0 && d < far[k - 1]; k--)
            if (k < NEIGHBOURS) {
                far[k] = far[k - 1];
                nearest[k] = nearest[k - 1];
            }
        if (k < NEIGHBOURS) {
            far[k] = d;
            nearest[k] = other;
        }
    }
    for (int k = 0; k < NEIGHBOURS && far[k] < INFINITY; k++)
        add_outer(s->matrix, row(s->x, of, s->dim), row(s->x, nearest[k], s->dim), s->dim,
                  0.5 / (NEIGHBOURS * (double)count));
}

static void mean_of_all(const struct samples *s, double *mean) {
    memset(mean, 0, s->dim * sizeof *mean);
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t k = 0; k < s->dim; k++)
            mean[k] += row(s->x, i, s->dim)[k] / s->n;
}

static void covariance_of_all(const struct samples *s, const double *mean) {
    memset(s->matrix, 0, (size_t)s->dim * s->dim * sizeof *s->matrix);
    for (uint32_t i = 0; i < s->n; i++)
        add_outer(s->matrix, row(s->x, i, s->dim), mean, s->dim, 1.0 / s->n);
}

// s->z from s->x by s->matrix, whose diagonal has `ridge` added: copies of one clip are no measure.
static bool take_measure(const struct samples *s, const double *mean, double ridge) {
    for (uint32_t k = 0; k < s->dim; k++)
        s->matrix[k * s->dim + k] += ridge;
    if (!matrix_factorise(s->matrix, s->dim))
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        matrix_whiten(s->matrix, s->dim, row(s->x, i, s->dim), mean, s->z + (size_t)i * s->dim);
    return true;
}

static double kurtosis(const struct samples *s, const double *u) {
    double second = 1e-300, fourth = 0.0;
    for (uint32_t i = 0; i < measured(s); i++) {
        double at = matrix_dot(row(s->z, measured_at(s, i), s->dim), u, s->dim);
        second += at * at;
        fourth += at * at * at * at;
    }
    return fourth * measured(s) / (second * second);
}

// A step down the fourth moment of the projection, back to length 1.
static void improve(const struct samples *s, double *u, double *slope) {
    memset(slope, 0, s->dim * sizeof *slope);
    for (uint32_t i = 0; i < measured(s); i++) {
        const double *z = row(s->z, measured_at(s, i), s->dim);
        double at = matrix_dot(z, u, s->dim), cube = at * at * at / measured(s);
        for (uint32_t k = 0; k < s->dim; k++)
            slope[k] += cube * z[k];
    }
    for (uint32_t k = 0; k < s->dim; k++)
        u[k] -= DIRECTION_STEP * slope[k];
    double length = sqrt(matrix_dot(u, u, s->dim));
    for (uint32_t k = 0; k < s->dim && length > 0.0; k++)
        u[k] /= length;
}

// Two humps have the least kurtosis there is: the direction in which white samples have less than anywhere,
// by descent from every axis, into s->axis. FastICA's fixed point (Hyvarinen 1999) ends in outliers instead.
static void find_humps(const struct samples *s) {
    double least = INFINITY, *u = s->trials;
    for (uint32_t start = 0; start < s->dim; start++) {
        memset(u, 0, s->dim * sizeof *u);
        u[start] = 1.0;
        for (int round = 0; round < DIRECTION_ROUNDS; round++)
            improve(s, u, u + s->dim);
        double value = kurtosis(s, u);
        if (value < least) {
            least = value;
            memcpy(s->axis, u, s->dim * sizeof *u);
        }
    }
}

// Without what lies between two humps: a single direction of many is too little for neighbours to be of one
// part, and they cannot find it.
static void leave_humps(const struct samples *s) {
    double share = 0.0;
    for (uint32_t i = 0; i < measured(s); i++)
        share += fabs(matrix_dot(row(s->z, measured_at(s, i), s->dim), s->axis, s->dim)) / measured(s);
    double narrower = 1.0 / sqrt(fmax(1.0 - share * share, RIDGE)) - 1.0;
    for (uint32_t i = 0; i < s->n; i++) {
        double *z = s->z + (size_t)i * s->dim, at = narrower * matrix_dot(z, s->axis, s->dim);
        for (uint32_t k = 0; k < s->dim; k++)
            z[k] += at * s->axis[k];
    }
}

// False when the samples do not fill their space.
static bool measure(const struct samples *s) {
    double *mean = s->means;
    mean_of_all(s, mean);
    covariance_of_all(s, mean);
    double ridge = RIDGE * matrix_trace(s->matrix, s->dim) / s->dim;
    bool sound = take_measure(s, mean, ridge);
    if (sound) {
        find_humps(s);
        leave_humps(s);
    }
    for (int round = 0; round < MEASURE_ROUNDS && sound; round++) {
        memset(s->matrix, 0, (size_t)s->dim * s->dim * sizeof *s->matrix);
        for (uint32_t i = 0; i < measured(s); i++)
            add_neighbours(s, measured_at(s, i));
        sound = take_measure(s, mean, ridge);
    }
    return sound;
}

// --- k-means

// The first means: each a sample, drawn as its squared distance from those before.
static void begin_means(const struct samples *s, uint32_t parts, uint32_t restart) {
    uint64_t draw = (uint64_t)parts * RESTARTS + restart;
    for (uint32_t p = 0; p < parts; p++) {
        double sum = 0.0;
        for (uint32_t i = 0; i < s->n; i++) {
            double d = p == 0 ? 1.0 : distance(row(s->z, i, s->dim), row(s->means, p - 1, s->dim), s->dim);
            s->nearest[i] = p < 2 ? d : fmin(s->nearest[i], d);
            sum += s->nearest[i];
        }
        double left = (double)draw_uniform(0, DRAW_PARTS, draw, p) * sum;
        uint32_t chosen = 0;
        while (chosen + 1 < s->n && left >= s->nearest[chosen])
            left -= s->nearest[chosen++];
        memcpy(s->means + (size_t)p * s->dim, row(s->z, chosen, s->dim), s->dim * sizeof *s->means);
    }
}

// Every sample to its nearest mean; returns the sum of squared distances.
static double assign(const struct samples *s, uint32_t parts, bool *changed) {
    double sum = 0.0;
    *changed = false;
    for (uint32_t i = 0; i < s->n; i++) {
        double least = INFINITY;
        uint32_t best = 0;
        for (uint32_t p = 0; p < parts; p++) {
            double d = distance(row(s->z, i, s->dim), row(s->means, p, s->dim), s->dim);
            if (d < least) {
                least = d;
                best = p;
            }
        }
        *changed = *changed || s->trial[i] != best;
        s->trial[i] = best;
        sum += least;
    }
    return sum;
}

// A part that has lost its samples keeps its mean.
static void move_means(const struct samples *s, uint32_t parts) {
    for (uint32_t p = 0; p < parts; p++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < s->n; i++)
            count += s->trial[i] == p;
        double *mean = s->means + (size_t)p * s->dim;
        if (count > 0)
            memset(mean, 0, s->dim * sizeof *mean);
        for (uint32_t i = 0; i < s->n; i++)
            for (uint32_t k = 0; k < s->dim && s->trial[i] == p; k++)
                mean[k] += row(s->z, i, s->dim)[k] / count;
    }
}

// The best of some restarts into part[n].
static void find_means(const struct samples *s, uint32_t parts, uint32_t *part) {
    double least = INFINITY;
    for (uint32_t restart = 0; restart < RESTARTS; restart++) {
        bool changed;
        begin_means(s, parts, restart);
        double sum = assign(s, parts, &changed);
        for (int round = 0; round < MEANS_ROUNDS && changed; round++) {
            move_means(s, parts);
            sum = assign(s, parts, &changed);
        }
        if (sum < least) {
            least = sum;
            memcpy(part, s->trial, s->n * sizeof *part);
        }
    }
}

// --- whether parts stand apart

// Two parts, and which samples choose the axis.
struct pair {
    const uint32_t *part;
    uint32_t of[2];
};

// 0 or 1; 2: in neither part.
static uint32_t side(const struct pair *pair, uint32_t i) {
    return pair->part[i] == pair->of[0] ? 0 : pair->part[i] == pair->of[1] ? 1 : 2;
}

// Means and common covariance without the samples of a fold; false when a part is empty.
static bool learn_pair(const struct samples *s, const struct pair *pair, uint32_t fold) {
    uint32_t counts[2] = {0, 0}, dim = s->dim;
    memset(s->means, 0, 2 * dim * sizeof *s->means);
    memset(s->matrix, 0, (size_t)dim * dim * sizeof *s->matrix);
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t which = side(pair, i);
        if (which == 2 || i % FOLDS == fold)
            continue;
        counts[which]++;
        for (uint32_t k = 0; k < dim; k++)
            s->means[which * dim + k] += row(s->z, i, dim)[k];
    }
    if (counts[0] == 0 || counts[1] == 0)
        return false;
    for (uint32_t k = 0; k < dim; k++) {
        s->means[k] /= counts[0];
        s->means[dim + k] /= counts[1];
    }
    for (uint32_t i = 0; i < s->n; i++)
        if (side(pair, i) != 2 && i % FOLDS != fold)
            add_outer(s->matrix, row(s->z, i, dim), s->means + side(pair, i) * dim, dim,
                      1.0 / (counts[0] + counts[1]));
    return true;
}

// Fisher's discriminant: axis = covariance^-1 (mean[1] - mean[0]), of such length that the means lie 1 apart.
static bool find_axis(const struct samples *s) {
    uint32_t dim = s->dim;
    double apart = 0.0, *axis = s->axis;
    matrix_add_ridge(s->matrix, dim, RIDGE);
    if (!matrix_factorise(s->matrix, dim))
        return false;
    matrix_whiten(s->matrix, dim, s->means + dim, s->means, axis);
    apart = matrix_dot(axis, axis, dim);
    for (uint32_t i = dim; i-- > 0;) {
        double sum = axis[i];
        for (uint32_t k = i + 1; k < dim; k++)
            sum -= s->matrix[k * dim + i] * axis[k];
        axis[i] = sum / s->matrix[i * dim + i];
    }
    for (uint32_t k = 0; k < dim; k++)
        axis[k] /= apart;
    return apart > 0.0;
}

// How many deviations lie between two parts, each sample seen from an axis that the other folds chose.
static double separation(const struct samples *s, const struct pair *pair) {
    double sum[2] = {0, 0}, square[2] = {0, 0}, count[2] = {0, 0}, within = 0.0;
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        if (!learn_pair(s, pair, fold) || !find_axis(s))
            return 0.0;
        double origin =
            0.5 * (matrix_dot(s->means, s->axis, s->dim) + matrix_dot(s->means + s->dim, s->axis, s->dim));
        for (uint32_t i = fold; i < s->n; i += FOLDS) {
            uint32_t which = side(pair, i);
            if (which == 2)
                continue;
            double at = matrix_dot(row(s->z, i, s->dim), s->axis, s->dim) - origin;
            sum[which] += at;
            square[which] += at * at;
            count[which]++;
        }
    }
    for (int which = 0; which < 2; which++)
        within += square[which] - sum[which] * sum[which] / count[which];
    return (sum[1] / count[1] - sum[0] / count[0]) / sqrt(fmax(within, 0.0) / (count[0] + count[1]) + 1e-300);
}

static bool stand_apart(const struct samples *s, const uint32_t *part, uint32_t parts) {
    for (uint32_t b = 1; b < parts; b++)
        for (uint32_t a = 0; a < b; a++)
            if (!(separation(s, &(struct pair){part, {a, b}}) >= APART)) // nor what is no number
                return false;
    return true;
}

// --- all of it

static uint32_t divide(const struct samples *s, uint32_t most, uint32_t *part) {
    if (s->n >= SAMPLES_PER_DIM * s->dim && measure(s))
        for (uint32_t parts = most; parts > 1; parts--) {
            find_means(s, parts, part);
            if (stand_apart(s, part, parts))
                return parts;
        }
    memset(part, 0, s->n * sizeof *part);
    return 1;
}

uint32_t partition(const double *x, uint32_t n, uint32_t dim, uint32_t most, uint32_t *part) {
    size_t rows = most > 2 ? most : 2, numbers = (size_t)n * dim;
    double *work = malloc((numbers + (size_t)dim * dim + rows * dim + 3 * dim + n) * sizeof *work);
    struct samples s = {.n = n, .dim = dim, .x = x, .z = work, .trial = calloc(n, sizeof *s.trial)};
    uint32_t parts = 0;
    if (work != NULL && s.trial != NULL) {
        s.matrix = s.z + numbers;
        s.means = s.matrix + (size_t)dim * dim;
        s.axis = s.means + rows * dim;
        s.trials = s.axis + dim;
        s.nearest = s.trials + 2 * (size_t)dim;
        parts = divide(&s, most, part);
    }
    free(work);
    free(s.trial);
    return parts;
}

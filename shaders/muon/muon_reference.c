// Muon's definition, on x itself, one matrix after the other; and inputs that make sense.
#include "shaders/muon/muon_reference.h"

#include "shaders/muon/muon_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One matrix: x is [n][longer], whichever of its sides is longer.
struct one {
    struct op_muon_matrix shape;
    uint32_t n, longer;
    size_t first; // element of the parameters
};

// dst = a b, of the shapes [rows][inner] and [inner][cols]; b is read transposed with `flip`.
static void product(uint32_t rows, uint32_t inner, uint32_t cols, const double *a, const double *b, bool flip,
                    double *dst) {
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++) {
            double sum = 0.0;
            for (uint32_t i = 0; i < inner; i++)
                sum += a[r * inner + i] * b[flip ? c * inner + i : i * cols + c];
            dst[r * cols + c] = sum;
        }
}

// One round on x [n][longer], n the shorter side; room: n n and twice n longer numbers.
static void reference_round(uint32_t n, uint32_t longer, double *x, double *room) {
    double *gram = room, *once = gram + (size_t)n * n, *twice = once + (size_t)n * longer;
    product(n, longer, n, x, x, true, gram);
    product(n, n, longer, gram, x, false, once);
    product(n, n, longer, gram, once, false, twice);
    for (size_t i = 0; i < (size_t)n * longer; i++)
        x[i] = MUON_A * x[i] + MUON_B * once[i] + MUON_C * twice[i];
}

static size_t flat(const struct one *one, uint32_t i, uint32_t k) {
    bool tall = muon_tall(one->shape);
    return one->first + (tall ? (size_t)k * one->n + i : (size_t)i * one->longer + k);
}

static void reference_apply(const struct op_muon *p, const struct one *one, const double *x,
                            const struct op_muon_arrays *args) {
    double lr = args->hyper[SHARED_INDEX(optimiser_hyper, lr)];
    double keep = args->hyper[SHARED_INDEX(optimiser_hyper, ema_decay)];
    for (uint32_t i = 0; i < one->n; i++)
        for (uint32_t k = 0; k < one->longer; k++) {
            size_t at = flat(one, i, k);
            double *param = &args->param[at], turned = x[(size_t)i * one->longer + k];
            *param -= lr * ((double)p->weight_decay * *param + muon_step_scale(one->shape) * turned);
            if (p->has_ema)
                args->ema[at] = keep * args->ema[at] + (1.0 - keep) * *param;
        }
}

// m's step, and x in the gradient's direction with length 1.
static void reference_momentum(const struct op_muon *p, const struct one *one,
                               const struct op_muon_arrays *args, double *x) {
    double mu = (double)p->momentum, factor = args->grad_clip[SHARED_INDEX(grad_clip_result, factor)];
    double squares = 0.0;
    for (uint32_t i = 0; i < one->n; i++)
        for (uint32_t k = 0; k < one->longer; k++) {
            double g = args->grad[flat(one, i, k)] * factor, *m = &args->m[flat(one, i, k)];
            *m = mu * *m + (1.0 - mu) * g;
            double value = x[(size_t)i * one->longer + k] = mu * *m + (1.0 - mu) * g;
            squares += value * value;
        }
    for (size_t i = 0; i < (size_t)one->n * one->longer; i++)
        x[i] *= squares > 1e-24 ? 1.0 / sqrt(squares) : 0.0;
}

static void reference_one(const struct op_muon *p, const struct one *one, const struct op_muon_arrays *args) {
    size_t count = (size_t)one->n * one->longer;
    double *x = calloc(3 * count + (size_t)one->n * one->n, sizeof *x);
    if (x == NULL)
        return;
    reference_momentum(p, one, args, x);
    for (int round = 0; round < MUON_ROUNDS; round++)
        reference_round(one->n, one->longer, x, x + count);
    reference_apply(p, one, x, args);
    free(x);
}

void muon_by_definition(const struct op_muon *p, const struct op_muon_arrays *args) {
    struct one one = {.first = 0};
    for (uint32_t i = 0; i < p->matrices && args->grad_clip[SHARED_INDEX(grad_clip_result, apply)] != 0.0;
         i++) {
        one.shape = p->of[i];
        one.n = muon_shorter(one.shape);
        one.longer = muon_longer(one.shape);
        reference_one(p, &one, args);
        one.first += (size_t)one.n * one.longer;
    }
}

// A plausible third step; a first matrix of 12 rows stands for a step that is skipped.
void muon_valid_inputs(const struct op_muon *p, const struct op_muon_arrays *args) {
    const double hyper[SHARED_FLOATS] = {[SHARED_INDEX(optimiser_hyper, lr)] = 1e-2,
                                         [SHARED_INDEX(optimiser_hyper, c1)] = 0.5,
                                         [SHARED_INDEX(optimiser_hyper, c2)] = 0.5,
                                         [SHARED_INDEX(optimiser_hyper, ema_decay)] = 0.995};
    const double grad_clip[SHARED_FLOATS] = {[SHARED_INDEX(grad_clip_result, norm)] = 2.0,
                                             [SHARED_INDEX(grad_clip_result, factor)] = 0.5,
                                             [SHARED_INDEX(grad_clip_result, apply)] =
                                                 p->of[0].rows == 12 ? 0.0 : 1.0,
                                             [SHARED_INDEX(grad_clip_result, limit)] = 1.0};
    memcpy(args->hyper, hyper, sizeof hyper);
    memcpy(args->grad_clip, grad_clip, sizeof grad_clip);
}

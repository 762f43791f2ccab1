// Muon's step for one matrix: checks, scratch, recording, reference.
#include "shaders/muon/muon.h"

#include "shaders/linear/linear.h"
#include "shaders/muon/muon_apply_push.h"
#include "shaders/muon/muon_momentum_push.h"
#include "shaders/muon/muon_normalise_push.h"
#include "shaders/muon/muon_polynomial_push.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Of Jordan et al. 2024: singular values come to lie around 1, between .7 and 1.2, and small ones rise fast.
static const double A = 3.4445, B = -4.7750, C = 2.0315;

enum { ROUNDS = 5, SHORTER_MAX = 1024, SQUARES = 5 };

// The products run on the gram matrix of the shorter side, n x n: with g = x^T x, a round is x p with
// p = a + b g + c g^2, all powers of g commute, and so x is touched twice only: for g, and for x times the
// product of all p.
static bool tall(const struct op_muon *p) {
    return p->rows >= p->cols;
}

static uint32_t shorter(const struct op_muon *p) {
    return tall(p) ? p->cols : p->rows;
}

static double step_scale(const struct op_muon *p) {
    return 0.2 * sqrt((double)(tall(p) ? p->rows : p->cols));
}

// x as the source of a linear layer that gives [cols], and a product of two n x n matrices.
static struct op_linear whole(const struct op_muon *p) {
    uint32_t n = shorter(p);
    return (struct op_linear){.rows = tall(p) ? p->rows : n, .cin = n, .cout = p->cols};
}

static struct op_linear square(const struct op_muon *p) {
    return (struct op_linear){.rows = shorter(p), .cin = shorter(p), .cout = shorter(p)};
}

static enum op_id gram_pass(const struct op_muon *p) {
    return tall(p) ? OP_linear_backward_weight : OP_linear_backward_input;
}

static uint64_t padded(uint64_t floats) {
    return (floats + 63) / 64 * 64;
}

// What the gram product wants beside its operands.
static bool gram_scratch(const struct op_target *target, const struct op_muon *p, uint64_t *floats,
                         struct op_refusal *refusal) {
    struct op_linear linear = whole(p);
    struct op_signature signature;
    if (!op_describe(target, gram_pass(p), &linear, &signature, refusal))
        return false;
    const struct op_arg *last = &signature.args[signature.arg_count - 1];
    *floats = last->role == OP_SCRATCH ? last->count : 0;
    return true;
}

static bool check(const struct op_muon *p, struct op_refusal *refusal) {
    if (!op_check_channels(refusal, "rows", p->rows) || !op_check_channels(refusal, "cols", p->cols) ||
        !op_in_range(refusal, "the shorter side", shorter(p), 4, SHORTER_MAX))
        return false;
    if (!(p->momentum >= 0.0f && p->momentum < 1.0f))
        return op_refuse(refusal, "momentum is %g, it must be at least 0 and below 1", (double)p->momentum);
    return (p->weight_decay >= 0.0f && isfinite(p->weight_decay)) ||
           op_refuse(refusal, "weight_decay is %g, it must be at least 0", (double)p->weight_decay);
}

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_muon *p = params;
    uint64_t scratch;
    if (!check(p, refusal) || !gram_scratch(target, p, &scratch, refusal))
        return false;
    uint64_t count = (uint64_t)p->rows * p->cols, n = shorter(p);
    snprintf(signature->text, sizeof signature->text, "[%u][%u]%s", p->rows, p->cols,
             p->has_ema ? " ema" : "");
    signature->flops = 4.0 * (double)(count * n) + 2.0 * (ROUNDS + 3.0 * (ROUNDS - 1)) * pow((double)n, 3.0);
    op_add_arg(signature, "hyper", OP_IN, OP_F32, 4);
    op_add_arg(signature, "clip", OP_IN, OP_F32, 4);
    op_add_arg(signature, "grad", OP_IN, OP_F32, count);
    op_add_arg(signature, "param", OP_INOUT, OP_F32, count);
    op_add_arg(signature, "m", OP_INOUT, OP_F32, count);
    op_add_arg(signature, "ema", OP_INOUT, OP_F32, p->has_ema ? count : 0);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32,
               2 * padded(count) + SQUARES * padded(n * n) + 64 + scratch);
    return true;
}

// --- recording

struct work {
    struct rt_buffer x, direction, inverse;
    struct rt_buffer gram, spare, polynomial, product, square; // n x n
    struct rt_buffer rest;                                     // of the gram product
};

static struct rt_buffer take(struct rt_buffer *room, uint64_t floats) {
    struct rt_buffer taken = rt_buffer_slice(*room, 0, floats * 4);
    *room = rt_buffer_slice(*room, padded(floats) * 4, room->size_bytes - padded(floats) * 4);
    return taken;
}

static struct work share(const struct op_muon *p, struct rt_buffer scratch) {
    uint64_t count = (uint64_t)p->rows * p->cols, n2 = (uint64_t)shorter(p) * shorter(p);
    struct work w;
    w.x = take(&scratch, count);
    w.direction = take(&scratch, count);
    w.inverse = take(&scratch, 4);
    struct rt_buffer *squares[SQUARES] = {&w.gram, &w.spare, &w.polynomial, &w.product, &w.square};
    for (int i = 0; i < SQUARES; i++)
        *squares[i] = take(&scratch, n2);
    w.rest = scratch;
    return w;
}

// The products are steps of this operation, which MOGRAPH_CHECK judges as a whole: alone, where a
// polynomial's terms cancel, they keep fewer digits than a linear layer should.
static void multiply(struct op_recorder *r, const struct op_linear *shape, struct rt_buffer a,
                     struct rt_buffer b, struct rt_buffer dst) {
    op_table[OP_linear_forward]->record(r, shape, (struct rt_buffer[]){a, b, {0}, dst});
}

static void swap(struct rt_buffer *a, struct rt_buffer *b) {
    struct rt_buffer c = *a;
    *a = *b;
    *b = c;
}

static void dispatch(struct op_recorder *r, struct op_launch *launch, uint64_t items) {
    op_grid_for_items(&r->library->target, items, launch);
    op_dispatch(r, launch);
}

static void record_momentum(struct op_recorder *r, const struct op_muon *p, const struct rt_buffer *args,
                            const struct work *w) {
    uint32_t count4 = p->rows * p->cols / 4;
    struct push_muon_momentum push = {args[1].address, args[2].address, args[4].address,
                                      w->x.address,    count4,          p->momentum};
    struct op_launch launch = {.kernel = KERNEL_muon_momentum,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[1], args[2], args[4]},
                               .writes = {args[4], w->x}};
    dispatch(r, &launch, count4);
}

static void record_gram(struct op_recorder *r, const struct op_muon *p, struct work *w) {
    struct op_linear shape = whole(p);
    uint32_t n = shorter(p);
    if (tall(p))
        op_table[OP_linear_backward_weight]->record(r, &shape,
                                                    (struct rt_buffer[]){w->x, w->x, w->spare, {0}, w->rest});
    else
        op_table[OP_linear_backward_input]->record(r, &shape,
                                                   (struct rt_buffer[]){w->x, w->x, w->spare, w->rest});
    struct push_muon_normalise push = {w->spare.address, w->gram.address, w->inverse.address, n};
    struct op_launch launch = {.kernel = KERNEL_muon_normalise,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {w->spare},
                               .writes = {w->gram, w->inverse}};
    dispatch(r, &launch, (uint64_t)n * n / 4);
}

static void record_polynomial(struct op_recorder *r, uint32_t n, struct rt_buffer gram,
                              struct rt_buffer squared, struct rt_buffer dst) {
    struct push_muon_polynomial push = {gram.address, squared.address, dst.address, n,
                                        (float)A,     (float)B,        (float)C};
    struct op_launch launch = {.kernel = KERNEL_muon_polynomial,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {gram, squared},
                               .writes = {dst}};
    dispatch(r, &launch, (uint64_t)n * n / 4);
}

// w->product = the product of the rounds' polynomials.
static void record_rounds(struct op_recorder *r, const struct op_muon *p, struct work *w) {
    struct op_linear shape = square(p);
    for (int round = 0; round < ROUNDS; round++) {
        struct rt_buffer polynomial = round == 0 ? w->product : w->polynomial;
        multiply(r, &shape, w->gram, w->gram, w->square);
        record_polynomial(r, shorter(p), w->gram, w->square, polynomial);
        if (round > 0) {
            multiply(r, &shape, w->product, polynomial, w->spare);
            swap(&w->product, &w->spare);
        }
        if (round + 1 == ROUNDS)
            break;
        multiply(r, &shape, w->gram, polynomial, w->square);
        multiply(r, &shape, w->square, polynomial, w->spare);
        swap(&w->gram, &w->spare);
    }
}

static void record_apply(struct op_recorder *r, const struct op_muon *p, const struct rt_buffer *args,
                         const struct work *w) {
    uint32_t count4 = p->rows * p->cols / 4;
    struct push_muon_apply push = {.hyper = args[0].address,
                                   .clip = args[1].address,
                                   .inverse = w->inverse.address,
                                   .direction = w->direction.address,
                                   .param = args[3].address,
                                   .ema = args[5].address,
                                   .count4 = count4,
                                   .scale = (float)step_scale(p),
                                   .weight_decay = p->weight_decay};
    struct op_launch launch = {.kernel = KERNEL_muon_apply,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], w->inverse, w->direction, args[3], args[5]},
                               .writes = {args[3], args[5]}};
    dispatch(r, &launch, count4);
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_muon *p = params;
    struct work w = share(p, args[6]);
    struct op_linear shape = whole(p);
    record_momentum(recorder, p, args, &w);
    record_gram(recorder, p, &w);
    record_rounds(recorder, p, &w);
    if (tall(p))
        multiply(recorder, &shape, w.x, w.product, w.direction);
    else
        multiply(recorder, &shape, w.product, w.x, w.direction);
    record_apply(recorder, p, args, &w);
}

// --- the definition, on x itself

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
        x[i] = A * x[i] + B * once[i] + C * twice[i];
}

static size_t flat(const struct op_muon *p, uint32_t i, uint32_t k) {
    return tall(p) ? (size_t)k * p->cols + i : (size_t)i * p->cols + k;
}

static void reference_apply(const struct op_muon *p, const double *x, double *const *args) {
    uint32_t n = shorter(p), longer = p->rows * p->cols / n;
    double lr = args[0][0], keep = args[0][3];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < longer; k++) {
            double *param = &args[3][flat(p, i, k)];
            *param -= lr * ((double)p->weight_decay * *param + step_scale(p) * x[(size_t)i * longer + k]);
            if (p->has_ema)
                args[5][flat(p, i, k)] = keep * args[5][flat(p, i, k)] + (1.0 - keep) * *param;
        }
}

static void reference(const void *params, double *const *args) {
    const struct op_muon *p = params;
    uint32_t n = shorter(p), longer = p->rows * p->cols / n;
    size_t count = (size_t)n * longer;
    double *x = calloc(3 * count + (size_t)n * n, sizeof *x), mu = (double)p->momentum, squares = 0.0;
    if (x == NULL || args[1][2] == 0.0) {
        free(x);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < longer; k++) {
            double g = args[2][flat(p, i, k)] * args[1][1], *m = &args[4][flat(p, i, k)];
            *m = mu * *m + (1.0 - mu) * g;
            double value = x[(size_t)i * longer + k] = mu * *m + (1.0 - mu) * g;
            squares += value * value;
        }
    for (size_t i = 0; i < count; i++)
        x[i] *= squares > 1e-24 ? 1.0 / sqrt(squares) : 0.0;
    for (int round = 0; round < ROUNDS; round++)
        reference_round(n, longer, x, x + count);
    reference_apply(p, x, args);
    free(x);
}

// A plausible third step; 12 rows stand for a step that is skipped.
static void prepare(const void *params, double *const *args) {
    const struct op_muon *p = params;
    const double hyper[4] = {1e-2, 0.5, 0.5, 0.995}, clip[4] = {2.0, 0.5, p->rows == 12 ? 0.0 : 1.0, 1.0};
    for (int i = 0; i < 4; i++) {
        args[0][i] = hyper[i];
        args[1][i] = clip[i];
    }
}

static const struct op_muon examples[] = {
    {256, 32, 0.95f, 1e-3f, true},
    {32, 256, 0.95f, 1e-3f, true},
    {216, 8, 0.9f, 0.0f, false},
};

const struct op_info op_muon_info = {.name = "muon",
                                     .params_size = sizeof(struct op_muon),
                                     .describe = describe,
                                     .record = record,
                                     .reference = reference,
                                     .prepare = prepare,
                                     .tolerance = 1e-4,
                                     .examples = examples,
                                     .example_count = sizeof examples / sizeof examples[0]};

void op_muon(struct op_recorder *recorder, const struct op_muon *params, struct rt_buffer hyper,
             struct rt_buffer clip, struct rt_buffer grad, struct rt_buffer param, struct rt_buffer m,
             struct rt_buffer ema, struct rt_buffer scratch) {
    op_record(recorder, OP_muon, params, (struct rt_buffer[]){hyper, clip, grad, param, m, ema, scratch}, 7);
}

uint64_t op_muon_scratch(const struct op_target *target, const struct op_muon *params) {
    struct op_signature signature;
    struct op_refusal refusal;
    if (!op_describe(target, OP_muon, params, &signature, &refusal))
        return 0;
    return signature.args[signature.arg_count - 1].count;
}

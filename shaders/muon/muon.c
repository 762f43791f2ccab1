// Muon's step for one matrix: checks, scratch, recording, reference.
#include "shaders/muon/muon.h"

#include "runtime/align.h"
#include "shaders/linear/linear.h"
#include "shaders/muon/muon_apply_push.h"
#include "shaders/muon/muon_momentum_push.h"
#include "shaders/muon/muon_normalise_push.h"
#include "shaders/muon/muon_polynomial_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return rt_align_up(floats, 64);
}

// What the gram product wants beside its operands.
static bool gram_scratch(const struct op_target *target, const struct op_muon *p, uint64_t *floats,
                         struct op_refusal *refusal) {
    struct op_linear linear = whole(p);
    struct op_signature signature;
    if (!op_describe(target, gram_pass(p), &linear, &signature, refusal))
        return false;
    *floats = signature.args[op_arg_index(gram_pass(p), "scratch")].count;
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

static bool describe(const struct op_target *target, const struct op_muon *p, struct op_muon_extents *args,
                     struct op_signature *signature, struct op_refusal *refusal) {
    uint64_t scratch;
    struct op_target exact = op_exact_target(target);
    if (!check(p, refusal) || !gram_scratch(&exact, p, &scratch, refusal))
        return false;
    uint64_t count = (uint64_t)p->rows * p->cols, n = shorter(p);
    snprintf(signature->text, sizeof signature->text, "[%u][%u]%s", p->rows, p->cols,
             p->has_ema ? " ema" : "");
    signature->flops = 4.0 * (double)(count * n) + 2.0 * (ROUNDS + 3.0 * (ROUNDS - 1)) * pow((double)n, 3.0);
    args->hyper = op_elements(OP_F32, SHARED_FLOATS);
    args->grad_clip = op_elements(OP_F32, SHARED_FLOATS);
    args->grad = args->param = args->m = op_elements(OP_F32, count);
    args->ema = op_elements_if(p->has_ema, OP_F32, count);
    args->scratch = op_elements(OP_F32, 2 * padded(count) + SQUARES * padded(n * n) + 64 + scratch);
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

static void swap(struct rt_buffer *a, struct rt_buffer *b) {
    struct rt_buffer c = *a;
    *a = *b;
    *b = c;
}

static void record_momentum(struct op_recorder *r, const struct op_muon *p,
                            const struct op_muon_buffers *args, const struct work *w) {
    uint32_t count4 = p->rows * p->cols / 4;
    struct push_muon_momentum push = {.grad_clip = args->grad_clip.address,
                                      .grad = args->grad.address,
                                      .m = args->m.address,
                                      .x = w->x.address,
                                      .count4 = count4,
                                      .momentum = p->momentum};
    op_dispatch(r, OP_LAUNCH(KERNEL_muon_momentum, push, .items = count4,
                             .reads = {args->grad_clip, args->grad, args->m}, .writes = {args->m, w->x}));
}

// The products are steps of this operation, which MOGRAPH_CHECK judges as a whole: alone, where a
// polynomial's terms cancel, they keep fewer digits than a linear layer should.
static void record_gram(struct op_recorder *r, const struct op_muon *p, struct work *w) {
    struct op_linear shape = whole(p);
    uint32_t n = shorter(p);
    if (tall(p))
        OP_STEP(r, linear_backward_weight, &shape, .src = w->x, .d_dst = w->x, .d_weight = w->spare,
                .scratch = w->rest);
    else
        OP_STEP(r, linear_backward_input, &shape, .d_dst = w->x, .weight = w->x, .d_src = w->spare,
                .scratch = w->rest);
    struct push_muon_normalise push = {
        .gram = w->spare.address, .normal = w->gram.address, .inverse = w->inverse.address, .n = n};
    op_dispatch(r, OP_LAUNCH(KERNEL_muon_normalise, push, .items = (uint64_t)n * n / 4, .reads = {w->spare},
                             .writes = {w->gram, w->inverse}));
}

static void record_polynomial(struct op_recorder *r, uint32_t n, struct rt_buffer gram,
                              struct rt_buffer squared, struct rt_buffer dst) {
    struct push_muon_polynomial push = {.gram = gram.address,
                                        .square = squared.address,
                                        .dst = dst.address,
                                        .n = n,
                                        .a = (float)A,
                                        .b = (float)B,
                                        .c = (float)C};
    op_dispatch(r, OP_LAUNCH(KERNEL_muon_polynomial, push, .items = (uint64_t)n * n / 4,
                             .reads = {gram, squared}, .writes = {dst}));
}

// w->product = the product of the rounds' polynomials.
static void record_rounds(struct op_recorder *r, const struct op_muon *p, struct work *w) {
    struct op_linear shape = square(p);
    for (int round = 0; round < ROUNDS; round++) {
        struct rt_buffer polynomial = round == 0 ? w->product : w->polynomial;
        OP_STEP(r, linear_forward, &shape, .src = w->gram, .weight = w->gram, .dst = w->square);
        record_polynomial(r, shorter(p), w->gram, w->square, polynomial);
        if (round > 0) {
            OP_STEP(r, linear_forward, &shape, .src = w->product, .weight = polynomial, .dst = w->spare);
            swap(&w->product, &w->spare);
        }
        if (round + 1 == ROUNDS)
            break;
        OP_STEP(r, linear_forward, &shape, .src = w->gram, .weight = polynomial, .dst = w->square);
        OP_STEP(r, linear_forward, &shape, .src = w->square, .weight = polynomial, .dst = w->spare);
        swap(&w->gram, &w->spare);
    }
}

static void record_apply(struct op_recorder *r, const struct op_muon *p, const struct op_muon_buffers *args,
                         const struct work *w) {
    uint32_t count4 = p->rows * p->cols / 4;
    struct push_muon_apply push = {.hyper = args->hyper.address,
                                   .grad_clip = args->grad_clip.address,
                                   .inverse = w->inverse.address,
                                   .direction = w->direction.address,
                                   .param = args->param.address,
                                   .ema = args->ema.address,
                                   .count4 = count4,
                                   .scale = (float)step_scale(p),
                                   .weight_decay = p->weight_decay};
    op_dispatch(r, OP_LAUNCH(KERNEL_muon_apply, push, .items = count4,
                             .reads = {args->hyper, args->grad_clip, w->inverse, w->direction, args->param,
                                       args->ema},
                             .writes = {args->param, args->ema}));
}

// Its products are fp32's in every family: an error of one round is the input of the next.
static void record(struct op_recorder *given, const struct op_muon *p, const struct op_muon_buffers *args) {
    struct op_library exact = *given->library;
    struct op_recorder *recorder = &(struct op_recorder){&exact, given->stream};
    exact.target = op_exact_target(&exact.target);
    struct work w = share(p, args->scratch);
    struct op_linear shape = whole(p);
    record_momentum(recorder, p, args, &w);
    record_gram(recorder, p, &w);
    record_rounds(recorder, p, &w);
    OP_STEP(recorder, linear_forward, &shape, .src = tall(p) ? w.x : w.product,
            .weight = tall(p) ? w.product : w.x, .dst = w.direction);
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

static void reference_apply(const struct op_muon *p, const double *x, const struct op_muon_arrays *args) {
    uint32_t n = shorter(p), longer = p->rows * p->cols / n;
    double lr = args->hyper[SHARED_INDEX(optimiser_hyper, lr)];
    double keep = args->hyper[SHARED_INDEX(optimiser_hyper, ema_decay)];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < longer; k++) {
            double *param = &args->param[flat(p, i, k)];
            *param -= lr * ((double)p->weight_decay * *param + step_scale(p) * x[(size_t)i * longer + k]);
            if (p->has_ema)
                args->ema[flat(p, i, k)] = keep * args->ema[flat(p, i, k)] + (1.0 - keep) * *param;
        }
}

// m's step, and x [n][longer], n the shorter side, in the gradient's direction with length 1.
static void reference_momentum(const struct op_muon *p, const struct op_muon_arrays *args, double *x) {
    uint32_t n = shorter(p), longer = p->rows * p->cols / n;
    double mu = (double)p->momentum, factor = args->grad_clip[SHARED_INDEX(grad_clip_result, factor)];
    double squares = 0.0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < longer; k++) {
            double g = args->grad[flat(p, i, k)] * factor, *m = &args->m[flat(p, i, k)];
            *m = mu * *m + (1.0 - mu) * g;
            double value = x[(size_t)i * longer + k] = mu * *m + (1.0 - mu) * g;
            squares += value * value;
        }
    for (size_t i = 0; i < (size_t)n * longer; i++)
        x[i] *= squares > 1e-24 ? 1.0 / sqrt(squares) : 0.0;
}

static void reference(const struct op_muon *p, const struct op_muon_arrays *args) {
    uint32_t n = shorter(p), longer = p->rows * p->cols / n;
    size_t count = (size_t)n * longer;
    double *x = calloc(3 * count + (size_t)n * n, sizeof *x);
    if (x == NULL || args->grad_clip[SHARED_INDEX(grad_clip_result, apply)] == 0.0) {
        free(x);
        return;
    }
    reference_momentum(p, args, x);
    for (int round = 0; round < ROUNDS; round++)
        reference_round(n, longer, x, x + count);
    reference_apply(p, x, args);
    free(x);
}

// A plausible third step; 12 rows stand for a step that is skipped.
static void prepare(const struct op_muon *p, const struct op_muon_arrays *args) {
    const double hyper[SHARED_FLOATS] = {[SHARED_INDEX(optimiser_hyper, lr)] = 1e-2,
                                         [SHARED_INDEX(optimiser_hyper, c1)] = 0.5,
                                         [SHARED_INDEX(optimiser_hyper, c2)] = 0.5,
                                         [SHARED_INDEX(optimiser_hyper, ema_decay)] = 0.995};
    const double grad_clip[SHARED_FLOATS] = {[SHARED_INDEX(grad_clip_result, norm)] = 2.0,
                                             [SHARED_INDEX(grad_clip_result, factor)] = 0.5,
                                             [SHARED_INDEX(grad_clip_result, apply)] =
                                                 p->rows == 12 ? 0.0 : 1.0,
                                             [SHARED_INDEX(grad_clip_result, limit)] = 1.0};
    memcpy(args->hyper, hyper, sizeof hyper);
    memcpy(args->grad_clip, grad_clip, sizeof grad_clip);
}

OP_PREPARE(muon, prepare);
OP_DEFINE(muon, describe, record, reference, .prepare = muon_prepare, .tolerance = 1e-4,
          .flags_at = offsetof(struct op_muon, has_ema), .shapes = {&op_muon_shapes});

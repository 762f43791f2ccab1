// Muon's step for many matrices at once: checks, scratch, recording.
//
// The products run on the gram matrix of the shorter side, n x n: with g = x^T x, a round is x p with
// p = a + b g + c g^2, all powers of g commute, and so x is touched twice only: for g, and for x times the
// product of all p. Each stage is one dispatch over all matrices.
#include "shaders/muon/muon.h"

#include "runtime/align.h"
#include "shaders/muon/muon_momentum_push.h"
#include "shaders/muon/muon_normalise_push.h"
#include "shaders/muon/muon_plan.h"
#include "shaders/muon/muon_product_push.h"
#include "shaders/muon/muon_reference.h"
#include "shaders/muon/muon_turn_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SQUARES = 5, TABLE_FLOATS = (OP_MUON_MATRICES + 1) * sizeof(struct muon_matrix) / sizeof(float) };

enum { LANE_SPREAD = 64 }; // of muon_product_lane.comp

// Of muon_product.glsl.
enum stage { GRAM, POLYNOMIAL, POWER, DIRECTION };

static uint64_t padded(uint64_t floats) {
    return rt_align_up(floats, 64);
}

static bool check_matrices(const struct op_muon *p, struct op_refusal *refusal) {
    if (!op_in_range(refusal, "matrices", p->matrices, 1, OP_MUON_MATRICES))
        return false;
    for (uint32_t i = 0; i < p->matrices; i++)
        if (!op_check_channels(refusal, "rows", p->of[i].rows) ||
            !op_check_channels(refusal, "cols", p->of[i].cols) ||
            !op_in_range(refusal, "the shorter side", muon_shorter(p->of[i]), 4, MUON_SHORTER_MAX))
            return false;
    return op_check_count(refusal, "param", muon_floats(p).all);
}

static bool check(const struct op_muon *p, struct op_refusal *refusal) {
    if (!check_matrices(p, refusal))
        return false;
    if (!(p->momentum >= 0.0f && p->momentum < 1.0f))
        return op_refuse(refusal, "momentum is %g, it must be at least 0 and below 1", (double)p->momentum);
    return (p->weight_decay >= 0.0f && isfinite(p->weight_decay)) ||
           op_refuse(refusal, "weight_decay is %g, it must be at least 0", (double)p->weight_decay);
}

// Multiplications and additions: of products with x (symmetric ones cost half), and of one n x n.
static double long_flops(const struct op_muon *p, double of_each) {
    double flops = 0.0;
    for (uint32_t i = 0; i < p->matrices; i++)
        flops += of_each * p->of[i].rows * p->of[i].cols * muon_shorter(p->of[i]);
    return flops;
}

static double square_flops(const struct op_muon *p) {
    double flops = 0.0;
    for (uint32_t i = 0; i < p->matrices; i++)
        flops += pow((double)muon_shorter(p->of[i]), 3.0);
    return flops;
}

static uint64_t scratch_floats(const struct op_muon *p) {
    struct muon_floats floats = muon_floats(p);
    return padded(TABLE_FLOATS) + padded(p->matrices) + padded(floats.all) + padded(floats.wide) +
           SQUARES * floats.squares;
}

static bool describe(const struct op_target *target, const struct op_muon *p, struct op_muon_extents *args,
                     struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!check(p, refusal) || !op_check_count(refusal, "scratch", scratch_floats(p)))
        return false;
    uint64_t count = muon_floats(p).all;
    int length = snprintf(signature->text, sizeof signature->text, "[%u][%u]%s", p->of[0].rows, p->of[0].cols,
                          p->has_ema ? " ema" : "");
    if (p->matrices > 1)
        snprintf(signature->text + length, sizeof signature->text - (size_t)length, " and %u more",
                 p->matrices - 1);
    signature->flops = long_flops(p, 3.0) + (MUON_ROUNDS + 3.0 * (MUON_ROUNDS - 1)) * square_flops(p);
    args->hyper = op_elements(OP_F32, SHARED_FLOATS);
    args->grad_clip = op_elements(OP_F32, SHARED_FLOATS);
    args->grad = args->param = args->m = op_elements(OP_F32, count);
    args->ema = op_elements_if(p->has_ema, OP_F32, count);
    args->scratch = op_elements(OP_F32, scratch_floats(p));
    return true;
}

// --- recording

struct work {
    struct op_recorder *recorder;
    const struct op_muon *params;
    const struct op_muon_buffers *args;
    struct muon_matrix totals;
    struct rt_buffer table, inverse, x, turned;
    struct rt_buffer gram, spare, polynomial, product, power; // n x n of each matrix
};

static struct rt_buffer take(struct rt_buffer *room, uint64_t floats) {
    struct rt_buffer taken = rt_buffer_slice(*room, 0, floats * 4);
    *room = rt_buffer_slice(*room, padded(floats) * 4, room->size_bytes - padded(floats) * 4);
    return taken;
}

static void share(struct work *w, struct rt_buffer scratch) {
    const struct op_muon *p = w->params;
    struct muon_floats floats = muon_floats(p);
    w->table = take(&scratch, (p->matrices + 1) * sizeof(struct muon_matrix) / sizeof(float));
    w->inverse = take(&scratch, p->matrices);
    w->x = take(&scratch, floats.all);
    w->turned = floats.wide > 0 ? take(&scratch, floats.wide) : (struct rt_buffer){0};
    struct rt_buffer *squares[SQUARES] = {&w->gram, &w->spare, &w->polynomial, &w->product, &w->power};
    for (int i = 0; i < SQUARES; i++)
        *squares[i] = take(&scratch, floats.squares);
}

static void swap(struct rt_buffer *a, struct rt_buffer *b) {
    struct rt_buffer c = *a;
    *a = *b;
    *b = c;
}

// For CPUs: sums lie on the stack anyway (conv_tiling_lane.c); what counts is how many rows share the loads of a
// line of the other factor, each a gather.
static struct muon_tile tile_of(const struct op_target *target) {
    uint32_t lanes = target->subgroup_size, rows = lanes >= 16 ? 32 : 16;
    return target->family == OP_FAMILY_LANE ? (struct muon_tile){rows, 2 * lanes}
                                            : (struct muon_tile){64, 64};
}

static void record_table(struct work *w) {
    struct muon_matrix table[OP_MUON_MATRICES + 1];
    uint32_t words[TABLE_FLOATS];
    muon_plan(w->params, tile_of(&w->recorder->library->target), table);
    w->totals = table[w->params->matrices];
    memcpy(words, table, w->table.size_bytes);
    rt_stream_write(w->recorder->stream, w->table, words);
}

static void record_momentum(const struct work *w) {
    const struct op_muon_buffers *args = w->args;
    struct push_muon_momentum push = {.grad_clip = args->grad_clip.address,
                                      .grad = args->grad.address,
                                      .m = args->m.address,
                                      .x = w->x.address,
                                      .count4 = w->totals.at / 4,
                                      .momentum = w->params->momentum};
    op_dispatch(w->recorder,
                OP_LAUNCH(KERNEL_muon_momentum, push, .items = push.count4,
                          .reads = {args->grad_clip, args->grad, args->m}, .writes = {args->m, w->x}));
}

static void record_turn(const struct work *w) {
    struct push_muon_turn push = {.table = w->table.address,
                                  .x = w->x.address,
                                  .turned = w->turned.address,
                                  .matrices = w->params->matrices,
                                  .count4 = w->totals.turned / 4};
    if (push.count4 > 0)
        op_dispatch(w->recorder, OP_LAUNCH(KERNEL_muon_turn, push, .items = push.count4,
                                           .reads = {w->table, w->x}, .writes = {w->turned}));
}

// A stage of muon_product.glsl; launch says what it reads, writes and costs.
static void record_product(const struct work *w, enum stage stage, struct push_muon_product *push,
                           struct op_launch *launch) {
    const struct op_target *target = &w->recorder->library->target;
    bool lane = target->family == OP_FAMILY_LANE;
    push->table = w->table.address;
    push->matrices = w->params->matrices;
    push->tiles = stage == DIRECTION ? w->totals.direction : w->totals.symmetric;
    launch->kernel = lane ? KERNEL_muon_product_lane : KERNEL_muon_product_tile;
    launch->push = push;
    launch->push_bytes = sizeof *push;
    launch->local[0] = lane ? target->subgroup_size : 128;
    launch->groups =
        rt_align_up((uint64_t)push->tiles * (push->second_left != 0 ? 2 : 1), lane ? LANE_SPREAD : 1);
    const uint32_t spec[] = {stage, target->subgroup_size, tile_of(target).height, 4};
    launch->spec_count = lane ? 4 : 1;
    memcpy(launch->spec, spec, sizeof spec);
    op_dispatch(w->recorder, launch);
}

static void record_gram(const struct work *w) {
    struct push_muon_product push = {
        .left = w->x.address, .right = w->turned.address, .dst = w->spare.address};
    record_product(w, GRAM, &push,
                   &(struct op_launch){.reads = {w->table, w->x, w->turned},
                                       .writes = {w->spare},
                                       .flops = long_flops(w->params, 1.0)});
    struct push_muon_normalise normalise = {.table = w->table.address,
                                            .gram = w->spare.address,
                                            .normal = w->gram.address,
                                            .inverse = w->inverse.address,
                                            .matrices = w->params->matrices};
    op_dispatch(w->recorder,
                OP_LAUNCH(KERNEL_muon_normalise, normalise, .local = {64}, .groups = normalise.matrices,
                          .reads = {w->table, w->spare}, .writes = {w->gram, w->inverse}));
}

static void record_polynomial(const struct work *w, struct rt_buffer dst) {
    struct push_muon_product push = {.left = w->gram.address,
                                     .right = w->gram.address,
                                     .dst = dst.address,
                                     .a = (float)MUON_A,
                                     .b = (float)MUON_B,
                                     .c = (float)MUON_C};
    record_product(
        w, POLYNOMIAL, &push,
        &(struct op_launch){.reads = {w->table, w->gram}, .writes = {dst}, .flops = square_flops(w->params)});
}

// dst = left right; and the same for the second, unless that is the zero buffer.
static void record_power(const struct work *w, struct rt_buffer left, struct rt_buffer right,
                         struct rt_buffer dst, struct rt_buffer second_left, struct rt_buffer second_dst) {
    struct push_muon_product push = {.left = left.address,
                                     .right = right.address,
                                     .dst = dst.address,
                                     .second_left = second_left.address,
                                     .second_dst = second_dst.address};
    record_product(w, POWER, &push,
                   &(struct op_launch){.reads = {w->table, left, right, second_left},
                                       .writes = {dst, second_dst},
                                       .flops = square_flops(w->params) * (second_left.address ? 2.0 : 1.0)});
}

// w->product = the product of the rounds' polynomials; w->gram becomes that of the x of each round.
static void record_rounds(struct work *w) {
    const struct rt_buffer none = {0};
    for (int round = 0; round < MUON_ROUNDS; round++) {
        bool first = round == 0, last = round + 1 == MUON_ROUNDS;
        struct rt_buffer polynomial = first ? w->product : w->polynomial;
        record_polynomial(w, polynomial);
        if (!first)
            record_power(w, w->product, polynomial, w->spare, last ? none : w->gram, last ? none : w->power);
        else
            record_power(w, w->gram, polynomial, w->power, none, none);
        if (!first)
            swap(&w->product, &w->spare);
        if (!last)
            record_power(w, w->power, polynomial, w->gram, none, none);
    }
}

static void record_direction(const struct work *w) {
    const struct op_muon_buffers *args = w->args;
    struct push_muon_product push = {.left = w->x.address,
                                     .right = w->product.address,
                                     .dst = args->param.address,
                                     .hyper = args->hyper.address,
                                     .grad_clip = args->grad_clip.address,
                                     .inverse = w->inverse.address,
                                     .ema = args->ema.address,
                                     .weight_decay = w->params->weight_decay};
    record_product(w, DIRECTION, &push,
                   &(struct op_launch){.reads = {w->table, w->x, w->product, args->hyper, args->grad_clip,
                                                 w->inverse, args->param, args->ema},
                                       .writes = {args->param, args->ema},
                                       .flops = long_flops(w->params, 2.0)});
}

// fp32's products in every family: an error of one round is the input of the next.
static void record(struct op_recorder *recorder, const struct op_muon *p,
                   const struct op_muon_buffers *args) {
    struct work w = {.recorder = recorder, .params = p, .args = args};
    share(&w, args->scratch);
    record_table(&w);
    record_momentum(&w);
    record_turn(&w);
    record_gram(&w);
    record_rounds(&w);
    record_direction(&w);
}

OP_PREPARE(muon, muon_valid_inputs);
OP_DEFINE(muon, describe, record, muon_by_definition, .prepare = muon_prepare, .tolerance = 1e-4,
          .flags_at = offsetof(struct op_muon, has_ema), .shapes = {&op_muon_shapes});

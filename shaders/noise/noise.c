// Random numbers by counter: checks, recording, references.
#include "shaders/noise/noise.h"

#include "shaders/common/philox.h"
#include "shaders/noise/noise_push.h"

#include <stdio.h>

enum noise_kind { BITS, UNIFORM, NORMAL };

static bool describe(const struct op_noise *p, enum op_dtype dtype, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_count(refusal, "dst", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u] stream=%u offset4=%u", p->count, p->stream,
             p->offset4);
    op_add_arg(signature, "seed", OP_IN, OP_U32, OP_NOISE_SEED_COUNT);
    op_add_arg(signature, "dst", OP_OUT, dtype, p->count);
    return true;
}

static bool describe_bits(const struct op_target *target, const void *params, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    return describe(params, OP_U32, signature, refusal);
}

static bool describe_real(const struct op_target *target, const void *params, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    return describe(params, OP_F32, signature, refusal);
}

static void record(struct op_recorder *recorder, const struct op_noise *p, enum noise_kind kind,
                   const struct rt_buffer *args) {
    struct push_noise push = {args[0].address, args[1].address, p->count / 4, p->offset4, p->stream};
    struct op_launch launch = {.kernel = KERNEL_noise,
                               .spec = {(uint32_t)kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void record_bits(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record(recorder, params, BITS, args);
}

static void record_uniform(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record(recorder, params, UNIFORM, args);
}

static void record_normal(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record(recorder, params, NORMAL, args);
}

// fp32 like the kernel: bit for bit, not approximately.
static void reference(const struct op_noise *p, enum noise_kind kind, double *const *args) {
    uint32_t seed[OP_NOISE_SEED_COUNT];
    for (int k = 0; k < OP_NOISE_SEED_COUNT; k++)
        seed[k] = (uint32_t)args[0][k];
    for (uint32_t i = 0; i < p->count / 4; i++) {
        const uint32_t counter[4] = {p->offset4 + i, p->stream, seed[OP_NOISE_STEP_LOW],
                                     seed[OP_NOISE_STEP_HIGH]};
        uint32_t words[4];
        float values[4];
        op_philox(counter, seed, words);
        if (kind == UNIFORM)
            op_philox_uniform(words, values);
        else
            op_philox_normal(words, values);
        for (uint32_t k = 0; k < 4; k++)
            args[1][4 * i + k] = kind == BITS ? (double)words[k] : (double)values[k];
    }
}

static void reference_bits(const void *params, double *const *args) {
    reference(params, BITS, args);
}

static void reference_uniform(const void *params, double *const *args) {
    reference(params, UNIFORM, args);
}

static void reference_normal(const void *params, double *const *args) {
    reference(params, NORMAL, args);
}

#define EXACT 1e-12 // less than one bit of a 32-bit word

static const struct op_noise examples[] = {{1000, 0, 0}, {100, 7, 0xfffffff0u}};

const struct op_info op_noise_bits_info = {.name = "noise_bits",
                                           .params_size = sizeof(struct op_noise),
                                           .describe = describe_bits,
                                           .record = record_bits,
                                           .reference = reference_bits,
                                           .tolerance = EXACT,
                                           .examples = examples,
                                           .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_noise_uniform_info = {.name = "noise_uniform",
                                              .params_size = sizeof(struct op_noise),
                                              .describe = describe_real,
                                              .record = record_uniform,
                                              .reference = reference_uniform,
                                              .tolerance = EXACT,
                                              .examples = examples,
                                              .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_noise_normal_info = {.name = "noise_normal",
                                             .params_size = sizeof(struct op_noise),
                                             .describe = describe_real,
                                             .record = record_normal,
                                             .reference = reference_normal,
                                             .tolerance = EXACT,
                                             .examples = examples,
                                             .example_count = sizeof examples / sizeof examples[0]};

void op_noise_bits(struct op_recorder *recorder, const struct op_noise *params, struct rt_buffer seed,
                   struct rt_buffer dst) {
    op_record(recorder, OP_noise_bits, params, (struct rt_buffer[]){seed, dst}, 2);
}

void op_noise_uniform(struct op_recorder *recorder, const struct op_noise *params, struct rt_buffer seed,
                      struct rt_buffer dst) {
    op_record(recorder, OP_noise_uniform, params, (struct rt_buffer[]){seed, dst}, 2);
}

void op_noise_normal(struct op_recorder *recorder, const struct op_noise *params, struct rt_buffer seed,
                     struct rt_buffer dst) {
    op_record(recorder, OP_noise_normal, params, (struct rt_buffer[]){seed, dst}, 2);
}

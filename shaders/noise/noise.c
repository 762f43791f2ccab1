// Random numbers by counter: checks, recording, references.
#include "shaders/noise/noise.h"

#include "shaders/common/philox.h"
#include "shaders/noise/noise_push.h"
#include "shaders/op_define.h"

#include <stdio.h>

static bool describe(const struct op_noise *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_check_count(refusal, "dst", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u] stream=%u offset4=%u", p->count, p->stream,
             p->offset4);
    return true;
}

static bool describe_bits(const struct op_target *target, const struct op_noise *p,
                          struct op_noise_bits_extents *args, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->seed = op_elements(OP_U32, OP_NOISE_SEED_COUNT);
    args->dst = op_elements(OP_U32, p->count);
    return true;
}

static bool describe_normal(const struct op_target *target, const struct op_noise *p,
                            struct op_noise_normal_extents *args, struct op_signature *signature,
                            struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->seed = op_elements(OP_U32, OP_NOISE_SEED_COUNT);
    args->dst = op_elements(OP_F32, p->count);
    return true;
}

static void record(struct op_recorder *recorder, const struct op_noise *p, bool normal, struct rt_buffer seed,
                   struct rt_buffer dst) {
    struct push_noise push = {.seed = seed.address,
                              .dst = dst.address,
                              .count4 = p->count / 4,
                              .offset4 = p->offset4,
                              .stream = p->stream};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_noise, push, OP_SPEC(normal), .items = p->count / 4,
                                    .reads = {seed}, .writes = {dst}));
}

static void record_bits(struct op_recorder *recorder, const struct op_noise *p,
                        const struct op_noise_bits_buffers *args) {
    record(recorder, p, false, args->seed, args->dst);
}

static void record_normal(struct op_recorder *recorder, const struct op_noise *p,
                          const struct op_noise_normal_buffers *args) {
    record(recorder, p, true, args->seed, args->dst);
}

// Words number 4 i to 4 i + 3.
static void draw(const struct op_noise *p, const double *seed, uint32_t i, uint32_t words[4]) {
    const uint32_t key[2] = {(uint32_t)seed[OP_NOISE_SEED_LOW], (uint32_t)seed[OP_NOISE_SEED_HIGH]};
    const uint32_t counter[4] = {p->offset4 + i, p->stream, (uint32_t)seed[OP_NOISE_STEP_LOW],
                                 (uint32_t)seed[OP_NOISE_STEP_HIGH]};
    op_philox(counter, key, words);
}

static void reference_bits(const struct op_noise *p, const struct op_noise_bits_arrays *args) {
    for (uint32_t i = 0; i < p->count / 4; i++) {
        uint32_t words[4];
        draw(p, args->seed, i, words);
        for (uint32_t k = 0; k < 4; k++)
            args->dst[4 * i + k] = words[k];
    }
}

// fp32 like the kernel: bit for bit, not approximately.
static void reference_normal(const struct op_noise *p, const struct op_noise_normal_arrays *args) {
    for (uint32_t i = 0; i < p->count / 4; i++) {
        uint32_t words[4];
        float values[4];
        draw(p, args->seed, i, words);
        op_philox_normal(words, values);
        for (uint32_t k = 0; k < 4; k++)
            args->dst[4 * i + k] = (double)values[k];
    }
}

#define EXACT 1e-12 // less than one bit of a 32-bit word

OP_DEFINE(noise_bits, describe_bits, record_bits, reference_bits, .tolerance = EXACT,
          .shapes = {&op_noise_shapes});
OP_DEFINE(noise_normal, describe_normal, record_normal, reference_normal, .tolerance = EXACT,
          .shapes = {&op_noise_shapes, &op_noise_bench_shapes});

// Inputs for trials: seeded, the same on every machine.
#include "shaders/check/op_arrays.h"

#include "runtime/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// splitmix64 (Steele, Lea & Flood 2014).
static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// Uniform in [-1, 1).
static double uniform(uint64_t *state) {
    return (double)(next_random(state) >> 11) * 0x1p-52 - 1.0;
}

const char *op_fill_text(enum op_fill fill) {
    static const char *const names[OP_FILL_COUNT] = {"random", "tiny", "huge", "constant", "one-hot"};
    return names[fill];
}

static void fill_real(double *values, uint64_t count, enum op_fill fill, uint64_t *state) {
    double constant = 0.5 + 0.25 * uniform(state);
    uint64_t hot = next_random(state) % count;
    for (uint64_t i = 0; i < count; i++) {
        double value = uniform(state);
        switch (fill) {
        case OP_FILL_RANDOM:
        case OP_FILL_COUNT:
            values[i] = value;
            break;
        case OP_FILL_TINY:
            values[i] = value * 1e-4;
            break;
        case OP_FILL_HUGE:
            values[i] = value * 1e4;
            break;
        case OP_FILL_CONSTANT:
            values[i] = constant;
            break;
        case OP_FILL_ONE_HOT:
            values[i] = i == hot ? 1.0 : 0.0;
            break;
        }
    }
}

static void fill_integer(double *values, uint64_t count, enum op_dtype dtype, uint64_t *state) {
    for (uint64_t i = 0; i < count; i++)
        values[i] = (double)(next_random(state) & (dtype == OP_U8 ? 0xffu : 0xffffffffu));
}

// Rounds to what the device will hold, so that both sides compute from the same numbers.
static void round_to_type(enum op_dtype dtype, double *values, uint64_t count) {
    uint32_t element;
    for (uint64_t i = 0; i < count; i++) {
        op_encode(dtype, &values[i], 1, &element);
        op_decode(dtype, &element, 1, &values[i]);
    }
}

void op_fill_inputs(enum op_id id, const void *params, const struct op_signature *signature,
                    enum op_fill fill, uint64_t seed, double *const *arrays) {
    // By the name: an operation's numbers do not change when others come or go.
    const char *name = op_table[id]->name;
    uint64_t state = seed * 0x2545f4914f6cdd1du + rt_hash_bytes(RT_HASH_START, name, strlen(name));
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        if (arrays[i] == NULL || arg->role == OP_OUT)
            continue;
        if (arg->dtype == OP_F32 || arg->dtype == OP_BF16)
            fill_real(arrays[i], arg->count, fill, &state);
        else
            fill_integer(arrays[i], arg->count, arg->dtype, &state);
    }
    if (op_table[id]->prepare != NULL)
        op_table[id]->prepare(params, arrays);
    for (uint32_t i = 0; i < signature->arg_count; i++)
        if (arrays[i] != NULL && signature->args[i].role != OP_OUT)
            round_to_type(signature->args[i].dtype, arrays[i], signature->args[i].count);
}

bool op_arrays_create(const struct op_signature *signature, double **arrays) {
    for (uint32_t i = 0; i < OP_MAX_ARGS; i++)
        arrays[i] = NULL;
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        if (arg->role == OP_SCRATCH || arg->count == 0)
            continue;
        arrays[i] = malloc(arg->count * sizeof(double));
        if (arrays[i] == NULL) {
            op_arrays_destroy(arrays);
            return false;
        }
        for (uint64_t k = 0; k < arg->count; k++)
            arrays[i][k] = NAN;
    }
    return true;
}

void op_arrays_destroy(double **arrays) {
    for (uint32_t i = 0; i < OP_MAX_ARGS; i++) {
        free(arrays[i]);
        arrays[i] = NULL;
    }
}

// Compares an output with its reference, and finds the worst element.
#include "shaders/check/op_compare.h"

#include "shaders/check/op_arrays.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

struct op_difference op_compare(const double *got, const double *want, uint64_t count, double scale_floor) {
    double scale = scale_floor > 1e-30 ? scale_floor : 1e-30;
    for (uint64_t i = 0; i < count; i++)
        if (fabs(want[i]) > scale && isfinite(want[i]))
            scale = fabs(want[i]);
    struct op_difference worst = {.error = -1.0};
    for (uint64_t i = 0; i < count; i++) {
        double error = fabs(got[i] - want[i]) / scale;
        if (!isfinite(got[i]) || !isfinite(want[i]))
            error = got[i] == want[i] || (isnan(got[i]) && isnan(want[i])) ? 0.0 : INFINITY;
        if (error > worst.error)
            worst = (struct op_difference){error, i, got[i], want[i]};
    }
    return worst;
}

double op_scale_floor(const struct op_signature *signature, double *const *arrays) {
    double largest = 0.0;
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        bool real = arg->dtype == OP_F32 || arg->dtype == OP_BF16;
        if (arrays[i] == NULL || !real || arg->role == OP_OUT)
            continue;
        for (uint64_t k = 0; k < arg->count; k++)
            if (fabs(arrays[i][k]) > largest)
                largest = fabs(arrays[i][k]);
    }
    return largest * 1e-6;
}

double op_arg_scale_floor(const struct op_arg *arg, double floor) {
    return arg->dtype == OP_U8 ? 255.0 : floor;
}

double op_tolerance(enum op_id id, const struct op_signature *signature, double wanted) {
    double tolerance = wanted > 0.0 ? wanted : op_table[id]->tolerance;
    if (tolerance <= 0.0)
        tolerance = 1e-5;
    for (uint32_t i = 0; i < signature->arg_count; i++)
        if (signature->args[i].dtype == OP_BF16 && signature->args[i].role != OP_IN && tolerance < 1e-2)
            tolerance = 1e-2;
    return tolerance;
}

double op_round_half(double value) {
    enum { BITS = 11, LEAST = -24 }; // of a normal number; the exponent of the smallest step
    int exponent;
    frexp(value, &exponent);
    int step = exponent - BITS > LEAST ? exponent - BITS : LEAST;
    double rounded = ldexp(rint(ldexp(value, -step)), step);
    return fabs(rounded) > OP_HALF_MAX ? copysign(OP_HALF_MAX, rounded) : rounded;
}

bool op_summands(enum op_id id, const void *params, const struct op_signature *signature,
                 double *const *arrays, double least, double sizes[OP_MAX_ARGS]) {
    const struct op_info *op = op_table[id];
    _Alignas(max_align_t) unsigned char plain[OP_MAX_PARAMS];
    memcpy(plain, params, op->params_size);
    double slope = op->linear != NULL ? op->linear(plain) : 1.0, *work[OP_MAX_ARGS] = {0};
    bool made = op_arrays_create(signature, work);
    for (uint32_t i = 0; i < signature->arg_count; i++)
        for (uint64_t k = 0; made && arrays[i] != NULL && k < signature->args[i].count; k++)
            work[i][k] = arrays[i][k] == 0.0 ? 0.0 : fmax(fabs(arrays[i][k]), least);
    if (made)
        op->reference(plain, work);
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        bool out = signature->args[i].role == OP_OUT || signature->args[i].role == OP_INOUT;
        sizes[i] = 0.0;
        for (uint64_t k = 0; made && out && work[i] != NULL && k < signature->args[i].count; k++)
            sizes[i] = fmax(sizes[i], slope * work[i][k]);
    }
    op_arrays_destroy(work);
    return made;
}

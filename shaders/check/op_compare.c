// Compares an output with its reference, and finds the worst element.
#include "shaders/check/op_compare.h"

#include <math.h>

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

// Fourier features of moved coordinates: checks, recording, references.
#include "shaders/fourier/fourier.h"

#include "shaders/fourier/fourier_backward_push.h"
#include "shaders/fourier/fourier_forward_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stdio.h>

static uint32_t voxel_count(const struct op_fourier *p) {
    return p->size[0] * p->size[1] * p->size[2];
}

static uint32_t channel_count(const struct op_fourier *p) {
    return 2 * p->waves * p->poses;
}

static uint64_t pose_count(const struct op_fourier *p) {
    return (uint64_t)p->n * OP_POSE * p->poses;
}

// A chunk of voxels of four waves is an item: sine and cosine are computed as one.
static struct op_rows plan(const struct op_target *target, const struct op_fourier *p) {
    return op_rows_plan(target, p->n, voxel_count(p), p->waves * p->poses);
}

// Every item writes a record: those of a clip lie behind each other, whatever their voxels and waves.
static struct op_rows records(const struct op_target *target, const struct op_fourier *p) {
    struct op_rows rows = plan(target, p);
    rows.chunks *= p->waves / 4;
    return rows;
}

static uint32_t record_width(const struct op_fourier *p) {
    return OP_POSE * p->poses;
}

static bool describe(const struct op_fourier *p, struct op_signature *signature, struct op_refusal *refusal) {
    static const char *const axes[] = {"d", "h", "w"};
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "waves", p->waves) ||
        !op_in_range(refusal, "poses", p->poses, 2, OP_MAX_CHANNELS))
        return false;
    for (int i = 0; i < 3; i++)
        if (!op_in_range(refusal, axes[i], p->size[i], 1, OP_MAX_CHANNELS))
            return false;
    if (p->poses % 2 != 0)
        return op_refuse(refusal, "poses is %u, it must be even", p->poses);
    if (!(p->gain >= 0.0f && isfinite(p->gain)))
        return op_refuse(refusal, "gain is %g, it must be 0 (for 1) or a positive number", (double)p->gain);
    uint64_t channels = 2 * (uint64_t)p->waves * p->poses, voxels = (uint64_t)p->size[0] * p->size[1];
    if (!op_in_range(refusal, "channels of the result", channels, 1, OP_MAX_CHANNELS) ||
        !op_check_count(refusal, "the grid", voxels) ||
        !op_check_count(refusal, "the grid", voxels * p->size[2]) ||
        !op_check_rows(refusal, p->n, (uint32_t)(voxels * p->size[2]), (uint32_t)channels))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u %ux%ux%u waves=%u poses=%u %s", p->n, p->size[0],
             p->size[1], p->size[2], p->waves, p->poses, p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static struct op_extent features(const struct op_fourier *p) {
    return op_elements(p->dtype, (uint64_t)p->n * voxel_count(p) * channel_count(p));
}

static bool describe_forward(const struct op_target *target, const struct op_fourier *p,
                             struct op_fourier_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->pose = op_elements(OP_F32, pose_count(p));
    args->frequencies = op_elements(OP_F32, 3 * (uint64_t)p->waves);
    args->dst = features(p);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_fourier *p,
                              struct op_fourier_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = records(target, p);
    args->pose = op_elements(OP_F32, pose_count(p));
    args->frequencies = op_elements(OP_F32, 3 * (uint64_t)p->waves);
    args->d_dst = features(p);
    args->d_pose = op_elements(OP_F32, pose_count(p));
    args->partials = op_elements(OP_F32, op_rows_scratch(&rows, record_width(p)));
    return op_check_count(refusal, "scratch", args->partials.count);
}

static void record_forward(struct op_recorder *recorder, const struct op_fourier *p,
                           const struct op_fourier_forward_buffers *args) {
    struct push_fourier_forward push = {.pose = args->pose.address,
                                        .frequencies = args->frequencies.address,
                                        .dst = args->dst.address,
                                        .rows = plan(&recorder->library->target, p),
                                        .d = p->size[0],
                                        .h = p->size[1],
                                        .w = p->size[2],
                                        .waves4 = p->waves / 4,
                                        .gain = op_fourier_gain(p->gain)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, fourier_forward), push, .items = op_rows_items(&push.rows),
                          .reads = {args->pose, args->frequencies}, .writes = {args->dst}));
}

static void record_backward(struct op_recorder *recorder, const struct op_fourier *p,
                            const struct op_fourier_backward_buffers *args) {
    struct op_rows all = records(&recorder->library->target, p);
    struct push_fourier_backward push = {.pose = args->pose.address,
                                         .frequencies = args->frequencies.address,
                                         .d_dst = args->d_dst.address,
                                         .records = args->partials.address,
                                         .rows = plan(&recorder->library->target, p),
                                         .d = p->size[0],
                                         .h = p->size[1],
                                         .w = p->size[2],
                                         .waves4 = p->waves / 4,
                                         .gain = op_fourier_gain(p->gain)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, fourier_backward), push, .items = op_rows_items(&push.rows),
                          .reads = {args->pose, args->frequencies, args->d_dst},
                          .writes = {op_rows_records(&all, record_width(p), args->partials)}));
    const struct op_rows_outputs outputs = {
        .first = args->d_pose, .first_width = record_width(p), .factor = 1.0f};
    op_rows_sum(recorder, &all, record_width(p), args->partials, &outputs);
}

// --- references

static const double pi = 3.14159265358979323846;

// Coordinates of voxel i of a clip, along x, y and t.
static void coordinates(const struct op_fourier *p, uint32_t voxel, double at[3]) {
    const uint32_t size[3] = {p->size[2], p->size[1], p->size[0]};
    for (int axis = 0; axis < 3; axis++) {
        at[axis] = (voxel % size[axis] + 0.5) / size[axis] * 2.0 - 1.0;
        voxel /= size[axis];
    }
}

static double phase(const struct op_fourier *p, const double *pose, const double *f, const double at[3]) {
    double a[OP_POSE], gain = (double)op_fourier_gain(p->gain);
    for (int i = 0; i < OP_POSE; i++)
        a[i] = gain * pose[i];
    double x = (1.0 + a[0]) * at[0] + a[1] * at[1] + a[2] + a[3] * at[2];
    double y = a[4] * at[0] + (1.0 + a[5]) * at[1] + a[6] + a[7] * at[2];
    double t = (1.0 + a[8]) * at[2] + a[9];
    return pi * (f[0] * x + f[1] * y + f[2] * t);
}

static void reference_forward(const struct op_fourier *p, const struct op_fourier_forward_arrays *args) {
    for (uint64_t i = 0; i < (uint64_t)p->n * voxel_count(p); i++)
        for (uint32_t k = 0; k < p->waves * p->poses; k++) {
            uint32_t pose = k / p->waves, wave = k % p->waves;
            double at[3];
            coordinates(p, (uint32_t)(i % voxel_count(p)), at);
            double angle = phase(p, args->pose + (i / voxel_count(p) * p->poses + pose) * OP_POSE,
                                 args->frequencies + 3 * wave, at);
            double *dst = args->dst + i * channel_count(p) + (size_t)pose * 2 * p->waves + wave;
            dst[0] = sin(angle);
            dst[p->waves] = cos(angle);
        }
}

// d is the gradient of the phase over pi.
static void add_gradient(const struct op_fourier *p, const double *f, const double at[3], double d,
                         double *d_pose) {
    const double of[4] = {at[0], at[1], 1.0, at[2]}, gain = (double)op_fourier_gain(p->gain);
    for (int i = 0; i < 4; i++) {
        d_pose[i] += gain * d * f[0] * of[i];
        d_pose[4 + i] += gain * d * f[1] * of[i];
    }
    d_pose[8] += gain * d * f[2] * at[2];
    d_pose[9] += gain * d * f[2];
}

static void reference_backward(const struct op_fourier *p, const struct op_fourier_backward_arrays *args) {
    for (uint64_t i = 0; i < pose_count(p); i++)
        args->d_pose[i] = 0.0;
    for (uint64_t i = 0; i < (uint64_t)p->n * voxel_count(p); i++)
        for (uint32_t k = 0; k < p->waves * p->poses; k++) {
            uint32_t pose = k / p->waves, wave = k % p->waves;
            uint64_t first = (i / voxel_count(p) * p->poses + pose) * OP_POSE;
            const double *f = args->frequencies + 3 * wave;
            const double *d = args->d_dst + i * channel_count(p) + (size_t)pose * 2 * p->waves + wave;
            double at[3];
            coordinates(p, (uint32_t)(i % voxel_count(p)), at);
            double angle = phase(p, args->pose + first, f, at);
            add_gradient(p, f, at, pi * (d[0] * cos(angle) - d[p->waves] * sin(angle)), args->d_pose + first);
        }
}

// A phase of thousands of turns has no digits left for the angle: poses up to 1 and 4 cycles a clip.
static void keep_digits(const struct op_fourier *p, double *pose, double *frequencies) {
    for (uint64_t i = 0; i < pose_count(p); i++)
        pose[i] = fmod(pose[i], 1.0);
    for (uint64_t i = 0; i < 3 * (uint64_t)p->waves; i++)
        frequencies[i] = fmod(frequencies[i], 4.0);
}

static void prepare_forward(const struct op_fourier *p, const struct op_fourier_forward_arrays *args) {
    keep_digits(p, args->pose, args->frequencies);
}

static void prepare_backward(const struct op_fourier *p, const struct op_fourier_backward_arrays *args) {
    keep_digits(p, args->pose, args->frequencies);
}

OP_PREPARE(fourier_forward, prepare_forward);
OP_DEFINE(fourier_forward, describe_forward, record_forward, reference_forward,
          .prepare = fourier_forward_prepare, .tolerance = 1e-4, .shapes = {&op_fourier_shapes});

OP_PREPARE(fourier_backward, prepare_backward);
OP_DEFINE(fourier_backward, describe_backward, record_backward, reference_backward,
          .prepare = fourier_backward_prepare, .tolerance = 1e-4, .shapes = {&op_fourier_shapes});

// Bytes to tensors with augmentation, and tensors to bytes: checks, recording, references.
#include "shaders/clips/clips.h"

#include "shaders/clips/clip_to_tensor_push.h"
#include "shaders/clips/tensor_to_clip_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stdio.h>

static bool check_size(struct op_refusal *refusal, uint32_t n, uint32_t d, uint32_t h, uint32_t w) {
    return op_in_range(refusal, "n", n, 1, 65535) && op_in_range(refusal, "d", d, 1, 4096) &&
           op_in_range(refusal, "h", h, 1, 4096) && op_in_range(refusal, "w", w, 1, 4096) &&
           op_check_count(refusal, "the tensor", (uint64_t)n * d * h * w * 4);
}

// --- clip_to_tensor

static bool describe_clip_to_tensor(const struct op_target *target, const struct op_clip_to_tensor *p,
                                    struct op_clip_to_tensor_extents *args, struct op_signature *signature,
                                    struct op_refusal *refusal) {
    (void)target;
    if (!check_size(refusal, p->n, p->d, p->h, p->w) || !op_check_dtype(refusal, p->dtype) ||
        !op_in_range(refusal, "fill", (uint64_t)p->fill, 0, OP_CLIP_FILLS - 1) ||
        !op_in_range(refusal, "clips", p->clips, 1, INT32_MAX))
        return false;
    uint64_t voxels = (uint64_t)p->d * p->h * p->w;
    if (!op_check_count(refusal, "a clip", voxels * 3) ||
        !op_in_range(refusal, "the data set's bytes", p->clips * voxels * 3, 1, (uint64_t)1 << 40))
        return false;
    snprintf(signature->text, sizeof signature->text, "%u of %u clips %ux%ux%u", p->n, p->clips, p->d, p->h,
             p->w);
    args->clips = op_elements(OP_U8, p->clips * voxels * 3);
    args->index = op_elements(OP_U32, p->n);
    args->augment = op_elements(OP_U32, (uint64_t)p->n * OP_CLIP_AUGMENTS);
    args->dst = op_elements(p->dtype, p->n * voxels * 4);
    return true;
}

static void record_clip_to_tensor(struct op_recorder *recorder, const struct op_clip_to_tensor *p,
                                  const struct op_clip_to_tensor_buffers *args) {
    struct push_clip_to_tensor push = {.clips = args->clips.address,
                                       .index = args->index.address,
                                       .augment = args->augment.address,
                                       .dst = args->dst.address,
                                       .n = p->n};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, clip_to_tensor), push,
                          OP_SPEC((uint32_t)p->fill, p->d, p->h, p->w),
                          .items = (uint64_t)p->n * p->d * p->h * p->w,
                          .reads = {args->clips, args->index, args->augment}, .writes = {args->dst}));
}

// One axis of the way back from dst to src; *inside turns false outside.
static uint32_t source(uint32_t at, uint32_t size, double shift, bool flip, bool *inside) {
    int64_t x = (int64_t)at - (int32_t)(uint32_t)shift;
    *inside = *inside && x >= 0 && x < size;
    x = x < 0 ? 0 : x >= size ? size - 1 : x;
    return flip ? size - 1 - (uint32_t)x : (uint32_t)x;
}

static void reference_clip_to_tensor(const struct op_clip_to_tensor *p,
                                     const struct op_clip_to_tensor_arrays *args) {
    for (uint32_t i = 0; i < p->n * p->d * p->h * p->w; i++) {
        uint32_t n = i / p->w / p->h / p->d;
        const double *augment = &args->augment[n * OP_CLIP_AUGMENTS];
        uint32_t flips = (uint32_t)augment[OP_CLIP_FLIPS];
        bool inside = true;
        uint32_t d =
            source(i / p->w / p->h % p->d, p->d, augment[OP_CLIP_SHIFT_D], flips & OP_CLIP_FLIP_D, &inside);
        uint32_t h = source(i / p->w % p->h, p->h, augment[OP_CLIP_SHIFT_H], flips & OP_CLIP_FLIP_H, &inside);
        uint32_t w = source(i % p->w, p->w, augment[OP_CLIP_SHIFT_W], flips & OP_CLIP_FLIP_W, &inside);
        uint64_t voxel = (((uint64_t)args->index[n] * p->d + d) * p->h + h) * p->w + w;
        bool seen = inside || p->fill == OP_CLIP_EDGE;
        for (uint32_t c = 0; c < 4; c++)
            args->dst[i * 4 + c] = seen && c < 3 ? args->clips[voxel * 3 + c] / 255.0 : 0.0;
    }
}

// Indices within the data set; every combination of flips, shifts of either sign, some past the border.
static void prepare_clip_to_tensor(const struct op_clip_to_tensor *p,
                                   const struct op_clip_to_tensor_arrays *args) {
    for (uint32_t n = 0; n < p->n; n++) {
        double *augment = &args->augment[n * OP_CLIP_AUGMENTS];
        args->index[n] = fmod(args->index[n], p->clips);
        augment[OP_CLIP_FLIPS] = n % 8;
        for (uint32_t axis = OP_CLIP_SHIFT_D; axis < OP_CLIP_AUGMENTS; axis++)
            augment[axis] = (double)(uint32_t)((int32_t)fmod(augment[axis], 7.0) - 3);
    }
}

OP_PREPARE(clip_to_tensor, prepare_clip_to_tensor);
OP_DEFINE(clip_to_tensor, describe_clip_to_tensor, record_clip_to_tensor, reference_clip_to_tensor,
          .prepare = clip_to_tensor_prepare, .shapes = {&op_clip_to_tensor_shapes});

// --- tensor_to_clip

static bool describe_tensor_to_clip(const struct op_target *target, const struct op_tensor_to_clip *p,
                                    struct op_tensor_to_clip_extents *args, struct op_signature *signature,
                                    struct op_refusal *refusal) {
    (void)target;
    if (!check_size(refusal, p->n, p->d, p->h, p->w) || !op_check_dtype(refusal, p->dtype))
        return false;
    uint64_t voxels = (uint64_t)p->n * p->d * p->h * p->w;
    if (voxels % 4 != 0)
        return op_refuse(refusal, "n d h w is %llu, it must be a multiple of 4", (unsigned long long)voxels);
    snprintf(signature->text, sizeof signature->text, "%ux%ux%ux%u", p->n, p->d, p->h, p->w);
    args->src = op_elements(p->dtype, voxels * 4);
    args->non_finite = op_elements(OP_U32, 1);
    args->dst = op_elements(OP_U8, voxels * 3);
    return true;
}

static void record_tensor_to_clip(struct op_recorder *recorder, const struct op_tensor_to_clip *p,
                                  const struct op_tensor_to_clip_buffers *args) {
    struct push_tensor_to_clip push = {.src = args->src.address,
                                       .non_finite = args->non_finite.address,
                                       .dst = args->dst.address,
                                       .quads = p->n * p->d * p->h * p->w / 4};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, tensor_to_clip), push, .items = push.quads,
                          .reads = {args->src, args->non_finite}, .writes = {args->non_finite, args->dst}));
}

static void reference_tensor_to_clip(const struct op_tensor_to_clip *p,
                                     const struct op_tensor_to_clip_arrays *args) {
    for (uint32_t i = 0; i < p->n * p->d * p->h * p->w; i++)
        for (uint32_t c = 0; c < 3; c++) {
            double x = args->src[i * 4 + c];
            args->non_finite[0] += !isfinite(x);
            args->dst[i * 3 + c] = isfinite(x) ? floor(fmin(fmax(x, 0.0), 1.0) * 255.0 + 0.5) : 0.0;
        }
}

static void prepare_tensor_to_clip(const struct op_tensor_to_clip *p,
                                   const struct op_tensor_to_clip_arrays *args) {
    args->non_finite[0] = 5;
    for (uint32_t i = 0; i < p->n * p->d * p->h * p->w * 4; i++)
        args->src[i] = i % 37 == 5 ? NAN : i % 41 == 8 ? -INFINITY : args->src[i];
}

OP_PREPARE(tensor_to_clip, prepare_tensor_to_clip);
OP_DEFINE(tensor_to_clip, describe_tensor_to_clip, record_tensor_to_clip, reference_tensor_to_clip,
          .prepare = tensor_to_clip_prepare,
          .tolerance = 4e-3, // one step of 255, where fp32 and double round to different sides
          .shapes = {&op_tensor_to_clip_shapes});

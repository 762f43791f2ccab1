// Bytes to tensors with augmentation, and tensors to bytes: checks, recording, references.
#include "shaders/clips/clips.h"

#include "shaders/clips/clip_to_tensor_push.h"
#include "shaders/clips/tensor_to_clip_push.h"

#include <math.h>
#include <stdio.h>

static bool check_size(struct op_refusal *refusal, uint32_t n, uint32_t d, uint32_t h, uint32_t w) {
    return op_in_range(refusal, "n", n, 1, 65535) && op_in_range(refusal, "d", d, 1, 4096) &&
           op_in_range(refusal, "h", h, 1, 4096) && op_in_range(refusal, "w", w, 1, 4096) &&
           op_check_count(refusal, "the tensor", (uint64_t)n * d * h * w * 4);
}

// --- clip_to_tensor

static bool describe_clip_to_tensor(const struct op_target *target, const void *params,
                                    struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_clip_to_tensor *p = params;
    (void)target;
    if (!check_size(refusal, p->n, p->d, p->h, p->w) || !op_check_dtype(refusal, p->dtype) ||
        !op_in_range(refusal, "fill", (uint64_t)p->fill, 0, OP_CLIP_FILLS - 1) ||
        !op_in_range(refusal, "clips", p->clips, 1, INT32_MAX))
        return false;
    uint64_t voxels = (uint64_t)p->d * p->h * p->w;
    if (!op_check_count(refusal, "a clip", voxels * 3) ||
        !op_in_range(refusal, "the data set's bytes", p->clips * voxels * 3, 1, UINT32_MAX))
        return false;
    snprintf(signature->text, sizeof signature->text, "%u of %u clips %ux%ux%u", p->n, p->clips, p->d, p->h,
             p->w);
    op_add_arg(signature, "clips", OP_IN, OP_U8, p->clips * voxels * 3);
    op_add_arg(signature, "index", OP_IN, OP_U32, p->n);
    op_add_arg(signature, "augment", OP_IN, OP_U32, 4 * p->n);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, p->n * voxels * 4);
    return true;
}

static void record_clip_to_tensor(struct op_recorder *recorder, const void *params,
                                  const struct rt_buffer *args) {
    const struct op_clip_to_tensor *p = params;
    struct push_clip_to_tensor push = {
        args[0].address, args[1].address, args[2].address, args[3].address, p->n, p->d, p->h, p->w};
    struct op_launch launch = {.kernel =
                                   p->dtype == OP_BF16 ? KERNEL_clip_to_tensor_bf16 : KERNEL_clip_to_tensor,
                               .spec = {(uint32_t)p->fill},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[3]}};
    op_grid_for_items(&recorder->library->target, (uint64_t)p->n * p->d * p->h * p->w, &launch);
    op_dispatch(recorder, &launch);
}

// One axis of the way back from dst to src; *inside turns false outside.
static uint32_t source(uint32_t at, uint32_t size, double shift, bool flip, bool *inside) {
    int64_t x = (int64_t)at - (int32_t)(uint32_t)shift;
    *inside = *inside && x >= 0 && x < size;
    x = x < 0 ? 0 : x >= size ? size - 1 : x;
    return flip ? size - 1 - (uint32_t)x : (uint32_t)x;
}

static void reference_clip_to_tensor(const void *params, double *const *args) {
    const struct op_clip_to_tensor *p = params;
    for (uint32_t i = 0; i < p->n * p->d * p->h * p->w; i++) {
        uint32_t n = i / p->w / p->h / p->d, flips = (uint32_t)args[2][n * 4];
        bool inside = true;
        uint32_t d =
            source(i / p->w / p->h % p->d, p->d, args[2][n * 4 + 1], flips & OP_CLIP_FLIP_D, &inside);
        uint32_t h = source(i / p->w % p->h, p->h, args[2][n * 4 + 2], flips & OP_CLIP_FLIP_H, &inside);
        uint32_t w = source(i % p->w, p->w, args[2][n * 4 + 3], flips & OP_CLIP_FLIP_W, &inside);
        uint64_t voxel = (((uint64_t)args[1][n] * p->d + d) * p->h + h) * p->w + w;
        bool seen = inside || p->fill == OP_CLIP_EDGE;
        for (int c = 0; c < 4; c++)
            args[3][i * 4 + (uint32_t)c] = seen && c < 3 ? args[0][voxel * 3 + (uint64_t)c] / 255.0 : 0.0;
    }
}

// Indices within the data set; every combination of flips, shifts of either sign, some past the border.
static void prepare_clip_to_tensor(const void *params, double *const *args) {
    const struct op_clip_to_tensor *p = params;
    for (uint32_t n = 0; n < p->n; n++) {
        args[1][n] = fmod(args[1][n], p->clips);
        args[2][n * 4] = n % 8;
        for (uint32_t axis = 1; axis < 4; axis++)
            args[2][n * 4 + axis] = (double)(uint32_t)((int32_t)fmod(args[2][n * 4 + axis], 7.0) - 3);
    }
}

static const struct op_clip_to_tensor clip_examples[] = {{8, 3, 5, 6, 4, OP_CLIP_BLACK, OP_F32},
                                                         {3, 3, 5, 6, 4, OP_CLIP_EDGE, OP_BF16}};

const struct op_info op_clip_to_tensor_info = {.name = "clip_to_tensor",
                                               .params_size = sizeof(struct op_clip_to_tensor),
                                               .describe = describe_clip_to_tensor,
                                               .record = record_clip_to_tensor,
                                               .reference = reference_clip_to_tensor,
                                               .prepare = prepare_clip_to_tensor,
                                               .examples = clip_examples,
                                               .example_count =
                                                   sizeof clip_examples / sizeof clip_examples[0]};

void op_clip_to_tensor(struct op_recorder *recorder, const struct op_clip_to_tensor *params,
                       struct rt_buffer clips, struct rt_buffer index, struct rt_buffer augment,
                       struct rt_buffer dst) {
    op_record(recorder, OP_clip_to_tensor, params, (struct rt_buffer[]){clips, index, augment, dst}, 4);
}

// --- tensor_to_clip

static bool describe_tensor_to_clip(const struct op_target *target, const void *params,
                                    struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_tensor_to_clip *p = params;
    (void)target;
    if (!check_size(refusal, p->n, p->d, p->h, p->w) || !op_check_dtype(refusal, p->dtype))
        return false;
    uint64_t voxels = (uint64_t)p->n * p->d * p->h * p->w;
    if (voxels % 4 != 0)
        return op_refuse(refusal, "n d h w is %llu, it must be a multiple of 4", (unsigned long long)voxels);
    snprintf(signature->text, sizeof signature->text, "%ux%ux%ux%u", p->n, p->d, p->h, p->w);
    op_add_arg(signature, "src", OP_IN, p->dtype, voxels * 4);
    op_add_arg(signature, "non_finite", OP_INOUT, OP_U32, 1);
    op_add_arg(signature, "dst", OP_OUT, OP_U8, voxels * 3);
    return true;
}

static void record_tensor_to_clip(struct op_recorder *recorder, const void *params,
                                  const struct rt_buffer *args) {
    const struct op_tensor_to_clip *p = params;
    uint32_t quads = p->n * p->d * p->h * p->w / 4;
    struct push_tensor_to_clip push = {args[0].address, args[1].address, args[2].address, quads};
    struct op_launch launch = {.kernel =
                                   p->dtype == OP_BF16 ? KERNEL_tensor_to_clip_bf16 : KERNEL_tensor_to_clip,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[1], args[2]}};
    op_grid_for_items(&recorder->library->target, quads, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_tensor_to_clip(const void *params, double *const *args) {
    const struct op_tensor_to_clip *p = params;
    for (uint32_t i = 0; i < p->n * p->d * p->h * p->w; i++)
        for (uint32_t c = 0; c < 3; c++) {
            double x = args[0][i * 4 + c];
            args[1][0] += !isfinite(x);
            args[2][i * 3 + c] = isfinite(x) ? floor(fmin(fmax(x, 0.0), 1.0) * 255.0 + 0.5) : 0.0;
        }
}

static void prepare_tensor_to_clip(const void *params, double *const *args) {
    const struct op_tensor_to_clip *p = params;
    uint32_t count = p->n * p->d * p->h * p->w * 4;
    args[1][0] = 5;
    for (uint32_t i = 0; i < count; i++)
        args[0][i] = i % 37 == 5 ? NAN : i % 41 == 8 ? -INFINITY : args[0][i];
}

static const struct op_tensor_to_clip tensor_examples[] = {{2, 3, 5, 6, OP_F32}, {1, 3, 4, 6, OP_BF16}};

const struct op_info op_tensor_to_clip_info = {
    .name = "tensor_to_clip",
    .params_size = sizeof(struct op_tensor_to_clip),
    .describe = describe_tensor_to_clip,
    .record = record_tensor_to_clip,
    .reference = reference_tensor_to_clip,
    .prepare = prepare_tensor_to_clip,
    .tolerance = 4e-3, // one step of 255, where fp32 and double round to different sides
    .examples = tensor_examples,
    .example_count = sizeof tensor_examples / sizeof tensor_examples[0]};

void op_tensor_to_clip(struct op_recorder *recorder, const struct op_tensor_to_clip *params,
                       struct rt_buffer src, struct rt_buffer non_finite, struct rt_buffer dst) {
    op_record(recorder, OP_tensor_to_clip, params, (struct rt_buffer[]){src, non_finite, dst}, 3);
}

// The shapes of the model's layers, one clip: what `mograph bench kernels` times.
#include "cli/bench/bench.h"
#include "shaders/activation/activation.h"
#include "shaders/add/add.h"
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/cast/cast.h"
#include "shaders/clips/clips.h"
#include "shaders/concat/concat.h"
#include "shaders/conv3d/conv3d.h"
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "shaders/embedding/embedding.h"
#include "shaders/film/film.h"
#include "shaders/grad_clip/grad_clip.h"
#include "shaders/hinge/hinge.h"
#include "shaders/kl/kl.h"
#include "shaders/linear/linear.h"
#include "shaders/mean_voxels/mean_voxels.h"
#include "shaders/muon/muon.h"
#include "shaders/noise/noise.h"
#include "shaders/optimiser/optimiser.h"
#include "shaders/reconstruction/reconstruction.h"
#include "shaders/reduce/reduce.h"
#include "shaders/reparameterise/reparameterise.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"
#include "shaders/space_to_depth/space_to_depth.h"

// The decoder's widest level, 16x64x64 voxels of 32 channels, and the level below, 8x32x32 of 64.
enum { WIDE_VOXELS = 16 * 64 * 64, DEEP_VOXELS = 8 * 32 * 32, WIDE_COUNT = WIDE_VOXELS * 32 };

#define K3_S1 .kernel = {3, 3, 3}, .stride = {1, 1, 1}, .padding = {1, 1, 1}
#define K4_S2 .kernel = {4, 4, 4}, .stride = {2, 2, 2}, .padding = {1, 1, 1}

static const struct op_conv3d conv = {.n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 64, K3_S1};
static const struct op_conv3d conv_bf16 = {
    .n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 64, K3_S1, .dtype = OP_BF16};
static const struct op_conv3d down = {.n = 1, .size = {16, 64, 64}, .cin = 32, .cout = 64, K4_S2};
static const struct op_conv_transpose3d up = {.n = 1, .size = {8, 32, 32}, .cin = 64, .cout = 32, K4_S2};
static const struct op_linear linear = {.rows = 16, .cin = 512, .cout = 2048};
static const struct op_batch_norm norm = {.n = 1, .voxels = WIDE_VOXELS, .c = 32};
static const struct op_activation silu = {.kind = OP_ACTIVATION_SILU, .count = WIDE_COUNT};
static const struct op_activation leaky = {
    .kind = OP_ACTIVATION_LEAKY_RELU, .count = WIDE_COUNT, .slope = 0.2f};
static const struct op_add add = {.count = WIDE_COUNT};
static const struct op_film film = {.n = 1, .voxels = WIDE_VOXELS, .c = 32};
static const struct op_concat concat = {.n = 1, .voxels = DEEP_VOXELS, .ca = 64, .cb = 64};
static const struct op_mean_voxels mean = {.n = 1, .voxels = DEEP_VOXELS, .c = 64};
static const struct op_space_to_depth depth = {
    .n = 1, .d = 32, .h = 128, .w = 128, .c = 4, .bd = 2, .bh = 2, .bw = 2};
static const struct op_cast cast = {.src_dtype = OP_F32, .dst_dtype = OP_BF16, .count = WIDE_COUNT};

enum { PARAMETERS = 4 << 20, LATENT_VOXELS = 4 * 16 * 16, LATENT_C = 16 };

static const struct op_noise noise = {.count = LATENT_VOXELS * LATENT_C * 16};
static const struct op_reparameterise latent = {.n = 16, .voxels = LATENT_VOXELS, .c = LATENT_C};
static const struct op_kl kl = {.n = 16, .voxels = LATENT_VOXELS, .c = LATENT_C};
static const struct op_reduce reduce = {.kind = OP_REDUCE_SUM_SQUARES, .count = PARAMETERS};
static const struct op_grad_clip clip = {.count = PARAMETERS};
static const struct op_optimiser adamw = {.kind = OP_OPTIMISER_ADAMW,
                                          .count = PARAMETERS,
                                          .decay_count = PARAMETERS,
                                          .beta1 = 0.9f,
                                          .beta2 = 0.999f,
                                          .eps = 1e-8f,
                                          .weight_decay = 0.01f,
                                          .has_ema = true};
static const struct op_muon muon = {
    .rows = 27 * 64, .cols = 64, .momentum = 0.95f, .weight_decay = 0.01f, .has_ema = true};
static const struct op_clip_to_tensor to_tensor = {.n = 1, .d = 32, .h = 128, .w = 128, .clips = 1};
static const struct op_tensor_to_clip to_clip = {.n = 1, .d = 32, .h = 128, .w = 128};
static const struct op_reconstruction rgb = {.n = 1, .voxels = 32 * 128 * 128, .c = 4, .c_used = 3};
static const struct op_softmax_cross_entropy entropy = {.n = 16, .classes = 6};
static const struct op_hinge hinge = {.rows = 16 * 4 * 16 * 16, .c = 4, .c_used = 1};
static const struct op_embedding embedding = {.classes = 6, .dim = 64, .n = 16};

#define LATENT "16 x 4x16x16, 16 channels"
#define CLIP "32x128x128"
#define WIDE "16x64x64, 32 channels"
#define DEEP "8x32x32, 64 channels"

#define CONV "64->64 k3 s1 p1 on 8x32x32"
#define DOWN "32->64 k4 s2 p1 on 16x64x64"
#define UP "64->32 k4 s2 p1 to 16x64x64"
#define LINEAR "16 rows, 512->2048"

const struct bench_shape bench_shapes[] = {
    {OP_conv3d_forward, CONV, &conv},
    {OP_conv3d_backward_input, CONV, &conv},
    {OP_conv3d_backward_weight, CONV, &conv},
    {OP_conv3d_forward, CONV " bf16", &conv_bf16},
    {OP_conv3d_backward_input, CONV " bf16", &conv_bf16},
    {OP_conv3d_backward_weight, CONV " bf16", &conv_bf16},
    {OP_conv3d_forward, DOWN, &down},
    {OP_conv3d_backward_input, DOWN, &down},
    {OP_conv3d_backward_weight, DOWN, &down},
    {OP_conv_transpose3d_forward, UP, &up},
    {OP_conv_transpose3d_backward_input, UP, &up},
    {OP_conv_transpose3d_backward_weight, UP, &up},
    {OP_linear_forward, LINEAR, &linear},
    {OP_linear_backward_input, LINEAR, &linear},
    {OP_linear_backward_weight, LINEAR, &linear},
    {OP_batch_norm_forward, WIDE, &norm},
    {OP_batch_norm_backward, WIDE, &norm},
    {OP_batch_norm_frozen_forward, WIDE, &norm},
    {OP_batch_norm_frozen_backward, WIDE, &norm},
    {OP_activation_forward, "silu, " WIDE, &silu},
    {OP_activation_backward, "silu, " WIDE, &silu},
    {OP_activation_forward, "leaky_relu, " WIDE, &leaky},
    {OP_activation_backward, "leaky_relu, " WIDE, &leaky},
    {OP_film_forward, WIDE, &film},
    {OP_film_backward, WIDE, &film},
    {OP_add, WIDE, &add},
    {OP_concat, "64 + 64 channels, 8x32x32", &concat},
    {OP_split, "64 + 64 channels, 8x32x32", &concat},
    {OP_mean_voxels_forward, DEEP, &mean},
    {OP_mean_voxels_backward, DEEP, &mean},
    {OP_space_to_depth, "2x2x2 blocks of 32x128x128x4", &depth},
    {OP_depth_to_space, "2x2x2 blocks to 32x128x128x4", &depth},
    {OP_clip_to_tensor, CLIP, &to_tensor},
    {OP_tensor_to_clip, CLIP, &to_clip},
    {OP_noise_normal, "262,144 numbers", &noise},
    {OP_reparameterise_forward, LATENT, &latent},
    {OP_reparameterise_backward, LATENT, &latent},
    {OP_kl_forward, LATENT, &kl},
    {OP_kl_backward, LATENT, &kl},
    {OP_reconstruction_forward, CLIP, &rgb},
    {OP_reconstruction_backward, CLIP, &rgb},
    {OP_softmax_cross_entropy_forward, "16 clips, 6 kinds", &entropy},
    {OP_softmax_cross_entropy_backward, "16 clips, 6 kinds", &entropy},
    {OP_hinge_forward, "16 x 4x16x16 patches", &hinge},
    {OP_hinge_backward, "16 x 4x16x16 patches", &hinge},
    {OP_embedding_forward, "16 of 6 rows, 64 wide", &embedding},
    {OP_embedding_backward, "16 of 6 rows, 64 wide", &embedding},
    {OP_reduce, "squares of 4 Mi parameters", &reduce},
    {OP_grad_clip, "4 Mi parameters", &clip},
    {OP_optimiser, "adamw with EMA, 4 Mi parameters", &adamw},
    {OP_muon, "of conv3d 64 -> 64 k3", &muon},
    {OP_cast, "fp32 to bf16, " WIDE, &cast},
};

const uint32_t bench_shape_count = sizeof bench_shapes / sizeof bench_shapes[0];

#include "shaders/conv3d/conv_gemm.h"

#include "shaders/conv3d/conv3d_bias_push.h"
#include "shaders/conv3d/conv3d_gather_push.h"
#include "shaders/conv3d/conv3d_reduce_push.h"
#include "shaders/conv3d/conv3d_transpose_push.h"
#include "shaders/conv3d/conv3d_weight_push.h"

#include <stdio.h>

uint32_t conv_taps(const struct conv_geometry *g) {
    return g->kernel[0] * g->kernel[1] * g->kernel[2];
}

static uint64_t voxels(uint32_t n, const uint32_t size[3]) {
    return (uint64_t)n * size[0] * size[1] * size[2];
}

uint64_t conv_big_voxels(const struct conv_geometry *g) {
    return voxels(g->n, g->big);
}

uint64_t conv_small_voxels(const struct conv_geometry *g) {
    return voxels(g->n, g->small);
}

double conv_flops(const struct conv_geometry *g, uint32_t a, uint32_t b) {
    return 2.0 * conv_taps(g) * (double)conv_small_voxels(g) * a * b;
}

bool conv_check_axis(struct op_refusal *refusal, char axis, uint32_t kernel, uint32_t stride,
                     uint32_t padding, uint32_t size) {
    char name[16];
    snprintf(name, sizeof name, "kernel %c", axis);
    if (!op_in_range(refusal, name, kernel, 1, 4))
        return false;
    snprintf(name, sizeof name, "stride %c", axis);
    if (!op_in_range(refusal, name, stride, 1, 2))
        return false;
    snprintf(name, sizeof name, "padding %c", axis);
    if (!op_in_range(refusal, name, padding, 0, kernel - 1))
        return false;
    snprintf(name, sizeof name, "size %c", axis);
    return op_in_range(refusal, name, size, 1, 4096);
}

bool conv_check_geometry(const struct conv_geometry *g, uint32_t a, uint32_t b, struct op_refusal *refusal) {
    return op_in_range(refusal, "n", g->n, 1, 65535) && op_check_dtype(refusal, g->dtype) &&
           op_check_count(refusal, "the larger tensor", conv_big_voxels(g) * a) &&
           op_check_count(refusal, "the smaller tensor", conv_small_voxels(g) * b) &&
           op_check_count(refusal, "weight", (uint64_t)conv_taps(g) * a * b);
}

void conv_describe_text(const struct conv_geometry *g, const uint32_t from[3], uint32_t from_channels,
                        const uint32_t to[3], uint32_t to_channels, char *text, size_t size) {
    snprintf(text, size, "%ux%ux%ux%ux%u -> %ux%ux%ux%ux%u k%ux%ux%u s%ux%ux%u p%ux%ux%u %s", g->n, from[0],
             from[1], from[2], from_channels, g->n, to[0], to[1], to[2], to_channels, g->kernel[0],
             g->kernel[1], g->kernel[2], g->stride[0], g->stride[1], g->stride[2], g->padding[0],
             g->padding[1], g->padding[2], g->dtype == OP_BF16 ? "bf16" : "f32");
}

// The largest multiple of 4 that divides `channels`, at most `limit`.
static uint32_t chunk_of(uint32_t channels, uint32_t limit) {
    uint32_t chunk = limit;
    while (chunk > 4 && channels % chunk != 0)
        chunk -= 4;
    return chunk;
}

static void set_geometry_spec(struct op_launch *launch, const struct conv_geometry *g, uint32_t mode,
                              uint32_t a, uint32_t b) {
    const uint32_t values[] = {mode,
                               g->kernel[0],
                               g->kernel[1],
                               g->kernel[2],
                               g->stride[0],
                               g->stride[1],
                               g->stride[2],
                               g->padding[0],
                               g->padding[1],
                               g->padding[2],
                               a,
                               b};
    for (uint32_t i = 0; i < sizeof values / sizeof values[0]; i++)
        launch->spec[i] = values[i];
    launch->spec_count = sizeof values / sizeof values[0];
}

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

// Output positions of the fullest parity class, all clips.
static uint64_t class_voxels(const struct conv_geometry *g, bool transposed) {
    if (!transposed)
        return conv_small_voxels(g);
    uint64_t count = g->n;
    for (int i = 0; i < 3; i++)
        count *= op_div_up(g->big[i], g->stride[i]);
    return count;
}

static uint32_t class_count(const struct conv_geometry *g, bool transposed) {
    return transposed ? g->stride[0] * g->stride[1] * g->stride[2] : 1;
}

// Family `lane`: small tiles. Code that fits the CPU's caches of decoded instructions beats longer unrolled
// code with fewer loads per product; measured on Mesa 25.0.7 with AVX2, 16 voxels x 32 channels in steps of 4
// input channels were best (48 GFLOP/s), 32 x 32 in steps of 16 ran at a quarter of that. With subgroups of
// 16 (AVX-512) a load inside a loop becomes gathers of eight, some 40 cycles each where microcode guards
// against Downfall (half of all time with 16 voxels): 64 voxels in steps of 2 share their weights.
static void shape_lane_gather(struct op_launch *launch, const struct op_target *target, uint32_t b,
                              uint64_t class_size, uint32_t *tile_voxels, uint32_t *tile_channels) {
    uint32_t subgroup = target->subgroup_size, units = (uint32_t)op_div_up(b, 2 * subgroup);
    uint32_t pairs = units % 2 == 0 ? 2 : 1;
    bool wide = subgroup >= 16 && class_size >= 1024;
    launch->local[0] = subgroup;
    *tile_voxels = wide ? 64 : 16;
    *tile_channels = 2 * subgroup * pairs;
    add_spec(launch, subgroup);
    add_spec(launch, *tile_voxels);
    add_spec(launch, wide || pairs == 1 || subgroup < 4 ? 2 : 4);
    add_spec(launch, pairs);
}

// K per slab of family `tile`. Unrolled code of depth 16 takes a CPU device's compiler seconds, and a CPU
// device runs this family for its tests only: there, narrow layers take 4.
static uint32_t slab_depth(const struct op_target *target, uint32_t a) {
    return target->cpu && a < 64 ? 4 : 16;
}

// Family `tile`: 128x64 per workgroup of 256 where the device and the work allow, down to 128 invocations; at
// most 14 KB of shared memory.
static void shape_tile_gather(struct op_launch *launch, const struct op_target *target, uint64_t class_size,
                              uint32_t a, uint32_t b, uint32_t *tile_voxels, uint32_t *tile_channels) {
    bool wide = target->max_invocations >= 256;
    uint32_t bn = b > 32 && wide ? 64 : b > 16 ? 32 : 16;
    // Small grids are cut finer, so that there are enough workgroups to fill a GPU.
    uint32_t bm = class_size * b >= 128 * 64 * 128 || bn == 16 ? 128 : 64;
    if (!wide && bn == 32)
        bm = 64;
    uint32_t tm = bm == 128 && bn == 64 ? 8 : 4;
    launch->local[0] = bm / tm * bn / 4;
    *tile_voxels = bm;
    *tile_channels = bn;
    add_spec(launch, bm);
    add_spec(launch, bn);
    add_spec(launch, chunk_of(a, slab_depth(target, a)));
    add_spec(launch, tm);
}

static enum op_kernel gather_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv3d_gather_lane_bf16 : KERNEL_conv3d_gather_lane;
    return dtype == OP_BF16 ? KERNEL_conv3d_gather_tile_bf16 : KERNEL_conv3d_gather_tile;
}

void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *g, bool transposed,
                        uint32_t a, uint32_t b, struct rt_buffer src, struct rt_buffer weight,
                        struct rt_buffer bias, struct rt_buffer dst) {
    const struct op_target *target = &recorder->library->target;
    const uint32_t *from = transposed ? g->small : g->big, *to = transposed ? g->big : g->small;
    struct push_conv3d_gather push = {.src = src.address,
                                      .weight = weight.address,
                                      .bias = bias.address,
                                      .dst = dst.address,
                                      .zeros = recorder->library->zeros.address,
                                      .n = g->n,
                                      .src_d = from[0],
                                      .src_h = from[1],
                                      .src_w = from[2],
                                      .dst_d = to[0],
                                      .dst_h = to[1],
                                      .dst_w = to[2]};
    struct op_launch launch = {.push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src, weight, bias},
                               .writes = {dst},
                               .flops = conv_flops(g, a, b)};
    set_geometry_spec(&launch, g, transposed, a, b);
    launch.kernel = gather_kernel(target, g->dtype);
    uint64_t class_size = class_voxels(g, transposed);
    uint32_t tile_voxels, tile_channels;
    if (target->family == OP_FAMILY_LANE)
        shape_lane_gather(&launch, target, b, class_size, &tile_voxels, &tile_channels);
    else
        shape_tile_gather(&launch, target, class_size, a, b, &tile_voxels, &tile_channels);
    push.tiles_per_class = (uint32_t)op_div_up(class_size, tile_voxels);
    launch.groups = (uint64_t)class_count(g, transposed) * push.tiles_per_class * op_div_up(b, tile_channels);
    op_dispatch(recorder, &launch);
}

void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst) {
    struct push_conv3d_transpose push = {src.address, dst.address, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv3d_transpose,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

// The block of the weight that one workgroup of the weight gradient computes.
struct weight_tile {
    uint32_t a, b;
    uint32_t pairs; // family lane: pairs of b channels per lane
};

static uint32_t tile_edge(uint32_t channels) {
    return channels > 32 ? 64 : channels > 16 ? 32 : 16;
}

static struct weight_tile weight_tile_of(const struct op_target *target, uint32_t a, uint32_t b) {
    if (target->family == OP_FAMILY_LANE) {
        uint32_t units = (uint32_t)op_div_up(b, 2 * target->subgroup_size);
        uint32_t pairs = units <= 4 ? units : units % 4 == 0 ? 4 : units % 3 == 0 ? 3 : 2;
        return (struct weight_tile){chunk_of(a, 2 * target->subgroup_size), 2 * target->subgroup_size * pairs,
                                    pairs};
    }
    struct weight_tile tile = {tile_edge(a), tile_edge(b), 0};
    while (tile.a / 4 * (tile.b / 4) > target->max_invocations)
        tile.a /= 2;
    return tile;
}

// Parts of the rows that are summed apart, so that there is enough parallel work.
static uint32_t weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                             uint32_t b) {
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1];
    struct weight_tile tile = weight_tile_of(target, a, b);
    uint64_t groups = conv_taps(g) * op_div_up(a, tile.a) * op_div_up(b, tile.b);
    uint64_t parts = op_div_up(target->family == OP_FAMILY_LANE ? 32 : 512, groups);
    return (uint32_t)(parts > rows ? rows : parts);
}

uint64_t conv_weight_partials(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                              uint32_t b) {
    return (uint64_t)weight_parts(target, g, a, b) * conv_taps(g) * a * b;
}

static void record_reduce(struct op_recorder *recorder, uint32_t parts, uint32_t taps, uint32_t a, uint32_t b,
                          bool swap, bool accumulate, struct rt_buffer partials, struct rt_buffer dst) {
    struct push_conv3d_reduce push = {partials.address, dst.address, parts, taps, a, b};
    struct op_launch launch = {.kernel = KERNEL_conv3d_reduce,
                               .spec = {swap, accumulate},
                               .spec_count = 2,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {partials},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, (uint64_t)taps * a * b / 4, &launch);
    op_dispatch(recorder, &launch);
}

static enum op_kernel weight_kernel(const struct op_target *target, enum op_dtype dtype) {
    if (target->family == OP_FAMILY_LANE)
        return dtype == OP_BF16 ? KERNEL_conv3d_weight_lane_bf16 : KERNEL_conv3d_weight_lane;
    return dtype == OP_BF16 ? KERNEL_conv3d_weight_tile_bf16 : KERNEL_conv3d_weight_tile;
}

static void shape_weight(struct op_launch *launch, const struct op_target *target,
                         const struct weight_tile *tile, uint32_t a) {
    if (target->family == OP_FAMILY_TILE) {
        launch->local[0] = tile->a / 4 * (tile->b / 4);
        add_spec(launch, tile->a);
        add_spec(launch, tile->b);
        add_spec(launch, slab_depth(target, a));
        return;
    }
    launch->local[0] = target->subgroup_size;
    add_spec(launch, target->subgroup_size);
    add_spec(launch, tile->a);
    add_spec(launch, tile->pairs >= 3 ? 1 : 2); // voxels per step: see shape_lane_gather on code size
    add_spec(launch, tile->pairs);
}

void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *g, uint32_t a, uint32_t b,
                        bool swap, bool accumulate, struct rt_buffer big, struct rt_buffer small,
                        struct rt_buffer partials, struct rt_buffer d_weight) {
    const struct op_target *target = &recorder->library->target;
    uint32_t parts = weight_parts(target, g, a, b), taps = conv_taps(g);
    struct push_conv3d_weight push = {big.address, small.address, partials.address, g->n,        g->big[0],
                                      g->big[1],   g->big[2],     g->small[0],      g->small[1], g->small[2],
                                      parts};
    struct op_launch launch = {.push = &push,
                               .push_bytes = sizeof push,
                               .reads = {big, small},
                               .writes = {partials},
                               .flops = conv_flops(g, a, b)};
    set_geometry_spec(&launch, g, 0, a, b);
    struct weight_tile tile = weight_tile_of(target, a, b);
    launch.kernel = weight_kernel(target, g->dtype);
    shape_weight(&launch, target, &tile, a);
    launch.groups = (uint64_t)parts * taps * op_div_up(a, tile.a) * op_div_up(b, tile.b);
    op_dispatch(recorder, &launch);
    record_reduce(recorder, parts, taps, a, b, swap, accumulate, partials, d_weight);
}

static uint32_t bias_chunks(const struct op_target *target, uint64_t voxel_count) {
    uint64_t wanted = target->family == OP_FAMILY_LANE ? 16 : 256, most = op_div_up(voxel_count, 64);
    return (uint32_t)(wanted < most ? wanted : most);
}

uint64_t conv_bias_partials(const struct op_target *target, uint64_t voxel_count, uint32_t channels) {
    return (uint64_t)bias_chunks(target, voxel_count) * channels;
}

void conv_record_bias(struct op_recorder *recorder, uint64_t voxel_count, uint32_t channels,
                      enum op_dtype dtype, bool accumulate, struct rt_buffer src, struct rt_buffer partials,
                      struct rt_buffer d_bias) {
    uint32_t chunks = bias_chunks(&recorder->library->target, voxel_count);
    struct push_conv3d_bias push = {src.address, partials.address, (uint32_t)voxel_count, channels, chunks};
    struct op_launch launch = {.kernel = dtype == OP_BF16 ? KERNEL_conv3d_bias_bf16 : KERNEL_conv3d_bias,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {partials}};
    op_grid_for_items(&recorder->library->target, (uint64_t)chunks * channels / 4, &launch);
    op_dispatch(recorder, &launch);
    record_reduce(recorder, chunks, 1, 1, channels, false, accumulate, partials, d_bias);
}

// The table of makes of GPU, and what follows from a device's limits.
#include "shaders/conv/conv_make.h"

static const struct conv_make makes[OP_GPU_COUNT] = {
    // Nothing is known of the others' registers.
    [OP_GPU_OTHER] = {.loads = 3, .few_loads = 4, .rows = 8, .halo_loads = 0, .most_each = 4, .buffers = 1},
    [OP_GPU_NVIDIA] = {.loads = 6,
                       .few_loads = 6,
                       .rows = 8,
                       .halo_loads = 6,
                       .most_each = 8,
                       .ahead = true,
                       .unrolled = true,
                       .buffers = 2},
    [OP_GPU_RDNA] = {.loads = 5,
                     .few_loads = 5,
                     .rows = 8,
                     .halo_loads = 4,
                     .most_each = 8,
                     .ahead = true,
                     .unrolled = true,
                     .buffers = 2},
    [OP_GPU_GCN] = {.loads = 3,
                    .few_loads = 4,
                    .rows = 8,
                    .halo_loads = 3,
                    .most_each = 4,
                    .unrolled = true,
                    .buffers = 1},
    [OP_GPU_INTEL] = {.loads = 2, .few_loads = 4, .rows = 4, .halo_loads = 3, .most_each = 4, .buffers = 1},
};

const struct conv_make *conv_make_of(const struct op_target *target, uint32_t a, uint32_t b) {
    return &makes[target->cpu ? (a / 4 + b / 4) % OP_GPU_COUNT : (uint32_t)target->gpu];
}

uint32_t conv_make_channels(uint32_t b, uint32_t limit) {
    if (limit >= 64 && b > 32 && (b <= 48 || b == 96)) // 64 would leave a quarter idle
        return 48;
    uint32_t wanted = b > 32 ? 64 : b > 16 ? 32 : 16;
    return wanted < limit ? wanted : limit;
}

uint32_t conv_make_shared_bytes(const struct op_target *target) {
    return target->max_shared_bytes < 32768 ? CONV_SHARED_BYTES : 24576;
}

uint32_t conv_make_slab(const struct op_target *target) {
    return target->cpu ? 4 : 16;
}

uint64_t conv_make_groups(const struct op_target *target) {
    return target->cpu ? 2 : 256;
}

// Launching kernels, for the operations themselves.
#ifndef MOGRAPH_SHADERS_OP_LAUNCH_H
#define MOGRAPH_SHADERS_OP_LAUNCH_H

#include "shaders/op.h"

// One kernel's launch. The grid follows from .items, or .local and .groups say it.
struct op_launch {
    enum op_kernel kernel;
    const void *push;
    uint32_t push_bytes;
    uint32_t spec[RT_MAX_SPEC - 4]; // from constant id 4 on; id 3 is the family
    uint32_t spec_count;
    uint64_t items;    // what the invocations stride over; 0: local and groups say the grid
    uint32_t local[3]; // 0 counts as 1
    uint64_t groups;
    struct rt_buffer reads[RT_MAX_ACCESS], writes[RT_MAX_ACCESS]; // zero buffers are skipped
    double flops;                                                 // bytes follow from reads and writes
};

#define OP_LAUNCH(kernel_, push_, ...)                                                                       \
    (&(struct op_launch){.kernel = (kernel_), .push = &(push_), .push_bytes = sizeof(push_), __VA_ARGS__})

// Specialisation constants from id 4 on.
#define OP_SPEC(...) .spec = {__VA_ARGS__}, .spec_count = sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

// The kernel of a storage type: kernels.def has <name> and <name>_bf16.
#define KERNEL_FOR(dtype, name) ((dtype) == OP_BF16 ? KERNEL_##name##_bf16 : KERNEL_##name)

void op_dispatch(struct op_recorder *recorder, const struct op_launch *launch);

#endif

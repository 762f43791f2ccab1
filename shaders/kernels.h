// The kernel table: kernels.def as an enumeration and as code.
#ifndef MOGRAPH_SHADERS_KERNELS_H
#define MOGRAPH_SHADERS_KERNELS_H

#include "runtime/kernel.h"

enum op_kernel {
#define KERNEL(name, file, defines, subgroups) KERNEL_##name,
#include "shaders/kernels.def"
#undef KERNEL
    KERNEL_COUNT
};

// Indexed by enum op_kernel.
extern const struct rt_kernel_code op_kernel_codes[];

#endif

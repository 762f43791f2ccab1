// What a make of GPU asks of family `tile`'s kernels.
#ifndef MOGRAPH_SHADERS_CONV_CONV_MAKE_H
#define MOGRAPH_SHADERS_CONV_CONV_MAKE_H

#include "shaders/op.h"

// What the registers of a make of GPU hold, as compilers count them: RADV for GCN (three waves of eight
// with the 84 registers that these shapes take) and RDNA, NVK for NVIDIA's Pascal and Turing, ANV for
// Intel's (no value leaves its registers); tests/drivers/ measures it. The sums of an invocation are 16,
// 32 or 64 registers, every load that it carries from memory to a slab four.
struct conv_make {
    uint32_t loads;      // that an invocation carries beside 32 sums
    uint32_t few_loads;  // beside 16
    uint32_t rows;       // voxels of an invocation of a tile of 48 channels or fewer
    uint32_t halo_loads; // from a block, 0: the block's kernel is not for this make
    uint32_t most_each;  // channels of an invocation, where it may have 64 sums
    bool ahead;          // a block's next round is loaded while one is multiplied
    bool unrolled;       // a block's four channels are
    uint32_t buffers;    // slabs of the weight gradient
};

// A CPU device runs this family for its tests only: it takes a make by the channels, so that tests meet
// every make's tiles.
const struct conv_make *conv_make_of(const struct op_target *target, uint32_t a, uint32_t b);

// Channels of a workgroup's tile for `b` of them: 16, 32, 48 or 64, at most `limit`.
uint32_t conv_make_channels(uint32_t b, uint32_t limit);

enum { CONV_SHARED_BYTES = 16384 }; // shared memory that every device has

// Shared memory of a workgroup: so much that a unit has room for two at least.
uint32_t conv_make_shared_bytes(const struct op_target *target);

// Channels or voxels of a slab: unrolled code of deep slabs takes a CPU device's compiler seconds.
uint32_t conv_make_slab(const struct op_target *target);

// Workgroups that keep every part of a GPU busy.
uint64_t conv_make_groups(const struct op_target *target);

#endif

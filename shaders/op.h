// Operations: what a kernel computes, what its arguments are, and how it is judged.
//
// Conventions, for every operation:
// - Activation tensors are NDHWC (channels last, d is time) and dense; the channel count is a multiple of 4.
// - Every operation is described by one params struct of plain numbers. A backward pass takes the params of
// its
//   forward pass. Zero-initialised members mean the usual default.
// - describe() is the one place that judges params: it names what is impossible, or lists every argument with
// its
//   exact size. Everything else may rely on it.
// - Outputs are overwritten unless the params say `accumulate`. Gradients are named d_<what>.
// - Arithmetic is fp32; activations may be stored as bf16 (params.dtype). Reductions have a fixed order: same
// input,
//   same device, same bits.
// - reference() is the naive definition in double precision, used by the tests, by `mograph doctor` and, with
//   MOGRAPH_CHECK=1, against every operation of a real run.
#ifndef MOGRAPH_SHADERS_OP_H
#define MOGRAPH_SHADERS_OP_H

#include "runtime/stream.h"
#include "shaders/kernels.h"

#include <stdbool.h>

enum op_dtype { OP_F32, OP_BF16, OP_U8, OP_U32 };
enum op_role { OP_IN, OP_OUT, OP_INOUT, OP_SCRATCH };

// `lane`: no barrier, no shared memory, for CPU devices. `tile`: shared memory, for GPUs. Both run on both.
enum op_family { OP_FAMILY_TILE, OP_FAMILY_LANE };

enum { OP_MAX_ARGS = 14, OP_MAX_PARAMS = 256 };

enum op_id {
#define OP(name) OP_##name,
#include "shaders/ops.def"
#undef OP
    OP_COUNT
};

// One argument. count 0: the argument is absent with these params, and the zero buffer is passed.
struct op_arg {
    const char *name;
    enum op_role role;
    enum op_dtype dtype;
    uint64_t count; // elements
};

struct op_signature {
    uint32_t arg_count;
    struct op_arg args[OP_MAX_ARGS];
    double flops;   // multiplications and additions, 2 for a fused pair; zero work is not counted
    char text[160]; // the shapes, for messages
};

// The device as operations see it.
struct op_target {
    enum op_family family;
    bool cpu; // a CPU device: family tile runs there for its tests only, and is shaped to compile fast
    uint32_t subgroup_size;
    uint32_t max_invocations;
    uint32_t max_shared_bytes;
};

// Why params were refused: one line, without the operation's name.
struct op_refusal {
    char text[200];
};

struct op_library {
    struct rt_device *device;
    struct op_target target;
    struct rt_arena *arena;
    struct rt_buffer zeros; // OP_ZERO_BYTES of zeros: what a convolution reads outside the clip
    bool check;             // MOGRAPH_CHECK
};

enum { OP_MAX_CHANNELS = 65536, OP_ZERO_BYTES = OP_MAX_CHANNELS * 4 };

struct op_recorder {
    struct op_library *library;
    struct rt_stream *stream;
};

// How an argument of a backward pass follows from its forward pass, for the gradient check.
enum op_link_kind { OP_LINK_NONE, OP_LINK_SAME, OP_LINK_GRADIENT };
struct op_link {
    enum op_link_kind kind;
    uint32_t forward_arg;
};

struct op_info {
    const char *name;
    size_t params_size;
    // False, with a reason, when the params are impossible.
    bool (*describe)(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal);
    // Records the kernels. args in the order of the signature; sizes are already checked.
    void (*record)(struct op_recorder *recorder, const void *params, const struct rt_buffer *args);
    // args as double arrays in the order of the signature; scratch and absent arguments are NULL. OP_OUT
    // arrays hold NaN on entry.
    void (*reference)(const void *params, double *const *args);
    // Makes random inputs valid (labels below the class count, variances positive). May be NULL.
    void (*prepare)(const void *params, double *const *args);
    double tolerance; // relative error that fp32 keeps; 0: 1e-5
    // `count` params structs, one behind the other, for `mograph doctor`: small, quick, typical.
    const void *examples;
    uint32_t example_count;
    // Backward passes only: the forward operation and where each argument comes from.
    enum op_id forward;
    struct op_link links[OP_MAX_ARGS];
};

// Indexed by enum op_id.
extern const struct op_info *const op_table[OP_COUNT];

// Chooses kernels for a device: family by its type, or by MOGRAPH_KERNELS=tile|lane. The caller owns *out.
// Errors: RT_ERROR_INVALID (an unknown family), RT_ERROR_UNSUPPORTED (a family the device cannot run).
enum rt_status op_library_create(struct rt_device *device, struct op_library **out);
void op_library_destroy(struct op_library **library);

// The family that op_library_create takes on this device; the same errors.
enum rt_status op_family_choose(const struct rt_device_info *info, enum op_family *family);

// Switches the family; RT_ERROR_UNSUPPORTED when the device cannot run it.
enum rt_status op_library_set_family(struct op_library *library, enum op_family family);

const char *op_family_text(enum op_family family);

// Describes an operation: false, with the reason in *refusal, when it is impossible.
bool op_describe(const struct op_target *target, enum op_id id, const void *params,
                 struct op_signature *signature, struct op_refusal *refusal);

// Records one operation with its arguments in the order of the signature. Refused params, missing or short
// buffers are latched in the stream, by name. The typed functions beside each operation all end here.
void op_record(struct op_recorder *recorder, enum op_id id, const void *params, const struct rt_buffer *args,
               uint32_t arg_count);

uint64_t op_dtype_bytes(enum op_dtype dtype);

// Bytes of an argument's buffer: the elements, rounded up to 16.
uint64_t op_arg_bytes(const struct op_arg *arg);

// --- for the operations themselves ---

// Fills *refusal and returns false.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool op_refuse(struct op_refusal *refusal, const char *format, ...);

// Checks that `value` lies in [low, high]; refuses by name otherwise.
bool op_in_range(struct op_refusal *refusal, const char *name, uint64_t value, uint64_t low, uint64_t high);

// A channel count: 4 to OP_MAX_CHANNELS, a multiple of 4.
bool op_check_channels(struct op_refusal *refusal, const char *name, uint32_t channels);

// A tensor's element count, at most 2^31 - 1 (indices are 32 bits): refused by name otherwise.
bool op_check_count(struct op_refusal *refusal, const char *name, uint64_t count);

// An activation's storage type: OP_F32 or OP_BF16.
bool op_check_dtype(struct op_refusal *refusal, enum op_dtype dtype);

void op_add_arg(struct op_signature *signature, const char *name, enum op_role role, enum op_dtype dtype,
                uint64_t count);

struct op_launch {
    enum op_kernel kernel;
    uint32_t local[3];              // 0 counts as 1
    uint32_t spec[RT_MAX_SPEC - 4]; // from constant id 4 on; id 3 is the family
    uint32_t spec_count;
    const void *push;
    uint32_t push_bytes;
    uint64_t groups;
    struct rt_buffer reads[RT_MAX_ACCESS], writes[RT_MAX_ACCESS]; // zero buffers are skipped
    double flops;                                                 // bytes follow from reads and writes
};

void op_dispatch(struct op_recorder *recorder, const struct op_launch *launch);

// Local size and workgroups for a kernel whose invocations stride over `items`.
void op_grid_for_items(const struct op_target *target, uint64_t items, struct op_launch *launch);

static inline uint64_t op_div_up(uint64_t value, uint64_t by) {
    return (value + by - 1) / by;
}

#endif

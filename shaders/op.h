// Operations: what a kernel computes, what its arguments are, and how it is judged.
//
// Conventions, for every operation:
// - Activation tensors are NDHWC (channels last, d is time) and dense; the channel count is a multiple of 4.
// - Every operation is described by one params struct of plain numbers. A backward pass takes the params of
//   its forward pass. Zero-initialised members mean the usual default.
// - Arguments have names, listed once (OP_ARGS_<op> beside the params). Buffers, reference arrays and the
//   graph's values are structs that follow from that list, and calls are filled in by name.
// - describe() is the one place that judges params: it names what is impossible, or states the exact size of
//   every argument. Everything else may rely on it.
// - Outputs are overwritten unless the params say `accumulate`. Gradients are named d_<what>: that name is
//   how a backward pass finds its forward pass's arguments.
// - Arithmetic is fp32; activations may be stored as bf16 (params.dtype). Reductions have a fixed order: same
//   input, same device, same bits.
// - reference() is the naive definition in double precision, used by the tests, by `mograph doctor` and, with
//   MOGRAPH_CHECK=1, against every operation of a real run.
#ifndef MOGRAPH_SHADERS_OP_H
#define MOGRAPH_SHADERS_OP_H

#include "runtime/stream.h"
#include "shaders/kernels.h"
#include "shaders/op_args.h"

#include <stdbool.h>

// `lane`: no barrier, no shared memory, for CPU devices. `tile`: shared memory, for GPUs. Both run on both.
// `coop`: tile, but convolutions multiply fp16 by cooperative matrices, where device and build have them.
enum op_family { OP_FAMILY_TILE, OP_FAMILY_LANE, OP_FAMILY_COOP, OP_FAMILY_COUNT };

// Makes of GPUs whose registers ask for tiles of their own (conv/conv_make.c).
enum op_gpu { OP_GPU_OTHER, OP_GPU_NVIDIA, OP_GPU_RDNA, OP_GPU_GCN, OP_GPU_INTEL, OP_GPU_COUNT };

enum { OP_MAX_PARAMS = 640 }; // bytes of the largest struct of params, Muon's

enum op_id {
#define OP(folder, name, forward) OP_##name,
#include "shaders/ops.def"
#undef OP
    OP_COUNT,
    OP_none = OP_COUNT, // no operation
};

// One argument as these params make it. count 0: absent, and the zero buffer is passed.
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
    uint32_t subgroup_size; // of kernels that pin it: families lane and coop; 0: none
    uint32_t max_invocations;
    uint32_t max_shared_bytes;
    double large_code_flops; // family lane: with less work, a convolution takes code that is built sooner
    enum op_gpu gpu;
    struct rt_matrix_shape matrix; // of family coop; m 0: there is none
};

// Why params were refused: one line, without the operation's name.
struct op_refusal {
    char text[200];
};

struct conv_tuning; // conv/conv_tune.h

struct op_library {
    struct rt_device *device;
    struct conv_tuning *tuning; // NULL: convolutions take the shapes that their make of GPU takes unasked
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

enum { OP_MAX_TABLES = 3 };

// An operation, as OP_DEFINE makes it. args, extents and arrays stand in the order of the argument list.
struct op_info {
    const char *name;
    const struct op_arg_name *args;
    uint32_t arg_count;
    size_t params_size;
    // False, with a reason, when the params are impossible; states every extent otherwise.
    bool (*describe)(const struct op_target *target, const void *params, struct op_extent *extents,
                     struct op_signature *signature, struct op_refusal *refusal);
    // Records the kernels; sizes are already checked.
    void (*record)(struct op_recorder *recorder, const void *params, const struct rt_buffer *args);
    // Scratch and absent arguments are NULL. OP_OUT arrays hold NaN on entry.
    void (*reference)(const void *params, double *const *args);
    // Makes random inputs valid (labels below the class count, variances positive). May be NULL.
    void (*prepare)(const void *params, double *const *args);
    double tolerance; // relative error that fp32 keeps; 0: 1e-5
    bool products;    // sums of products of its arguments, whose factors family coop rounds to fp16
    // Takes what is not linear in these sums out of the params; returns how much that can enlarge an error of
    // theirs, its steepest slope. NULL: they are linear.
    double (*linear)(void *params);
    // Where the params' flags (bool) begin, which stand last: offsetof; 0: they have none.
    size_t flags_at;
    // Of a backward pass: the params' bool by which it adds to all of its gradients, by offsetof; 0: it has none.
    size_t accumulate_at;
    // A backward pass that is the adjoint of its forward pass: each argument is the gradient of the forward
    // argument of the same name, without a d_ before it.
    bool adjoint;
    // Its shapes for tests, `mograph doctor` and `mograph bench kernels`; NULL behind the last.
    const struct op_shapes *shapes[OP_MAX_TABLES];
};

// Indexed by enum op_id.
extern const struct op_info *const op_table[OP_COUNT];

const char *op_folder(enum op_id id); // where it lives in shaders/

// The operation whose backward pass this is; OP_none when it is not one.
enum op_id op_forward(enum op_id id);

// How an argument of a backward pass follows from its forward pass: by name.
enum op_link_kind { OP_LINK_NONE, OP_LINK_SAME, OP_LINK_GRADIENT };
struct op_link {
    enum op_link_kind kind;
    uint32_t forward_arg;
};
struct op_link op_link(enum op_id backward, uint32_t arg);

// The index of an argument, by name; OP_MAX_ARGS when the operation has none of that name.
uint32_t op_arg_index(enum op_id id, const char *name);

// Chooses kernels for a device: family by its type and what it offers, or by MOGRAPH_KERNELS=tile|lane|coop.
// The caller owns *out. Family coop is taken when it computes rightly: three small convolutions are judged
// first, and where one is wrong the family is tile, which is logged (an error, where coop was asked for by
// name). Errors: RT_ERROR_INVALID (an unknown family), RT_ERROR_UNSUPPORTED (a family the device cannot run).
enum rt_status op_library_create(struct rt_device *device, struct op_library **out);
void op_library_destroy(struct op_library **library);

// What op_library_create does last, by itself for tests: judges family coop, and turns to tile where it is
// wrong.
enum rt_status op_library_prove(struct op_library *library);

// The family that op_library_create takes on this device, before it is tried; the same errors.
enum rt_status op_family_choose(const struct rt_device_info *info, enum op_family *family);

// Whether a device can run a family; what stands in the way otherwise, as the end of a sentence.
bool op_family_possible(const struct rt_device_info *info, enum op_family family, const char **obstacle);

// Switches the family; RT_ERROR_UNSUPPORTED when the device cannot run it.
enum rt_status op_library_set_family(struct op_library *library, enum op_family family);

const char *op_family_text(enum op_family family);

// Describes an operation: false, with the reason in *refusal, when it is impossible.
bool op_describe(const struct op_target *target, enum op_id id, const void *params,
                 struct op_signature *signature, struct op_refusal *refusal);

// Bytes of scratch that an operation needs with these params; 0 when they are refused.
uint64_t op_scratch_bytes(const struct op_target *target, enum op_id id, const void *params);

uint64_t op_dtype_bytes(enum op_dtype dtype);

// Bytes of an argument's elements, and of its buffer: the same, rounded up to 16.
uint64_t op_arg_bytes(const struct op_arg *arg);
uint64_t op_arg_buffer_bytes(const struct op_arg *arg);

// --- for the operations themselves ---

// The same device for products that must not be rounded to fp16: family coop becomes tile.
struct op_target op_exact_target(const struct op_target *target);

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

#endif

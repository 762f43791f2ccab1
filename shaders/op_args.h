// Arguments with names: from one list per operation follow its signature, a struct of buffers for record(),
// one of double arrays for reference(), one of values for the graph, and one of extents that describe() fills
// in.
//
//   #define OP_ARGS_film_forward(IN, OUT, INOUT, SCRATCH) IN(src) IN(scale) IN(shift) OUT(dst)
//   OP_DECLARE(film_forward, struct op_film);
//
// Scratch stands last: the graph takes it from its plan, so its values have no field for it.
#ifndef MOGRAPH_SHADERS_OP_ARGS_H
#define MOGRAPH_SHADERS_OP_ARGS_H

#include "runtime/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct op_recorder;

enum op_dtype { OP_F32, OP_BF16, OP_U8, OP_U32 };
enum op_role { OP_IN, OP_OUT, OP_INOUT, OP_SCRATCH };

enum { OP_MAX_ARGS = 14 };

struct op_arg_name {
    const char *name;
    enum op_role role;
};

// What describe() states of one argument. An argument that it forgets is refused by name.
struct op_extent {
    bool stated;
    bool accumulate; // an output that is added to: its role becomes OP_INOUT
    enum op_dtype dtype;
    uint64_t count; // elements; 0: absent with these params
};

static inline struct op_extent op_elements(enum op_dtype dtype, uint64_t count) {
    return (struct op_extent){.stated = true, .dtype = dtype, .count = count};
}

// Absent unless `present`.
static inline struct op_extent op_elements_if(bool present, enum op_dtype dtype, uint64_t count) {
    return op_elements(dtype, present ? count : 0);
}

// Added to what is there when `accumulate`.
static inline struct op_extent op_elements_added(bool accumulate, enum op_dtype dtype, uint64_t count) {
    return (struct op_extent){.stated = true, .accumulate = accumulate, .dtype = dtype, .count = count};
}

#define OP_FIELD_BUFFER(name) struct rt_buffer name;
#define OP_FIELD_ARRAY(name) double *name;
#define OP_FIELD_VALUE(name) uint32_t name;
#define OP_FIELD_EXTENT(name) struct op_extent name;
#define OP_FIELD_NONE(name)
#define OP_FIELD_ONE(name) +1

#define OP_FIELDS(op, field) OP_ARGS_##op(field, field, field, field)

// The structs alone, for a list that several operations share.
#define OP_DECLARE_ARGS(op)                                                                                  \
    struct op_##op##_buffers {                                                                               \
        OP_FIELDS(op, OP_FIELD_BUFFER)                                                                       \
    };                                                                                                       \
    struct op_##op##_arrays {                                                                                \
        OP_FIELDS(op, OP_FIELD_ARRAY)                                                                        \
    };                                                                                                       \
    struct op_##op##_extents {                                                                               \
        OP_FIELDS(op, OP_FIELD_EXTENT)                                                                       \
    };                                                                                                       \
    struct op_##op##_values {                                                                                \
        OP_ARGS_##op(OP_FIELD_VALUE, OP_FIELD_VALUE, OP_FIELD_VALUE, OP_FIELD_NONE)                          \
    };                                                                                                       \
    enum { OP_##op##_ARG_COUNT = 0 OP_FIELDS(op, OP_FIELD_ONE) };                                            \
    _Static_assert((int)OP_##op##_ARG_COUNT <= (int)OP_MAX_ARGS &&                                           \
                       sizeof(struct op_##op##_buffers) == OP_##op##_ARG_COUNT * sizeof(struct rt_buffer) && \
                       sizeof(struct op_##op##_arrays) == OP_##op##_ARG_COUNT * sizeof(double *) &&          \
                       sizeof(struct op_##op##_extents) == OP_##op##_ARG_COUNT * sizeof(struct op_extent),   \
                   "structs of arguments are read as arrays")

// Behind the list: the structs, and two conversions by which the macros below check their types.
#define OP_DECLARE(op, params_type)                                                                          \
    static inline const params_type *op_##op##_params(const void *params) {                                  \
        return params;                                                                                       \
    }                                                                                                        \
    static inline const void *op_##op##_untyped(const params_type *params) {                                 \
        return params;                                                                                       \
    }                                                                                                        \
    enum { OP_##op##_PARAMS_SIZE = sizeof(params_type) };                                                    \
    _Static_assert(sizeof(params_type) <= OP_MAX_PARAMS, "params fit where they are copied to");             \
    OP_DECLARE_ARGS(op)

// The struct of an operation's arguments, filled in by name, as the array that functions over all operations
// take.
#define OP_BUFFERS(op, ...) ((const struct rt_buffer *)(const void *)&(struct op_##op##_buffers){__VA_ARGS__})
#define OP_ARRAYS(op, ...) ((double *const *)(const void *)&(struct op_##op##_arrays){__VA_ARGS__})
#define OP_VALUES(op, ...) ((const uint32_t *)(const void *)&(struct op_##op##_values){__VA_ARGS__})

#endif

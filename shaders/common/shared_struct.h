// Structs in buffers that the host and kernels both read, declared once for C and GLSL: a plain struct of
// four `float` members, and then
//
//   SHARED_STRUCT(optimiser_hyper);
//
// In GLSL that gives a reference to one in a buffer: `optimiser_hyper_buffer(push.hyper).at`. In C it checks
// the size. References work on double arrays of the same numbers, and find a member by its name:
// `hyper[SHARED_INDEX(optimiser_hyper, lr)]`; prepare() fills such an array from the struct by shared_put().
#ifndef MOGRAPH_SHADERS_COMMON_SHARED_STRUCT_H
#define MOGRAPH_SHADERS_COMMON_SHARED_STRUCT_H

#ifdef GL_core_profile
#define SHARED_STRUCT(name)                                                                                  \
    layout(buffer_reference, std430, buffer_reference_align = 16) buffer name##_buffer {                     \
        name at;                                                                                             \
    }
#else
#include <stddef.h>
#include <string.h>

enum { SHARED_FLOATS = 4 }; // of a shared struct

#define SHARED_STRUCT(name)                                                                                  \
    _Static_assert(sizeof(struct name) == SHARED_FLOATS * sizeof(float), "four floats, as in the buffer")
#define SHARED_INDEX(name, member) (offsetof(struct name, member) / sizeof(float))

static inline void shared_put(const void *shared, double *values) {
    float floats[SHARED_FLOATS];
    memcpy(floats, shared, sizeof floats);
    for (int i = 0; i < SHARED_FLOATS; i++)
        values[i] = (double)floats[i];
}
#endif

#endif

// Push-constant structs, declared once for C and GLSL.
//
//   PUSH(name) { ADDRESS src; ADDRESS dst; UINT count; FLOAT slope; } PUSH_END(name)
//
// gives `struct push_name` in C and the block `push` in GLSL. Addresses first, then 32-bit members:
// then std430 and C agree on every offset. An odd number of 32-bit members
// pads C's struct by 4 bytes, which is harmless.
#ifndef MOGRAPH_SHADERS_COMMON_PUSH_H
#define MOGRAPH_SHADERS_COMMON_PUSH_H

#ifdef GL_core_profile
#define PUSH(name) layout(push_constant, std430) uniform push_##name
#define PUSH_END(name) push;
#define ADDRESS uint64_t
#define UINT uint
#define INT int
#define FLOAT float
#else
#include <stdint.h>
#define PUSH(name) struct push_##name
#define PUSH_END(name)                                                                                       \
    ;                                                                                                        \
    _Static_assert(sizeof(struct push_##name) <= 128, "a push-constant struct has at most 128 bytes");
#define ADDRESS uint64_t
#define UINT uint32_t
#define INT int32_t
#define FLOAT float
#endif

#endif

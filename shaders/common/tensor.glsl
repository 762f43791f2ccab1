// Typed access to buffers by address. Indices count elements of the named width.
//   load4 / store4: four channels of an activation tensor, fp32 or (with BF16 defined) bf16
//   load4_f32, load1_f32, load1_u32, ...: always that type
//   input4, input4_f32: load4 and load4_f32 of family `tile` for what the kernel only reads
#include "shaders/common/grid.glsl"

layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Uints { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Uints64 { uint64_t at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Vec4s { vec4 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Uvec2s { uvec2 at[]; };

// What no invocation of the kernel writes: such loads may be cached and reordered. Not for a buffer that the
// kernel writes under another name.
layout(buffer_reference, std430, buffer_reference_align = 16) readonly restrict buffer Vec4Inputs { vec4 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly restrict buffer Uvec2Inputs { uvec2 at[]; };

float load1_f32(uint64_t base, uint i) {
    return Floats(base).at[i];
}

void store1_f32(uint64_t base, uint i, float value) {
    Floats(base).at[i] = value;
}

uint load1_u32(uint64_t base, uint i) {
    return Uints(base).at[i];
}

void store1_u32(uint64_t base, uint i, uint value) {
    Uints(base).at[i] = value;
}

uvec2 split64(uint64_t bits) {
    return uvec2(uint(bits), uint(bits >> 32));
}

uint64_t join64(uvec2 words) {
    return uint64_t(words.x) | (uint64_t(words.y) << 32);
}

vec4 load4_f32(uint64_t base, uint i) {
    if (LANE) {
        uvec2 low = split64(Uints64(base).at[2 * i]), high = split64(Uints64(base).at[2 * i + 1]);
        return uintBitsToFloat(uvec4(low, high));
    }
    return Vec4s(base).at[i];
}

vec4 input4_f32(uint64_t base, uint i) {
    return Vec4Inputs(base).at[i];
}

void store4_f32(uint64_t base, uint i, vec4 value) {
    if (LANE) {
        uvec4 bits = floatBitsToUint(value);
        Uints64(base).at[2 * i] = join64(bits.xy);
        Uints64(base).at[2 * i + 1] = join64(bits.zw);
    } else {
        Vec4s(base).at[i] = value;
    }
}

// bf16 is the upper half of an fp32. Rounding is to nearest even; a NaN stays a (quiet) NaN.
uvec4 bf16_bits(vec4 value) {
    uvec4 bits = floatBitsToUint(value);
    uvec4 rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    uvec4 quiet = (bits >> 16) | 0x40u;
    return mix(rounded, quiet, greaterThan(bits & 0x7fffffffu, uvec4(0x7f800000u)));
}

vec4 from_bf16(uvec2 words) {
    return uintBitsToFloat(uvec4(words.x << 16, words.x & 0xffff0000u, words.y << 16, words.y & 0xffff0000u));
}

vec4 load4_bf16(uint64_t base, uint i) {
    return from_bf16(LANE ? split64(Uints64(base).at[i]) : Uvec2s(base).at[i]);
}

vec4 input4_bf16(uint64_t base, uint i) {
    return from_bf16(Uvec2Inputs(base).at[i]);
}

void store4_bf16(uint64_t base, uint i, vec4 value) {
    uvec4 bits = bf16_bits(value);
    uvec2 words = uvec2(bits.x | (bits.y << 16), bits.z | (bits.w << 16));
    if (LANE)
        Uints64(base).at[i] = join64(words);
    else
        Uvec2s(base).at[i] = words;
}

#ifdef BF16
#define load4 load4_bf16
#define input4 input4_bf16
#define store4 store4_bf16
#else
#define load4 load4_f32
#define input4 input4_f32
#define store4 store4_f32
#endif

// The geometry of a convolution as specialisation constants,
// and 64-bit loads of channel pairs for family `lane`.
layout(constant_id = 4) const uint MODE = 0; // 0 forward, 1 transposed; above: conv_epilogue.glsl
layout(constant_id = 5) const uint KD = 3;
layout(constant_id = 6) const uint KH = 3;
layout(constant_id = 7) const uint KW = 3;
layout(constant_id = 8) const uint SD = 1;
layout(constant_id = 9) const uint SH = 1;
layout(constant_id = 10) const uint SW = 1;
layout(constant_id = 11) const uint PD = 1;
layout(constant_id = 12) const uint PH = 1;
layout(constant_id = 13) const uint PW = 1;
layout(constant_id = 14) const uint A = 64; // channels that are summed over (gather) or of the big side (weight)
layout(constant_id = 15) const uint B = 64;

#ifdef BF16
const uint ACTIVATION_BYTES = 2;
#else
const uint ACTIVATION_BYTES = 4;
#endif

// Two neighbouring channels as fp32 bits.
uint64_t load_pair(uint64_t at) {
#ifdef BF16
    uint bits = Uints(at).at[0];
    return join64(uvec2(bits << 16, bits & 0xffff0000u));
#else
    return Uints64(at).at[0];
#endif
}

void store_pair(uint64_t at, vec2 value) {
#ifdef BF16
    uvec4 bits = bf16_bits(vec4(value, 0.0, 0.0));
    Uints(at).at[0] = bits.x | (bits.y << 16);
#else
    Uints64(at).at[0] = join64(floatBitsToUint(value));
#endif
}

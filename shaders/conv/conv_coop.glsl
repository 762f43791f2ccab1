// What the kernels of family `coop` share: how a workgroup's tile is cut into cooperative matrices, fp16 on
// the way into shared memory, and the way of a matrix of sums out of registers.
// A device's matrices are TM x TK times TK x TN. A subgroup holds FM x FN of them, a workgroup has WM x WN
// subgroups.
layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint TM = 8;
layout(constant_id = 17) const uint TN = 8;
layout(constant_id = 18) const uint TK = 8;
layout(constant_id = 19) const uint FM = 1;
layout(constant_id = 20) const uint FN = 1;
layout(constant_id = 21) const uint WM = 1;
layout(constant_id = 22) const uint WN = 1;
layout(constant_id = 23) const uint STEPS = 1; // of TK, in a slab

const uint BM = WM * FM * TM, BN = WN * FN * TN, BK = STEPS * TK;
const uint M4 = BM / 4, N4 = BN / 4, K4 = BK / 4;
const uint PAD = 2; // rows of a slab start 16 bytes further on: their columns meet in fewer banks
const uint SUBGROUP = THREADS / (WM * WN);
const uint TILE4 = TM * TN / 4;

#define MATRIX_A coopmat<float16_t, gl_ScopeSubgroup, TM, TK, gl_MatrixUseA>
#define MATRIX_B coopmat<float16_t, gl_ScopeSubgroup, TK, TN, gl_MatrixUseB>
#define MATRIX_SUM coopmat<float, gl_ScopeSubgroup, TM, TN, gl_MatrixUseAccumulator>

shared vec4 stage[WM * WN * TILE4]; // [subgroup][row][column], a matrix of sums at a time

// fp16 reaches to 65504. Activations and weights saturate there: no loss scale would bring them back into
// range, and one large voxel must not end a run. A gradient becomes infinite, whatever the device's rounding:
// that is how the loss scale learns that it is too large. What was infinite or NaN before stays so.
// Bits are compared, for compilers may take it that a number is finite.
f16vec4 to_half(vec4 value, bool gradient) {
    uvec4 bits = floatBitsToUint(value), size = bits & 0x7fffffffu;
    uvec4 limit = (bits & 0x80000000u) | (gradient ? 0x7f800000u : 0x477fe000u);
    bvec4 over = greaterThan(size, uvec4(0x477fe000u)), finite = lessThan(size, uvec4(0x7f800000u));
    return f16vec4(uintBitsToFloat(mix(bits, limit, bvec4(uvec4(over) & uvec4(finite)))));
}

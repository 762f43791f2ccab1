// The index arithmetic that forward and transposed convolution share.
//
// Per dimension, an output position of class r (a stride's remainder;
// forward convolution has the one class 0) is
//   dst = q * DST_MUL + dst_add(r)
// and reads, for taps j = 0 .. tap_count(r) - 1,
//   src = q * SRC_MUL + src_add(r) + j * SRC_STEP      with the weight at   tap = tap_add(r) + j * TAP_MUL.
// Forward:    dst = q, src = q s - p + j, tap = j.
// Transposed: dst = s q + r - p (q from ceil((p - r) / s) on), src = q - j, tap = r + s j: the taps that meet
// this output's parity, so a k4 s2 transpose is eight dense 2x2x2 convolutions and no work is spent on zeros.
#include "shaders/conv/conv_geometry.glsl"

const bool TRANSPOSED = (MODE & 1) == 1;
const uint CLASSES = TRANSPOSED ? SD * SH * SW : 1;

// One dimension of one class.
struct axis {
    int q_begin, q_count;          // positions of this class
    int dst_mul, dst_add;
    int src_mul, src_add, src_step;
    int taps, tap_add, tap_mul;
};

axis make_axis(uint k, uint s, uint p, uint r, uint dst_size) {
    int ki = int(k), si = int(s), pi = int(p), ri = int(r), size = int(dst_size);
    if (!TRANSPOSED)
        return axis(0, size, 1, 0, si, -pi, 1, ki, 0, 1);
    int q_begin = (pi - ri + si - 1) / si; // ceil; p - r > -s, so C's rounding towards zero is right
    int q_end = (size - 1 + pi - ri) / si + 1; // floor; size - 1 + p - r may be negative only as > -s
    if (size - 1 + pi - ri < 0)
        q_end = 0;
    q_begin = max(q_begin, 0);
    int taps = ki % si == 0 ? ki / si : (ki - ri + si - 1) / si; // the first is known when the kernel is compiled
    return axis(q_begin, max(q_end - q_begin, 0), si, ri - pi, 1, 0, -1, taps, ri, si);
}

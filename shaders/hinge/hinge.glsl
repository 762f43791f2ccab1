// What forward and backward share. SIDE is enum op_hinge_side.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"

layout(constant_id = 4) const uint SIDE = 0;
const uint REAL = 0, FAKE = 1, GENERATOR = 2;

// Index in `anchors` of the other side's mean.
const uint OTHER = SIDE == REAL ? 1 : 0;

// The other side's mean, 0 without anchors. A driver may read ahead of a test (Mesa 26.1's lavapipe does):
// `readable` is an address that can be read in that case.
float load_anchor(uint64_t anchors, uint64_t readable) {
    float anchor = load1_f32(anchors != 0 ? anchors : readable, OTHER);
    return anchors != 0 ? anchor : 0.0;
}

// What forward and backward share. SIDE is enum op_hinge_side.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/hinge/hinge_structs.h"

layout(constant_id = 4) const uint SIDE = 0;
const uint REAL = 0, FAKE = 1, GENERATOR = 2;

// The other side's mean, 0 without anchors. A driver may read ahead of a test (Mesa 26.1's lavapipe does):
// `readable` is an address that can be read in that case.
float load_anchor(uint64_t anchors, uint64_t readable) {
    hinge_anchors_buffer kept = hinge_anchors_buffer(anchors != 0 ? anchors : readable);
    float anchor = SIDE == REAL ? kept.at.fake : kept.at.real;
    return anchors != 0 ? anchor : 0.0;
}

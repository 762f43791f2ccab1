// What forward and backward share. SIDE is enum op_hinge_side.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"

layout(constant_id = 4) const uint SIDE = 0;
const uint REAL = 0, FAKE = 1, GENERATOR = 2;

// Index in `anchors` of the other side's mean.
const uint OTHER = SIDE == REAL ? 1 : 0;

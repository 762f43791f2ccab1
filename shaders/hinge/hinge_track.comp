#version 460
#extension GL_GOOGLE_include_directive : require
// anchors = (mean real logit, mean fake logit, updates, -): the first update sets the means,
// later ones move them by 1 - decay; nothing happens when one of them is not finite. One invocation.
#include "shaders/common/tensor.glsl"
#include "shaders/hinge/hinge_track_push.h"

void main() {
    if (invocation_index() != 0)
        return;
    float real = load1_f32(push.real, 2), fake = load1_f32(push.fake, 2), updates = load1_f32(push.anchors, 2);
    uvec2 exponents = floatBitsToUint(vec2(real, fake)) & 0x7f800000u;
    if (exponents.x == 0x7f800000u || exponents.y == 0x7f800000u)
        return;
    float keep = updates > 0.0 ? push.decay : 0.0;
    store1_f32(push.anchors, 0, keep * load1_f32(push.anchors, 0) + (1.0 - keep) * real);
    store1_f32(push.anchors, 1, keep * load1_f32(push.anchors, 1) + (1.0 - keep) * fake);
    store1_f32(push.anchors, 2, updates + 1.0);
}

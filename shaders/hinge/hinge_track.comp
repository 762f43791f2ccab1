#version 460
#extension GL_GOOGLE_include_directive : require
// The first update sets the anchors to the mean real and fake logits, later ones move them by 1 - decay;
// nothing happens when one of those means is not finite. One invocation.
#include "shaders/common/tensor.glsl"
#include "shaders/hinge/hinge_structs.h"
#include "shaders/hinge/hinge_track_push.h"

void main() {
    if (invocation_index() != 0)
        return;
    float real = hinge_result_buffer(push.real).at.mean, fake = hinge_result_buffer(push.fake).at.mean;
    uvec2 exponents = floatBitsToUint(vec2(real, fake)) & 0x7f800000u;
    if (exponents.x == 0x7f800000u || exponents.y == 0x7f800000u)
        return;
    hinge_anchors anchors = hinge_anchors_buffer(push.anchors).at;
    float keep = anchors.updates > 0.0 ? push.decay : 0.0;
    anchors.real = keep * anchors.real + (1.0 - keep) * real;
    anchors.fake = keep * anchors.fake + (1.0 - keep) * fake;
    anchors.updates += 1.0;
    hinge_anchors_buffer(push.anchors).at = anchors;
}

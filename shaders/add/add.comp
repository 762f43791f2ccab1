#version 460
#extension GL_GOOGLE_include_directive : require
// dst = a + alpha b; grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/add/add_push.h"

void main() {
    for (uint i = invocation_index(); i < push.count4; i += invocation_count())
        store4(push.dst, i, load4(push.a, i) + push.alpha * load4(push.b, i));
}

#version 460
#extension GL_GOOGLE_include_directive : require
// dst = a + alpha b; grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/add/add_push.h"

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step())
        store4(push.dst, i, load4(push.a, i) + push.alpha * load4(push.b, i));
}

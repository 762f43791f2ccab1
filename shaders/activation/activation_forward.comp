#version 460
#extension GL_GOOGLE_include_directive : require
// dst = f(src); grid: one invocation per four elements, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/activation/activation_forward_push.h"

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step())
        store4(push.dst, i, activate(load4(push.src, i), push.slope));
}

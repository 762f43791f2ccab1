#version 460
#extension GL_GOOGLE_include_directive : require
// dst = src; grid: one invocation per four elements.
#include "shaders/common/tensor.glsl"
#include "shaders/peak/peak_copy_push.h"

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step())
        store4(push.dst, i, load4(push.src, i));
}

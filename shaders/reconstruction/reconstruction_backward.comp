#version 460
#extension GL_GOOGLE_include_directive : require
// d_pred = d_nll[n] (pred - target) / sigma^2, or += with accumulate; 0 in channels from c_used on.
// Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/reconstruction/reconstruction_backward_push.h"
#include "shaders/reconstruction/reconstruction_calibration.h"

layout(constant_id = 4) const bool TARGET_BF16 = false;
layout(constant_id = 5) const uint SAMPLE4 = 1; // groups of four in a sample: constants divide without a division
layout(constant_id = 6) const uint C4 = 1;

void main() {
    float inv_sigma2 = 1.0 / max(reconstruction_calibration_buffer(push.calibration).at.sigma2, push.least);
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 target = TARGET_BF16 ? load4_bf16(push.target, i) : load4_f32(push.target, i);
        float weight = load1_f32(push.d_nll, i / SAMPLE4) * inv_sigma2;
        vec4 d = mask_channels(weight * (load4(push.pred, i) - target), i % C4, push.c_used);
        store4(push.d_pred, i, push.accumulate != 0 ? load4(push.d_pred, i) + d : d);
    }
}

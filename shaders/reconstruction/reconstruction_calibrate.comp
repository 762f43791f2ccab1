#version 460
#extension GL_GOOGLE_include_directive : require
// calibration = (mse, sigma^2, updates, -): mse moves towards the batch's mean squared error,
// sigma^2 = max(mse, least). One invocation: a batch has few samples, and they are added in order.
#include "shaders/common/tensor.glsl"
#include "shaders/reconstruction/reconstruction_calibrate_push.h"

void main() {
    if (invocation_index() != 0)
        return;
    float sum = 0.0;
    for (uint n = 0; n < push.n; n++)
        sum += load1_f32(push.squared_error, n);
    if ((floatBitsToUint(sum) & 0x7f800000u) == 0x7f800000u)
        return; // not finite: one bad batch must not spoil what all later ones are weighted with
    float mse = load1_f32(push.calibration, 0), updates = load1_f32(push.calibration, 2);
    mse += max(push.momentum, 1.0 / (updates + 1.0)) * (sum / push.elements - mse);
    store1_f32(push.calibration, 0, mse);
    store1_f32(push.calibration, 1, max(mse, push.least));
    store1_f32(push.calibration, 2, updates + 1.0);
}

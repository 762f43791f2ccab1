#version 460
#extension GL_GOOGLE_include_directive : require
// calibration: mse moves towards the batch's mean squared error, sigma^2 = max(mse, least).
// One invocation: a batch has few samples, and they are added in order.
#include "shaders/common/tensor.glsl"
#include "shaders/reconstruction/reconstruction_calibrate_push.h"
#include "shaders/reconstruction/reconstruction_calibration.h"

void main() {
    if (invocation_index() != 0)
        return;
    float sum = 0.0;
    for (uint n = 0; n < push.n; n++)
        sum += load1_f32(push.squared_error, n);
    if ((floatBitsToUint(sum) & 0x7f800000u) == 0x7f800000u)
        return; // not finite: one bad batch must not spoil what all later ones are weighted with
    reconstruction_calibration calibration = reconstruction_calibration_buffer(push.calibration).at;
    float rate = max(push.momentum, 1.0 / (calibration.updates + 1.0));
    calibration.mse += rate * (sum / push.elements - calibration.mse);
    calibration.sigma2 = max(calibration.mse, push.least);
    calibration.updates += 1.0;
    reconstruction_calibration_buffer(push.calibration).at = calibration;
}

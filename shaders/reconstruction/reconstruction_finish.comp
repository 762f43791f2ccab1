#version 460
#extension GL_GOOGLE_include_directive : require
// squared_error[n] = sum over c of sums[n][c],
// nll[n] = squared_error / (2 sigma^2) + elements / 2 log(2 pi sigma^2). Grid: one invocation per sample,
// striding.
#include "shaders/common/tensor.glsl"
#include "shaders/reconstruction/reconstruction_calibration.h"
#include "shaders/reconstruction/reconstruction_finish_push.h"

void main() {
    float sigma2 = max(reconstruction_calibration_buffer(push.calibration).at.sigma2, push.least);
    for (uint n = invocation_index(); n < push.n; n += invocation_count()) {
        float sum = 0.0;
        for (uint c = 0; c < push.c; c++)
            sum += load1_f32(push.sums, n * push.c + c);
        store1_f32(push.squared_error, n, sum);
        store1_f32(push.nll, n, 0.5 * (sum / sigma2 + float(push.elements) * log(6.28318530718 * sigma2)));
    }
}

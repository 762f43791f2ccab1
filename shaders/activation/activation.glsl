// The activations and their derivatives, four elements at a time. KIND is enum op_activation_kind.
#include "shaders/common/tensor.glsl"

layout(constant_id = 4) const uint KIND = 0;
const uint RELU = 0, LEAKY_RELU = 1, SILU = 2, SIGMOID = 3, TANH = 4;

vec4 sigmoid(vec4 x) {
    return 1.0 / (1.0 + exp(-x)); // exp overflows to infinity for large -x, which gives the right 0
}

vec4 activate(vec4 x, float slope) {
    if (KIND == RELU)
        return max(x, 0.0);
    if (KIND == LEAKY_RELU)
        return mix(x * slope, x, greaterThan(x, vec4(0.0)));
    if (KIND == SILU)
        return x * sigmoid(x);
    if (KIND == SIGMOID)
        return sigmoid(x);
    // tanh by exp of a negative number only: built-in tanh loses accuracy or overflows on some drivers.
    vec4 e = exp(-2.0 * abs(x));
    vec4 direct = (1.0 - e) / (1.0 + e);
    vec4 x2 = x * x; // near zero 1 - e cancels; the series is exact to fp32 there
    vec4 series = abs(x) * (1.0 + x2 * (-1.0 / 3.0 + x2 * (2.0 / 15.0 + x2 * (-17.0 / 315.0))));
    return sign(x) * mix(direct, series, lessThan(abs(x), vec4(0.15)));
}

// The sigmoid and its derivative, from those of |x| and of -|x| by one exponential and one division; neither
// cancels.
vec4 sigmoid_and_derivative(vec4 x, out vec4 derivative) {
    vec4 e = exp(-abs(x)), high = 1.0 / (1.0 + e), low = e * high;
    derivative = high * low;
    return mix(low, high, greaterThanEqual(x, vec4(0.0)));
}

vec4 activate_derivative(vec4 x, float slope) {
    if (KIND == RELU)
        return mix(vec4(0.0), vec4(1.0), greaterThan(x, vec4(0.0)));
    if (KIND == LEAKY_RELU)
        return mix(vec4(slope), vec4(1.0), greaterThan(x, vec4(0.0)));
    if (KIND == TANH) {
        vec4 e = exp(-2.0 * abs(x)), sum = 1.0 + e; // 1 - tanh^2 would cancel where tanh is near 1
        return 4.0 * e / (sum * sum);
    }
    vec4 ds, s = sigmoid_and_derivative(x, ds);
    return KIND == SILU ? s + x * ds : ds;
}

// What belongs to four channels while their rows are walked.
// Needs `push` with gamma, beta, mean, spread, eps, slope.
layout(constant_id = 5) const bool FUSED = false;  // an activation follows: KIND of activation.glsl
layout(constant_id = 6) const bool FROZEN = false; // spread holds the running variance, not 1 / standard deviation

struct Channel {
    vec4 gamma, beta, mean, inv_std;
};

Channel load_channel(uint quad) {
    vec4 spread = load4_f32(push.spread, quad);
    return Channel(load4_f32(push.gamma, quad), load4_f32(push.beta, quad), load4_f32(push.mean, quad),
                   FROZEN ? 1.0 / sqrt(spread + push.eps) : spread);
}

vec4 x_hat(Channel channel, vec4 x) {
    return (x - channel.mean) * channel.inv_std;
}

// The gradient before the activation.
vec4 d_affine(Channel channel, vec4 normalised, vec4 d_dst) {
    if (FUSED)
        return d_dst * activate_derivative(channel.gamma * normalised + channel.beta, push.slope);
    return d_dst;
}

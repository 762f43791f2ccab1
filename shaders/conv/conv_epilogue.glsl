// What a gather does to a sum before it is stored (conv_epilogue.h): four channels at a time, or two with
// EPILOGUE_PAIRS. A plain convolution's MODE leaves nothing of it.
const bool SILU = (MODE & 2) != 0, RESIDUAL = (MODE & 4) != 0, SIGMOID = (MODE & 8) != 0,
           FILM_SILU = (MODE & 16) != 0;
const uint FILM = MODE >> 8; // channels of scale and shift

#ifdef EPILOGUE_PAIRS
#define CHANNELS_OF_SUM vec2
vec2 load_residual(uint at) {
    return uintBitsToFloat(split64(load_pair(push.residual + uint64_t(at) * (2 * ACTIVATION_BYTES))));
}

vec2 load_film(uint64_t from, uint at) {
    return uintBitsToFloat(split64(Uints64(from).at[at]));
}
#else
#define CHANNELS_OF_SUM vec4
vec4 load_residual(uint at) {
    return input4(push.residual, at);
}

vec4 load_film(uint64_t from, uint at) {
    return input4_f32(from, at);
}
#endif

// `at` is dst's index in groups of as many channels, `channel` that of the first.
CHANNELS_OF_SUM finish(CHANNELS_OF_SUM sum, uint clip, uint at, uint channel) {
    if (SILU)
        sum *= 1.0 / (1.0 + exp(-sum)); // exp overflows to infinity for large -sum, which gives the right 0
    if (RESIDUAL)
        sum += load_residual(at);
    if (FILM > 0) {
        uint film_at = (clip * FILM + (FILM < B ? channel % max(FILM, 1) : channel)) / sum.length();
        sum = sum * (1.0 + load_film(push.scale, film_at)) + load_film(push.shift, film_at);
    }
    if (FILM_SILU)
        sum *= 1.0 / (1.0 + exp(-sum));
    if (SIGMOID)
        sum = 1.0 / (1.0 + exp(-sum));
    return sum;
}

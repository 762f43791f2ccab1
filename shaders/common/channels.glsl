// Channels are padded to a multiple of four: `quad` is a group of four channels, `used` how many of all
// channels count. A select, not a product: what stands in the padding may be anything.
vec4 mask_channels(vec4 value, uint quad, uint used) {
    return mix(vec4(0.0), value, lessThan(uvec4(0, 1, 2, 3) + 4 * quad, uvec4(used)));
}

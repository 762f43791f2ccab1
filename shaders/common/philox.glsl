// Random numbers by counter: Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy
// as 1, 2, 3", 2011), and what is made of its words. philox.c computes the same bits.
//
// Words are integers and exact. Normal numbers use additions and multiplications only, which Vulkan rounds
// correctly, in an order that `precise` fixes (no fused multiply-add): so every device gives the same bits,
// where built-in log, sqrt and cos may differ from device to device.

uvec4 philox(uvec4 counter, uvec2 key) {
    for (int round = 0; round < 10; round++) {
        uvec2 high, low;
        umulExtended(uvec2(0xD2511F53u, 0xCD9E8D57u), counter.xz, high, low);
        counter = uvec4(high.y ^ counter.y ^ key.x, low.y, high.x ^ counter.w ^ key.y, low.x);
        key += uvec2(0x9E3779B9u, 0xBB67AE85u);
    }
    return counter;
}

// sqrt(-2 ln u), u = (2k + 1) / 2^24 with the upper 23 bits as k: never 0, never 1. Largest: 5.77.
float philox_radius(uint word) {
    uint bits = floatBitsToUint(float((word >> 8) | 1u) * (1.0 / 16777216.0)) - 0x3f3504f3u;
    precise float exponent = float(int(bits) >> 23);
    precise float x = uintBitsToFloat((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0; // in [sqrt(1/2), sqrt(2)) - 1
    precise float z = x * x;
    // The polynomial of Cephes' logf (Moshier).
    precise float y = 7.0376836292e-2;
    y = y * x - 1.1514610310e-1;
    y = y * x + 1.1676998740e-1;
    y = y * x - 1.2420140846e-1;
    y = y * x + 1.4249322787e-1;
    y = y * x - 1.6668057665e-1;
    y = y * x + 2.0000714765e-1;
    y = y * x - 2.4999993993e-1;
    y = y * x + 3.3333331174e-1;
    y = y * x * z;
    y = y - exponent * 2.12194440e-4;
    y = y - z * 0.5;
    precise float log_u = x + y + exponent * 0.693359375;
    precise float s = log_u * -2.0;
    // 1 / sqrt(s) by Newton's iteration: three steps double 3.4% to less than fp32's last digit.
    precise float r = uintBitsToFloat(0x5f3759dfu - (floatBitsToUint(s) >> 1));
    precise float h = s * 0.5;
    r = r * (1.5 - h * r * r);
    r = r * (1.5 - h * r * r);
    r = r * (1.5 - h * r * r);
    precise float radius = s * r;
    return radius;
}

// (cos, sin) of a uniform angle: two bits say the quadrant, 23 the angle in (-pi/4, pi/4).
vec2 philox_direction(uint word) {
    precise float x = float(int(((word >> 7) & 0x7fffffu) | 1u) - 0x400000) * (1.57079632679 / 8388608.0);
    precise float z = x * x;
    // The polynomials of Cephes' sinf and cosf.
    precise float s = z * -1.9515295891e-4 + 8.3321608736e-3;
    s = s * z - 1.6666654611e-1;
    s = s * z * x + x;
    precise float c = z * 2.443315711809948e-5 - 1.388731625493765e-3;
    c = c * z + 4.166664568298827e-2;
    c = c * z * z - z * 0.5;
    c = c + 1.0;
    uint quadrant = word >> 30;
    vec2 direction = (quadrant & 1u) != 0u ? vec2(-s, c) : vec2(c, s);
    return quadrant >= 2u ? -direction : direction;
}

// Box & Muller 1958.
vec4 philox_normal(uvec4 words) {
    precise vec4 normal = vec4(philox_radius(words.x) * philox_direction(words.y),
                               philox_radius(words.z) * philox_direction(words.w));
    return normal;
}

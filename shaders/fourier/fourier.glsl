// What both passes share: an item of rows.glsl is four waves of a pose on a chunk of voxels.
// Needs tensor.glsl, rows.glsl, and `push` with pose, frequencies, rows, d, h, w, waves4, gain.

// The voxels of a chunk one after the other; carries instead of divisions, which cost a CPU one per lane.
struct Walk {
    uvec3 at, step; // w, h, d
};

uvec3 axes_of(uint voxel) {
    return uvec3(voxel % push.w, voxel / push.w % push.h, voxel / push.w / push.h);
}

Walk walk_of(Span span) {
    uint first = span.at / push.rows.c4 - span.group * push.rows.rows;
    return Walk(axes_of(first), axes_of(span.step / push.rows.c4));
}

void advance(inout Walk walk) {
    walk.at += walk.step;
    uint carry = walk.at.x >= push.w ? 1 : 0;
    walk.at.x -= carry * push.w;
    walk.at.y += carry;
    carry = walk.at.y >= push.h ? 1 : 0;
    walk.at.y -= carry * push.h;
    walk.at.z += carry;
}

// A voxel's middle, -1 to 1 along x, y and t.
vec3 coordinates(Walk walk) {
    vec3 size = vec3(push.w, push.h, push.d);
    return (2.0 * vec3(walk.at) + 1.0 - size) / size;
}

// Four waves and the pose that moves them.
struct Waves {
    vec4 fx, fy, ft;
    vec4 x, y; // what X and Y take of (x, y, 1, t)
    vec2 t;    // what T takes of (t, 1)
};

Waves load_waves(uint group, uint quad) {
    uint wave4 = quad % push.waves4, pose = quad / push.waves4, poses = push.rows.c4 / push.waves4;
    vec4 a = load4_f32(push.frequencies, 3 * wave4), b = load4_f32(push.frequencies, 3 * wave4 + 1),
         c = load4_f32(push.frequencies, 3 * wave4 + 2);
    float n[10];
    [[unroll]] for (uint i = 0; i < 10; i++)
        n[i] = push.gain * load1_f32(push.pose, (group * poses + pose) * 10 + i);
    Waves waves;
    waves.fx = vec4(a.x, a.w, b.z, c.y);
    waves.fy = vec4(a.y, b.x, b.w, c.z);
    waves.ft = vec4(a.z, b.y, c.x, c.w);
    waves.x = vec4(1.0 + n[0], n[1], n[2], n[3]);
    waves.y = vec4(n[4], 1.0 + n[5], n[6], n[7]);
    waves.t = vec2(1.0 + n[8], n[9]);
    return waves;
}

// Sine and cosine of 2 pi turns, by Cephes' polynomials: built-in ones may have few digits outside -pi to pi.
void sine_cosine(vec4 turns, out vec4 sine, out vec4 cosine) {
    vec4 quarter = roundEven(4.0 * turns);
    vec4 x = (turns - 0.25 * quarter) * 6.28318530718, z = x * x;
    vec4 s = ((z * -1.9515295891e-4 + 8.3321608736e-3) * z - 1.6666654611e-1) * z * x + x;
    vec4 c = (z * 2.443315711809948e-5 - 1.388731625493765e-3) * z + 4.166664568298827e-2;
    c = c * z * z - 0.5 * z + 1.0;
    vec4 quadrant = quarter - 4.0 * floor(0.25 * quarter);
    bvec4 odd = equal(abs(quadrant - 2.0), vec4(1.0));
    sine = mix(s, c, odd) * mix(vec4(1.0), vec4(-1.0), greaterThanEqual(quadrant, vec4(2.0)));
    cosine = mix(c, s, odd) * mix(vec4(1.0), vec4(-1.0), equal(abs(quadrant - 1.5), vec4(0.5)));
}

void sine_cosine_at(Waves waves, vec3 at, out vec4 sine, out vec4 cosine) {
    vec4 of = vec4(at.xy, 1.0, at.z);
    vec4 phase = waves.fx * dot(waves.x, of) + waves.fy * dot(waves.y, of) + waves.ft * dot(waves.t, of.wz);
    sine_cosine(0.5 * phase, sine, cosine);
}

// Where a voxel's four sines lie in dst, in groups of four; its cosines are waves4 behind.
uint sines_at(uint voxel, uint quad) {
    return voxel * 2 * push.rows.c4 + quad / push.waves4 * 2 * push.waves4 + quad % push.waves4;
}

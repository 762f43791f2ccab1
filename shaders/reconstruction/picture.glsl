// Where four channels of a block's voxel (a place) stand in the picture, and what FiLM does to them.
// Needs `push` with rows, scale and shift.

// Constants divide without a division. DEEP_*: sizes in blocks; C4: groups of four channels of the picture.
layout(constant_id = 5) const uint DEEP_H = 1;
layout(constant_id = 6) const uint DEEP_W = 1;
layout(constant_id = 7) const uint BD = 1;
layout(constant_id = 8) const uint BH = 1;
layout(constant_id = 9) const uint BW = 1;
layout(constant_id = 10) const uint C4 = 1;

const uint PLACES = BD * BH * BW, LINE4 = DEEP_W * BW * C4, SLICE4 = DEEP_H * BH * LINE4;

struct Place {
    uint channel4; // group of four channels of the picture
    uint at;       // of the place behind the block's first voxel, in groups of four elements
    uint record;   // of the item
    vec4 scale, shift;
};

Place find_place(Span span) {
    Place place;
    uint number = span.quad / C4;
    uint iw = number % BW, ih = number / BW % BH, id = number / BW / BH;
    place.channel4 = span.quad % C4;
    place.at = id * SLICE4 + ih * LINE4 + iw * C4 + place.channel4;
    place.record = (span.group * push.rows.chunks + span.chunk) * PLACES + number;
    uint channel = span.group * C4 + place.channel4;
    place.scale = 1.0 + load4_f32(push.scale, channel);
    place.shift = load4_f32(push.shift, channel);
    return place;
}

// From a group of four elements of deep to the picture's.
uint in_picture(Place place, uint at) {
    uint block = at / (PLACES * C4);
    uint x = block % DEEP_W, y = block / DEEP_W % DEEP_H, z = block / DEEP_W / DEEP_H; // z counts over clips
    return z * (BD * SLICE4) + y * (BH * LINE4) + x * (BW * C4) + place.at;
}

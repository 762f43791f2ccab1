#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_ballot : require
// muon_product.glsl without barrier or shared memory, for CPU devices. A subgroup computes ROWS x 2 SUBGROUP
// elements. Lane l owns columns 2l and 2l + 1, one 64-bit load of a line of `right`; `left` is spread over the
// lanes of a few such loads, and each value is broadcast.
#include "shaders/muon/muon_product.glsl"

layout(constant_id = 5) const uint SUBGROUP = 8;
layout(constant_id = 6) const uint ROWS = 16; // even
layout(constant_id = 7) const uint CHUNK = 4; // of the depth per step, even, divides it

const uint COLUMNS = 2; // of a lane
const uint LEFT_PAIRS = ROWS * CHUNK / 2;
const uint LEFT_LOADS = (LEFT_PAIRS + SUBGROUP - 1) / SUBGROUP;

vec2 load2(uint64_t at) {
    return uintBitsToFloat(split64(Uints64(at).at[0]));
}

void store2(uint64_t at, vec2 value) {
    Uints64(at).at[0] = join64(floatBitsToUint(value));
}

// Columns j and j + 1, of which j is even, of rows i and i + 1, of which i is.
void write_symmetric(job t, uint i, uint j, vec2 upper, vec2 lower) {
    uint line = t.cols * 4;
    uint64_t at = uint64_t(i * line + j * 4), mirrored = uint64_t(j * line + i * 4);
    if (STAGE == POLYNOMIAL) {
        upper = push.b * load2(t.left + at) + push.c * upper;
        lower = push.b * load2(t.left + at + line) + push.c * lower;
        upper.x += i == j ? push.a : 0.0;
        lower.y += i == j ? push.a : 0.0;
    }
    lower.x = i == j ? upper.y : lower.x;
    store2(t.dst + at, upper);
    store2(t.dst + at + line, lower);
    if (j > i) {
        store2(t.dst + mirrored, vec2(upper.x, lower.x));
        store2(t.dst + mirrored + line, vec2(upper.y, lower.y));
    }
}

void write_direction(job t, way w, uint i, uint j, vec2 x) {
    uint64_t at = uint64_t(i * t.cols + j) * 4, ema = push.ema + (t.dst - push.dst) + at;
    vec2 p = load2(t.dst + at);
    p -= w.lr * push.weight_decay * p + w.along * x;
    store2(t.dst + at, p);
    if (push.ema != 0)
        store2(ema, w.keep * load2(ema) + (1.0 - w.keep) * p);
}

// lavapipe gives each processor one run of workgroups, and a tile of a large matrix costs many of a small one:
// a run takes tiles from all matrices, SPREAD at a time.
const uint SPREAD = 64; // muon.c has the same

uint my_tile() {
    uint group = group_index(), rounds = (all_tiles() + SPREAD - 1) / SPREAD;
    return group % rounds * SPREAD + group / rounds;
}

void main() {
    job t;
    if (!take_job(my_tile(), ROWS, COLUMNS * SUBGROUP, t))
        return;
    uint lane = gl_SubgroupInvocationID, j = t.col + COLUMNS * lane;
    uint64_t right = t.right + uint64_t(min(j, t.cols - COLUMNS) * 4), right_line = uint64_t(t.right_line * 4);
    uint64_t left[LEFT_LOADS], left_step = uint64_t((STAGE == DIRECTION ? CHUNK : CHUNK * t.left_line) * 4);
    [[unroll]] for (uint l = 0; l < LEFT_LOADS; l++) {
        uint pair = min(l * SUBGROUP + lane, LEFT_PAIRS - 1);
        uint across = min(t.row + 2 * (pair % (ROWS / 2)), t.rows - 2), down = min(t.row + pair / (CHUNK / 2), t.rows - 1);
        uint at = STAGE == DIRECTION ? down * t.left_line + 2 * (pair % (CHUNK / 2)) : pair / (ROWS / 2) * t.left_line + across;
        left[l] = t.left + uint64_t(at) * 4;
    }
    float low[ROWS], high[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; r++)
        low[r] = high[r] = 0.0;
    [[dont_unroll]] for (uint k = 0; k < t.depth; k += CHUNK) {
        vec2 y[CHUNK], x[LEFT_LOADS];
        [[unroll]] for (uint c = 0; c < CHUNK; c++) {
            y[c] = load2(right);
            right += right_line;
        }
        [[unroll]] for (uint l = 0; l < LEFT_LOADS; l++) {
            x[l] = load2(left[l]);
            left[l] += left_step;
        }
        [[unroll]] for (uint c = 0; c < CHUNK; c++)
            [[unroll]] for (uint r = 0; r < ROWS; r++) {
                uint pair = STAGE == DIRECTION ? r * (CHUNK / 2) + c / 2 : c * (ROWS / 2) + r / 2;
                uint which = STAGE == DIRECTION ? c % 2 : r % 2;
                float value = subgroupBroadcast(x[pair / SUBGROUP][which], pair % SUBGROUP);
                low[r] += value * y[c].x;
                high[r] += value * y[c].y;
            }
    }
    if (STAGE == DIRECTION) {
        way w = direction_way(t);
        [[unroll]] for (uint r = 0; r < ROWS; r++)
            if (w.apply && t.row + r < t.rows && j < t.cols)
                write_direction(t, w, t.row + r, j, vec2(low[r], high[r]));
    } else {
        [[unroll]] for (uint r = 0; r < ROWS; r += 2)
            if (t.row + r < t.rows && j < t.cols && j >= t.row + r)
                write_symmetric(t, t.row + r, j, vec2(low[r], high[r]), vec2(low[r + 1], high[r + 1]));
    }
}

#version 460
#extension GL_GOOGLE_include_directive : require
// muon_product.glsl for GPUs: a workgroup computes 64 x 64 elements. Slabs of both factors go through shared
// memory, the next one is loaded meanwhile; an invocation holds 8 x 4 sums, of two blocks of four rows.
// Local size x = 128.
#include "shaders/muon/muon_product.glsl"

const uint SIDE = 64, SIDE4 = SIDE / 4, SLAB = 16, THREADS = 128, LOADS = SLAB * SIDE4 / THREADS;

shared vec4 left_slab[SLAB * SIDE4], right_slab[SLAB * SIDE4]; // [k][four elements]

vec4 next_left[LOADS], next_right[LOADS];

// Four floats of a line, zeros outside.
vec4 load_inside(uint64_t from, uint line, uint lines, uint at, uint count, uint floats) {
    bool inside = line < lines && at < count;
    vec4 value = input4_f32(from, inside ? (line * floats + at) / 4 : 0);
    return inside ? value : vec4(0.0);
}

void load_slab(job t, uint k) {
    [[unroll]] for (uint l = 0; l < LOADS; l++) {
        uint i = l * THREADS + gl_LocalInvocationID.x, line = k + i / SIDE4, at = i % SIDE4 * 4;
        next_right[l] = load_inside(t.right, line, t.depth, t.col + at, t.cols, t.right_line);
        next_left[l] = STAGE == DIRECTION
            ? load_inside(t.left, t.row + i % SIDE, t.rows, k + i / SIDE * 4, t.depth, t.left_line)
            : load_inside(t.left, line, t.depth, t.row + at, t.rows, t.left_line);
    }
}

void write_slab() {
    [[unroll]] for (uint l = 0; l < LOADS; l++) {
        uint i = l * THREADS + gl_LocalInvocationID.x;
        right_slab[i] = next_right[l];
        if (STAGE != DIRECTION)
            left_slab[i] = next_left[l];
        else
            [[unroll]] for (uint k = 0; k < 4; k++)
                left_slab[(i / SIDE * 4 + k) * SIDE4 + i % SIDE / 4][i % 4] = next_left[l][k];
    }
}

// Four by four elements, on the diagonal or above it.
void write_symmetric(job t, uint i, uint j, mat4 x) {
    [[unroll]] for (uint r = 0; r < 4; r++)
        [[unroll]] for (uint c = 0; c < 4; c++)
            x[r][c] = i == j && c < r ? x[c][r] : x[r][c];
    [[unroll]] for (uint r = 0; r < 4; r++) {
        uint at = ((i + r) * t.cols + j) / 4;
        if (STAGE == POLYNOMIAL) {
            x[r] = push.b * load4_f32(t.left, at) + push.c * x[r];
            x[r][r] += i == j ? push.a : 0.0;
        }
        store4_f32(t.dst, at, x[r]);
    }
    if (j == i)
        return;
    x = transpose(x);
    [[unroll]] for (uint c = 0; c < 4; c++)
        store4_f32(t.dst, ((j + c) * t.cols + i) / 4, x[c]);
}

void write_direction(job t, way w, uint i, uint j, mat4 x) {
    uint64_t ema = push.ema + (t.dst - push.dst);
    [[unroll]] for (uint r = 0; r < 4; r++) {
        uint at = ((i + r) * t.cols + j) / 4;
        vec4 p = load4_f32(t.dst, at);
        p -= w.lr * push.weight_decay * p + w.along * x[r];
        store4_f32(t.dst, at, p);
        if (push.ema != 0)
            store4_f32(ema, at, w.keep * load4_f32(ema, at) + (1.0 - w.keep) * p);
    }
}

void write(job t, uint i, uint j, mat4 x) {
    if (i >= t.rows || j >= t.cols)
        return;
    if (STAGE == DIRECTION) {
        way w = direction_way(t);
        if (w.apply)
            write_direction(t, w, i, j, x);
    } else if (j >= i) {
        write_symmetric(t, i, j, x);
    }
}

void main() {
    job t;
    if (!take_job(group_index(), SIDE, SIDE, t))
        return;
    uint row4 = gl_LocalInvocationID.x / SIDE4, col4 = gl_LocalInvocationID.x % SIDE4;
    mat4 upper = mat4(0.0), lower = mat4(0.0); // rows as columns
    load_slab(t, 0);
    for (uint k = 0; k < t.depth; k += SLAB) {
        write_slab();
        barrier();
        if (k + SLAB < t.depth)
            load_slab(t, k + SLAB);
        [[dont_unroll]] for (uint s = 0; s < SLAB; s += 4)
            [[unroll]] for (uint i = s; i < s + 4; i++) {
                vec4 y = right_slab[i * SIDE4 + col4];
                vec4 a = left_slab[i * SIDE4 + row4], b = left_slab[i * SIDE4 + row4 + SIDE4 / 2];
                [[unroll]] for (uint r = 0; r < 4; r++) {
                    upper[r] = fma(vec4(a[r]), y, upper[r]);
                    lower[r] = fma(vec4(b[r]), y, lower[r]);
                }
            }
        barrier();
    }
    write(t, t.row + row4 * 4, t.col + col4 * 4, upper);
    write(t, t.row + row4 * 4 + SIDE / 2, t.col + col4 * 4, lower);
}

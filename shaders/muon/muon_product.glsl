// Products of matrices for many sizes in one grid, what Muon's two kernels share: which product a workgroup
// computes a tile of, and what becomes of the sums. S, L and R are symmetric [n][n] and commute.
//   GRAM        dst = x^T x, or x x^T when x is wide: `right` has that one transposed
//   POLYNOMIAL  dst = a 1 + b L + c L L
//   POWER       dst = L R, and the same for a second L and dst
//   DIRECTION   x S, or S x when x is wide (left x, right S), along which the parameters dst go:
//               p -= lr (weight_decay p + scale inverse x S), and the average
// Results but the last are symmetric: tiles below the diagonal are left out, those above are written twice.
// They have to be symmetric to the bit: L is read as its transpose, and where the two differ by rounding, a
// round makes the difference ten times larger.
// Tiles are numbered by product, matrix, row of tiles.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/muon/muon_product_push.h"
#include "shaders/muon/muon_table.h"
#include "shaders/optimiser/optimiser_hyper.h"

layout(constant_id = 4) const uint STAGE = 0;
const uint GRAM = 0, POLYNOMIAL = 1, POWER = 2, DIRECTION = 3; // muon.c has the same

// A tile of dst [rows][cols] = sum over k below depth of left times right. Right is [depth][cols], left is
// [depth][rows], in DIRECTION [rows][depth]: lines of left_line and right_line floats.
struct job {
    uint64_t left, right, dst;
    uint rows, cols, depth, left_line, right_line;
    uint row, col; // where the tile begins
    uint matrix;
};

void place_symmetric(inout job j, uint tile, uint n, uint height, uint width) {
    uint across = (n + width - 1) / width, row = 0;
    while (tile >= across - row * height / width) {
        tile -= across - row * height / width;
        row++;
    }
    j.row = row * height;
    j.col = (row * height / width + tile) * width;
}

void place_full(inout job j, uint tile, uint height, uint width) {
    uint across = (j.cols + width - 1) / width, row = uint((float(tile) + 0.5) / float(across));
    j.row = row * height;
    j.col = (tile - row * across) * width;
}

job symmetric_job(uint tile, bool second, uint height, uint width) {
    job j;
    MUON_FIND(j.matrix, push.table, push.matrices, symmetric, tile);
    muon_matrix m = muon_table_buffer(push.table).of[j.matrix];
    uint64_t square = uint64_t(m.square) * 4;
    bool wide = m.rows < m.cols;
    j.left = (second ? push.second_left : push.left) + square;
    j.right = push.right + square;
    if (STAGE == GRAM)
        j.left = j.right = wide ? push.right + uint64_t(m.turned) * 4 : push.left + uint64_t(m.at) * 4;
    j.dst = (second ? push.second_dst : push.dst) + square;
    j.rows = j.cols = j.left_line = j.right_line = m.n;
    j.depth = STAGE == GRAM ? m.longer : m.n;
    place_symmetric(j, tile - m.symmetric, m.n, height, width);
    return j;
}

job direction_job(uint tile, uint height, uint width) {
    job j;
    MUON_FIND(j.matrix, push.table, push.matrices, direction, tile);
    muon_matrix m = muon_table_buffer(push.table).of[j.matrix];
    uint64_t at = uint64_t(m.at) * 4, x = push.left + at, square = push.right + uint64_t(m.square) * 4;
    bool wide = m.rows < m.cols;
    j.left = wide ? square : x;
    j.right = wide ? x : square;
    j.dst = push.dst + at;
    j.rows = m.rows;
    j.cols = j.right_line = m.cols;
    j.depth = j.left_line = m.n;
    place_full(j, tile - m.direction, height, width);
    return j;
}

// Tiles of height x width in all, of both products.
uint all_tiles() {
    return (push.second_left != 0 ? 2 : 1) * push.tiles;
}

// False behind the last tile.
bool take_job(uint group, uint height, uint width, out job j) {
    bool second = group >= push.tiles;
    if (group >= all_tiles())
        return false;
    if (STAGE == DIRECTION)
        j = direction_job(group, height, width);
    else
        j = symmetric_job(second ? group - push.tiles : group, second, height, width);
    return true;
}

// How far parameters go along the direction.
struct way {
    float lr, along, keep;
    bool apply;
};

way direction_way(job j) {
    optimiser_hyper hyper = optimiser_hyper_buffer(push.hyper).at;
    float scale = muon_table_buffer(push.table).of[j.matrix].scale;
    bool apply = grad_clip_result_buffer(push.grad_clip).at.apply != 0.0; // else the gradient was not finite
    return way(hyper.lr, hyper.lr * scale * load1_f32(push.inverse, j.matrix), hyper.ema_decay, apply);
}

// The convolution as one would first write it in C: seven loops, the innermost over output channels, so that
// every compiler can vectorise it.
#include "cli/bench/bench.h"
#include "cli/terminal.h"

#include <stdlib.h>

enum { D = 8, H = 32, W = 32, C = 64, K = 3 };

const char *const bench_c_label = "64->64 k3 s1 p1 on 8x32x32";
const double bench_c_flops = 2.0 * D * H * W * C * C * K * K * K;

// One output voxel: dst[C] += src at the tap times weight [C][C] of the tap.
static void add_tap(const float *restrict src, const float *restrict weight, float *restrict dst) {
    for (int ci = 0; ci < C; ci++)
        for (int co = 0; co < C; co++)
            dst[co] += src[ci] * weight[ci * C + co];
}

static void conv_voxel(const float *src, const float *weight, float *dst, int z, int y, int x) {
    for (int co = 0; co < C; co++)
        dst[co] = 0.0f;
    for (int tap = 0; tap < K * K * K; tap++) {
        int iz = z + tap / (K * K) - 1, iy = y + tap / K % K - 1, ix = x + tap % K - 1;
        if (iz >= 0 && iz < D && iy >= 0 && iy < H && ix >= 0 && ix < W)
            add_tap(src + ((iz * H + iy) * W + ix) * C, weight + tap * C * C, dst);
    }
}

// src and dst [D][H][W][C], weight [tap][cin][cout].
static void conv3d(const float *src, const float *weight, float *dst) {
    for (int z = 0; z < D; z++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                conv_voxel(src, weight, dst + ((z * H + y) * W + x) * C, z, y, x);
}

double bench_c_conv3d(void) {
    size_t voxels = (size_t)D * H * W * C, weights = (size_t)K * K * K * C * C;
    float *src = malloc(voxels * sizeof *src), *dst = malloc(voxels * sizeof *dst),
          *weight = malloc(weights * sizeof *weight);
    double best = -1.0;
    if (src != NULL && dst != NULL && weight != NULL) {
        for (size_t i = 0; i < voxels; i++)
            src[i] = (float)(i % 17) * 0.1f - 0.8f;
        for (size_t i = 0; i < weights; i++)
            weight[i] = (float)(i % 13) * 0.01f - 0.06f;
        for (int run = 0; run < 3; run++) {
            double start = terminal_seconds();
            conv3d(src, weight, dst);
            double seconds = terminal_seconds() - start;
            volatile float kept = dst[voxels / 2]; // the result is used, so the work cannot be dropped
            (void)kept;
            best = best < 0.0 || seconds < best ? seconds : best;
        }
    }
    free(src);
    free(dst);
    free(weight);
    return best;
}

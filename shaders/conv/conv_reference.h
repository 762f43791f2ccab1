// The convolution core's definitions in double precision, on arrays. With `swapped_weight` or `swap` the
// weight is [tap][b][a].
#ifndef MOGRAPH_SHADERS_CONV_CONV_REFERENCE_H
#define MOGRAPH_SHADERS_CONV_CONV_REFERENCE_H

#include "shaders/conv/conv_geometry.h"

void conv_reference_gather(const struct conv_geometry *geometry, bool transposed, uint32_t a, uint32_t b,
                           bool swapped_weight, const double *src, const double *weight, const double *bias,
                           double *dst);
void conv_reference_weight(const struct conv_geometry *geometry, uint32_t a, uint32_t b, bool swap,
                           bool accumulate, const double *big, const double *small, double *d_weight);
void conv_reference_bias(uint64_t voxels, uint32_t channels, bool accumulate, const double *src,
                         double *d_bias);

#endif

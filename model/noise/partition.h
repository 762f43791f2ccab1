// Which samples belong together: the clips of a kind come in a few layouts, and lie apart by layout.
//
// Apart in which measure? In that of neighbours: the covariance of the differences to each sample's nearest
// ones is that within the parts, before anybody knows the parts, and nearest in that measure they are anew
// (Art, Gnanadesikan & Kettenring 1982, "Data-based metrics for cluster analysis"; nearest neighbours as in
// Fukunaga & Mantock 1983). In it k-means (Lloyd 1982, begun as by Arthur & Vassilvitskii 2007) finds the
// parts.
#ifndef MOGRAPH_MODEL_NOISE_PARTITION_H
#define MOGRAPH_MODEL_NOISE_PARTITION_H

#include <stdint.h>

// Divides samples x[n][dim] into as many parts as stand apart, at most `most`, and writes part[n], from 0 on.
// Parts stand apart when of any two of them the means lie five deviations from each other on Fisher's
// discriminant, seen from samples that did not choose it. Few samples, below four a dimension, are one part.
// The same samples, the same parts. Returns how many; 0 when memory is out.
uint32_t partition(const double *x, uint32_t n, uint32_t dim, uint32_t most, uint32_t *part);

#endif

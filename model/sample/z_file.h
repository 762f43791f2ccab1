// A point of the noise space in a file: safetensors with one F32 tensor a level, "eps.0" the top, each
// [d][h][w][c_used], and "classes" [classes], how much of each class it is. Metadata: the weights' hash, the
// names of the classes, and whatever the caller adds.
#ifndef MOGRAPH_MODEL_SAMPLE_Z_FILE_H
#define MOGRAPH_MODEL_SAMPLE_Z_FILE_H

#include "model/sample/generator.h"

// Writes noise[space.count] and weights[classes]; replaces a file that is there. Errors: RT_ERROR_IO,
// RT_ERROR_INVALID (a number that is not finite).
enum rt_status z_file_save(const char *path, const struct generator *generator, const float *noise,
                           const float *weights, const struct safetensors_pair *pairs, uint32_t pair_count);

// Reads one for this generator. *same: whether it was made with these weights; with others of the same shape
// it is a clip as well, but another one. Errors: RT_ERROR_IO, RT_ERROR_INVALID: no z file, or one of a model
// of another shape or with other classes.
enum rt_status z_file_load(const char *path, const struct generator *generator, float *noise, float *weights,
                           bool *same);

#endif

// Trained weights on a device: noise to clips, clips to noise. Points are as in noise_space.h; what a clip is
// of, its classes, goes along as weights[classes] that add up to 1.
//
// Everything is a function of its arguments and the weights: the same call gives the same bytes on the same
// device, whatever the batch.
#ifndef MOGRAPH_MODEL_SAMPLE_GENERATOR_H
#define MOGRAPH_MODEL_SAMPLE_GENERATOR_H

#include "model/sample/evaluator.h"
#include "model/sample/prior.h"
#include "model/weights/weights.h"

struct generator;

// Puts the weights on the device, with room for as many clips at a time as half of its free memory takes, at
// most `batch`. Library and weights must outlive the generator, which the caller owns. Errors:
// RT_ERROR_OUT_OF_MEMORY, RT_ERROR_INVALID (tensors that do not fit the file's configuration, by name).
enum rt_status generator_create(struct op_library *library, const struct weights *weights, uint32_t batch,
                                struct generator **out);
void generator_destroy(struct generator **generator);

const struct vae_config *generator_config(const struct generator *generator);
const struct weights *generator_weights(const struct generator *generator);
const struct noise_space *generator_space(const struct generator *generator);
// What points are drawn from; a class as often as it is in the training clips.
const struct prior *generator_prior(const struct generator *generator);
// The levels' shapes; level 0 is the top.
const struct vae_level *generator_level(const struct generator *generator, uint32_t level);
// What runs below, for whoever wants more than points and clips.
struct evaluator *generator_evaluator(const struct generator *generator);
uint32_t generator_batch(const struct generator *generator);
size_t generator_clip_bytes(const struct generator *generator); // of one clip's rgb

// Decodes noise [count][space.count] under weights [count][classes] to rgb uint8 [count][d][h][w][3], batch
// by batch. Errors: RT_ERROR_DRIVER when a clip holds a number that is not finite or is black all over:
// neither is a result. The device is named, or noise that no prior draws.
enum rt_status generator_decode(struct generator *generator, const float *noise, const float *weights,
                                uint32_t count, uint8_t *rgb);

#define GENERATOR_ANY_CLASS UINT32_MAX

// What a clip was encoded to.
struct generator_encoding {
    uint32_t class;                // as it was given, or the one with the most evidence
    double elbo;                   // evidence lower bound, nats
    double nll;                    // of it, of the picture
    double kl[VAE_MAX_STAGES + 1]; // and of the levels
};

// Encodes a clip rgb uint8 [d][h][w][3] by inversion: the posterior's mean, as the noise[space.count] that
// takes the prior there. Without a class every one is tried. Errors as in decoding.
enum rt_status generator_encode(struct generator *generator, const uint8_t *rgb, uint32_t class, float *noise,
                                struct generator_encoding *out);

#endif

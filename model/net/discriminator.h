// The discriminator of the adversarial phase: tells clips of the data set from generated ones, patch by patch
// and at two scales (Isola et al. 2017, "patches"; Miyato & Koyama 2018, class projection).
//
//   clip -> [blocks of 2x2x2 voxels, 1x1x1 to 8] -> conv k4 s2 16 -> 32 -> 64, LeakyReLU, no normalisation
//                                                                  |     |
//                                                                 head  head: one logit per patch
//
// Large clips are read in blocks of 2x2x2 voxels, as the encoder of vae.h does.
// Measured on two cores with four clips of 128x128x32, a step of the discriminator and
// the gradient at the clips: 3.0 s where the first k4 s2 convolution reads four channels at full
// resolution (0.57 s of it the gradient at the clips alone, at 4 GFLOP/s), 0.84 s with blocks.
// Reading an average of 2x2x2 voxels would take 0.5 s and hide what is finer than two voxels.
#ifndef MOGRAPH_MODEL_NET_DISCRIMINATOR_H
#define MOGRAPH_MODEL_NET_DISCRIMINATOR_H

#include "model/net/vae.h"

enum { DISCRIMINATOR_HEADS = 2 };

struct discriminator_config {
    uint32_t d, h, w; // of a clip: frames, height, width; at least 8, with blocks 16 and even
    uint32_t classes;
    bool blocks;
};

// For the clips of a model: with blocks from 128x128x16 on.
struct discriminator_config discriminator_for(const struct vae_config *config);

enum discriminator_mode {
    DISCRIMINATOR_TRAIN, // the backward pass gives the parameters' gradients
    DISCRIMINATOR_SCORE, // it gives the gradient at the clips; the parameters are constants
};

struct discriminator_head {
    uint32_t logits; // [n][patches][4], channel 0; the other three are padding. The backward pass begins here
    uint32_t patches; // of a clip
};

struct discriminator {
    uint32_t n;
    struct graph *graph;
    uint32_t clips;   // input [n][d][h][w][4]; what the fourth channel holds counts: keep it 0
    uint32_t classes; // input u32 [n]
    struct discriminator_head heads[DISCRIMINATOR_HEADS]; // from the 32 and the 64 channels
};

// Writes the network down for n clips, finishes its graph and plans its memory. `parameters` gets the tensors
// ("discriminator.0.weight", ...) and must outlive it; both modes share one set. Errors: RT_ERROR_INVALID,
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status discriminator_init(struct discriminator *discriminator,
                                  const struct discriminator_config *config, enum discriminator_mode mode,
                                  uint32_t n, const struct op_target *target, struct parameters *parameters,
                                  uint64_t chunk_bytes);
void discriminator_finish(struct discriminator *discriminator);

#endif

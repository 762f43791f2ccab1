// Growing: what was learnt on small clips begins the model of larger ones (the idea of Karras et al. 2018,
// "Progressive Growing of GANs", in two runs instead of one). A preset on clips of half the size is the
// inside of itself (vae_fit), and a step of it takes a quarter of the time; so the coarse of a data set,
// where things are and how they move, is learnt there, and the larger model has the detail left to learn.
#ifndef MOGRAPH_MODEL_GROW_H
#define MOGRAPH_MODEL_GROW_H

#include "model/weights.h"
#include "shaders/op.h"

// True when `from` is the inside of `to`: the same but for one or more of its finest stages, with clips
// halved as often.
bool grow_fits(const struct vae_config *from, const struct vae_config *to);

// Reads weights for which grow_fits(weights_config, to). `parameters` are those of `to` after
// parameters_layout; `trained` and `state` hold its starting values, and keep them where the weights have
// nothing to say: the finest stages. Errors: those of weights_read, RT_ERROR_OUT_OF_MEMORY.
enum rt_status grow_read(const struct weights *weights, const struct op_target *target,
                         const struct vae_config *to, const struct parameters *parameters, float *trained,
                         float *state);

#endif

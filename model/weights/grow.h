// Growing: what was learnt on other kinds of clips, or on small ones, begins a model of these kinds, or of
// clips twice as large (the idea of Karras et al. 2018, "Progressive Growing of GANs", in two runs instead of
// one). A preset on clips of half the size is the inside of itself (vae_fit), and a step of it takes a
// quarter of the time; so the coarse of a data set, where things are and how they move, is learnt there, and
// the larger model has the detail left to learn.
//
// The new outermost stage begins as a passage: it halves the clips on the way in by means, and doubles what
// the small model would have painted on the way out, a colour in a pair of channels, silu(x) - silu(-x) = x.
// The rest of it starts as any new layer does, behind weights of zero.
//
// The other way round, weights of clips twice as large begin a model of small ones without their finest
// stage: first and last layer start anew, what lies between them is kept.
#ifndef MOGRAPH_MODEL_WEIGHTS_GROW_H
#define MOGRAPH_MODEL_WEIGHTS_GROW_H

#include "model/weights/weights.h"
#include "shaders/op.h"

// True when `from` is `to`, or its inside: the same but for the finest stage, with clips half as large; or
// when `to` is the inside of `from`. How many kinds there are, and by which parts the vector reaches the
// decoder (vae_copy_style), does not matter: parts that `from` does without start as they do when new.
bool grow_fits(const struct vae_config *from, const struct vae_config *to);

// Reads weights for which grow_fits(weights_config, to). `parameters` are those of `to` after
// parameters_layout; `trained` and `state` hold its starting values, and keep them where the weights have
// nothing to say: without `same_kinds` also what each kind says and where it lies. Errors: those of
// weights_read, RT_ERROR_OUT_OF_MEMORY.
enum rt_status grow_read(const struct weights *weights, const struct op_target *target,
                         const struct vae_config *to, const struct parameters *parameters, bool same_kinds,
                         float *trained, float *state);

#endif

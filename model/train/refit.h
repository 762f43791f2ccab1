// What is done to averaged weights before they are used: the running statistics of BatchNorm are re-estimated
// under them, and the density of each class over the top latent is fitted.
#ifndef MOGRAPH_MODEL_TRAIN_REFIT_H
#define MOGRAPH_MODEL_TRAIN_REFIT_H

#include "model/clips/clip_store.h"
#include "model/sample/evaluator.h"

// Takes the averaged weights of a model in training and re-estimates the running statistics over `batches`
// batches of posterior samples of random training clips; with 0 batches they stay as they are, which weights
// want that have learnt under frozen ones. One set of statistics serves reconstruction and sampling alike:
// statistics of prior samples broke reconstruction, and those of posteriors hardly hurt sampling while the
// top latent is compact. Errors: RT_ERROR_IO (a clip), RT_ERROR_OUT_OF_MEMORY.
enum rt_status refit_statistics(struct evaluator *evaluator, const struct parameters *from,
                                const struct clip_source *source, uint32_t batches, uint64_t seed);

// Whether every class has a density: weights that a run began with may have brought one. Errors:
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status refit_find_density(const struct evaluator *evaluator, bool *found);

// Encodes every clip of the source once and stores the fitted densities in the evaluator's parameters.
enum rt_status refit_density(struct evaluator *evaluator, const struct clip_source *source, uint64_t seed);

#endif

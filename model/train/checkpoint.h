// Everything that a run needs to go on as if it had never stopped, in one safetensors file: the weights,
// their average, the optimiser's moments, the running statistics, the rate control and the number of the next
// step, from which random numbers and the position in the data follow (draw.h, sampler.h).
//
//   value, ema, m, v   F32 [trained]   the slabs of parameters.h
//   state              F32 [state]     running statistics, calibration, density
//   clip               F32 [4]         of grad_clip
//   rate               F32 [levels][3] target is the options'; beta, mean, started
//   adversary          F32 [...]       of adversary.h, in runs that have a second phase
//   metadata           step, and a fingerprint of the tensors' names and shapes
#ifndef MOGRAPH_MODEL_TRAIN_CHECKPOINT_H
#define MOGRAPH_MODEL_TRAIN_CHECKPOINT_H

#include "model/train/trainer.h"

// Writes to a temporary name, syncs, renames: the file is whole or the old one stays. Errors: RT_ERROR_IO,
// and RT_ERROR_INVALID when a number is not finite.
enum rt_status checkpoint_save(struct trainer *trainer, const char *path);

// Puts the trainer where the run was. The trainer must have been created with the run's options; one of
// another model is refused by name. After an error its contents are undefined.
enum rt_status checkpoint_load(struct trainer *trainer, const char *path);

#endif

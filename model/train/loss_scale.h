// Loss scaling (Micikevicius et al. 2018, "Mixed Precision Training"): kernels of family coop read gradients
// as fp16, which knows nothing below 6e-8 and nothing above 65504. So the losses' gradients are made larger
// by a power of two, and the gradient of the weights smaller by the same, which costs no digit. The scale
// finds its own size: a gradient that overflows is skipped and halves it, a thousand good steps double it.
#ifndef MOGRAPH_MODEL_TRAIN_LOSS_SCALE_H
#define MOGRAPH_MODEL_TRAIN_LOSS_SCALE_H

#include <stdbool.h>
#include <stdint.h>

enum { LOSS_SCALE_NUMBERS = 2 };

struct loss_scale {
    float scale;   // a power of two
    uint32_t good; // steps since it last changed
    bool moves;    // false: 1, and for ever
};

// `fixed`: no kernel reads fp16. `first`: where it begins; 0: the usual.
struct loss_scale loss_scale_start(bool fixed, float first);

// After a step whose losses were finite. True when it was halved.
bool loss_scale_update(struct loss_scale *s, bool overflowed);

// What a checkpoint keeps.
void loss_scale_pack(const struct loss_scale *s, float numbers[LOSS_SCALE_NUMBERS]);
void loss_scale_unpack(struct loss_scale *s, const float numbers[LOSS_SCALE_NUMBERS]);

#endif

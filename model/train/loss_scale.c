// Moves the loss scale.
#include "model/train/loss_scale.h"

#include <math.h>

// Losses are in nats a clip, so gradients are large: from 1024, training `tiny` skipped five of its first six
// steps on the way down to 32.
#define FIRST 16.0f
#define LOW 0x1p-20f
#define HIGH 0x1p60f // the square of a gradient overflows fp32 before

enum { GROW_AFTER = 1000 };

static float clamp(float scale) {
    return fmaxf(LOW, fminf(HIGH, scale));
}

struct loss_scale loss_scale_start(bool fixed, float first) {
    if (fixed)
        return (struct loss_scale){.scale = 1.0f};
    return (struct loss_scale){.scale = clamp(first > 0.0f ? exp2f(floorf(log2f(first))) : FIRST),
                               .moves = true};
}

bool loss_scale_update(struct loss_scale *s, bool overflowed) {
    float before = s->scale;
    s->good = overflowed ? 0 : s->good + 1;
    if (!s->moves || (!overflowed && s->good < GROW_AFTER))
        return false;
    s->scale = clamp(before * (overflowed ? 0.5f : 2.0f));
    s->good = 0;
    return s->scale < before;
}

void loss_scale_pack(const struct loss_scale *s, float numbers[LOSS_SCALE_NUMBERS]) {
    numbers[0] = s->scale;
    numbers[1] = (float)s->good; // below 2^24 for as long as the scale moves
}

void loss_scale_unpack(struct loss_scale *s, const float numbers[LOSS_SCALE_NUMBERS]) {
    if (!s->moves)
        return;
    *s = loss_scale_start(false, numbers[0]);
    s->good = numbers[1] > 0.0f && numbers[1] < (float)GROW_AFTER ? (uint32_t)numbers[1] : 0;
}

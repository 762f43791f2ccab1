// Computes what changes from step to step: learning rate, averaging, KL share, level dropout.
#include "model/train/schedule.h"

#include "model/noise/draw.h"

#include <math.h>

#define FINAL_LR_PART 0.01f
#define PI 3.14159265358979f

float schedule_decay(const struct schedule *s, uint64_t step) {
    if (step < s->warmup || s->steps <= s->warmup + 1)
        return 1.0f;
    float part = (float)(step - s->warmup) / (float)(s->steps - s->warmup - 1);
    float cosine = 0.5f + 0.5f * cosf(PI * fminf(part, 1.0f));
    return FINAL_LR_PART + (1.0f - FINAL_LR_PART) * cosine;
}

float schedule_lr(const struct schedule *s, uint64_t step) {
    if (step < s->warmup)
        return s->lr * (float)(step + 1) / (float)s->warmup;
    return s->lr * schedule_decay(s, step);
}

float schedule_ema_decay(const struct schedule *s, uint64_t step) {
    return fminf(s->ema_decay, (1.0f + (float)step) / (10.0f + (float)step));
}

float schedule_kl_ramp(const struct schedule *s, uint64_t step) {
    float ramp = s->kl_ramp * (float)s->steps;
    return ramp > 0.0f ? fminf(1.0f, ((float)step + 1.0f) / ramp) : 1.0f;
}

uint64_t schedule_second_phase(const struct schedule *s) {
    if (s->adversary_from >= 1.0f)
        return s->steps;
    return (uint64_t)((double)s->adversary_from * (double)s->steps);
}

uint32_t schedule_kept_levels(const struct schedule *s, uint64_t seed, uint64_t step, uint32_t sample,
                              uint32_t levels) {
    // The top learns to place things first: finer levels that are there from the start take the clip from it,
    // and what is decoded from the top alone stays fog.
    if ((double)step < (double)s->ladder_from * (double)s->steps)
        return 0;
    float draw = draw_uniform(seed, DRAW_LEVELS, step, sample);
    if (draw < s->drop_all)
        return 0;
    return draw < s->drop_all + s->drop_finest && levels > 0 ? levels - 1 : levels;
}

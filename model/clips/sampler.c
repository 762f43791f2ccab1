// Chooses the clips of each step and their augmentation from seed and step.
#include "model/clips/sampler.h"

#include "model/noise/draw.h"
#include "runtime/align.h"
#include "shaders/clips/clips.h"

#include <stdlib.h>

bool sampler_init(struct sampler *sampler) {
    sampler->epoch = UINT64_MAX;
    sampler->order = malloc(sampler->clips * sizeof *sampler->order);
    return sampler->order != NULL;
}

void sampler_finish(struct sampler *sampler) {
    free(sampler->order);
    sampler->order = NULL;
}

// Fisher & Yates.
static void shuffle(struct sampler *s, uint64_t epoch) {
    for (uint32_t i = 0; i < s->clips; i++)
        s->order[i] = i;
    for (uint32_t i = s->clips; i > 1; i--) {
        uint32_t k = (uint32_t)(((uint64_t)draw_bits(s->seed, DRAW_ORDER, epoch, i) * i) >> 32);
        uint32_t other = s->order[k];
        s->order[k] = s->order[i - 1];
        s->order[i - 1] = other;
    }
    s->epoch = epoch;
}

// How often a place has been renewed, floor(epoch renew + u), in whole numbers of 2^-32: u is the place's own, so
// that the same part of the places is renewed in every epoch, and each of them at equal distances.
static uint64_t renewals(const struct sampler *s, uint32_t bits, uint64_t epoch) {
    return (epoch * (uint64_t)(s->renew * 0x1p32 + 0.5) + bits) >> 32;
}

uint32_t sampler_clip(const struct sampler *s, uint32_t place, uint64_t epoch) {
    uint32_t bits = draw_bits(s->seed, DRAW_RENEW, 0, place);
    return place + s->clips * (uint32_t)renewals(s, bits, epoch);
}

bool sampler_can_count(const struct sampler *s, uint64_t epochs) {
    return (renewals(s, UINT32_MAX, epochs) + 1) * s->clips <= UINT32_MAX;
}

static uint32_t clip_at(struct sampler *s, uint64_t position) {
    uint64_t epoch = position / s->clips;
    if (s->epoch != epoch)
        shuffle(s, epoch);
    uint32_t place = s->order[position % s->clips];
    return s->renew > 0.0 ? sampler_clip(s, place, epoch) : place;
}

// -extent to extent.
static uint32_t shift(uint32_t bits, uint32_t extent) {
    return bits % (2 * extent + 1) - extent;
}

static void augment(const struct sampler *s, uint64_t position, uint32_t out[4]) {
    uint32_t flips = draw_bits(s->seed, DRAW_AUGMENT, position, 0);
    out[0] = out[1] = out[2] = out[3] = 0;
    if ((s->augment & SAMPLER_FLIP) && (flips & 1))
        out[0] |= OP_CLIP_FLIP_W;
    if ((s->augment & SAMPLER_REVERSE) && (flips & 2))
        out[0] |= OP_CLIP_FLIP_D;
    if (s->augment & SAMPLER_SHIFT) {
        out[2] = shift(draw_bits(s->seed, DRAW_AUGMENT, position, 1), s->height / 16);
        out[3] = shift(draw_bits(s->seed, DRAW_AUGMENT, position, 2), s->width / 16);
    }
}

void sampler_batch(struct sampler *s, uint64_t step, struct sampler_item *items) {
    for (uint32_t i = 0; i < s->batch; i++) {
        uint64_t position = step * s->batch + i;
        if (s->fixed) {
            items[i] = (struct sampler_item){.clip = (uint32_t)((uint64_t)i * s->clips / s->batch)};
        } else {
            items[i].clip = clip_at(s, position);
            augment(s, position, items[i].augment);
        }
    }
}

uint64_t sampler_steps(const struct sampler *s, uint64_t epochs) {
    return rt_div_up(epochs * s->clips, s->batch);
}

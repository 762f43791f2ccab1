// Decodes every frame's point, one after another.
#include "cli/demo/record.h"

#include "cli/demo/mixer.h"

#include <stdlib.h>
#include <string.h>

// One recording.
struct recording {
    const struct record *record;
    struct instrument instrument;
    struct mixer mixer;
    size_t noise_bytes, weights_bytes;
    float *noise, *weights; // two of each: the present point, and the one whose clip is there
    uint8_t *rgb;           // that clip
};

static bool begin(struct recording *r, const struct prior *prior, struct cli_error *error) {
    const struct player_decoder *d = &r->record->decoder;
    mixer_init(&r->mixer, d->frames, d->height, d->width);
    r->noise_bytes = prior->space.count * sizeof *r->noise;
    r->weights_bytes = prior->density.classes * sizeof *r->weights;
    r->noise = malloc(2 * r->noise_bytes);
    r->weights = malloc(2 * r->weights_bytes);
    r->rgb = malloc(d->frames * r->mixer.frame_bytes);
    return (instrument_create(&r->instrument, prior, r->record->seed) && r->noise != NULL &&
            r->weights != NULL && r->rgb != NULL) ||
           cli_no_memory(error, "recording");
}

// While it dwells at a key point there is one clip for many frames.
static bool decode(struct recording *r, uint32_t frame, struct cli_error *error) {
    const struct player_decoder *d = &r->record->decoder;
    float *noise = r->noise + r->noise_bytes / sizeof *r->noise,
          *weights = r->weights + r->weights_bytes / sizeof *r->weights;
    instrument_at(&r->instrument, frame / r->record->fps, r->noise, r->weights);
    if (frame > 0 && memcmp(noise, r->noise, r->noise_bytes) == 0 &&
        memcmp(weights, r->weights, r->weights_bytes) == 0)
        return true;
    memcpy(noise, r->noise, r->noise_bytes);
    memcpy(weights, r->weights, r->weights_bytes);
    return d->decode(d->user, noise, weights, r->rgb, error);
}

static bool play(struct recording *r, struct clip *out, struct cli_error *error) {
    for (uint32_t frame = 0; frame < out->frames; frame++) {
        if (!decode(r, frame, error))
            return false;
        mixer_show(&r->mixer, frame, NULL, r->rgb, 1.0, 1.0, clip_frame_at(out, frame));
        if (!r->record->step(r->record->user, frame + 1, error))
            return false;
    }
    clip_set_fps(out, r->record->fps);
    return true;
}

bool record_play(const struct record *record, struct clip *out, struct cli_error *error) {
    const struct player_decoder *d = &record->decoder;
    const struct prior *prior;
    struct recording r = {.record = record};
    *out = (struct clip){0};
    bool done = clip_create(out, record->frames, d->height, d->width, error) &&
                d->begin(d->user, &prior, error) && begin(&r, prior, error) && play(&r, out, error);
    instrument_destroy(&r.instrument);
    d->end(d->user);
    free(r.noise);
    free(r.weights);
    free(r.rgb);
    if (!done)
        clip_destroy(out);
    return done;
}

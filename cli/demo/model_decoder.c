// Opens the device on the thread that decodes, and decodes there.
#include "cli/demo/model_decoder.h"

static bool begin(void *user, const struct prior **prior, struct cli_error *error) {
    struct work *work = user;
    if (!work_start(work, 1, error))
        return false;
    *prior = generator_prior(work->generator);
    return true;
}

static bool decode(void *user, const float *noise, const float *weights, uint8_t *rgb,
                   struct cli_error *error) {
    struct work *work = user;
    return cli_check(error, generator_decode(work->generator, noise, weights, 1, rgb), "decoding");
}

static void end(void *user) {
    struct work *work = user;
    generator_destroy(&work->generator);
    cli_device_close(&work->device);
}

struct player_decoder model_decoder(struct work *work) {
    const struct vae_config *c = weights_config(work->weights);
    return (struct player_decoder){.begin = begin,
                                   .decode = decode,
                                   .end = end,
                                   .user = work,
                                   .frames = c->d,
                                   .height = c->h,
                                   .width = c->w};
}

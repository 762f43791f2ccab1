// Reads what is to be timed: a preset at a size, a list of batches.
#include "cli/bench/choice.h"

#include "cli/check.h"

#include <stdlib.h>

bool bench_choose_model(int preset, struct cli_size size, struct vae_config *model, struct cli_error *error) {
    *model = *vae_preset_at((uint32_t)preset);
    if (size.width == 0)
        return true;
    const struct vae_config *own = vae_preset_at((uint32_t)preset);
    vae_fit(model, size.frames, size.height, size.width);
    const char *fault = vae_fault(model);
    return fault == NULL || cli_usage(error, "--size %ux%ux%u: %s; %s is made for %ux%ux%u", size.width,
                                      size.height, size.frames, fault, own->name, own->w, own->h, own->d);
}

bool bench_choose_batches(const char *text, struct bench_batches *batches, struct cli_error *error) {
    batches->count = 0;
    for (const char *at = text;; at++) {
        char *end;
        unsigned long batch = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 0;
        if (batch == 0 || batch > BENCH_BATCH_MAX || batches->count == BENCH_BATCHES ||
            (*end != ',' && *end != '\0'))
            return cli_usage(error,
                             "--batch is \"%.80s\": give a number from 1 to %d, or up to %d of them: 1,2,4",
                             text, BENCH_BATCH_MAX, BENCH_BATCHES);
        batches->at[batches->count++] = (uint32_t)batch;
        if (*end == '\0')
            return true;
        at = end;
    }
}

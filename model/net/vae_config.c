// The presets of the model, fitting one to clips of another size, and what a configuration must keep to.
#include "model/net/vae_config.h"

#include "runtime/log.h"
#include "shaders/op.h"

#include <string.h>

static const struct vae_config presets[] = {
    {.name = "tiny",
     .d = 8,
     .h = 32,
     .w = 32,
     .stages = 3,
     .channels = {8, 16, 24},
     .top = 8,
     .latent = {0, 2, 4},
     .classes = 6,
     .embedding = 8,
     .spatial_bias_voxels = 128,
     .mapping_width = 16},
    {.name = "small",
     .d = 32,
     .h = 128,
     .w = 128,
     .stages = 5,
     .channels = {16, 32, 48, 64, 96},
     .top = 24,
     .latent = {0, 0, 2, 8, 0},
     .classes = 6,
     .embedding = 16,
     .spatial_bias_voxels = 1024,
     .mapping_width = 128},
    {.name = "base",
     .d = 32,
     .h = 128,
     .w = 128,
     .stages = 5,
     .channels = {32, 64, 128, 192, 256},
     .top = 48,
     .latent = {0, 0, 2, 8, 0},
     .classes = 6,
     .embedding = 32,
     .spatial_bias_voxels = 128,
     .mapping_width = 256},
    // The article's shape: one latent, no levels, neither spatial bias nor mapping.
    {.name = "article",
     .d = 32,
     .h = 128,
     .w = 128,
     .stages = 5,
     .channels = {16, 32, 48, 64, 96},
     .top = 64,
     .classes = 6,
     .embedding = 16},
};

const struct vae_config *vae_preset_at(uint32_t i) {
    return i < sizeof presets / sizeof presets[0] ? &presets[i] : NULL;
}

const struct vae_config *vae_preset(const char *name) {
    for (uint32_t i = 0; vae_preset_at(i) != NULL; i++)
        if (strcmp(name, presets[i].name) == 0)
            return &presets[i];
    return NULL;
}

// The largest start, in voxels, of a model that does without some of its stages: a linear layer writes it,
// and the deepest features are meant to see most of a clip at once.
enum { FITTED_START_MAX = 64 };

void vae_fit(struct vae_config *c, uint32_t d, uint32_t h, uint32_t w) {
    c->d = d;
    c->h = h;
    c->w = w;
    uint32_t stages = c->stages;
    while (stages > 1 && (d | h | w) % (1u << stages) != 0)
        stages--;
    if ((uint64_t)(d >> stages) * (h >> stages) * (w >> stages) > FITTED_START_MAX)
        return; // too few halvings: vae_check says so
    while (c->stages > stages) {
        c->stages--;
        memmove(c->channels, c->channels + 1, c->stages * sizeof c->channels[0]);
        memmove(c->latent, c->latent + 1, c->stages * sizeof c->latent[0]);
        c->channels[c->stages] = c->latent[c->stages] = 0;
    }
}

// No model needs more; what is read from a file must not ask for the memory.
enum { SIDE_MAX = 16384, WIDTH_MAX = 16384, CLASSES_MAX = 65536 };

static const char *size_fault(const struct vae_config *c) {
    uint32_t step = 1u << c->stages;
    if (c->d == 0 || c->h == 0 || c->w == 0 || c->d % step != 0 || c->h % step != 0 || c->w % step != 0)
        return "frames, height and width must be multiples of 2 to the power of stages";
    if (c->d > SIDE_MAX || c->h > SIDE_MAX || c->w > SIDE_MAX)
        return "frames, height and width must be at most 16384";
    return NULL;
}

static const char *width_fault(const struct vae_config *c) {
    if (c->top == 0 || c->top % 4 != 0 || c->embedding == 0 || c->embedding % 4 != 0 ||
        c->mapping_width % 4 != 0 || c->classes == 0)
        return "top, embedding and mapping_width must be multiples of 4, and there must be a class";
    bool wide = c->top > WIDTH_MAX || c->embedding > WIDTH_MAX || c->mapping_width > WIDTH_MAX;
    for (uint32_t i = 0; i < c->stages; i++) {
        if (c->channels[i] == 0 || c->channels[i] % 4 != 0)
            return "channels must be multiples of 4";
        wide = wide || c->channels[i] > WIDTH_MAX || c->latent[i] > WIDTH_MAX;
    }
    if (wide)
        return "top, embedding, mapping_width, channels and latents must be at most 16384";
    return c->classes > CLASSES_MAX ? "there must be at most 65536 classes" : NULL;
}

// The vector is written by one linear layer, which reads all numbers of the deepest grid and the means of the
// others: what a layer's channels may be at most.
static const char *start_fault(const struct vae_config *c) {
    uint64_t numbers = (uint64_t)(c->d >> c->stages) * (c->h >> c->stages) * (c->w >> c->stages) *
                       c->channels[c->stages - 1];
    for (uint32_t i = 0; i + 1 < c->stages; i++)
        numbers += c->channels[i];
    return numbers + c->embedding > OP_MAX_CHANNELS
               ? "such clips leave a grid of more than 65536 numbers for the vector: take smaller ones"
               : NULL;
}

const char *vae_fault(const struct vae_config *c) {
    if (c->stages < 1 || c->stages > VAE_MAX_STAGES)
        return "stages must be 1 to 6";
    const char *fault = size_fault(c);
    fault = fault != NULL ? fault : width_fault(c);
    return fault != NULL ? fault : start_fault(c);
}

bool vae_check(const struct vae_config *c) {
    const char *fault = vae_fault(c);
    if (fault != NULL)
        rt_log(RT_LOG_ERROR, "model %s (%ux%ux%u, %u stages): %s", c->name, c->w, c->h, c->d, c->stages,
               fault);
    return fault == NULL;
}

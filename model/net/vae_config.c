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
     .mapping_width = 16,
     .mapping_layers = 2,
     .styled_blocks = 1,
     .waves = 4,
     .poses = 2},
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
     .mapping_width = 384,
     .mapping_layers = 3,
     .styled_blocks = 1,
     .waves = 48,
     .poses = 2},
    // The article's shape: one latent, no levels, nothing but FiLM by the vector.
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

uint32_t vae_mapping_layers(const struct vae_config *c) {
    return c->mapping_width == 0 ? 0 : c->mapping_layers == 0 ? 1 : c->mapping_layers;
}

void vae_copy_style(struct vae_config *to, const struct vae_config *from) {
    to->spatial_bias_voxels = from->spatial_bias_voxels;
    to->mapping_width = from->mapping_width;
    to->mapping_layers = from->mapping_layers;
    to->styled_blocks = from->styled_blocks;
    to->waves = from->waves;
    to->poses = from->poses;
}

bool vae_same_mapping(const struct vae_config *a, const struct vae_config *b) {
    return a->mapping_width == b->mapping_width && vae_mapping_layers(a) == vae_mapping_layers(b);
}

// No model needs more; what is read from a file must not ask for the memory.
enum { SIDE_MAX = 16384, WIDTH_MAX = 16384, CLASSES_MAX = 65536, MAPPING_MAX = 16 };

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

static const char *style_fault(const struct vae_config *c) {
    if (c->mapping_layers > MAPPING_MAX || (c->mapping_layers > 1 && c->mapping_width == 0))
        return "a mapping must have 1 to 16 layers, and a width";
    if (c->styled_blocks > 1)
        return "styled must be 0 or 1";
    if (c->waves % 4 != 0 || c->poses % 2 != 0 || (c->waves == 0) != (c->poses == 0))
        return "waves must be a multiple of 4 in an even number of poses, or both 0";
    if (c->waves > 0 && c->spatial_bias_voxels == 0)
        return "waves are added where there is a spatial bias: there is none";
    return 2 * (uint64_t)c->waves * c->poses > OP_MAX_CHANNELS
               ? "waves in all poses must be at most 32768: a sine and a cosine each"
               : NULL;
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
    fault = fault != NULL ? fault : style_fault(c);
    return fault != NULL ? fault : start_fault(c);
}

bool vae_check(const struct vae_config *c) {
    const char *fault = vae_fault(c);
    if (fault != NULL)
        rt_log(RT_LOG_ERROR, "model %s (%ux%ux%u, %u stages): %s", c->name, c->w, c->h, c->d, c->stages,
               fault);
    return fault == NULL;
}

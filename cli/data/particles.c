// Draws one particle clip: its traits, the shutter, and the dots of every frame.
#include "cli/data/particles.h"

#include "cli/data/kinds/kind.h"
#include "cli/data/light.h"
#include "cli/data/random.h"

#include <stdlib.h>

static const struct particle_kind *const kinds[PARTICLE_KINDS] = {
    &particle_burst, &particle_fountain, &particle_vortex, &particle_snow, &particle_ripple, &particle_orbit,
};

// Streams of random numbers of one seed.
enum { STREAM_PARAMS = 1, STREAM_LAYOUT = 2 };

static const char *const param_names[PARTICLE_PARAMS] = {
#define PARAM(name, share, what) #name,
#include "cli/data/particle_params.def"
#undef PARAM
};

const char *particles_kind_name(uint32_t kind) {
    return kinds[kind]->name;
}

const char *particles_param_name(uint32_t i) {
    return param_names[i];
}

static float *field(struct particle_params *params, uint32_t i) {
    return &params->tint + i; // they are all floats
}

float particles_param(const struct particle_params *params, uint32_t i) {
    struct particle_params copy = *params;
    return *field(&copy, i);
}

bool particles_reads(uint32_t kind, uint32_t i) {
    return kinds[kind]->ranges[i].low < kinds[kind]->ranges[i].high;
}

void particles_draw_params(uint64_t seed, uint32_t kind, uint32_t clip,
                           const struct particle_variety *variety, struct particle_params *params) {
    struct random random = random_stream(seed, STREAM_PARAMS << 16 | kind, clip);
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
        const struct particle_range *range = &kinds[kind]->ranges[i];
        float value = random_between(&random, range->low, range->high);
        *field(params, i) = value + (1 - variety->of[i]) * (range->still - value);
    }
}

// Moments at which one frame is exposed: sub-frames while the shutter
// is open, then a fading tail behind them.
enum { SUBFRAMES = 6, TAIL = 10 };
#define SHUTTER 0.8f     // of a frame
#define TAIL_LIGHT 0.55f // of the head's, where the tail begins
#define GLOW 0.4f        // of the light, that spreads

struct scene {
    const struct particle_kind *kind;
    const struct particle_params *params;
    struct layout_traits figure;
    struct layout_traits *particles; // [kind->count]
    struct palette palette;
    struct light light;
    float frame_time; // duration of one frame as a part of the clip
    float unit;       // pixels in half a side
};

static void draw_traits(struct random *random, struct layout_traits *traits) {
    for (int i = 0; i < LAYOUT_TRAITS; i++)
        traits->u[i] = random_unit(random);
}

static bool scene_init(struct scene *s, uint64_t layout_seed, uint32_t kind, uint32_t layout,
                       const struct clip *clip) {
    uint32_t side = clip->height < clip->width ? clip->height : clip->width;
    s->frame_time = 1.0f / (float)clip->frames;
    s->unit = 0.5f * (float)side;
    palette_init(&s->palette, s->kind->stops, s->params->tint, s->params->hue, s->params->chroma);
    struct random random = random_stream(layout_seed, STREAM_LAYOUT << 16 | kind, layout);
    draw_traits(&random, &s->figure);
    s->particles = calloc(s->kind->count, sizeof *s->particles);
    if (s->particles == NULL || !light_init(&s->light, clip->height, clip->width))
        return false;
    for (uint32_t i = 0; i < s->kind->count; i++)
        draw_traits(&random, &s->particles[i]);
    return true;
}

static void scene_finish(struct scene *s) {
    free(s->particles);
    light_finish(&s->light);
}

static void expose_dot(struct scene *s, uint32_t index, float time, float weight, float taper) {
    struct dot dot = s->kind->at(&s->particles[index], &s->figure, s->params, index, time);
    if (!(dot.light > 0))
        return;
    float rgb[3];
    palette_at(&s->palette, dot.hue, rgb);
    for (int c = 0; c < 3; c++)
        rgb[c] *= dot.light * weight;
    light_add(&s->light, 0.5f * (float)s->light.width + dot.x * s->unit,
              0.5f * (float)s->light.height + dot.y * s->unit, taper * dot.sigma * s->unit / 64, rgb);
}

// Tails are measured in frames of a 32-frame clip, so that longer clips of the same motion look alike.
static void expose_particle(struct scene *s, uint32_t index, uint32_t frame) {
    float opened = (float)frame * s->frame_time, tail_time = s->params->trail * s->kind->trail / 32;
    for (int i = 0; i < SUBFRAMES; i++) {
        float part = ((float)i + 0.5f) / SUBFRAMES;
        expose_dot(s, index, opened + SHUTTER * part * s->frame_time, 1.0f / SUBFRAMES, 1);
    }
    for (int i = 0; i < TAIL; i++) {
        float part = ((float)i + 0.5f) / TAIL, left = 1 - part;
        expose_dot(s, index, opened - part * tail_time, TAIL_LIGHT * left * left / SUBFRAMES,
                   0.6f + 0.4f * left);
    }
}

bool particles_render(uint64_t layout_seed, uint32_t kind, uint32_t layout,
                      const struct particle_params *params, uint32_t frames, uint32_t height, uint32_t width,
                      struct clip *clip, struct cli_error *error) {
    if (!clip_create(clip, frames, height, width, error))
        return false;
    struct scene s = {.kind = kinds[kind], .params = params};
    bool ok = scene_init(&s, layout_seed, kind, layout, clip);
    struct srgb_tables tables;
    srgb_tables_init(&tables);
    for (uint32_t t = 0; ok && t < frames; t++) {
        light_clear(&s.light);
        for (uint32_t i = 0; i < s.kind->count; i++)
            expose_particle(&s, i, t);
        light_develop(&s.light, s.kind->exposure, GLOW * params->glow, s.unit * 0.045f, &tables,
                      clip_frame_at(clip, t));
    }
    scene_finish(&s);
    if (!ok) {
        clip_destroy(clip);
        return cli_fail(error, NULL, "no memory to draw a clip of %ux%ux%u", width, height, frames);
    }
    return true;
}

// Falling snow in depth: near flakes are large, soft and fast, far ones small, dim and slow.
#include "cli/data/kinds/kind.h"

enum { COUNT = 170 };

// Flakes leave a field larger than the picture on one side and enter on the other, out of sight.
#define FIELD 1.3f

static float wrap(float x) {
    return FIELD * (2 * fraction(0.5f * (x / FIELD + 1)) - 1);
}

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    const float *u = particle->u;
    float there = present(p->number, index, COUNT);
    if (there == 0)
        return (struct dot){0};
    float near = powf(u[2], 3 + p->depth); // most are far
    float pace = mix(0.32f, 1.25f, near) * p->speed;
    float moment = time + 0.35f * p->phase;
    float gust = 0.1f * sinf(TURN * (0.6f * time + p->phase + figure->u[0]));
    float sway = p->wobble * mix(0.025f, 0.07f, near) * sinf(TURN * (u[3] + (0.7f + 0.5f * u[4]) * moment));
    float spread = mix(1, p->scale, near);
    float x = spread * FIELD * (2 * u[0] - 1) + (p->wind + gust) * pace * 1.1f * moment + sway;
    float y = spread * FIELD * (2 * u[1] - 1) + p->gravity * pace * 1.15f * moment;
    float sparkle = 0.85f + 0.15f * sinf(TURN * (u[5] + (1 + p->spin) * 1.5f * time));
    return (struct dot){
        .x = wrap(x + mix(0.3f, 1, near) * p->center_x),
        .y = wrap(y + mix(0.3f, 1, near) * p->center_y),
        .sigma = p->radius * mix(0.6f, 1.55f, near) * p->scale,
        .light = mix(0.38f, 1.0f, powf(u[2], 1.3f)) * sparkle * there,
        .hue = clamp01(mix(0.95f, 0.3f, u[2]) + 0.25f * (u[6] - 0.5f)),
    };
}

const struct particle_kind particle_snow = {
    .name = "snow",
    .count = COUNT,
    .trail = 0.8f,
    .exposure = 1.25f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.9f, 1.12f, 1.01f},
            [PARTICLE_speed] = {0.8f, 1.2f, 1},
            [PARTICLE_spin] = {-0.5f, 0.5f, 0},
            [PARTICLE_wind] = {-0.5f, 0.5f, 0},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.2f, 0.2f, 0},
            [PARTICLE_center_y] = {-0.2f, 0.2f, 0},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1.2f, 2.8f, 1},
            [PARTICLE_trail] = {0.5f, 3, 1},
            [PARTICLE_gravity] = {0.88f, 1.12f, 1},
            [PARTICLE_wobble] = {0, 2, 1},
            [PARTICLE_depth] = {-1, 0.8f, 0},
            [PARTICLE_glow] = {0.3f, 3, 1},
            [PARTICLE_chroma] = {0.5f, 3, 1},
            [PARTICLE_number] = {0.35f, 0.6f, 1},
        },
    .stops = {{0xffffff, 0xe3edff, 0xa6c2f5, 0x6f8fd8},  // frost
              {0xffffff, 0xf0e8ff, 0xc3b3ee, 0x8d84d6},  // lavender
              {0xfffefa, 0xe6f4f4, 0xa9d3dc, 0x6fa6c4}}, // ice
    .at = at,
};

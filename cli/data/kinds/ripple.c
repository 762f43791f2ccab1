// Rings of particles that expand over a surface, one after the other, from one drop.
#include "cli/data/kinds/kind.h"

enum { RINGS = 5, PER_RING = 64 };

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    const float *u = particle->u, *f = figure->u;
    uint32_t ring = index / PER_RING;
    // Every second one of a ring goes, so that the others stay where they are.
    float there = present(p->number, index % 2, 2);
    if (there == 0)
        return (struct dot){0};
    float place = ((float)(index % PER_RING) + 0.35f * (u[0] - 0.5f)) / PER_RING;
    float age = fraction((float)ring / RINGS + p->phase + 0.55f * time * p->speed);
    // Fast at first, then ever slower: an ease-out that never stops.
    float radius = 1.25f * p->scale * (1 - powf(1 - age, 1.7f * p->spacing)) * (0.985f + 0.03f * u[1]);
    float petals = 3 + floorf(4 * f[0]) + p->arms, whole = floorf(petals), turn = f[1] + 0.5f * age;
    float petal =
        mix(sinf(TURN * (whole * place + turn)), sinf(TURN * ((whole + 1) * place + turn)), petals - whole);
    radius *= 1 + 0.022f * p->wobble * petal * smooth_step(0, 0.4f, age);
    float angle = TURN * (place + p->spin * age + f[2]);
    float tilt = mix(0.52f, 0.72f, f[3]) + p->wind + p->tilt, y = sinf(angle) * radius;
    float near = 1 / (1 - 0.22f * y);
    float wave = 0.045f * p->height * sinf(TURN * 1.5f * age) * (1 - age);
    float shown = smooth_step(0, 0.3f, age) * (1 - smooth_step(0.45f, 1, age));
    return (struct dot){
        .x = p->center_x + cosf(angle) * radius * near,
        .y = p->center_y + (y * tilt - wave) * near,
        .sigma = p->radius * mix(0.75f, 1.15f, u[2]) * near * mix(1, 0.8f, age),
        .light = 1.45f * shown * mix(0.7f, 1.1f, u[3]) * there,
        .hue = clamp01(1.05f * age + 0.16f * (u[4] - 0.5f)),
    };
}

const struct particle_kind particle_ripple = {
    .name = "ripple",
    .count = RINGS * PER_RING,
    .trail = 1.5f,
    .exposure = 1.1f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.8f, 1.05f, 0.925f},
            [PARTICLE_speed] = {0.85f, 1.2f, 1.025f},
            [PARTICLE_spin] = {-0.12f, 0.12f, 0},
            [PARTICLE_wind] = {-0.1f, 0.12f, 0.01f},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.12f, 0.12f, 0},
            [PARTICLE_center_y] = {-0.12f, 0.12f, 0},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1, 1.6f, 1},
            [PARTICLE_trail] = {0.5f, 2.5f, 1},
            [PARTICLE_height] = {0, 4.5f, 1},
            [PARTICLE_arms] = {0, 4, 0},
            [PARTICLE_wobble] = {0, 6, 1},
            [PARTICLE_spacing] = {0.75f, 1.35f, 1},
            [PARTICLE_tilt] = {-0.1f, 0.25f, 0},
            [PARTICLE_glow] = {0.2f, 1.3f, 1},
            [PARTICLE_chroma] = {0.5f, 1.15f, 1},
            [PARTICLE_number] = {0.5f, 0.85f, 1},
        },
    .stops = {{0xf4ffe8, 0xa8ff9e, 0x1fdb8b, 0x0b8a8f},  // emerald
              {0xfbffe0, 0xd6ff6b, 0x5fd63a, 0x0f9b74},  // spring
              {0xeafff8, 0x8affe0, 0x14cfc0, 0x0a7fb0}}, // lagoon
    .at = at,
};

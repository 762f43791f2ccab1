// A tilted disc of spiral arms that turns faster towards its middle, streaming in or out.
#include "cli/data/kinds/kind.h"

enum { COUNT = 260 };

static struct dot core(const struct particle_params *p) {
    return (struct dot){p->center_x, p->center_y, 2.4f, 0.6f, 0.3f};
}

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    if (index == 0)
        return core(p);
    float there = present(p->number, index, COUNT);
    if (there == 0)
        return (struct dot){0};
    const float *u = particle->u, *f = figure->u;
    bool inwards = f[0] < 0.5f;
    float arms = 2 + floorf(2 * f[1]) + p->arms;
    float age = fraction(u[0] + p->phase + 0.55f * time * p->speed);
    float way = inwards ? 1 - age : age; // 0 in the middle, 1 at the rim
    float hole = 0.1f + 0.25f * p->hollow;
    float radius = mix(hole, 0.97f, powf(way, 0.8f)) * p->scale;
    float arm = clump(u[1], arms, 1), scatter = 0.11f * p->spread * (u[2] + u[3] - 1);
    // The arms are logarithmic spirals; the whole figure turns.
    float hand = f[2] < 0.5f ? 1.0f : -1.0f;
    float angle =
        TURN * hand *
        (arm + scatter - 0.34f * p->tightness * logf(radius + 0.05f) + (0.28f + p->spin) * time * p->speed);
    float x = radius * cosf(angle), y = radius * sinf(angle), lift = 0.06f * (u[4] - 0.5f) * radius;
    float tilt = mix(0.5f, 0.62f, f[3]) + p->wind + p->tilt, lean = TURN * (f[4] - 0.5f) * 0.12f;
    float depth = y * sqrtf(fmaxf(0, 1 - tilt * tilt)), near = 1 / (1 - 0.28f * depth);
    float flat = y * tilt + lift;
    float shown = smooth_step(0, 0.12f, age) * smooth_step(1, 0.86f, age);
    return (struct dot){
        .x = p->center_x + (x * cosf(lean) - flat * sinf(lean)) * near,
        .y = p->center_y + (x * sinf(lean) + flat * cosf(lean)) * near,
        .sigma = p->radius * mix(0.6f, 1.05f, u[5]) * near,
        .light = 1.1f * shown * mix(0.45f, 1.05f, u[6]) * mix(0.9f, 0.75f, way) * there,
        .hue = clamp01(0.1f + 0.85f * way + 0.24f * (u[7] - 0.5f)),
    };
}

const struct particle_kind particle_vortex = {
    .name = "vortex",
    .count = COUNT,
    .trail = 2.4f,
    .exposure = 1.1f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.82f, 1.05f, 0.935f},
            [PARTICLE_speed] = {0.85f, 1.2f, 1.025f},
            [PARTICLE_spin] = {-0.06f, 0.06f, 0},
            [PARTICLE_wind] = {-0.1f, 0.1f, 0},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.1f, 0.1f, 0},
            [PARTICLE_center_y] = {-0.1f, 0.1f, 0},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1.2f, 2.4f, 1},
            [PARTICLE_trail] = {0.4f, 1.8f, 1},
            [PARTICLE_spread] = {0.3f, 2.2f, 1},
            [PARTICLE_tightness] = {0.6f, 1.3f, 1},
            [PARTICLE_arms] = {0, 1, 0},
            [PARTICLE_hollow] = {0, 1, 0},
            [PARTICLE_tilt] = {-0.08f, 0.3f, 0},
            [PARTICLE_glow] = {0.3f, 3, 1},
            [PARTICLE_chroma] = {0.5f, 1.15f, 1},
            [PARTICLE_number] = {0.4f, 0.65f, 1},
        },
    .stops = {{0xfdf0ff, 0xe29bff, 0x8c3bff, 0x3b2bd6},  // violet
              {0xfff0fa, 0xff8fe0, 0xc02bff, 0x4a1fc4},  // orchid
              {0xf3f0ff, 0xb9a2ff, 0x6a4dff, 0x1f5bd8}}, // indigo
    .at = at,
};

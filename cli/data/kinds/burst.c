// An explosion: a flash, then sparks that drag slows, gravity bends and age burns out.
#include "cli/data/kinds/kind.h"

enum { COUNT = 170 };

// A direction on the unit sphere.
static void direction(float u, float v, float d[3]) {
    float z = 2 * u - 1, r = sqrtf(fmaxf(0, 1 - z * z));
    d[0] = r * cosf(TURN * v);
    d[1] = r * sinf(TURN * v);
    d[2] = z;
}

static struct dot flash(const struct particle_params *p, float age) {
    // Before the bang a seed of light gathers; after it the flash dies within a few frames.
    float light = age < 0 ? 1.5f * smooth_step(-0.2f, 0, age) : 1.1f * expf(-13 * age);
    float sigma = age < 0 ? 2.2f : 2.2f + 4 * smooth_step(0, 0.1f, age);
    return (struct dot){p->center_x, p->center_y, sigma, light, age < 0 ? 0.25f : 0.1f + 2 * age};
}

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    const float *u = particle->u;
    float age = (time - 0.03f - 0.06f * p->phase) * p->speed;
    if (index == 0)
        return flash(p, age);
    float there = present(p->number, index, COUNT);
    if (age <= 0 || there == 0)
        return (struct dot){0};
    float d[3];
    direction(u[0], clump(u[1], p->arms, p->clumping), d);
    float drag = 3.0f, life = 0.8f + 0.6f * u[3];
    bool inner = u[2] < 0.3f;
    float launch =
        (inner ? 0.9f + 0.9f * u[4] : 2.3f + 0.55f * (0.5f + p->spread * (u[4] - 0.5f))) * p->scale;
    float reach = launch * (1 - expf(-drag * age)) / drag;
    float turn = p->spin * (1 - expf(-2 * age)), ct = cosf(turn), st = sinf(turn);
    float squash = (0.85f + 0.15f * figure->u[0]) * (1 + p->tilt);
    float x = (d[0] * ct - d[1] * st) * reach, y = (d[0] * st + d[1] * ct) * reach * squash;
    float near = 1 / (1 + 0.3f * d[2]);
    float left = clamp01(1 - age / life);
    float twinkle =
        1 - 0.5f * smooth_step(0.35f, 0.8f, age / life) * (0.5f + 0.5f * sinf(TURN * (3 * age + u[5])));
    return (struct dot){
        .x = p->center_x + x * near + p->wind * age * age,
        .y = p->center_y + y * near + p->gravity * 0.5f * age * age,
        .sigma = p->radius * mix(0.75f, 1.35f, u[6]) * near * (0.55f + 0.45f * left),
        .light = 1.75f * smooth_step(-0.05f, 0.2f, age) * powf(left, 1.1f) * near * twinkle * there,
        .hue = clamp01(age / life * 0.85f + 0.25f * u[7] - 0.08f),
    };
}

const struct particle_kind particle_burst = {
    .name = "burst",
    .count = COUNT,
    .trail = 2.6f,
    .exposure = 1.15f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.85f, 1.15f, 1},
            [PARTICLE_speed] = {0.85f, 1.2f, 1.025f},
            [PARTICLE_spin] = {-0.5f, 0.5f, 0},
            [PARTICLE_wind] = {-0.2f, 0.2f, 0},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.12f, 0.12f, 0},
            [PARTICLE_center_y] = {-0.2f, 0.02f, -0.09f},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1.2f, 2.2f, 1},
            [PARTICLE_trail] = {0.5f, 1.8f, 1},
            [PARTICLE_spread] = {0.4f, 3, 1},
            [PARTICLE_gravity] = {0.3f, 1.2f, 1},
            [PARTICLE_arms] = {5, 8, 6},
            [PARTICLE_clumping] = {0, 0.85f, 0},
            [PARTICLE_tilt] = {-0.4f, 0, 0},
            [PARTICLE_glow] = {0.3f, 2.2f, 1},
            [PARTICLE_chroma] = {0.5f, 1.15f, 1},
            [PARTICLE_number] = {0.35f, 0.6f, 1},
        },
    .stops = {{0xfff3d0, 0xffb52e, 0xff5a1f, 0xb3123a},  // embers
              {0xffeede, 0xff9a5c, 0xff3d6e, 0x8f1d8f},  // coral
              {0xfffbe0, 0xffd23f, 0xff8c1a, 0xd7263d}}, // gold
    .at = at,
};

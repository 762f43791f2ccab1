// A flock on three families of orbits whose planes precess around a small sun.
#include "cli/data/kinds/kind.h"

enum { COUNT = 100, FAMILIES = 3 };

static struct dot sun(const struct particle_params *p, float time) {
    float pulse = 0.9f + 0.1f * sinf(TURN * (time + p->phase));
    return (struct dot){p->center_x, p->center_y, 2.6f, 1.0f * pulse, 0.14f};
}

// Turns (x, y, z) about the x axis by `tilt` and then about the z axis by `node`.
static void rotate(float v[3], float tilt, float node) {
    float y = v[1] * cosf(tilt) - v[2] * sinf(tilt), z = v[1] * sinf(tilt) + v[2] * cosf(tilt), x = v[0];
    v[0] = x * cosf(node) - y * sinf(node);
    v[1] = x * sinf(node) + y * cosf(node);
    v[2] = z;
}

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    if (index == 0)
        return sun(p, time);
    float there = present(p->number, index, COUNT);
    if (there == 0)
        return (struct dot){0};
    const float *u = particle->u, *f = figure->u;
    int family = (int)index % FAMILIES;
    float size = (0.78f + 0.14f * (u[0] - 0.5f) - 0.06f * p->spacing * (float)family) * p->scale;
    float eccentric = 0.16f + p->eccentricity + 0.12f * (u[1] - 0.5f);
    // Flocks: most of a family flies in a loose group, the others are strewn along the path.
    float group = u[2] < 0.5f ? 0.42f * p->spread * (u[3] - 0.5f) * (0.4f + u[4]) : u[3];
    float mean = TURN * (group + f[family] + p->phase + 0.75f * time * p->speed);
    float angle = mean + 2 * eccentric * sinf(mean); // the equation of the centre, to first order
    float radius = size * (1 - eccentric * eccentric) / (1 + eccentric * cosf(angle));
    float v[3] = {radius * cosf(angle), radius * sinf(angle), 0.05f * (u[5] - 0.5f)};
    float tilt = TURN * (0.2f + p->tilt + 0.03f * f[3] + 0.012f * (u[6] - 0.5f)) + p->wind;
    float node = TURN * ((float)family / FAMILIES + 0.3f * f[4] + p->spin + 0.09f * time * p->speed);
    rotate(v, tilt, node * 0.5f);
    float near = 1 / (1 - 0.3f * v[2]);
    return (struct dot){
        .x = p->center_x + v[0] * near,
        .y = p->center_y + v[1] * near,
        .sigma = p->radius * mix(0.55f, 1.0f, u[7]) * near,
        .light = 1.15f * near * near * mix(0.6f, 1.05f, u[4]) * there,
        .hue = clamp01(0.27f + 0.33f * (float)family + 0.14f * (u[6] - 0.5f)),
    };
}

const struct particle_kind particle_orbit = {
    .name = "orbit",
    .count = COUNT,
    .trail = 3.6f,
    .exposure = 1.1f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.85f, 1.1f, 0.975f},
            [PARTICLE_speed] = {0.85f, 1.15f, 1},
            [PARTICLE_spin] = {-0.1f, 0.1f, 0},
            [PARTICLE_wind] = {-0.15f, 0.15f, 0},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.12f, 0.12f, 0},
            [PARTICLE_center_y] = {-0.12f, 0.12f, 0},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1, 2.4f, 1},
            [PARTICLE_trail] = {0.4f, 1.8f, 1},
            [PARTICLE_spread] = {0.4f, 2, 1},
            [PARTICLE_spacing] = {0, 4, 1},
            [PARTICLE_tilt] = {-0.06f, 0.03f, 0},
            [PARTICLE_eccentricity] = {-0.1f, 0.3f, 0},
            [PARTICLE_glow] = {0.3f, 3, 1},
            [PARTICLE_chroma] = {0.5f, 1.15f, 1},
            [PARTICLE_number] = {0.5f, 1, 1},
        },
    .stops = {{0xfff6d6, 0xffc94a, 0xff5aa0, 0x8a4dff},  // sunrise
              {0xfff2e0, 0xffb36b, 0xff4f7b, 0x4f7bff},  // flamingo
              {0xfffbe6, 0xffe07a, 0xff7a5a, 0xd03bd0}}, // apricot
    .at = at,
};

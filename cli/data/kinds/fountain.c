// A jet of drops that rises, spreads, falls and bounces once.
#include "cli/data/kinds/kind.h"

enum { COUNT = 240 };

static struct dot at(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *p, uint32_t index, float time) {
    const float *u = particle->u;
    float there = present(p->number, index, COUNT);
    if (there == 0)
        return (struct dot){0};
    const float period = 1.25f, gravity = 11;
    // Every drop is born again and again; a layout fixes when in the period.
    float age = period * fraction(u[0] + p->phase + time * 0.75f * p->speed);
    float up = (5.35f + 0.9f * (u[1] - 0.5f)) * sqrtf(p->scale) * p->height * (0.96f + 0.08f * figure->u[0]);
    float angle = TURN * clump(u[2], p->arms, p->clumping);
    float out = (0.1f + 0.5f * mix(sqrtf(u[3]), 1, p->hollow)) * p->scale * p->spread;
    float swirl = p->spin * age, vx = out * cosf(angle + swirl), vz = out * sinf(angle + swirl);
    float flight = 2 * up / gravity;
    float bounced = age - flight, height;
    if (bounced < 0) {
        height = up * age - 0.5f * gravity * age * age;
    } else { // a quarter of the speed is left
        float again = 0.3f * up;
        height = again * bounced - 0.5f * gravity * bounced * bounced;
    }
    if (height < 0)
        return (struct dot){0};
    float near = 1 / (1 + 0.35f * vz * age);
    float fresh = mix(0.35f, 1, smooth_step(0, 0.3f, age));
    float spent = bounced > 0 ? 0.45f * (1 - smooth_step(0, 0.6f * up / gravity, bounced)) : 1;
    float sway = p->wind * age * age;
    return (struct dot){
        .x = p->center_x + (vx * age + sway) * near,
        .y = p->center_y + 0.8f - height * near + 0.12f * vz * age,
        .sigma = p->radius * mix(0.7f, 1.2f, u[4]) * near * (bounced > 0 ? 0.75f : 1),
        .light = 1.3f * fresh * spent * mix(0.55f, 1.1f, u[5]) * there,
        .hue = clamp01(0.05f + 0.8f * age / flight + 0.25f * (u[6] - 0.5f)),
    };
}

const struct particle_kind particle_fountain = {
    .name = "fountain",
    .count = COUNT,
    .trail = 1.8f,
    .exposure = 1.1f,
    .ranges =
        {
            [PARTICLE_tint] = {0, 2, 1},
            [PARTICLE_scale] = {0.82f, 1.12f, 0.97f},
            [PARTICLE_speed] = {0.85f, 1.15f, 1},
            [PARTICLE_spin] = {-0.8f, 0.8f, 0},
            [PARTICLE_wind] = {-0.45f, 0.45f, 0},
            [PARTICLE_phase] = {0, 1, 0},
            [PARTICLE_center_x] = {-0.15f, 0.15f, 0},
            [PARTICLE_center_y] = {-0.06f, 0.1f, 0.02f},
            [PARTICLE_hue] = {0, 1, 0},
            [PARTICLE_radius] = {1.2f, 2.4f, 1},
            [PARTICLE_trail] = {0.4f, 2, 1},
            [PARTICLE_spread] = {0.5f, 1.6f, 1},
            [PARTICLE_height] = {0.75f, 1, 1},
            [PARTICLE_arms] = {3, 5, 4},
            [PARTICLE_clumping] = {0, 0.95f, 0},
            [PARTICLE_hollow] = {0, 0.9f, 0},
            [PARTICLE_glow] = {0.3f, 3, 1},
            [PARTICLE_chroma] = {0.5f, 1.15f, 1},
            [PARTICLE_number] = {0.4f, 0.65f, 1},
        },
    .stops = {{0xf2fdff, 0x7ff0ff, 0x22b8ff, 0x2257e8},  // water
              {0xf6fff0, 0x9dffc8, 0x22d6a8, 0x0e7fa8},  // mint
              {0xf3f6ff, 0x9ecbff, 0x4a86ff, 0x5a3df0}}, // dusk
    .at = at,
};

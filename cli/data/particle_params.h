// What differs between two particle clips of one layout: the parameters of particle_params.def.
#ifndef MOGRAPH_CLI_DATA_PARTICLE_PARAMS_H
#define MOGRAPH_CLI_DATA_PARTICLE_PARAMS_H

struct particle_params {
#define PARAM(name, share, what) float name;
#include "cli/data/particle_params.def"
#undef PARAM
};

// Numbers of the fields.
enum particle_param {
#define PARAM(name, share, what) PARTICLE_##name,
#include "cli/data/particle_params.def"
#undef PARAM
    PARTICLE_PARAMS
};

// How much of its range each parameter takes, by number, 0 to 1.
struct particle_variety {
    float of[PARTICLE_PARAMS];
};

#endif

// What differs between two particle clips of one layout.
#ifndef MOGRAPH_CLI_DATA_PARTICLE_PARAMS_H
#define MOGRAPH_CLI_DATA_PARTICLE_PARAMS_H

// Lengths are in half sides of the picture, y points down.
struct particle_params {
    float tint;               // place between the kind's three palettes, 0 to 2
    float scale;              // size of the figure, about 1
    float speed;              // of everything that moves, about 1
    float spin;               // turns, or tilt, about 0
    float wind;               // sideways drift, about 0
    float phase;              // where in its course the clip begins, 0 to 1
    float center_x, center_y; // of the figure, about 0
};

enum { PARTICLE_PARAMS = 8 }; // fields of the struct

#endif

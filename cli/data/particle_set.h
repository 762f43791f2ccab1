// The particle data set: six kinds, as many clips as wanted, on all processors.
#ifndef MOGRAPH_CLI_DATA_PARTICLE_SET_H
#define MOGRAPH_CLI_DATA_PARTICLE_SET_H

#include "cli/data/make.h"
#include "cli/data/particle_params.h"

struct particle_set {
    uint64_t seed;                   // of the clips' parameters
    uint64_t layout_seed;            // of the layouts: sets of one layout seed have the same ones
    uint32_t clips;                  // per kind, training and validation together; 1 to 100000
    uint32_t layouts;                // per kind; 0: every clip has its own
    struct particle_variety variety; // of the clips of one layout
    double val;                      // the part of the clips for validation, 0 to below 1
    struct data_size size;
    enum data_format format;
    uint32_t threads; // 0: one per processor
};

// Whether there is such a set; the line says what is out of its limits.
bool particle_set_check(const struct particle_set *set, struct cli_error *error);

// Draws clip `number` of a kind; the caller owns it. Training clips are numbered from 0, those for validation
// follow, and the numbers from `clips` on are for whoever wants more: any number is a clip of the same kind.
bool particle_set_draw(const struct particle_set *set, uint32_t kind, uint32_t number, struct clip *clip,
                       struct cli_error *error);

// Writes the data set to `folder`. The same settings give the same bytes, whatever the number of threads.
bool particle_set_write(const struct particle_set *set, const char *folder, bool force,
                        const struct data_progress *progress, struct cli_error *error);

#endif

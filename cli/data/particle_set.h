// The particle data set: six kinds, as many clips as wanted, on all processors.
#ifndef MOGRAPH_CLI_DATA_PARTICLE_SET_H
#define MOGRAPH_CLI_DATA_PARTICLE_SET_H

#include "cli/data/make.h"
#include "cli/data/particle_params.h"

struct particle_set {
    uint64_t seed;
    uint32_t clips;                  // per kind, training and validation together; 1 to 100000
    uint32_t layouts;                // per kind; 0: every clip has its own
    struct particle_variety variety; // of the clips of one layout
    double val;                      // the part of the clips for validation, 0 to below 1
    struct data_size size;
    enum data_format format;
    uint32_t threads; // 0: one per processor
};

// Writes the data set to `folder`. The same settings give the same bytes, whatever the number of threads.
bool particle_set_write(const struct particle_set *set, const char *folder, bool force,
                        const struct data_progress *progress, struct cli_error *error);

#endif

// How various clips are to be, as the command line says it.
#ifndef MOGRAPH_CLI_DATA_PARTICLE_VARIETY_H
#define MOGRAPH_CLI_DATA_PARTICLE_VARIETY_H

#include "cli/data/particle_params.h"
#include "cli/error.h"

#include <stdbool.h>

// The variety of every parameter at `--variety all`, by the shares of particle_params.def.
struct particle_variety particle_variety_all(float all);

// Changes one, or all of them, by "phase=0.1" or "all=0", `length` characters of a text. False, with one line
// and nothing changed, for a name that is none or a number outside 0 to 1.
bool particle_variety_set_one(struct particle_variety *variety, const char *text, size_t length,
                              struct cli_error *error);

// Changes single ones by a list, in its order: "all=0,hue=1,phase=0.1". False, with one line and nothing
// changed, for a name that is none or a number outside 0 to 1.
bool particle_variety_set(struct particle_variety *variety, const char *list, struct cli_error *error);

#endif

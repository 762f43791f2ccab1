// Particles as data of a run, in one text: "particles:size=64x64x16,clips=500,renew=0.25,phase=0.1". Keys are
// options of `dataset particles`, renew, and single parameters as --variety-of takes them.
#ifndef MOGRAPH_CLI_TRAIN_PARTICLE_SPEC_H
#define MOGRAPH_CLI_TRAIN_PARTICLE_SPEC_H

#include "cli/data/particle_set.h"

struct particle_spec {
    struct particle_set set;
    double renew; // part of the training clips that every epoch replaces by new ones
};

// What help says of the keys, for a command's text.
#define PARTICLE_SPEC_HELP                                                                                   \
    "Settings of particles: size, clips, layouts, layout-seed, seed, val and variety as `mograph dataset\n"  \
    "particles` has them; single parameters as its --variety-of takes them, phase=0.1; and renew, the\n"     \
    "part of the training clips that every epoch replaces by new ones. renew=0 keeps those that the same\n"  \
    "settings write to a folder, renew=1 shows none twice; without it, it is 0.25. Clips for validation\n"   \
    "stay the same. All of them lie in memory, which lower clips= makes smaller.\n"

// Whether a text is one, good or bad: it begins with "particles:". A folder of that name is ./particles:...
bool particle_spec_is(const char *text);

// Reads and judges it. False with one line: an unknown or repeated key, a value that is none or out of range.
bool particle_spec_read(struct particle_spec *spec, const char *text, struct cli_error *error);

enum { PARTICLE_SPEC_TEXT = 1024 };
// Writes it with every key, in one order: equal settings give equal texts. `variety` is not among them, since
// every parameter it stands for is.
void particle_spec_text(const struct particle_spec *spec, char text[PARTICLE_SPEC_TEXT]);

#endif

// What the three `dataset` commands share.
#ifndef MOGRAPH_CLI_DATASET_H
#define MOGRAPH_CLI_DATASET_H

#include "cli/command.h"
#include "cli/data/make.h"
#include "cli/data/scan.h"
#include "cli/terminal.h"

// The bar on stderr that also stops the work on Ctrl-C. `progress` must outlive the result.
struct data_progress dataset_progress(struct progress *progress);

struct data_size dataset_size(struct cli_size size);

// "skipped" or "left out", before what it is about.
const char *dataset_telling_text(enum walk_telling telling);
// Lines before the work of commands that are about something else.
enum { DATASET_TOLD = 20 };
// Warns of what lies in a data set and is no clip of it, in at most `most` lines and one that counts the
// rest. Asks for CLI_PARTLY when some of it could have been a clip.
void dataset_tell(const struct data_set *set, uint32_t most, struct cli_error *error);
// The same for a folder of frames that is a source by itself; silent about other sources.
bool dataset_tell_frames(const char *path, struct cli_error *error);
// Warns of DIR.replaced when there is one: nothing here uses it.
void dataset_warn_of_leftover(const char *folder);

// Rows of the option table, to stand in braces.
#define SIZES "width, height and frames of every clip"
#define OPTION_DATASET_SIZE(type, field)                                                                     \
    OPTION_FIELD(type, field), .name = "size", .initial = "128x128x32", .min = 1, .max = 1024, .help = SIZES
#define OUT_HELP "the data set's folder; it appears when it is complete"
#define OPTION_DATASET_OUT(type, field)                                                                      \
    OPTION_FIELD(type, field), .name = "out", .letter = 'o', .value = "DIR", .help = OUT_HELP
#define VAL_HELP "part of the clips that is kept for validation"
#define OPTION_DATASET_VAL(type, field)                                                                      \
    OPTION_FIELD(type, field), .name = "val", .initial = "0.15", .min = 0, .max = 0.9, .help = VAL_HELP
#define CLIPS_HELP "clips of each kind, training and validation together"
#define OPTION_PARTICLES_CLIPS(type, field)                                                                  \
    OPTION_FIELD(type, field), .name = "clips", .initial = "240", .min = 1, .max = 100000, .help = CLIPS_HELP
#define LAYOUTS_HELP                                                                                         \
    "arrangements of the particles that the clips of a kind share; "                                         \
    "0: every clip has its own, which is far harder to learn"
#define OPTION_PARTICLES_LAYOUTS(type, field)                                                                \
    OPTION_FIELD(type, field), .name = "layouts", .initial = "4", .min = 0, .max = 100000,                   \
                               .help = LAYOUTS_HELP
#define LAYOUT_SEED_HELP                                                                                     \
    "which arrangements: sets with the same one have the same, so that a model knows the clips of any "      \
    "--seed; another one draws arrangements that no model has seen"
#define OPTION_PARTICLES_LAYOUT_SEED(type, field)                                                            \
    OPTION_FIELD(type, field), .name = "layout-seed", .initial = "1", .min = 0, .max = 9e15,                 \
                               .help = LAYOUT_SEED_HELP
#define VARIETY_HELP                                                                                         \
    "how far the clips of a layout differ in size, spread, speed, arms and more, as a part of what "         \
    "their kind allows; the less, the sooner single particles are learnt"
#define OPTION_PARTICLES_VARIETY(type, field)                                                                \
    OPTION_FIELD(type, field), .name = "variety", .initial = "1", .min = 0, .max = 1, .help = VARIETY_HELP
#define OPTION_PARTICLES_SEED(type, field)                                                                   \
    OPTION_FIELD(type, field), .name = "seed", .initial = "1", .min = 0, .max = 9e15,                        \
                               .help = "of the clips' parameters; same seeds, same bytes"
#define FORMATS                                                                                              \
    "lossless animated WebP (true colour, opens in a browser), GIF "                                         \
    "(256 colours a frame), or a folder of PNGs for each clip"
#define OPTION_DATASET_FORMAT(type, field)                                                                   \
    OPTION_FIELD(type, field), .name = "format", .initial = "webp", .choices = "webp|gif|png", .help = FORMATS
#define OPTION_FORCE(type, field, what)                                                                      \
    OPTION_FIELD(type, field), .name = "force", .letter = 'f', .help = "replace " what " that exists"

#endif

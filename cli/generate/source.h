// A source: where a point of the noise space comes from, as a user writes it.
//   burst                a kind, with the seed that the command has for it
//   burst:7              a kind and a seed
//   seed:7               a seed, which also draws the kind
//   file.z.safetensors   a saved z
//   anything else        a clip that can be read, to be encoded
#ifndef MOGRAPH_CLI_GENERATE_SOURCE_H
#define MOGRAPH_CLI_GENERATE_SOURCE_H

#include "cli/generate/kinds.h"

enum source_type { SOURCE_KIND, SOURCE_SEED, SOURCE_Z, SOURCE_CLIP };

struct source {
    enum source_type type;
    uint32_t kind; // SOURCE_KIND
    bool seeded;   // `seed` was given
    uint64_t seed;
    const char *path; // SOURCE_Z, SOURCE_CLIP: the text itself
    uint8_t *rgb;     // SOURCE_CLIP: what points_read_source has read; NULL before. Whoever asked frees it
};

// What `text` means. A name that is both a kind and a file is the kind: ./name is the file. Files must be
// there, they are not opened yet. Fails with one line that lists the kinds.
bool source_parse(const char *text, const struct kinds *kinds, struct source *source,
                  struct cli_error *error);

// What to call it in pictures and reports: "burst:7", "seed:7",
// or the file's name without folders and extensions.
void source_label(const struct source *source, const struct kinds *kinds, char *text, size_t size);

#endif

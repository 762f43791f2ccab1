// Parses what a user writes for a source, and names it in pictures and reports.
#include "cli/generate/source.h"

#include "cli/media/paths.h"
#include "runtime/system/files.h"

#include <stdio.h>
#include <string.h>

// "NAME:SEED" where NAME has `length` characters.
static bool read_seed(const char *text, size_t length, struct source *source, struct cli_error *error) {
    const char *seed = text + length + 1;
    source->seeded = seed_parse(seed, strlen(seed), &source->seed);
    return source->seeded ||
           cli_usage(error, "\"%.60s\": behind the colon goes a seed, a whole number from 0", text);
}

static bool refuse(const char *text, const struct kinds *kinds, struct cli_error *error) {
    kinds_refuse(kinds, text, error);
    return cli_error_add(error, "nor is there such a file, and a seed is seed:N");
}

bool source_parse(const char *text, const struct kinds *kinds, struct source *source,
                  struct cli_error *error) {
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    *source = (struct source){.kind = kinds_find(kinds, text, strlen(text)), .path = text};
    if (source->kind != UINT32_MAX)
        return true;
    source->kind = kinds_find(kinds, text, length);
    if (source->kind != UINT32_MAX)
        return read_seed(text, length, source, error);
    if (length == 4 && memcmp(text, "seed:", 5) == 0) {
        source->type = SOURCE_SEED;
        return read_seed(text, length, source, error);
    }
    if (!sys_exists(text))
        return refuse(text, kinds, error);
    source->type = path_has_extension(text, ".safetensors") ? SOURCE_Z : SOURCE_CLIP;
    return true;
}

void source_label(const struct source *source, const struct kinds *kinds, char *text, size_t size) {
    unsigned long long seed = source->seed;
    if (source->type == SOURCE_SEED)
        snprintf(text, size, "seed:%llu", seed);
    else if (source->type == SOURCE_KIND && source->seeded)
        snprintf(text, size, "%s:%llu", kinds->names[source->kind], seed);
    else if (source->type == SOURCE_KIND)
        snprintf(text, size, "%s", kinds->names[source->kind]);
    else
        snprintf(text, size, "%.*s", (int)strcspn(path_base(source->path) + 1, "./") + 1,
                 path_base(source->path));
}

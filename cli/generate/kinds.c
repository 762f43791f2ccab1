// Looks kinds up by name, and parses seeds, lists of seeds and mixtures of kinds.
#include "cli/generate/kinds.h"

#include "cli/options/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t kinds_find(const struct kinds *kinds, const char *name, size_t length) {
    for (uint32_t i = 0; i < kinds->count; i++)
        if (strlen(kinds->names[i]) == length && memcmp(kinds->names[i], name, length) == 0)
            return i;
    return UINT32_MAX;
}

void kinds_list(const struct kinds *kinds, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < kinds->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", kinds->names[i]);
}

static const char *nearest(const struct kinds *kinds, const char *name) {
    const char *best = NULL;
    for (uint32_t i = 0; i < kinds->count; i++)
        if (name_is_near(name, kinds->names[i]) &&
            (best == NULL || name_distance(name, kinds->names[i]) < name_distance(name, best)))
            best = kinds->names[i];
    return best;
}

bool kinds_refuse(const struct kinds *kinds, const char *name, struct cli_error *error) {
    char list[400];
    const char *meant = nearest(kinds, name);
    kinds_list(kinds, list, sizeof list);
    return cli_usage(error, "there is no kind \"%.60s\"%s%s%s; the kinds are %s", name,
                     meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "",
                     meant != NULL ? "?" : "", list);
}

bool kinds_choose(const struct kinds *kinds, const char *name, uint32_t *kind, struct cli_error *error) {
    *kind = kinds_find(kinds, name, strlen(name));
    return *kind != UINT32_MAX || kinds_refuse(kinds, name, error);
}

bool seed_parse(const char *text, size_t length, uint64_t *seed) {
    *seed = 0;
    for (size_t i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (text[i] < '0' || text[i] > '9' || *seed > (UINT64_MAX - digit) / 10)
            return false;
        *seed = *seed * 10 + digit;
    }
    return length > 0;
}

// --- seeds

static bool has_seed(const uint64_t *seeds, uint32_t count, uint64_t seed) {
    for (uint32_t i = 0; i < count; i++)
        if (seeds[i] == seed)
            return true;
    return false;
}

// "4" or "4-9", `length` characters.
static bool add_range(const char *text, size_t length, uint64_t *seeds, uint32_t *count,
                      struct cli_error *error) {
    const char *dash = memchr(text, '-', length);
    size_t left = dash != NULL ? (size_t)(dash - text) : length;
    uint64_t first, last;
    if (!seed_parse(text, left, &first) ||
        !seed_parse(dash != NULL ? dash + 1 : text, dash != NULL ? length - left - 1 : left, &last) ||
        last < first)
        return cli_usage(error, "--seeds: \"%.*s\" is no seed and no range; give a list like 1,4-9",
                         (int)(length < 60 ? length : 60), text);
    for (uint64_t seed = first;; seed++) {
        if (*count == SEEDS_MAX)
            return cli_usage(error, "--seeds: more than %d seeds; make them in several runs", SEEDS_MAX);
        if (has_seed(seeds, *count, seed))
            return cli_usage(error, "--seeds: %llu is there twice", (unsigned long long)seed);
        seeds[(*count)++] = seed;
        if (seed == last)
            return true;
    }
}

bool seeds_parse(const char *text, uint64_t *seeds, uint32_t *count, struct cli_error *error) {
    *count = 0;
    for (;;) {
        size_t length = strcspn(text, ",");
        if (!add_range(text, length, seeds, count, error))
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

// --- mixes

// "burst:0.3", `length` characters.
static bool add_part(const char *text, size_t length, const struct kinds *kinds, float *weights,
                     struct cli_error *error) {
    char part[300], *colon, *end;
    snprintf(part, sizeof part, "%.*s", (int)(length < sizeof part ? length : sizeof part - 1), text);
    colon = strrchr(part, ':');
    if (colon == NULL || colon == part)
        return cli_usage(error, "--mix: \"%.60s\" is no kind with its part; give a list like %s:0.3,%s:0.7",
                         part, kinds->names[0], kinds->names[kinds->count - 1]);
    *colon = '\0';
    uint32_t kind = kinds_find(kinds, part, strlen(part));
    if (kind == UINT32_MAX)
        return kinds_refuse(kinds, part, error);
    errno = 0;
    double share = strtod(colon + 1, &end);
    if (end == colon + 1 || *end != '\0' || errno != 0 || !(share > 0.0) || share > 1e6)
        return cli_usage(error, "--mix: \"%.60s\" is no part of %s; give a number above 0", colon + 1, part);
    if (weights[kind] > 0.0f)
        return cli_usage(error, "--mix: %s is there twice", part);
    weights[kind] = (float)share;
    return true;
}

bool mix_parse(const char *text, const struct kinds *kinds, float *weights, struct cli_error *error) {
    double sum = 0.0;
    memset(weights, 0, kinds->count * sizeof *weights);
    for (bool more = true; more;) {
        size_t length = strcspn(text, ",");
        if (!add_part(text, length, kinds, weights, error))
            return false;
        more = text[length] != '\0';
        text += length + 1;
    }
    for (uint32_t i = 0; i < kinds->count; i++)
        sum += (double)weights[i];
    for (uint32_t i = 0; i < kinds->count; i++)
        weights[i] = (float)((double)weights[i] / sum);
    return true;
}

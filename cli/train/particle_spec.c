// Reads the text of a run's particles key by key, by the rows of the options that the keys are called after.
#include "cli/train/particle_spec.h"

#include "cli/data/particle_variety.h"
#include "cli/data/particles.h"
#include "cli/dataset.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "particles:"

struct spec_values {
    struct cli_size size;
    int64_t clips, layouts, layout_seed, seed;
    double variety, val, renew;
};

#define FIELD(field) OPTION_FIELD(struct spec_values, field)

static const struct option keys[] = {
    {OPTION_DATASET_SIZE(struct spec_values, size)},
    {OPTION_PARTICLES_CLIPS(struct spec_values, clips)},
    {OPTION_PARTICLES_LAYOUTS(struct spec_values, layouts)},
    {OPTION_PARTICLES_LAYOUT_SEED(struct spec_values, layout_seed)},
    {OPTION_PARTICLES_SEED(struct spec_values, seed)},
    {OPTION_DATASET_VAL(struct spec_values, val)},
    {FIELD(renew), .name = "renew", .initial = "0.25", .min = 0, .max = 1,
     .help = "part of the training clips that every epoch replaces by new ones"},
    {OPTION_PARTICLES_VARIETY(struct spec_values, variety)},
    {0}};
enum { KEYS = sizeof keys / sizeof keys[0] - 1 };

bool particle_spec_is(const char *text) {
    return strncmp(text, PREFIX, strlen(PREFIX)) == 0;
}

// --- reading

// What has been read so far. Parameters count from variety, wherever that stands, in their own order.
struct reading {
    struct spec_values values;
    uint64_t options, params; // bit i: key i was there; the bit behind the last parameter is "all"
    const char *param_items[PARTICLE_PARAMS + 1];
    uint32_t param_count;
};

static bool is_named(const char *name, const char *item, size_t length) {
    return strlen(name) == length && strncmp(name, item, length) == 0;
}

static uint32_t find_key(const char *item, size_t length) {
    uint32_t i = 0;
    while (i < KEYS && !is_named(keys[i].name, item, length))
        i++;
    return i;
}

// PARTICLE_PARAMS: "all"; beyond: none.
static uint32_t find_param(const char *item, size_t length) {
    uint32_t i = 0;
    while (i < PARTICLE_PARAMS && !is_named(particles_param_name(i), item, length))
        i++;
    return i < PARTICLE_PARAMS || is_named("all", item, length) ? i : PARTICLE_PARAMS + 1;
}

static bool refuse_unknown(const char *item, size_t length, struct cli_error *error) {
    char names[512];
    size_t used = 0;
    for (uint32_t i = 0; i < KEYS; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", keys[i].name);
    used += (size_t)snprintf(names + used, sizeof names - used, "all");
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, ", %s", particles_param_name(i));
    return cli_usage(error, "no setting is called \"%.*s\"; there are %s", (int)(length < 40 ? length : 40),
                     item, names);
}

static bool note_once(uint64_t *seen, uint32_t bit, const char *name, struct cli_error *error) {
    if ((*seen >> bit) & 1)
        return cli_usage(error, "%s is given twice", name);
    *seen |= UINT64_C(1) << bit;
    return true;
}

// The option's own line, without the dashes that a key has not.
static bool set_option(const struct option *key, const char *value, struct spec_values *values,
                       struct cli_error *error) {
    if (value == NULL)
        return cli_usage(error, "%s wants a value, as in %s=%s", key->name, key->name, key->initial);
    if (option_set(key, value, values, error))
        return true;
    memmove(error->text, error->text + 2, strlen(error->text + 2) + 1);
    return false;
}

// "clips=500", of which the text is this item alone.
static bool read_item(struct reading *r, const char *item, struct cli_error *error) {
    size_t length = strcspn(item, "=");
    uint32_t key = find_key(item, length), param = find_param(item, length);
    if (key < KEYS)
        return note_once(&r->options, key, keys[key].name, error) &&
               set_option(&keys[key], item[length] == '=' ? item + length + 1 : NULL, &r->values, error);
    if (param > PARTICLE_PARAMS)
        return refuse_unknown(item, length, error);
    if (!note_once(&r->params, param, param < PARTICLE_PARAMS ? particles_param_name(param) : "all", error))
        return false;
    r->param_items[r->param_count++] = item;
    return true;
}

static bool read_items(struct reading *r, char *items, struct cli_error *error) {
    for (char *item = items; *items != '\0' && item != NULL;) {
        char *comma = strchr(item, ',');
        if (comma != NULL)
            *comma = '\0';
        if (!read_item(r, item, error))
            return false;
        item = comma != NULL ? comma + 1 : NULL;
    }
    return true;
}

static bool conclude(const struct reading *r, struct particle_spec *spec, struct cli_error *error) {
    const struct spec_values *v = &r->values;
    *spec = (struct particle_spec){.set = {.seed = (uint64_t)v->seed,
                                           .layout_seed = (uint64_t)v->layout_seed,
                                           .clips = (uint32_t)v->clips,
                                           .layouts = (uint32_t)v->layouts,
                                           .variety = particle_variety_all((float)v->variety),
                                           .val = v->val,
                                           .size = dataset_size(v->size)},
                                   .renew = v->renew};
    for (uint32_t i = 0; i < r->param_count; i++)
        if (!particle_variety_set_one(&spec->set.variety, r->param_items[i], strlen(r->param_items[i]),
                                      error))
            return false;
    return particle_set_check(&spec->set, error);
}

bool particle_spec_read(struct particle_spec *spec, const char *text, struct cli_error *error) {
    struct reading r = {.params = 0};
    char *items = strdup(text + strlen(PREFIX));
    bool done = items != NULL || cli_no_memory(error, "the settings of particles");
    for (uint32_t i = 0; i < KEYS && done; i++)
        done = option_set(&keys[i], keys[i].initial, &r.values, error);
    done = done && ((read_items(&r, items, error) && conclude(&r, spec, error)) ||
                    cli_error_prefix(error, "particles"));
    free(items);
    return done;
}

// --- writing

// As few digits as give the same number back.
static void number(double value, bool single, char text[32]) {
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        double again = strtod(text, NULL);
        if (single ? (float)again == (float)value : again == value)
            return;
    }
}

void particle_spec_text(const struct particle_spec *spec, char text[PARTICLE_SPEC_TEXT]) {
    const struct particle_set *set = &spec->set;
    char val[32], renew[32], value[32];
    number(set->val, false, val);
    number(spec->renew, false, renew);
    int at = snprintf(text, PARTICLE_SPEC_TEXT,
                      PREFIX "size=%" PRIu32 "x%" PRIu32 "x%" PRIu32 ",clips=%" PRIu32 ",layouts=%" PRIu32
                             ",layout-seed=%" PRIu64 ",seed=%" PRIu64 ",val=%s,renew=%s",
                      set->size.width, set->size.height, set->size.frames, set->clips, set->layouts,
                      set->layout_seed, set->seed, val, renew);
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
        number((double)set->variety.of[i], true, value);
        at += snprintf(text + at, PARTICLE_SPEC_TEXT - (size_t)at, ",%s=%s", particles_param_name(i), value);
    }
}

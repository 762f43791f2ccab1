// Variety of all parameters and of single ones.
#include "cli/data/particle_variety.h"

#include "cli/data/particles.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct particle_variety particle_variety_all(float all) {
    enum { ALL, HALF, FIFTH, NONE, LOOK };
    static const int shares[PARTICLE_PARAMS] = {
#define PARAM(name, share, what) share,
#include "cli/data/particle_params.def"
#undef PARAM
    };
    const float by_share[] = {[ALL] = all, [HALF] = 0.5f * all, [FIFTH] = 0.2f * all, [NONE] = 0, [LOOK] = 1};
    struct particle_variety variety;
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        variety.of[i] = by_share[shares[i]];
    return variety;
}

static bool is_named(const char *name, const char *text, size_t length) {
    return strlen(name) == length && strncmp(name, text, length) == 0;
}

// Sets the parameter of that name, or all of them; false when none is called so.
static bool set_named(struct particle_variety *variety, const char *name, size_t length, float value) {
    bool all = is_named("all", name, length), any = false;
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        if (all || is_named(particles_param_name(i), name, length)) {
            variety->of[i] = value;
            any = true;
        }
    return any;
}

static bool no_such(const char *name, size_t length, struct cli_error *error) {
    char names[512];
    size_t used = 0;
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                                 particles_param_name(i));
    return cli_usage(error, "no parameter is called \"%.*s\"; there are all, %s",
                     (int)(length < 40 ? length : 40), name, names);
}

bool particle_variety_set_one(struct particle_variety *variety, const char *text, size_t length,
                              struct cli_error *error) {
    struct particle_variety changed = *variety;
    size_t name = strcspn(text, "=,");
    name = name < length ? name : length;
    char *end = NULL;
    double value = name < length ? strtod(text + name + 1, &end) : -1;
    if (!set_named(&changed, text, name, (float)value))
        return no_such(text, name, error);
    if (name + 1 >= length || end != text + length || !(value >= 0 && value <= 1))
        return cli_usage(error, "%.*s wants a number from 0 to 1, as in %.*s=0.5", (int)name, text, (int)name,
                         text);
    *variety = changed;
    return true;
}

bool particle_variety_set(struct particle_variety *variety, const char *list, struct cli_error *error) {
    struct particle_variety changed = *variety;
    for (const char *at = list; *at != 0;) {
        size_t length = strcspn(at, ",");
        if (!particle_variety_set_one(&changed, at, length, error))
            return cli_error_prefix(error, "--variety-of");
        at += length + (at[length] == ',');
    }
    *variety = changed;
    return true;
}

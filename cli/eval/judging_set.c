// Names a judging set: by its manifest where mograph drew it, by its folder otherwise.
#include "cli/eval/judging_set.h"

#include "cli/data/particle_variety.h"
#include "cli/data/particles.h"
#include "cli/options/options_json.h"
#include "cli/text.h"
#include "cli/train/data_record.h"
#include "runtime/system/folders.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// --- a text that grows

struct words {
    char *text;
    size_t size, used;
};

static void say(struct words *words, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words->text + words->used, words->size - words->used, format, arguments);
    va_end(arguments);
    words->used += length > 0 ? (size_t)length : 0;
    words->used = words->used < words->size ? words->used : words->size - 1;
}

// --- a drawn set

static const cJSON *item(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *object, const char *key) {
    return cJSON_IsNumber(item(object, key)) ? item(object, key)->valuedouble : (double)NAN;
}

// Whether parameter i has another variety than `all` gives it. One that the manifest lacks is newer than it.
static bool differs(const cJSON *variety, const struct particle_variety *all, uint32_t i) {
    double value = number(variety, particles_param_name(i));
    return isfinite(value) && fabs(value - (double)all->of[i]) > 1e-5;
}

enum { MOST_SINGLE = 4 }; // parameters that a name lists one by one

static unsigned exceptions(const cJSON *variety, double of_all) {
    const struct particle_variety all = particle_variety_all((float)of_all);
    unsigned count = 0;
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        count += differs(variety, &all, i);
    return count;
}

// `--variety` that says most of it, and the parameters that are told apart by `--variety-of`.
static void say_variety(struct words *words, const cJSON *variety) {
    double best = 1.0;
    const cJSON *one;
    cJSON_ArrayForEach(one, variety) {
        if (cJSON_IsNumber(one) && exceptions(variety, one->valuedouble) < exceptions(variety, best))
            best = one->valuedouble;
    }
    const struct particle_variety all = particle_variety_all((float)best);
    unsigned single = exceptions(variety, best);
    say(words, ", variety %.3g", best);
    if (single > MOST_SINGLE)
        say(words, " but for %u parameters", single);
    for (uint32_t i = 0; i < PARTICLE_PARAMS && single <= MOST_SINGLE; i++)
        if (differs(variety, &all, i))
            say(words, " %s=%.3g", particles_param_name(i), number(variety, particles_param_name(i)));
}

// Layouts of sets without one, which are older, followed from their seed.
static double layout_seed_of(const cJSON *manifest) {
    double own = number(manifest, "layout_seed");
    return isfinite(own) ? own : number(manifest, "seed");
}

// False where the manifest says something else.
static bool name_drawn(struct words *words, const cJSON *manifest) {
    const char *source = cJSON_GetStringValue(item(manifest, "source"));
    const cJSON *size = item(manifest, "size"), *variety = item(manifest, "variety");
    double seed = number(manifest, "seed"), layouts = number(manifest, "layouts"),
           clips = number(manifest, "clips_per_kind");
    if (source == NULL || strcmp(source, "particles") != 0 || !isfinite(seed + layouts + clips))
        return false;
    say(words, "particles: seed %.0f, %.0f layouts", seed, layouts);
    if (layout_seed_of(manifest) != 1)
        say(words, " of seed %.0f", layout_seed_of(manifest));
    if (cJSON_IsObject(variety))
        say_variety(words, variety);
    else if (cJSON_IsNumber(variety)) // manifests of before, with one variety for all
        say(words, ", variety %.3g", variety->valuedouble);
    say(words, ", %.0f clips a kind of %.0fx%.0fx%.0f", clips, number(size, "width"), number(size, "height"),
        number(size, "frames"));
    return true;
}

// --- any set

static void name_folder(struct words *words, const char *folder) {
    char whole[PATH_CAPACITY];
    bool real = sys_real_path(folder, whole, sizeof whole); // "." has a name, too
    words->used = 0;
    say(words, "%s", path_base(real ? whole : folder));
}

// A manifest that cannot be read is no failure: the set has its folder's name then.
static cJSON *read_manifest(const char *folder) {
    char path[PATH_CAPACITY];
    struct cli_error ignored = {.text = ""};
    return path_join(path, folder, "manifest.json", &ignored) && sys_exists(path)
               ? json_file_read(path, &ignored)
               : NULL;
}

bool judging_set_name(struct judging_set *judged, const struct data_set *set, const char *folder,
                      struct cli_error *error) {
    struct data_record record = {.text = NULL};
    struct words words = {.text = judged->name, .size = sizeof judged->name};
    cJSON *manifest = read_manifest(folder);
    if (!name_drawn(&words, manifest))
        name_folder(&words, folder);
    text_make_line(judged->name);
    cJSON_Delete(manifest);
    bool done = data_record_make(&record, set, error);
    memcpy(judged->hash, record.hash, sizeof judged->hash);
    data_record_destroy(&record);
    return done;
}

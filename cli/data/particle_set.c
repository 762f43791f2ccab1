// Draws a whole set of particle clips on several threads and writes them into a staging folder.
#include "cli/data/particle_set.h"

#include "cli/data/particles.h"
#include "runtime/system/machine.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

enum { MAX_THREADS = 64, FPS = 25 };

// Clip `index` of all: its kind, its number within the kind, and where it goes.
struct slot {
    uint32_t kind, number, layout;
    bool val;
    char name[64];
};

struct work {
    const struct particle_set *set;
    const struct staging *staging;
    const struct data_progress *progress;
    pthread_mutex_t mutex; // guards what follows
    uint32_t next, done;
    bool failed;
    struct cli_error *error;
};

static uint32_t total_clips(const struct particle_set *set) {
    return PARTICLE_KINDS * set->clips;
}

static uint32_t layout_of(const struct particle_set *set, uint32_t number) {
    return set->layouts > 0 ? number % set->layouts : number;
}

static struct slot slot_of(const struct particle_set *set, uint32_t index) {
    uint32_t train = set->clips - data_val_count(set->clips, set->val);
    struct slot slot = {.kind = index / set->clips, .number = index % set->clips};
    slot.val = slot.number >= train;
    slot.layout = layout_of(set, slot.number);
    data_clip_name(slot.name, sizeof slot.name, slot.val, particles_kind_name(slot.kind),
                   slot.val ? slot.number - train + 1 : slot.number + 1, set->format);
    return slot;
}

bool particle_set_draw(const struct particle_set *set, uint32_t kind, uint32_t number, struct clip *clip,
                       struct cli_error *error) {
    struct particle_params params;
    particles_draw_params(set->seed, kind, number, &set->variety, &params);
    if (!particles_render(set->layout_seed, kind, layout_of(set, number), &params, set->size.frames,
                          set->size.height, set->size.width, clip, error))
        return false;
    clip_set_fps(clip, FPS);
    return true;
}

static bool make_clip(const struct work *work, uint32_t index, struct cli_error *error) {
    struct slot slot = slot_of(work->set, index);
    struct clip clip;
    if (!particle_set_draw(work->set, slot.kind, slot.number, &clip, error))
        return false;
    bool ok = data_clip_write(work->staging, slot.name, &clip, error);
    clip_destroy(&clip);
    return ok;
}

// Hands out the next index, false when there is none left.
static bool take(struct work *work, uint32_t *index) {
    pthread_mutex_lock(&work->mutex);
    bool more = !work->failed && work->next < total_clips(work->set);
    if (more)
        *index = work->next++;
    pthread_mutex_unlock(&work->mutex);
    return more;
}

static void report(struct work *work, bool ok, const struct cli_error *error) {
    pthread_mutex_lock(&work->mutex);
    if (!ok && !work->failed) {
        work->failed = true;
        *work->error = *error;
    } else if (ok && !work->failed &&
               !data_progress_step(work->progress, ++work->done, total_clips(work->set))) {
        work->failed = true;
        cli_fail(work->error, NULL, "cancelled; nothing was left behind");
    }
    pthread_mutex_unlock(&work->mutex);
}

static void *run(void *user) {
    struct work *work = user;
    uint32_t index;
    while (take(work, &index)) {
        struct cli_error error = {.text = ""};
        bool ok = make_clip(work, index, &error);
        report(work, ok, &error);
    }
    return NULL;
}

static uint32_t thread_count(const struct particle_set *set) {
    uint32_t processors = set->threads > 0 ? set->threads : sys_processors();
    return processors > MAX_THREADS ? MAX_THREADS : processors;
}

// This thread works too; others that cannot be started are not missed.
static bool make_clips(struct work *work) {
    pthread_t threads[MAX_THREADS];
    uint32_t started = 0;
    pthread_mutex_init(&work->mutex, NULL);
    while (started + 1 < thread_count(work->set) && pthread_create(&threads[started], NULL, run, work) == 0)
        started++;
    run(work);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&work->mutex);
    return !work->failed;
}

// Numbers are written with six digits: enough to tell what was drawn; the seed is what repeats it.
static bool add_entry(cJSON *entries, const struct particle_set *set, uint32_t index) {
    struct slot slot = slot_of(set, index);
    struct particle_params params;
    particles_draw_params(set->seed, slot.kind, slot.number, &set->variety, &params);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "file", slot.name);
    cJSON_AddStringToObject(entry, "kind", particles_kind_name(slot.kind));
    cJSON_AddNumberToObject(entry, "layout", slot.layout);
    cJSON *values = cJSON_AddObjectToObject(entry, "params");
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
        char number[32];
        if (!particles_reads(slot.kind, i))
            continue;
        snprintf(number, sizeof number, "%.6g", (double)particles_param(&params, i));
        cJSON_AddRawToObject(values, particles_param_name(i), number);
    }
    return cJSON_AddItemToArray(entries, entry) != 0;
}

static void add_variety(cJSON *manifest, const struct particle_set *set) {
    cJSON *variety = cJSON_AddObjectToObject(manifest, "variety");
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++) {
        char number[32];
        snprintf(number, sizeof number, "%.6g", (double)set->variety.of[i]);
        cJSON_AddRawToObject(variety, particles_param_name(i), number);
    }
}

// A JSON number would lose digits on its way through double.
static void add_seed(cJSON *manifest, const char *key, uint64_t seed) {
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    cJSON_AddRawToObject(manifest, key, text);
}

static bool write_manifest(const struct particle_set *set, const struct staging *staging,
                           struct cli_error *error) {
    cJSON *manifest = data_manifest_begin("particles", &set->size);
    add_seed(manifest, "seed", set->seed);
    cJSON_AddNumberToObject(manifest, "layouts", set->layouts);
    add_seed(manifest, "layout_seed", set->layout_seed);
    add_variety(manifest, set);
    cJSON_AddNumberToObject(manifest, "clips_per_kind", set->clips);
    cJSON_AddNumberToObject(manifest, "val", set->val);
    cJSON_AddNumberToObject(manifest, "fps", FPS);
    cJSON *entries = cJSON_AddArrayToObject(manifest, "clips");
    bool ok = entries != NULL;
    for (uint32_t i = 0; ok && i < total_clips(set); i++)
        ok = add_entry(entries, set, i);
    ok = ok ? data_manifest_write(staging, manifest, error) : cli_fail(error, "manifest.json", "no memory");
    cJSON_Delete(manifest);
    return ok;
}

bool particle_set_check(const struct particle_set *set, struct cli_error *error) {
    if (set->clips < 1 || set->clips > 100000)
        return cli_fail(error, NULL, "%" PRIu32 " clips per kind: 1 to 100000 are possible", set->clips);
    if (!(set->val >= 0 && set->val < 1))
        return cli_fail(error, NULL, "a part of %g for validation: from 0 to below 1, such as 0.15",
                        set->val);
    for (uint32_t i = 0; i < PARTICLE_PARAMS; i++)
        if (!(set->variety.of[i] >= 0 && set->variety.of[i] <= 1))
            return cli_fail(error, NULL, "%s has a variety of %g: from 0 to 1, such as 0.5",
                            particles_param_name(i), (double)set->variety.of[i]);
    return data_size_check(&set->size, error);
}

bool particle_set_write(const struct particle_set *set, const char *folder, bool force,
                        const struct data_progress *progress, struct cli_error *error) {
    struct staging staging;
    if (!particle_set_check(set, error) || !staging_begin(&staging, folder, force, error))
        return false;
    struct work work = {.set = set, .staging = &staging, .progress = progress, .error = error};
    bool ok = make_clips(&work) && write_manifest(set, &staging, error) &&
              data_sheet_write(staging.folder, error) && staging_commit(&staging, error);
    staging_end(&staging);
    return ok;
}

// Trains on particles: two pools of clips, of which the one for training is renewed.
#include "cli/train/particle_data.h"

#include "cli/data/particles.h"
#include "cli/memory.h"
#include "cli/train/particle_pool.h"
#include "cli/train/particle_spec.h"
#include "runtime/system/text_stream.h"

#include <stdlib.h>
#include <string.h>

struct particle_data {
    struct particle_spec spec;
    const char *kinds[PARTICLE_KINDS];
    struct particle_pool *train, *val;
};

static bool begin(struct train_data *data, const struct sampler *sampler, uint64_t epoch,
                  struct cli_error *error) {
    struct particle_data *own = data->own;
    return particle_pool_fill(own->train, sampler, epoch, error);
}

// A line for each setting, "drawn VALUE KEY", as lines of clips are: what stands last is what is named.
static void write_settings(FILE *out, const char *spec) {
    for (const char *at = strchr(spec, ':') + 1; *at != '\0';) {
        int key = (int)strcspn(at, "="), value = (int)strcspn(at + key + 1, ",");
        fprintf(out, "drawn %.*s %.*s\n", value, at + key + 1, key, at);
        at += key + 1 + value;
        at += *at == ',';
    }
}

static bool record(const struct train_data *data, struct data_record *record, struct cli_error *error) {
    struct sys_text_stream stream;
    if (!sys_text_begin(&stream))
        return cli_no_memory(error, "the list of settings");
    for (uint32_t i = 0; i < data->kind_count; i++)
        fprintf(stream.file, "kind %s\n", data->kinds[i]);
    write_settings(stream.file, data->name);
    bool whole = sys_text_end(&stream);
    data_record_take(record, stream.text, stream.size);
    return whole || cli_no_memory(error, "the list of settings");
}

static void advise(const struct train_data *data, const struct vae_config *model, struct cli_error *error) {
    char size[64];
    snprintf(size, sizeof size, "particles: size=%ux%ux%u", data->width, data->height, data->frames);
    cli_error_prefix(error, size);
    cli_error_add(error, "size=%ux%ux%u is one that it takes", model->w, model->h, model->d);
}

static void close_particles(struct train_data *data) {
    struct particle_data *own = data->own;
    particle_pool_destroy(&own->train);
    particle_pool_destroy(&own->val);
    free(own);
}

static const struct train_data_way way = {
    .begin = begin, .record = record, .advise = advise, .close = close_particles};

static bool make_pools(struct train_data *data, struct cli_error *error) {
    struct particle_data *own = data->own;
    const struct particle_set *set = &own->spec.set;
    data->host_bytes = particle_pool_bytes(set, false, own->spec.renew) + particle_pool_bytes(set, true, 0.0);
    if (!memory_check(data->host_bytes, "clips that are drawn", error))
        return cli_error_add(error, "lower clips, which is %u", set->clips);
    own->train = particle_pool_create(set, false, own->spec.renew, error);
    own->val = own->train != NULL ? particle_pool_create(set, true, 0.0, error) : NULL;
    return own->val != NULL;
}

static bool open_particles(struct train_data *data, const char *text, struct cli_error *error) {
    struct particle_data *own = data->own;
    if (!particle_spec_read(&own->spec, text, error) || !make_pools(data, error))
        return false;
    particle_spec_text(&own->spec, data->name);
    for (uint32_t i = 0; i < PARTICLE_KINDS; i++)
        own->kinds[i] = particle_pool_kind(i);
    data->title = "particles";
    data->kinds = own->kinds;
    data->kind_count = PARTICLE_KINDS;
    data->frames = own->spec.set.size.frames;
    data->height = own->spec.set.size.height;
    data->width = own->spec.set.size.width;
    data->train = particle_pool_source(own->train);
    data->val = particle_pool_source(own->val);
    data->renew = own->spec.renew;
    return true;
}

bool particle_data_open(struct train_data *data, const char *text, struct cli_error *error) {
    *data = (struct train_data){.own = calloc(1, sizeof(struct particle_data))};
    if (data->own == NULL)
        return cli_no_memory(error, "the clips that are drawn");
    data->way = &way;
    return open_particles(data, text, error);
}

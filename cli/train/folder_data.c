// Trains on a folder: lists its clips, which are read when they are wanted.
#include "cli/train/folder_data.h"

#include "cli/dataset.h"
#include "cli/train/clips.h"
#include "runtime/system/folders.h"

#include <stdlib.h>

struct folder_data {
    struct data_set set;
    struct train_clips train, val;
};

static bool check(const struct train_data *data, bool streamed, struct cli_error *error) {
    const struct folder_data *own = data->own;
    return train_clips_check(&own->val, error) && (!streamed || train_clips_check(&own->train, error));
}

static void warn(const struct train_data *data) {
    const struct folder_data *own = data->own;
    train_clips_warn(&own->set);
}

static bool beside(const struct train_data *data, const struct run_folder *folder, struct cli_error *error) {
    return run_folder_beside(folder, data->name, error);
}

static bool record(const struct train_data *data, struct data_record *record, struct cli_error *error) {
    const struct folder_data *own = data->own;
    return data_record_make(record, &own->set, error);
}

// By the name of the first of them.
static void advise(const struct train_data *data, const struct vae_config *model, struct cli_error *error) {
    const struct folder_data *own = data->own;
    char clip[PATH_CAPACITY];
    snprintf(clip, sizeof clip, "%.300s is %ux%ux%u", own->set.clips[0].path, data->width, data->height,
             data->frames);
    cli_error_prefix(error, clip);
    cli_error_add(error,
                  "`mograph dataset import --size %ux%ux%u` brings clips to a size and length that it takes",
                  model->w, model->h, model->d);
}

static void close_folder(struct train_data *data) {
    struct folder_data *own = data->own;
    train_clips_destroy(&own->train);
    train_clips_destroy(&own->val);
    data_set_destroy(&own->set);
    free(own);
}

static const struct train_data_way way = {.check = check,
                                          .warn = warn,
                                          .beside = beside,
                                          .record = record,
                                          .advise = advise,
                                          .close = close_folder};

// Paths are kept whole, so that a run can go on from anywhere.
static void name(struct train_data *data, const char *path) {
    if (!sys_real_path(path, data->name, sizeof data->name))
        snprintf(data->name, sizeof data->name, "%s", path);
    data->title = path_base(data->name);
}

static bool open_folder(struct train_data *data, const char *path, struct cli_error *error) {
    struct folder_data *own = data->own;
    uint32_t size[3];
    if (!data_set_scan(&own->set, path, error) || !data_set_check(&own->set, path, error))
        return false;
    dataset_tell(&own->set, DATASET_TOLD, error);
    if (!train_clips_size(&own->set, size, error))
        return false;
    name(data, path);
    data->kinds = (const char *const *)own->set.kinds;
    data->kind_count = own->set.kind_count;
    data->frames = size[0];
    data->height = size[1];
    data->width = size[2];
    data->train = &own->train.source;
    data->val = &own->val.source;
    return train_clips_init(&own->train, &own->set, false, size[0], size[1], size[2], error) &&
           train_clips_init(&own->val, &own->set, true, size[0], size[1], size[2], error);
}

bool folder_data_open(struct train_data *data, const char *path, struct cli_error *error) {
    *data = (struct train_data){.own = calloc(1, sizeof(struct folder_data))};
    if (data->own == NULL)
        return cli_no_memory(error, "the list of clips");
    data->way = &way;
    return open_folder(data, path, error);
}

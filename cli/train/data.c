// Opens a run's data by the way that their name says, and asks that way for what is its own.
#include "cli/train/data.h"

#include "cli/train/folder_data.h"
#include "cli/train/particle_data.h"
#include "cli/train/particle_spec.h"

bool train_data_open(struct train_data *data, const char *argument, struct cli_error *error) {
    return particle_spec_is(argument) ? particle_data_open(data, argument, error)
                                      : folder_data_open(data, argument, error);
}

void train_data_close(struct train_data *data) {
    if (data->way != NULL)
        data->way->close(data);
    *data = (struct train_data){.way = NULL};
}

void train_data_options(const struct train_data *data, struct trainer_options *options) {
    options->renew = data->renew;
    options->stream = options->stream || data->host_bytes > 0;
}

uint32_t train_data_count(const struct train_data *data, uint32_t kind) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < data->train->count; i++)
        count += data->train->classes[i] == kind;
    return count;
}

bool train_data_check(const struct train_data *data, bool streamed, struct cli_error *error) {
    return data->way->check == NULL || data->way->check(data, streamed, error);
}

void train_data_warn(const struct train_data *data) {
    if (data->way->warn != NULL)
        data->way->warn(data);
}

bool train_data_beside(const struct train_data *data, const struct run_folder *folder,
                       struct cli_error *error) {
    return data->way->beside == NULL || data->way->beside(data, folder, error);
}

bool train_data_begin(struct train_data *data, const struct sampler *sampler, uint64_t epoch,
                      struct cli_error *error) {
    return data->way->begin == NULL || data->way->begin(data, sampler, epoch, error);
}

bool train_data_record(const struct train_data *data, struct data_record *record, struct cli_error *error) {
    return data->way->record(data, record, error);
}

void train_data_advise(const struct train_data *data, const struct vae_config *model,
                       struct cli_error *error) {
    data->way->advise(data, model, error);
}

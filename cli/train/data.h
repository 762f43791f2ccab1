// What a run trains on: the clips of a folder, or particles that are drawn while it trains. Whoever trains
// works on this and need not know which of the two it is.
#ifndef MOGRAPH_CLI_TRAIN_DATA_H
#define MOGRAPH_CLI_TRAIN_DATA_H

#include "cli/train/data_record.h"
#include "cli/train/folder.h"
#include "model/clips/clip_source.h"
#include "model/clips/sampler.h"
#include "model/net/vae_config.h"
#include "model/train/trainer.h"

struct train_data_way;

// Zero-initialise; train_data_close frees.
struct train_data {
    char name[PATH_CAPACITY]; // what finds it again: the folder's real path, or the particles' whole text
    const char *title;        // what people call it
    const char *const *kinds; // sorted by name
    uint32_t kind_count;
    uint32_t frames, height, width;
    const struct clip_source *train, *val; // val->count may be 0
    double renew;                          // part of the training clips that every epoch replaces by new ones
    uint64_t host_bytes; // of memory that clips are kept in beside the device's; 0: they are read
    const struct train_data_way *way;
    void *own;
};

// What the two ways of having data do in ways of their own. NULL where there is nothing to do.
struct train_data_way {
    bool (*check)(const struct train_data *data, bool streamed, struct cli_error *error);
    void (*warn)(const struct train_data *data);
    bool (*beside)(const struct train_data *data, const struct run_folder *folder, struct cli_error *error);
    bool (*begin)(struct train_data *data, const struct sampler *sampler, uint64_t epoch,
                  struct cli_error *error);
    bool (*record)(const struct train_data *data, struct data_record *record, struct cli_error *error);
    void (*advise)(const struct train_data *data, const struct vae_config *model, struct cli_error *error);
    void (*close)(struct train_data *data);
};

// Opens a folder, or what particle_spec.h reads; without training clips, or with kinds that weights cannot
// keep, it is refused. Lines about what is passed over in a folder go to stderr, and *error asks for
// CLI_PARTLY then.
bool train_data_open(struct train_data *data, const char *argument, struct cli_error *error);
void train_data_close(struct train_data *data);

// What of a trainer's options follows from the data: clips that lie in memory are streamed from there.
void train_data_options(const struct train_data *data, struct trainer_options *options);

// Training clips of a kind.
uint32_t train_data_count(const struct train_data *data, uint32_t kind);

// Reads once what is only read later, so that what cannot be read is told before hours of work: validation
// clips, and training clips where they are streamed.
bool train_data_check(const struct train_data *data, bool streamed, struct cli_error *error);
// Warns of kinds that nothing will be learnt of.
void train_data_warn(const struct train_data *data);
// Refuses a run's folder that would lie among the clips.
bool train_data_beside(const struct train_data *data, const struct run_folder *folder,
                       struct cli_error *error);
// Before the first step: has the clips ready that the sampler will want in an epoch. Ends early, as done,
// when an interrupt is requested.
bool train_data_begin(struct train_data *data, const struct sampler *sampler, uint64_t epoch,
                      struct cli_error *error);
// What it consists of, for data_check.h.
bool train_data_record(const struct train_data *data, struct data_record *record, struct cli_error *error);
// Completes an error about clips of a size that no model takes: which they are, and how to come to those of
// `model`.
void train_data_advise(const struct train_data *data, const struct vae_config *model,
                       struct cli_error *error);

#endif

// Reads the weights that --init names, and keeps the run's averaged weights on disk.
#include "cli/train/keep.h"

#include "cli/check.h"
#include "cli/generate/weights_path.h"
#include "model/sample/evaluator.h"
#include "model/train/refit.h"
#include "model/weights/grow.h"
#include "model/weights/weights.h"
#include "runtime/align.h"
#include "runtime/transfer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { STATISTICS_CLIPS = 128 }; // to re-estimate from: the last tens of batches count

struct arrays {
    float *trained, *state;
};

static bool arrays_create(struct arrays *arrays, const struct parameters *p) {
    arrays->trained = malloc(parameters_trained_count(p) * sizeof(float));
    arrays->state = malloc(parameters_state_count(p) * sizeof(float));
    return arrays->trained != NULL && arrays->state != NULL;
}

static void arrays_destroy(struct arrays *arrays) {
    free(arrays->trained);
    free(arrays->state);
}

static bool same_kinds(const struct weights *weights, const struct train_data *data) {
    bool same = weights_config(weights)->classes == data->kind_count;
    for (uint32_t i = 0; i < data->kind_count && same; i++)
        same = strcmp(weights_class_name(weights, i), data->kinds[i]) == 0;
    return same;
}

// A model of another shape is refused by the name of what does not fit.
static enum rt_status read_or_grow(const struct weights *weights, struct trainer *trainer,
                                   const struct op_library *library, const struct train_data *data,
                                   const struct arrays *arrays) {
    struct parameters *p = trainer_parameters(trainer);
    const struct vae_config *model = &trainer_vae(trainer)->config;
    if (!grow_fits(weights_config(weights), model))
        return weights_read(weights, p, arrays->trained, arrays->state);
    parameters_start_values(p, trainer_settings(trainer)->seed, arrays->trained, arrays->state);
    return grow_read(weights, &library->target, model, p, same_kinds(weights, data), arrays->trained,
                     arrays->state);
}

// "55.7/0.84/89.2", top first.
static void betas_text(const struct trainer *trainer, char *text, size_t size) {
    float beta[VAE_MAX_STAGES + 1];
    uint32_t count = trainer_betas(trainer, beta);
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < count && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%.6g", i > 0 ? "/" : "", (double)beta[i]);
}

// A level's KL is weighed against an error that is summed over voxels: clips of eight times as many want
// eight times the weight.
static void take_betas(struct trainer *trainer, const struct weights *weights) {
    const char *text = weights_metadata(weights, WEIGHTS_BETA);
    const struct vae_config *from = weights_config(weights), *to = &trainer_vae(trainer)->config;
    double larger = (double)to->d * to->h * to->w / ((double)from->d * from->h * from->w);
    float beta[VAE_MAX_STAGES + 1];
    uint32_t count = 0;
    for (char *end; text != NULL && count < VAE_MAX_STAGES + 1; count++) {
        double value = strtod(text, &end) * larger;
        if (end == text || !(value > 0.0 && value < 1e6))
            break;
        beta[count] = (float)value;
        text = *end == '/' ? end + 1 : NULL;
    }
    trainer_set_betas(trainer, beta, count);
}

static enum rt_status init_from(struct trainer *trainer, const struct op_library *library,
                                const struct train_data *data, const char *path) {
    struct weights *weights = NULL;
    struct arrays arrays = {NULL, NULL};
    enum rt_status status = weights_open(path, &weights);
    if (status == RT_OK && !arrays_create(&arrays, trainer_parameters(trainer)))
        status = RT_ERROR_OUT_OF_MEMORY;
    if (status == RT_OK)
        status = read_or_grow(weights, trainer, library, data, &arrays);
    if (status == RT_OK)
        status = trainer_set_weights(trainer, arrays.trained, arrays.state);
    if (status == RT_OK)
        take_betas(trainer, weights);
    arrays_destroy(&arrays);
    weights_close(&weights);
    return status;
}

bool train_init_check(const char *which, struct cli_error *error) {
    char path[PATH_CAPACITY];
    struct weights *weights = NULL;
    bool opened = weights_path_find(which, path, error) &&
                  (cli_check(error, weights_open(path, &weights), "reading %s", path) ||
                   cli_error_add(error, "--init %.400s cannot be taken", which));
    weights_close(&weights);
    return opened;
}

bool train_init_weights(struct trainer *trainer, const struct op_library *library,
                        const struct train_data *data, const char *which, struct cli_error *error) {
    char path[PATH_CAPACITY];
    return weights_path_find(which, path, error) &&
           (cli_check(error, init_from(trainer, library, data, path), "reading %s", path) ||
            cli_error_add(error, "--init %.400s cannot be taken", which));
}

// Training clips of each class, as WEIGHTS_CLIPS wants it. What does not fit is left out: the reader then
// takes all classes for equally frequent.
static void clips_text(const struct train_loop *loop, char *text, size_t size) {
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t class = 0; class < loop->model->classes && at < size; ++class)
        at += (size_t)snprintf(text + at, size - at, "%s%u", class > 0 ? "/" : "",
                               train_data_count(loop->data, class));
}

static enum rt_status write_file(const struct train_loop *loop, const char *path,
                                 const struct arrays *arrays) {
    char step[24], epochs[24], seed[24], clips[512], betas[128];
    const struct trainer_options *options = trainer_settings(loop->trainer);
    snprintf(step, sizeof step, "%" PRIu64, trainer_steps_done(loop->trainer));
    snprintf(epochs, sizeof epochs, "%" PRIu64,
             trainer_steps_done(loop->trainer) * options->batch / loop->data->train->count);
    snprintf(seed, sizeof seed, "%" PRIu64, options->seed);
    clips_text(loop, clips, sizeof clips);
    betas_text(loop->trainer, betas, sizeof betas);
    const struct safetensors_pair pairs[] = {
        {WEIGHTS_CLIPS, clips},  {WEIGHTS_BETA, betas},      {"mograph.version", MOGRAPH_VERSION},
        {"mograph.steps", step}, {"mograph.epochs", epochs}, {"mograph.seed", seed}};
    struct weights_content content = {.config = loop->model,
                                      .class_names = loop->data->kinds,
                                      .parameters = trainer_parameters(loop->trainer),
                                      .trained = arrays->trained,
                                      .state = arrays->state,
                                      .pairs = pairs,
                                      .pair_count = sizeof pairs / sizeof pairs[0],
                                      .storage = loop->values->store == 1 ? WEIGHTS_BF16 : WEIGHTS_F32};
    return weights_save(path, &content);
}

static enum rt_status save(const struct train_loop *loop, const char *path) {
    struct evaluator *evaluator = trainer_evaluator(loop->trainer);
    const struct parameters *p = evaluator_parameters(evaluator);
    struct rt_device *device = evaluator_device(evaluator);
    struct arrays arrays = {NULL, NULL};
    enum rt_status status = arrays_create(&arrays, p) ? RT_OK : RT_ERROR_OUT_OF_MEMORY;
    if (status == RT_OK)
        status = rt_buffer_download(device, parameters_slab(p, PARAMETERS_VALUE), arrays.trained,
                                    parameters_trained_count(p) * sizeof(float));
    if (status == RT_OK)
        status = rt_buffer_download(device, parameters_state_slab(p), arrays.state,
                                    parameters_state_count(p) * sizeof(float));
    if (status == RT_OK)
        status = write_file(loop, path, &arrays);
    arrays_destroy(&arrays);
    return status;
}

// The training clips as they were in one epoch.
struct epoch {
    const struct clip_source *clips;
    struct sampler sampler;
    uint64_t number;
};

static bool read_of_epoch(void *user, uint32_t clip, uint8_t *rgb) {
    const struct epoch *epoch = user;
    return epoch->clips->read(epoch->clips->user, sampler_clip(&epoch->sampler, clip, epoch->number), rgb);
}

// Those that the last step was of: clips that are renewed are no longer what they were when the run began.
static struct clip_source last_epoch(const struct train_loop *loop, struct epoch *epoch) {
    const struct clip_source *clips = loop->data->train;
    uint64_t done = trainer_steps_done(loop->trainer), step = done > 0 ? done - 1 : 0;
    *epoch = (struct epoch){.clips = clips, .sampler = trainer_sampler(loop->trainer)};
    epoch->number = ((step + 1) * epoch->sampler.batch - 1) / clips->count;
    struct clip_source source = *clips;
    source.read = read_of_epoch;
    source.user = epoch;
    return source;
}

// What the encoder says of clips that it has hardly seen lies closer together than what it says of those that
// it has learnt, and samples drawn there are calmer (model/EXPERIMENTS.md). So a run that is all second
// phase, whose encoder stays as it is, keeps the densities that its weights came with.
static enum rt_status refit(const struct train_loop *loop, const struct clip_source *clips) {
    struct evaluator *evaluator = trainer_evaluator(loop->trainer);
    const struct trainer_options *options = trainer_settings(loop->trainer);
    bool frozen = trainer_is_frozen(loop->trainer), found = false;
    uint32_t batches = frozen ? 0 : (uint32_t)rt_div_up(STATISTICS_CLIPS, options->batch);
    enum rt_status status =
        refit_statistics(evaluator, trainer_parameters(loop->trainer), clips, batches, options->seed);
    if (status == RT_OK && trainer_began_frozen(loop->trainer))
        status = refit_find_density(evaluator, &found);
    return status == RT_OK && !found ? refit_density(evaluator, clips, options->seed) : status;
}

bool train_keep_weights(const struct train_loop *loop, struct cli_error *error) {
    char path[PATH_CAPACITY];
    if (!run_folder_file(loop->folder, "weights.safetensors", path, error))
        return false;
    struct epoch epoch;
    const struct clip_source clips = last_epoch(loop, &epoch);
    enum rt_status status = refit(loop, &clips);
    if (status == RT_OK)
        status = save(loop, path);
    return cli_check(error, status, "writing %s", path);
}

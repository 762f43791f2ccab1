// Gathers what the report of a run in progress shows.
#include "cli/train/report_run.h"

#include "model/sample/evaluator.h"
#include "model/train/trainer.h"
#include "runtime/device.h"

// Numbers of each level's latent, and where its rate is held.
static void describe_levels(const struct train_loop *loop, struct train_report *report) {
    const struct evaluator *evaluator = trainer_evaluator(loop->trainer);
    const struct trainer_options *options = trainer_settings(loop->trainer);
    report->levels = evaluator_level_count(evaluator);
    for (uint32_t i = 0; i < report->levels; i++) {
        const struct vae_level *level = evaluator_level(evaluator, i);
        bool controlled = !(options->beta > 0.0f) && !options->overfit;
        report->units[i] = level->d * level->h * level->w * level->c_used;
        report->target[i] = controlled ? options->rate[i] : 0.0f;
    }
}

bool train_report_run(const struct train_loop *loop, enum train_state state, double seconds_per_clip,
                      struct cli_error *error) {
    const struct rt_device *device = evaluator_device(trainer_evaluator(loop->trainer));
    struct train_report report = {.folder = loop->folder,
                                  .values = loop->values,
                                  .device = rt_device_describe(device)->name,
                                  .data = loop->data->title,
                                  .renew = loop->data->renew,
                                  .clips = loop->data->train->count,
                                  .val_clips = loop->data->val->count,
                                  .kinds = loop->data->kind_count,
                                  .frames = loop->model->d,
                                  .height = loop->model->h,
                                  .width = loop->model->w,
                                  .parameters = parameters_trained_count(trainer_parameters(loop->trainer)),
                                  .steps = trainer_steps_done(loop->trainer),
                                  .step_count = trainer_step_count(loop->trainer),
                                  .seconds_per_clip = seconds_per_clip,
                                  .state = state};
    describe_levels(loop, &report);
    return train_report_write(&report, error);
}

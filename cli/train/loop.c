// Runs training: steps, checkpoints, metrics, pictures, until the end or an interrupt.
#include "cli/train/loop.h"

#include "cli/check.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/train/keep.h"
#include "cli/train/metrics.h"
#include "cli/train/pictures.h"
#include "cli/train/report_run.h"
#include "cli/train/validate.h"
#include "model/train/checkpoint.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MAX_SKIPPED = 10 }; // steps in a row

struct state {
    struct train_loop *loop;
    struct progress bar;
    struct metrics metrics;
    uint64_t end;                   // step to stop at
    int skipped;                    // in a row
    double waited_ms;               // for clips that are streamed
    char checkpoint[PATH_CAPACITY]; // the last good one
};

static uint64_t epoch_of(const struct train_loop *loop, uint64_t step) {
    return step * (uint64_t)loop->values->batch / loop->data->train->count;
}

// Whether an epoch that is a multiple of `every` ends with this many steps done.
static bool is_due(const struct train_loop *loop, uint64_t done, int64_t every) {
    uint64_t before = epoch_of(loop, done - 1) / (uint64_t)every;
    return epoch_of(loop, done) / (uint64_t)every > before;
}

static bool save(struct state *s, struct cli_error *error) {
    char path[PATH_CAPACITY];
    uint64_t done = trainer_steps_done(s->loop->trainer);
    if (!run_folder_check(s->loop->folder, error) ||
        !run_folder_checkpoint(s->loop->folder, done, path, error))
        return false;
    if (!metrics_sync(&s->metrics, error) ||
        !cli_check(error, checkpoint_save(s->loop->trainer, path), "writing the checkpoint"))
        return cli_error_add(error, "the checkpoint could not be written; %s%s",
                             s->checkpoint[0] != '\0' ? "the last good one is " : "there is none yet",
                             s->checkpoint);
    memcpy(s->checkpoint, path, sizeof path);
    run_folder_prune(s->loop->folder);
    return true;
}

static void show(struct state *s, const struct trainer_report *r) {
    char note[160];
    int at = snprintf(note, sizeof note, "epoch %" PRIu64 "  mse %.5f  kl", epoch_of(s->loop, r->step) + 1,
                      (double)r->mse);
    for (uint32_t i = 0; i < trainer_vae(s->loop->trainer)->level_count && at < 120; i++)
        if (isfinite(r->kl[i]))
            at += snprintf(note + at, sizeof note - (size_t)at, " %.0f", (double)r->kl[i]);
        else // no clip of the batch used the level
            at += snprintf(note + at, sizeof note - (size_t)at, " -");
    progress_update(&s->bar, r->step + 1, note);
}

// Ten steps in a row whose loss or gradient is not finite are no accident. Where the loss scale was too
// large, and was halved, it counts for nothing.
static bool is_sound(struct state *s, const struct trainer_report *r, struct cli_error *error) {
    if (!r->rescaled)
        s->skipped = r->skipped ? s->skipped + 1 : 0;
    return s->skipped < MAX_SKIPPED ||
           cli_fail(error, NULL,
                    "%d steps in a row gave a loss or gradient that is not finite: lower --lr; the last good "
                    "checkpoint is %s",
                    MAX_SKIPPED, s->checkpoint[0] != '\0' ? s->checkpoint : "none");
}

static bool open_metrics(struct state *s, struct cli_error *error) {
    struct train_loop *loop = s->loop;
    char path[PATH_CAPACITY];
    return run_folder_file(loop->folder, "metrics.csv", path, error) &&
           metrics_open(&s->metrics, path, trainer_vae(loop->trainer)->level_count,
                        trainer_steps_done(loop->trainer), error);
}

// Clips since this invocation began tell the pace. A report that fails is no reason to stop, and behind a
// failure not worth a line.
static void write_report(struct state *s, enum train_state state, bool failed) {
    struct cli_error error;
    uint64_t steps = s->bar.done > s->bar.first ? s->bar.done - s->bar.first : 0;
    double clips = (double)steps * (double)s->loop->values->batch;
    double pace = steps > 0 ? (terminal_seconds() - s->bar.started) / clips : 0.0;
    if (train_report_run(s->loop, state, pace, &error) || failed)
        return;
    progress_clear(&s->bar);
    rt_log(RT_LOG_WARNING, "%s", error.text);
}

static bool is_last(const struct train_loop *loop) {
    return trainer_steps_done(loop->trainer) == trainer_step_count(loop->trainer);
}

// Every --every epochs and at the end, also when a signal has come: the checkpoint behind it counts the step
// as done, and a run that goes on from there would never look again.
static bool is_time_to_look(const struct train_loop *loop) {
    bool due = is_last(loop) || is_due(loop, trainer_steps_done(loop->trainer), loop->values->every);
    return due && !loop->values->overfit;
}

// Weights, figures, pictures.
static bool look(const struct train_loop *loop, struct validation *validation, struct cli_error *error) {
    return run_folder_check(loop->folder, error) && train_keep_weights(loop, error) &&
           train_validate(loop, validation, error) &&
           train_write_pictures(loop, epoch_of(loop, trainer_steps_done(loop->trainer)), error);
}

static bool step(struct state *s, struct cli_error *error) {
    struct trainer_report report;
    struct validation validation = {.done = false};
    if (!cli_check(error, trainer_step(s->loop->trainer, &report), "a step of training"))
        return false;
    s->waited_ms += report.waited_ms;
    show(s, &report);
    bool looks = is_time_to_look(s->loop);
    if (looks && !look(s->loop, &validation, error))
        return cli_error_add(error, "the last good checkpoint is %s",
                             s->checkpoint[0] != '\0' ? s->checkpoint : "none");
    if (!metrics_add(&s->metrics, &report, epoch_of(s->loop, report.step) + 1, &validation, error))
        return false;
    if (looks)
        write_report(s, TRAIN_RUNNING, false);
    return is_sound(s, &report, error);
}

// Steps, with a checkpoint where one is due and at the end, whatever ends it.
static bool run_steps(struct state *s, struct cli_error *error) {
    struct train_loop *loop = s->loop;
    bool stop = trainer_steps_done(loop->trainer) >= s->end || interrupt_requested();
    while (!stop) {
        if (!step(s, error))
            return false;
        uint64_t done = trainer_steps_done(loop->trainer);
        stop = interrupt_requested() || done == s->end;
        if ((stop || is_due(loop, done, loop->values->save_every)) && !save(s, error))
            return false;
    }
    return true;
}

// Clips that the next step may want. One batch again and again is no reason to draw them all.
static bool begin_data(const struct state *s, struct cli_error *error) {
    const struct train_loop *loop = s->loop;
    struct sampler sampler = trainer_sampler(loop->trainer);
    uint64_t done = trainer_steps_done(loop->trainer);
    return loop->values->overfit || done >= s->end ||
           train_data_begin(loop->data, &sampler, epoch_of(loop, done), error);
}

// A run whose clips are streamed: whether reading them kept up.
static void tell_waited(const struct state *s) {
    double seconds = terminal_seconds() - s->bar.started;
    if (s->waited_ms > 0.0 && seconds > 0.0)
        rt_log(RT_LOG_INFO, "waited for clips: %.1f s of %.1f s (%.1f%%)", s->waited_ms * 1e-3, seconds,
               s->waited_ms * 0.1 / seconds);
}

bool train_loop_run(struct train_loop *loop, struct cli_error *error) {
    struct state s = {.loop = loop, .end = trainer_step_count(loop->trainer)};
    if (loop->values->steps > 0 && (uint64_t)loop->values->steps < s.end)
        s.end = (uint64_t)loop->values->steps;
    struct cli_error ignored;
    uint64_t before = trainer_steps_done(loop->trainer);
    if (before > 0 && !run_folder_checkpoint(loop->folder, before, s.checkpoint, &ignored))
        s.checkpoint[0] = '\0';
    interrupt_catch();
    bool begun = begin_data(&s, error);
    progress_resume(&s.bar, "training", trainer_steps_done(loop->trainer), s.end);
    bool opened = begun && open_metrics(&s, error), done = opened && run_steps(&s, error);
    metrics_close(&s.metrics);
    if (opened)
        write_report(&s, is_last(loop) ? TRAIN_DONE : TRAIN_STOPPED, !done);
    progress_clear(&s.bar);
    if (done)
        tell_waited(&s);
    if (done && interrupt_requested())
        error->status = 128 + interrupt_signal();
    return done;
}

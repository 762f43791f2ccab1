// Measures whole training steps on random clips, as `mograph bench train` reports them.
#include "cli/bench/bench_train.h"

#include "cli/terminal.h"
#include "runtime/align.h"

#include <stdlib.h>
#include <string.h>

// The first step records, compiles and touches memory for the first time; the second is cut by what the first
// has taught the device.
enum { WARM_UP = 2 };

// One clip of every kind that the presets have.
static const uint32_t kinds[] = {0, 1, 2, 3, 4, 5};
enum { CLIPS = sizeof kinds / sizeof kinds[0] };

struct session {
    struct bench_train *bench;
    struct op_library *library;
    struct clip_source source;
    struct progress progress;
};

// Gradients that move: what a step costs does not depend on what it sees.
static bool draw_clip(void *user, uint32_t clip, uint8_t *rgb) {
    const struct clip_source *size = user;
    for (uint32_t z = 0; z < size->d; z++)
        for (uint32_t y = 0; y < size->h; y++)
            for (uint32_t x = 0; x < size->w; x++)
                for (uint32_t c = 0; c < 3; c++)
                    *rgb++ = (uint8_t)(x + 2 * y + 4 * z + 40 * clip + 80 * c);
    return true;
}

// --- steps

struct step_time {
    double ms, waited_ms;
};

static bool step(struct session *s, struct trainer *trainer, struct step_time *time,
                 struct cli_error *error) {
    struct trainer_report report;
    double start = terminal_seconds();
    if (!cli_check(error, trainer_step(trainer, &report), "a step of training"))
        return false;
    *time = (struct step_time){(terminal_seconds() - start) * 1e3, report.waited_ms};
    progress_update(&s->progress, s->progress.done + 1, NULL);
    return !report.skipped ||
           cli_fail(error, NULL,
                    "a step gave a loss or gradient that is not finite: `mograph doctor` says what is wrong");
}

static bool begin(struct session *s, const struct trainer_options *options, struct trainer **trainer,
                  struct cli_error *error) {
    struct step_time time;
    bool good = cli_check(error, trainer_create(s->library, &s->bench->model, &s->source, options, trainer),
                          "making the trainer");
    if (good && s->bench->data != NULL) {
        struct sampler sampler = trainer_sampler(*trainer);
        good = train_data_begin(s->bench->data, &sampler, 0, error);
    }
    for (int i = 0; i < WARM_UP && good; i++)
        good = step(s, *trainer, &time, error);
    return good;
}

static double model_flops(const struct vae *vae) {
    return graph_forward_flops(vae->graph) + graph_backward_flops(vae->graph);
}

static bool time_steps(struct session *s, struct cli_error *error) {
    struct bench_train *b = s->bench;
    struct trainer *trainer = NULL;
    double ms[BENCH_MAX_REPEAT];
    bool good = begin(s, &b->options, &trainer, error);
    b->waited_ms = 0.0;
    for (uint32_t i = 0; i < b->steps && good; i++) {
        struct step_time time = {0.0, 0.0};
        good = step(s, trainer, &time, error);
        ms[i] = time.ms;
        b->waited_ms += time.waited_ms / b->steps;
    }
    if (good) {
        b->median_ms = bench_median(ms, b->steps);
        b->best_ms = ms[0];
        b->worst_ms = ms[b->steps - 1];
        b->flops = model_flops(trainer_vae(trainer));
    }
    trainer_destroy(&trainer);
    return good;
}

// --- profile

static bool take_records(struct bench_train *b, struct rt_stream *stream, struct cli_error *error) {
    enum rt_status status = RT_OK;
    b->record_count = rt_stream_profile_count(stream);
    b->records = calloc((size_t)b->record_count + 1, sizeof *b->records);
    if (b->records == NULL)
        return cli_no_memory(error, NULL);
    for (uint32_t i = 0; i < b->record_count && status == RT_OK; i++)
        status = rt_stream_profile(stream, i, &b->records[i]);
    return cli_check(error, status, "reading the profile");
}

static bool profile_step(struct session *s, struct cli_error *error) {
    struct trainer_options options = s->bench->options;
    struct trainer *trainer = NULL;
    struct step_time time;
    options.profile = true;
    bool good = begin(s, &options, &trainer, error) && step(s, trainer, &time, error) &&
                take_records(s->bench, trainer_stream(trainer), error);
    trainer_destroy(&trainer);
    return good;
}

static struct clip_source made_clips(struct session *s) {
    const struct bench_train *b = s->bench;
    return (struct clip_source){.count = CLIPS,
                                .d = b->model.d,
                                .h = b->model.h,
                                .w = b->model.w,
                                .classes = kinds,
                                .read = draw_clip,
                                .user = &s->source};
}

bool bench_train(struct cli_device *device, struct bench_train *b, struct cli_error *error) {
    struct session s = {.bench = b, .library = device->library};
    bool profiled = b->profiled && rt_device_describe(device->device)->timestamp_period_ns > 0.0f;
    uint64_t steps = WARM_UP + b->steps;
    s.source = b->data != NULL ? *b->data->train : made_clips(&s);
    b->options.epochs = rt_div_up(steps * b->options.batch, s.source.count);
    if (!cli_check(error, trainer_plan(s.library, &b->model, &s.source, &b->options, &b->memory),
                   "planning the memory") ||
        (profiled && !cli_check(error, bench_peaks(device, &b->peaks), "measuring the device's peaks")))
        return false;
    progress_begin(&s.progress, "bench", steps + (profiled ? WARM_UP + 1 : 0));
    // One after the other: the memory of two may be more than there is.
    bool good = time_steps(&s, error) && (!profiled || profile_step(&s, error));
    progress_clear(&s.progress);
    return good;
}

// --- kernels

static int by_time(const void *a, const void *b) {
    const struct bench_kernel *x = a, *y = b;
    return (x->ns < y->ns) - (x->ns > y->ns);
}

static struct bench_kernel *find(struct bench_kernel *kernels, uint32_t *count, const char *name) {
    for (uint32_t i = 0; i < *count; i++)
        if (strcmp(kernels[i].name, name) == 0)
            return &kernels[i];
    kernels[*count] = (struct bench_kernel){.name = name};
    return &kernels[(*count)++];
}

uint32_t bench_kernels_of(const struct bench_train *bench, struct bench_kernel *kernels) {
    uint32_t names = 0;
    for (uint32_t i = 0; i < bench->record_count; i++) {
        const struct rt_profile_row *record = &bench->records[i];
        struct bench_kernel *kernel = find(kernels, &names, record->name);
        kernel->calls++;
        kernel->ns += record->ns;
        kernel->flops += record->flops;
        kernel->bytes += record->bytes;
        kernel->roof_ns += bench_roof(&bench->peaks, record->flops, record->bytes).ns;
    }
    qsort(kernels, names, sizeof *kernels, by_time);
    return names;
}

struct bench_kernel bench_kernels_sum(const struct bench_kernel *kernels, uint32_t count) {
    struct bench_kernel sum = {.name = "sum"};
    for (uint32_t i = 0; i < count; i++) {
        sum.calls += kernels[i].calls;
        sum.ns += kernels[i].ns;
        sum.flops += kernels[i].flops;
        sum.bytes += kernels[i].bytes;
        sum.roof_ns += kernels[i].roof_ns;
    }
    return sum;
}

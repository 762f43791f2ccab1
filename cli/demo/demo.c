// mograph-demo: a morph for ever, to play with; or a recording of it.
#include "cli/demo/demo.h"

#include "cli/demo/advice.h"
#include "cli/demo/embedded.h"
#include "cli/demo/model_decoder.h"
#include "cli/demo/record.h"
#include "cli/demo/show.h"
#include "cli/generate/picture.h"
#include "cli/interrupt.h"
#include "cli/media/write.h"
#include "runtime/system/console.h"
#include "runtime/system/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct demo_values {
    struct work_values common; // `out` is what is recorded to
    int64_t seed, screen;
    double seconds;
    int save_format;
    bool list, screens, terminal, full_screen, stats, status;
};

#define FIELD(field) OPTION_FIELD(struct demo_values, field)
#define RECORDED_SECONDS 10.0

static const struct option options[] = {
    {WORK_FIELD(struct demo_values, weights), .name = "weights", .letter = 'w', .value = "W",
     .help = "a weights file or a run's folder: your own model (default: the one inside)"},
    {WORK_FIELD(struct demo_values, device), .name = "device", .value = "D",
     .help = "index, UUID or part of a name, as --list shows them "
             "(default: MOGRAPH_DEVICE, or else the fastest kind)"},
    {FIELD(list), .name = "list", .help = "list the devices and end"},
    {FIELD(seed), .name = "seed", .initial = "1", .min = 0, .max = 9e15, .help = "where it begins"},
    {OPTION_WORK_FPS(struct demo_values, "frames a second (default 25)")},
    {FIELD(terminal), .name = "terminal",
     .help = "play in the terminal, also where a window could be opened"},
    {FIELD(full_screen), .name = "full-screen", .help = "begin with a full screen"},
    {FIELD(screens), .name = "screens", .help = "list the screens and end"},
    {FIELD(screen), .name = "screen", .initial = "0", .min = 0, .max = 63,
     .help = "the screen to open the window on, as --screens lists them"},
    {FIELD(seconds), .name = "seconds", .value = "S", .min = 0.04, .max = 1e9,
     .help = "end by itself (default: never; --record 10)"},
    {WORK_FIELD(struct demo_values, out), .name = "record", .value = "FILE",
     .help = "show nothing: decode every frame from its own z, and write them"},
    {OPTION_WORK_SCALE(struct demo_values)},
    {OPTION_WORK_FORCE(struct demo_values)},
    {OPTION_WORK_QUIET(struct demo_values)},
    {FIELD(save_format), .name = "save-format", .initial = "gif", .choices = SHOW_FORMATS,
     .help = "what S saves (mp4 takes ffmpeg)"},
    {FIELD(status), .name = "status", .help = "begin with the line of figures"},
    {FIELD(stats), .name = "stats", .help = "print figures of the show as JSON at its end"},
    {0}};

static double fps_of(const struct demo_values *v) {
    return v->common.fps > 0.0 ? v->common.fps : PICTURE_FPS;
}

// --- recording

static bool step(void *user, uint32_t done, struct cli_error *error) {
    return work_step(user, done, error);
}

static bool write_recording(struct work *work, const struct demo_values *v, const struct clip *plain,
                            struct cli_error *error) {
    const struct grid one = {.columns = 1, .rows = 1};
    char what[64], line[PATH_CAPACITY + 64];
    struct clip clip;
    snprintf(what, sizeof what, "seed %llu", (unsigned long long)v->seed);
    if (!picture_lay_out(work, &one, plain->frames, plain->rgb, 1, &clip, error))
        return false;
    bool done = picture_write(work, &clip, v->common.out, what, error);
    snprintf(line, sizeof line, "%u frames of %ux%u in %s", clip.frames, clip.width, clip.height,
             v->common.out);
    clip_destroy(&clip);
    return done && work_report(work, NULL, line, error);
}

static bool record(struct work *work, const struct demo_values *v, struct cli_error *error) {
    const struct grid one = {.columns = 1, .rows = 1};
    double seconds = v->seconds > 0.0 ? v->seconds : RECORDED_SECONDS, frames = seconds * fps_of(v) + 0.5;
    struct record record = {.decoder = model_decoder(work),
                            .fps = fps_of(v),
                            .seed = (uint64_t)v->seed,
                            .step = step,
                            .user = work};
    struct clip plain;
    if (frames >= 1e6)
        return cli_usage(error, "--seconds %g are more frames than a file can hold", seconds);
    record.frames = (uint32_t)frames;
    if (!clip_write_check(v->common.out, v->common.force, error) ||
        !picture_check(work, &one, record.frames, 1 + record.frames / record.decoder.frames, error))
        return false;
    work_progress(work, "decoding", record.frames);
    bool done = record_play(&record, &plain, error);
    work_progress_end(work);
    if (!done)
        return false;
    done = write_recording(work, v, &plain, error);
    clip_destroy(&plain);
    return done;
}

// --- showing

// Mesa's CPU driver computes in vectors of 256 bits here, also where the runtime would have it take 512:
// those decode a quarter faster, but their kernels take twice as long to compile. The first picture of a new
// machine is there after 2.8 s instead of 4.9, and the pictures are the same bit for bit. A setting of the
// user's stands.
static void start_soon(void) {
    sys_environment_default("LP_NATIVE_VECTOR_WIDTH", "256");
}

// Which device it will be, before there is a view or a thread: where there is none no window has to be
// opened, and the environment, which a driver may be told something by, is changed while nobody else looks at
// it.
static bool find_device(const char *selector, bool *on_cpu, struct cli_error *error) {
    struct rt_context *context = NULL;
    const struct rt_device_info *info = NULL;
    enum rt_status status = rt_context_create(NULL, &context);
    if (status == RT_OK)
        status = rt_context_find_device(context, selector, &info);
    *on_cpu = status == RT_OK && info->type == RT_DEVICE_CPU;
    rt_context_destroy(&context);
    return cli_check(error, status, "looking for a device");
}

static bool show(struct work *work, const struct demo_values *v, struct cli_error *error) {
    const struct vae_config *c = weights_config(work->weights);
    bool on_cpu;
    start_soon();
    if (!find_device(v->common.device, &on_cpu, error))
        return false;
    bool window = !v->terminal && window_view() != NULL && window_view_possible();
    if (window)
        sys_leave_console();
    const struct show_options how = {.view = window ? window_view() : &terminal_view,
                                     .view_options = {.height = c->h,
                                                      .width = c->w,
                                                      .full_screen = v->full_screen,
                                                      .screen = (int)v->screen,
                                                      .on_cpu = on_cpu},
                                     .seed = (uint64_t)v->seed,
                                     .fps = fps_of(v),
                                     .seconds = v->seconds,
                                     .save_format = v->save_format,
                                     .stats = v->stats,
                                     .status = v->status};
    return show_run(work, &how, error);
}

// --- the command

extern const struct command cmd_devices;

// A failure for want of a driver gets advice; the line about it is printed last, as ever.
static bool advise(bool done, struct cli_error *error) {
    char dropped[CLI_ERROR_TEXT];
    if (done || !advice_is_needed())
        return done;
    cli_cause_take(error->cause, dropped);
    if (!advice_box("mograph-demo", advice_text))
        fputs(advice_text, stderr);
    return false;
}

static bool play(const struct demo_values *values, struct cli_error *error) {
    struct demo_values v = *values;
    struct work_embedded embedded = {.name = EMBEDDED_NAME};
    struct work work;
    embedded.bytes = embedded_weights(&embedded.size);
    bool recording = v.common.out != NULL;
    v.common.quiet = v.common.quiet || !recording;
    bool done = work_begin_embedded(&work, &demo_command, &v, &embedded, error) &&
                advise(recording ? record(&work, &v, error) : show(&work, &v, error), error);
    work_close(&work);
    return done;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct demo_values *v = values;
    (void)args;
    (void)arg_count;
    if (v->list)
        return advise(command_run(&cmd_devices, 0, NULL, error), error);
    if (v->screens)
        return window_print_screens(error);
    return play(v, error);
}

const struct command demo_command = {
    .name = "",
    .program = "mograph-demo",
    .summary = "a morph through all kinds for ever, live, as an instrument to play",
    .text = "It opens a window, or plays in the terminal where there is none. H shows the keys.\n"
            "--record needs neither: " CLIP_WRITE_FORMATS ".\n",
    .options = options,
    .values_size = sizeof(struct demo_values),
    .given = offsetof(struct demo_values, common.given),
    .run = run,
};

// mograph dataset particles: draws the data set that mograph ships as a program.
#include "cli/data/particle_set.h"
#include "cli/data/particle_variety.h"
#include "cli/dataset.h"
#include "cli/text.h"

struct particles_values {
    const char *out, *variety_of;
    int64_t clips, layouts, layout_seed, seed;
    struct cli_size size;
    double variety, phase, val;
    int format;
    bool force;
};

#define FIELD(field) OPTION_FIELD(struct particles_values, field)

static const struct option options[] = {
    {OPTION_DATASET_OUT(struct particles_values, out)},
    {OPTION_PARTICLES_CLIPS(struct particles_values, clips)},
    {OPTION_PARTICLES_LAYOUTS(struct particles_values, layouts)},
    {OPTION_PARTICLES_LAYOUT_SEED(struct particles_values, layout_seed)},
    {OPTION_PARTICLES_VARIETY(struct particles_values, variety)},
    {FIELD(phase), .name = "phase", .initial = "0", .min = 0, .max = 1,
     .help = "how far into their course clips may begin, as a part of it; 0: all begin at the beginning"},
    {FIELD(variety_of), .name = "variety-of", .value = "LIST",
     .help = "the variety of single parameters, in order: all=0,hue=1 differs in hue alone; manifest.json "
             "shows which a kind has"},
    {OPTION_DATASET_SIZE(struct particles_values, size)},
    {OPTION_PARTICLES_SEED(struct particles_values, seed)},
    {OPTION_DATASET_VAL(struct particles_values, val)},
    {OPTION_DATASET_FORMAT(struct particles_values, format)},
    {OPTION_FORCE(struct particles_values, force, "a data set")},
    {0}};

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct particles_values *v = values;
    (void)args;
    (void)arg_count;
    if (v->out == NULL)
        return cli_usage(error, "say where to write it: -o DIR");
    struct particle_variety variety = particle_variety_all((float)v->variety);
    variety.of[PARTICLE_phase] = (float)v->phase;
    if (v->variety_of != NULL && !particle_variety_set(&variety, v->variety_of, error))
        return false;
    struct particle_set set = {.seed = (uint64_t)v->seed,
                               .layout_seed = (uint64_t)v->layout_seed,
                               .clips = (uint32_t)v->clips,
                               .layouts = (uint32_t)v->layouts,
                               .variety = variety,
                               .val = v->val,
                               .size = dataset_size(v->size),
                               .format = (enum data_format)v->format};
    struct progress bar;
    progress_begin(&bar, "drawing", 1);
    struct data_progress progress = dataset_progress(&bar);
    double started = terminal_seconds();
    bool done = particle_set_write(&set, v->out, v->force, &progress, error);
    progress_clear(&bar);
    if (!done)
        return false;
    char duration[32];
    terminal_duration(terminal_seconds() - started, duration, sizeof duration);
    uint32_t val = data_val_count(set.clips, set.val);
    char shown[PATH_CAPACITY];
    text_shown(v->out, shown, sizeof shown);
    printf("6 kinds, %u training and %u validation clips each, in %s; look at %s/sheet.png\n",
           set.clips - val, val, duration, shown);
    dataset_warn_of_leftover(v->out);
    return true;
}

const struct command cmd_dataset_particles = {
    .name = "dataset particles",
    .summary = "draw a data set of six kinds of particle clips",
    .text = "Kinds: burst, fountain, vortex, snow, ripple, orbit. "
            "Writes DIR/train/KIND/0001.webp ..., DIR/val/KIND/...,\n"
            "DIR/manifest.json (every clip's parameters) and DIR/sheet.png (a contact sheet to look at).\n",
    .options = options,
    .values_size = sizeof(struct particles_values),
    .run = run,
};

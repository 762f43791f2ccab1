// mograph dataset import: a data set from clips of any size, length and format.
#include "cli/data/import.h"
#include "cli/dataset.h"
#include "cli/text.h"

struct import_values {
    const char *out;
    struct cli_size size;
    int fit, frames_from, format;
    double val;
    bool force;
};

#define FIELD(field) OPTION_FIELD(struct import_values, field)

static const struct option options[] = {
    {OPTION_DATASET_OUT(struct import_values, out)},
    {OPTION_DATASET_SIZE(struct import_values, size)},
    {FIELD(fit), .name = "fit", .initial = "crop", .choices = "crop|pad|stretch",
     .help = "other proportions: cut the edges off, add black bars, or distort"},
    {FIELD(frames_from), .name = "frames-from", .initial = "uniform", .choices = "uniform|first|window",
     .help = "other lengths: spread the frames over the whole clip, take its first, "
             "or the run of frames in which most moves; clips that are too short are slowed down"},
    {OPTION_DATASET_VAL(struct import_values, val)},
    {OPTION_DATASET_FORMAT(struct import_values, format)},
    {OPTION_FORCE(struct import_values, force, "a data set")},
    {0}};

// The report's line stands alone, above the bar.
static void print_told(void *user, enum walk_telling telling, const char *text) {
    progress_clear(user);
    fprintf(stderr, "mograph: %s %s\n", dataset_telling_text(telling), text);
}

static void print_result(const struct import_report *report, const char *out) {
    char shown[PATH_CAPACITY];
    text_shown(out, shown, sizeof shown);
    printf("imported %u, skipped %u, left out %u; look at %s/sheet.png\n", report->imported_count,
           report->skipped_count, report->left_out_count, shown);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct import_values *v = values;
    if (v->out == NULL)
        return cli_usage(error, "say where to write it: -o DIR");
    struct import import = {.size = dataset_size(v->size),
                            .fit = (enum clip_fit)v->fit,
                            .frames_from = (enum import_frames)v->frames_from,
                            .val = v->val,
                            .format = (enum data_format)v->format};
    struct progress bar;
    progress_begin(&bar, "importing", 1);
    struct data_progress progress = dataset_progress(&bar);
    struct import_report report = {.tell = print_told, .user = &bar};
    bool done = import_write(&import, (const char *const *)args, (uint32_t)arg_count, v->out, v->force,
                             &report, &progress, error);
    progress_clear(&bar);
    if (!done)
        return false;
    print_result(&report, v->out);
    dataset_warn_of_leftover(v->out);
    error->status = report.skipped_count > 0 ? CLI_PARTLY : 0;
    return true;
}

const struct command cmd_dataset_import = {
    .name = "dataset import",
    .summary = "make a data set from GIFs, WebPs, PNG folders and videos",
    .text =
        "SOURCE is a clip, or a folder that is searched with all folders in it; "
        "a clip's kind is the name of the\n"
        "folder that holds it. A folder of nothing but PNGs is one clip. "
        "Videos are read through ffmpeg. What cannot\n"
        "be read, or was met before by another link, is named and skipped, and the exit status is then 3.\n"
        "Left out are hidden and system files, DIR itself, and data sets and runs that are not named.\n",
    .args = "SOURCE...",
    .min_args = 1,
    .max_args = CLI_ANY_COUNT,
    .options = options,
    .values_size = sizeof(struct import_values),
    .run = run,
};

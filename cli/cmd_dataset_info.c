// mograph dataset info: what is in a data set, and what will train badly.
#include "cli/data/info.h"
#include "cli/dataset.h"
#include "cli/text.h"

static void print_unreadable(void *user, const char *text) {
    progress_clear(user);
    fprintf(stderr, "mograph: unreadable: %s\n", text);
}

static void print_warning(void *user, const char *text) {
    (void)user;
    printf("warning: %s\n", text);
}

static void print_sizes(const struct data_info *info) {
    const struct data_size *s = &info->smallest, *l = &info->largest;
    printf("size: %ux%ux%u", s->width, s->height, s->frames);
    if (s->width != l->width || s->height != l->height || s->frames != l->frames)
        printf(" to %ux%ux%u", l->width, l->height, l->frames);
    printf(" (width x height x frames)\n");
}

static void print_kind(const char *name, const struct kind_info *kind) {
    char shown[256];
    text_shown(name, shown, sizeof shown);
    printf("%-20s %8u %8u %10.1f%% %7.2f%%\n", shown, kind->train, kind->val, 100 * kind->brightness,
           100 * kind->motion);
}

static void print_info(const struct data_info *info) {
    uint32_t train = 0, val = 0;
    printf("%-20s %8s %8s %11s %8s\n", "kind", "train", "val", "brightness", "motion");
    for (uint32_t i = 0; i < info->set.kind_count; i++) {
        const struct kind_info *kind = &info->kinds[i];
        print_kind(info->set.kinds[i], kind);
        train += kind->train;
        val += kind->val;
    }
    printf("%-20s %8u %8u\n", "all", train, val);
    print_sizes(info);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    (void)values;
    (void)arg_count;
    struct progress bar;
    struct data_info info;
    progress_begin(&bar, "reading", 1);
    struct data_progress progress = dataset_progress(&bar);
    bool done = data_info_read(&info, args[0], print_unreadable, &bar, &progress, error);
    progress_clear(&bar);
    if (!done)
        return false;
    dataset_tell(&info.set, UINT32_MAX, error);
    print_info(&info);
    if (data_info_warnings(&info, print_warning, NULL) == 0)
        puts("nothing here that would train badly");
    if (info.unreadable > 0)
        error->status = CLI_PARTLY;
    data_info_finish(&info);
    return true;
}

const struct command cmd_dataset_info = {
    .name = "dataset info",
    .summary = "show a data set's kinds, and warn of what will train badly",
    .text = "DIR holds train/KIND/CLIP and val/KIND/CLIP, or only KIND/CLIP. "
            "Brightness is the mean of all values, motion\n"
            "the mean change from a frame to the next. What lies in DIR and is no clip of the set is named;\n"
            "the exit status is 3 when some of it could have been one.\n",
    .args = "DIR",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

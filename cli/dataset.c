// Progress, sizes and failures of the commands that make data sets.
#include "cli/dataset.h"

#include "cli/interrupt.h"
#include "runtime/log.h"

#include <stdio.h>
#include <string.h>

static bool step(void *user, uint32_t done, uint32_t total) {
    struct progress *progress = user;
    progress->total = total;
    progress_update(progress, done, NULL);
    return !interrupt_requested();
}

struct data_progress dataset_progress(struct progress *progress) {
    interrupt_catch();
    return (struct data_progress){step, progress};
}

struct data_size dataset_size(struct cli_size size) {
    return (struct data_size){size.width, size.height, size.frames};
}

const char *dataset_telling_text(enum walk_telling telling) {
    return telling == WALK_SKIPPED ? "skipped" : "left out";
}

void dataset_tell(const struct data_set *set, uint32_t most, struct cli_error *error) {
    for (uint32_t i = 0; i < set->note_count && i < most; i++)
        rt_log(RT_LOG_WARNING, "%s %s", dataset_telling_text(set->notes[i].telling), set->notes[i].text);
    if (set->note_count > most)
        rt_log(RT_LOG_WARNING,
               "and %u more lines like these: `mograph dataset info` has them all; in all %u "
               "skipped, %u left out",
               set->note_count - most, set->skipped, set->left_out);
    if (set->skipped > 0)
        error->status = CLI_PARTLY;
}

bool dataset_tell_frames(const char *path, struct cli_error *error) {
    struct cli_error line;
    size_t count = 0;
    if (!path_is_folder(path))
        return true;
    if (!walk_passed_over(path, &count, &line, error))
        return false;
    if (count > 0)
        rt_log(RT_LOG_WARNING, "%s %s", dataset_telling_text(WALK_LEFT_OUT), line.text);
    return true;
}

void dataset_warn_of_leftover(const char *folder) {
    char path[PATH_CAPACITY];
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    int written = snprintf(path, sizeof path, "%.*s.replaced", (int)length, folder);
    if (written > 0 && written < PATH_CAPACITY && path_is_folder(path))
        rt_log(RT_LOG_WARNING,
               "%s is an old data set that an import was killed over, or yours: nothing uses it; remove it "
               "when you do not need it",
               path);
}

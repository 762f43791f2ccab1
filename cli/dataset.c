// Progress, sizes and failures of the commands that make data sets.
#include "cli/dataset.h"

#include "cli/interrupt.h"

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

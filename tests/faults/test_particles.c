// Clips that are drawn for training: each call on the way failing once, in the threads that draw ahead, too.
#include "cli/train/data.h"
#include "tests/faults/faults.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

enum { EPOCHS = 3, BYTES = 8 * 8 * 3 };

// What draws says so in the log; what does not, in the error alone.
static void say(const struct cli_error *error) {
    if (error->text[0] != '\0' && strncmp(error->text, "drawing the clips", 17) != 0)
        fault_say(error->text);
}

static bool read_epochs(const struct train_data *data, const struct sampler *sampler, uint64_t *digest) {
    const struct clip_source *source = data->train;
    uint8_t rgb[BYTES];
    bool ok = true;
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++)
        for (uint32_t place = 0; place < source->count && ok; place++) {
            uint32_t next = sampler_clip(sampler, place, epoch + 1);
            ok = source->read(source->user, sampler_clip(sampler, place, epoch), rgb);
            *digest = fault_digest(*digest, rgb, sizeof rgb);
            if (epoch + 1 < EPOCHS) // so that every clip is drawn once, by whomever
                source->expect(source->user, &next, 1);
        }
    return ok;
}

static bool draw_some(void *user, uint64_t *digest) {
    struct train_data data = {.way = NULL};
    struct data_record record = {.text = NULL};
    struct cli_error error = {.text = ""};
    (void)user;
    *digest = 0;
    fault_watch(true);
    bool ok = train_data_open(&data, "particles:size=8x8x1,clips=3,renew=0.5", &error) &&
              train_data_record(&data, &record, &error);
    if (ok) {
        const struct sampler sampler = {.clips = data.train->count, .seed = 3, .renew = data.renew};
        ok = train_data_begin(&data, &sampler, 0, &error) && read_epochs(&data, &sampler, digest);
    }
    data_record_destroy(&record);
    train_data_close(&data);
    fault_watch(false);
    say(&error);
    return ok;
}

int main(void) {
    test_begin();
    // Drawers' clips are drawn again by who reads them: six allocations each, of 12 clips.
    struct fault_trial trial = {"clips that are drawn", draw_some, NULL, 72};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    fault_try(&trial, FAULT_SYSTEM, EAGAIN);
    return test_end();
}

// Chooses and measures the real clips that a model is compared with.
#include "cli/eval/data.h"

#include "cli/eval/controls.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

// --- which clips

static uint32_t fewest(const struct data_set *set, bool val, uint32_t *kind) {
    uint32_t least = UINT32_MAX;
    for (uint32_t k = 0; k < set->kind_count; k++)
        if (data_set_count(set, k, val) < least) {
            least = data_set_count(set, k, val);
            *kind = k;
        }
    return least;
}

static bool choose_n(struct eval_data *data, const char *folder, uint32_t n, struct cli_error *error) {
    for (int val = 0; val < 2; val++) {
        uint32_t kind = 0, there = fewest(&data->set, val == 1, &kind);
        const char *part = val == 1 ? "validation" : "training";
        if (there == 0)
            return cli_fail(error, folder,
                            "no %s clips of \"%s\"; `mograph dataset` keeps some of each kind for validation",
                            part, data->set.kinds[kind]);
        if (n > there)
            return cli_fail(error, NULL, "--n %u is more than the %u %s clips of \"%s\" in %s", n, there,
                            part, data->set.kinds[kind], folder);
        data->n = there < data->n ? there : data->n;
    }
    data->n = n > 0 ? n : data->n;
    return true;
}

static bool check_kinds(const struct data_set *set, const char *folder, struct cli_error *error) {
    return set->kind_count > 1 ||
           cli_fail(error, NULL,
                    "%s has one kind only (\"%s\"): figures need a classifier, and a classifier needs two",
                    folder, set->kinds[0]);
}

bool eval_data_open(struct eval_data *data, const char *folder, uint32_t n, struct cli_error *error) {
    uint32_t size[3];
    *data = (struct eval_data){.n = EVAL_MOST};
    if (!data_set_scan(&data->set, folder, error) || !data_set_check(&data->set, folder, error) ||
        !check_kinds(&data->set, folder, error) || !choose_n(data, folder, n, error) ||
        !train_clips_size(&data->set, size, error))
        return false;
    data->d = size[0];
    data->h = size[1];
    data->w = size[2];
    return train_clips_init(&data->train, &data->set, false, data->d, data->h, data->w, error) &&
           train_clips_init(&data->val, &data->set, true, data->d, data->h, data->w, error);
}

void eval_data_destroy(struct eval_data *data) {
    eval_set_destroy(&data->training);
    eval_set_destroy(&data->reference);
    eval_set_destroy(&data->real);
    eval_set_destroy(&data->shuffled);
    eval_set_destroy(&data->blurred);
    train_clips_destroy(&data->train);
    train_clips_destroy(&data->val);
    data_set_destroy(&data->set);
    free(data->picked);
}

// n clips of every kind, spread evenly over those there are: picked [kinds n].
static void pick(const struct clip_source *source, uint32_t kinds, uint32_t n, uint32_t *picked) {
    for (uint32_t kind = 0; kind < kinds; kind++) {
        uint32_t count = 0, seen = 0, taken = 0;
        for (uint32_t i = 0; i < source->count; i++)
            count += source->classes[i] == kind;
        for (uint32_t i = 0; i < source->count; i++) {
            if (source->classes[i] != kind)
                continue;
            if (taken < n && seen == (uint64_t)taken * count / n)
                picked[kind * n + taken++] = i;
            seen++;
        }
    }
}

// --- measuring

static bool create_sets(struct eval_data *data, struct cli_error *error) {
    uint32_t kinds = data->set.kind_count, n = kinds * data->n;
    struct eval_set *small[] = {&data->reference, &data->real, &data->shuffled, &data->blurred};
    bool made =
        eval_set_create(&data->training, data->train.source.count, data->d, data->h, data->w, kinds, error);
    for (int i = 0; i < 4 && made; i++)
        made = eval_set_create(small[i], n, data->d, data->h, data->w, kinds, error);
    return made;
}

// Room for one clip, for what is made of it, and for one that is black.
struct room {
    uint8_t *rgb, *worse, *black;
};

bool eval_clip_read(const struct clip_source *source, uint32_t clip, uint8_t *rgb, struct cli_error *error) {
    return cli_check(error, source->read(source->user, clip, rgb) ? RT_OK : RT_ERROR_IO, "reading a clip");
}

static bool add_training(struct eval_data *data, uint32_t clip, const struct room *room,
                         struct cli_error *error) {
    const struct clip_source *source = &data->train.source;
    return eval_clip_read(source, clip, room->rgb, error) &&
           eval_set_add(&data->training, room->rgb, source->classes[clip], error);
}

static bool add_picked(struct eval_data *data, uint32_t clip, uint64_t seed, const struct room *room,
                       struct cli_error *error) {
    uint32_t class = data->val.source.classes[clip];
    bool done = eval_set_add(&data->real, room->rgb, class, error);
    control_shuffle(room->rgb, data->d, data->h, data->w, seed, clip, room->worse);
    done = done && eval_set_add(&data->shuffled, room->worse, class, error);
    control_blur(room->rgb, data->d, data->h, data->w, room->worse);
    return done && eval_set_add(&data->blurred, room->worse, class, error);
}

static bool add_validation(struct eval_data *data, uint32_t clip, uint64_t seed, const struct room *room,
                           struct cli_error *error) {
    const struct clip_source *source = &data->val.source;
    struct clip_view real = {.u8 = room->rgb, .d = data->d, .h = data->h, .w = data->w, .stride = 3},
                     black = real;
    uint32_t next = data->real.count;
    black.u8 = room->black;
    if (!eval_clip_read(source, clip, room->rgb, error) ||
        !cli_check(error, reconstruction_add(&data->black, &real, &black), "measuring a black clip"))
        return false;
    bool picked = next < data->real.capacity && data->picked[next] == clip;
    return !picked || add_picked(data, clip, seed, room, error);
}

static bool read_all(struct eval_data *data, uint64_t seed, const struct room *room,
                     struct cli_error *error) {
    uint32_t train = data->train.source.count, all = train + data->val.source.count;
    struct progress bar;
    bool done = true;
    progress_begin(&bar, "reading clips", all);
    for (uint32_t i = 0; i < all && done; i++) {
        done = i < train ? add_training(data, i, room, error)
                         : add_validation(data, i - train, seed, room, error);
        progress_update(&bar, i + 1, NULL);
    }
    progress_clear(&bar);
    return done;
}

bool eval_data_measure(struct eval_data *data, uint64_t seed, struct cli_error *error) {
    size_t bytes = (size_t)data->d * data->h * data->w * 3;
    uint8_t *memory = calloc(3, bytes);
    const struct room room = {memory, memory + bytes, memory + 2 * bytes};
    data->picked = malloc((size_t)data->set.kind_count * data->n * sizeof *data->picked);
    bool done = (memory != NULL && data->picked != NULL) || eval_no_memory(error);
    if (done) {
        pick(&data->val.source, data->set.kind_count, data->n, data->picked);
        done = create_sets(data, error) && read_all(data, seed, &room, error);
    }
    free(memory);
    return done;
}

static bool copy_reference(struct eval_data *data, struct cli_error *error) {
    uint32_t count = data->set.kind_count * data->n, *picked = calloc(count, sizeof *picked);
    if (picked == NULL)
        return eval_no_memory(error);
    pick(&data->train.source, data->set.kind_count, data->n, picked);
    for (uint32_t i = 0; i < count; i++)
        eval_set_copy(&data->reference, &data->training, picked[i]);
    free(picked);
    return true;
}

bool eval_data_classify(struct eval_data *data, struct classifier *classifier, struct cli_error *error) {
    struct eval_set *sets[] = {&data->training, &data->real, &data->shuffled, &data->blurred};
    for (int i = 0; i < 4; i++)
        if (!eval_set_classify(sets[i], classifier, error))
            return false;
    return copy_reference(data, error);
}

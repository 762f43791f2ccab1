// Times the shapes of convolutions and keeps which is the fastest.
#include "shaders/conv/conv_tune.h"

#include "runtime/align.h"
#include "runtime/array.h"
#include "runtime/cache.h"
#include "runtime/hash.h"
#include "runtime/log.h"
#include "runtime/system/machine.h"

#include <stdlib.h>
#include <string.h>

// Of each choice, the fastest of RUNS after one that does not count. All that a process times ends after
// BUDGET_NS: what is left goes unasked, and to the next process. A convolution of little work is not worth
// its trial.
enum { RUNS = 3, MOST_CHOICES = 8, ALIGNMENT = 256 };
#define BUDGET_NS UINT64_C(8000000000)
#define LEAST_FLOPS 2e7
// Another choice must be this much faster than the first.
#define GAIN 0.97

// One convolution: what its choices are, and which is taken. The file is an array of these.
struct kept {
    uint64_t key;
    uint32_t choice, choices;
};

struct conv_tuning {
    struct kept *kept;
    uint32_t count, capacity, timed;
    uint64_t spent_ns;
    bool always, changed;
    int forced; // CONV_TIMED: none
};

static const struct kept *find(const struct conv_tuning *tuning, uint64_t key) {
    for (uint32_t i = 0; i < tuning->count; i++)
        if (tuning->kept[i].key == key)
            return &tuning->kept[i];
    return NULL;
}

static void keep(struct conv_tuning *tuning, struct kept entry) {
    void *array = tuning->kept;
    if (entry.choice >= entry.choices ||
        !rt_array_reserve(&array, tuning->count, &tuning->capacity, sizeof entry))
        return;
    tuning->kept = array;
    tuning->kept[tuning->count++] = entry;
}

// What the file has and this process does not.
static void read_file(struct op_library *library) {
    struct conv_tuning *tuning = library->tuning;
    size_t size = 0;
    unsigned char *payload = rt_cache_read(library->device, "tiles", &size);
    for (size_t at = 0; payload != NULL && at + sizeof(struct kept) <= size; at += sizeof(struct kept)) {
        struct kept entry;
        memcpy(&entry, payload + at, sizeof entry);
        if (find(tuning, entry.key) == NULL)
            keep(tuning, entry);
    }
    free(payload);
}

static void start(struct op_library *library, bool always) {
    library->tuning = calloc(1, sizeof *library->tuning);
    if (library->tuning == NULL)
        return;
    library->tuning->always = always;
    library->tuning->forced = CONV_TIMED;
    read_file(library);
}

void conv_tuning_start(struct op_library *library) {
    const struct rt_device_info *info = rt_device_describe(library->device);
    if (library->target.family == OP_FAMILY_TILE && !library->target.cpu && info->timestamp_period_ns > 0.0f)
        start(library, false);
}

void conv_tuning_start_always(struct op_library *library) {
    start(library, true);
}

// Two processes that learn at the same time both keep what they learnt.
void conv_tuning_end(struct op_library *library) {
    struct conv_tuning *tuning = library->tuning;
    if (tuning == NULL)
        return;
    if (tuning->changed) {
        read_file(library);
        rt_cache_write(library->device, "tiles", tuning->kept, tuning->count * sizeof *tuning->kept);
    }
    free(tuning->kept);
    free(tuning);
    library->tuning = NULL;
}

void conv_tuning_force(struct op_library *library, int choice) {
    library->tuning->forced = choice;
}

uint32_t conv_tuning_timed(const struct op_library *library) {
    return library->tuning->timed;
}

// What is launched is what is timed: kernels, constants, grids. A new version of the program with other
// choices, or another batch, asks anew.
static uint64_t key_of(struct op_library *library, const struct conv_trial *trial, double *flops) {
    struct op_recorder nothing = {.library = library};
    const struct rt_buffer none[CONV_TRIAL_BUFFERS] = {{0}};
    uint64_t hash = rt_hash_bytes(RT_HASH_START, trial->bytes, sizeof trial->bytes);
    for (uint32_t i = 0; i < trial->choices; i++) {
        struct op_launch launch;
        trial->run(&nothing, trial->user, i, none, &launch);
        const char *name = op_kernel_codes[launch.kernel].name;
        hash = rt_hash_bytes(hash, name, strlen(name));
        hash = rt_hash_bytes(hash, launch.local, sizeof launch.local);
        hash = rt_hash_bytes(hash, launch.spec, launch.spec_count * sizeof *launch.spec);
        hash = rt_hash_bytes(hash, &launch.groups, sizeof launch.groups);
        *flops = launch.flops;
    }
    return hash;
}

// Fills the buffers, then runs every choice in turn; the records' times follow in that order.
static enum rt_status record(struct op_recorder *recorder, const struct conv_trial *trial,
                             const struct rt_buffer scratch[CONV_TRIAL_BUFFERS]) {
    rt_stream_begin(recorder->stream);
    for (int i = 0; i < CONV_TRIAL_BUFFERS; i++)
        rt_stream_fill(recorder->stream, scratch[i], 0);
    for (uint32_t run = 0; run <= RUNS; run++)
        for (uint32_t i = 0; i < trial->choices; i++) {
            struct op_launch launch;
            trial->run(recorder, trial->user, i, scratch, &launch);
        }
    return rt_stream_run(recorder->stream);
}

static enum rt_status fastest(struct rt_stream *stream, uint32_t choices, uint32_t *best) {
    double least[MOST_CHOICES] = {0};
    struct rt_profile_row row;
    for (uint32_t run = 1; run <= RUNS; run++)
        for (uint32_t i = 0; i < choices; i++) {
            enum rt_status status = rt_stream_profile(stream, CONV_TRIAL_BUFFERS + run * choices + i, &row);
            if (status != RT_OK)
                return status;
            least[i] = run == 1 || row.ns < least[i] ? row.ns : least[i];
        }
    for (uint32_t i = 1; i < choices; i++)
        if (least[i] < least[*best] && least[i] < least[0] * GAIN)
            *best = i;
    return RT_OK;
}

static enum rt_status time_choices(struct op_library *library, const struct conv_trial *trial,
                                   uint32_t *best) {
    struct rt_arena *arena = NULL;
    struct op_recorder recorder = {.library = library};
    struct rt_buffer scratch[CONV_TRIAL_BUFFERS];
    uint64_t bytes = 0;
    for (int i = 0; i < CONV_TRIAL_BUFFERS; i++)
        bytes += rt_align_up(trial->bytes[i], ALIGNMENT);
    enum rt_status status =
        rt_arena_create(library->device, RT_MEMORY_DEVICE, bytes, "timing convolutions", &arena);
    if (status == RT_OK)
        status =
            rt_stream_create(library->device, &(struct rt_stream_params){.profile = true}, &recorder.stream);
    for (int i = 0; i < CONV_TRIAL_BUFFERS && status == RT_OK; i++)
        scratch[i] = rt_arena_push(arena, trial->bytes[i]);
    if (status == RT_OK)
        status = record(&recorder, trial, scratch);
    if (status == RT_OK)
        status = fastest(recorder.stream, trial->choices, best);
    rt_stream_destroy(&recorder.stream);
    rt_arena_destroy(&arena);
    return status;
}

// Memory for a second copy of the buffers, and time.
static bool worth_it(const struct op_library *library, const struct conv_trial *trial, double flops) {
    const struct conv_tuning *tuning = library->tuning;
    uint64_t bytes = ALIGNMENT * CONV_TRIAL_BUFFERS;
    for (int i = 0; i < CONV_TRIAL_BUFFERS; i++)
        bytes += trial->bytes[i];
    bool due = flops >= LEAST_FLOPS && tuning->spent_ns < BUDGET_NS;
    return (due || tuning->always) && bytes < rt_device_free_bytes(library->device) / 2;
}

uint32_t conv_tuned(struct op_library *library, const struct conv_trial *trial) {
    struct conv_tuning *tuning = library->tuning;
    if (tuning == NULL || library->target.family != OP_FAMILY_TILE || trial->choices < 2 ||
        trial->choices > MOST_CHOICES)
        return 0;
    if (tuning->forced != CONV_TIMED)
        return (uint32_t)tuning->forced % trial->choices;
    double flops = 0.0;
    struct kept entry = {.key = key_of(library, trial, &flops), .choices = trial->choices};
    const struct kept *known = find(tuning, entry.key);
    if (known != NULL)
        return known->choice < trial->choices ? known->choice : 0;
    if (!worth_it(library, trial, flops))
        return 0;
    uint64_t begin = sys_nanoseconds();
    if (time_choices(library, trial, &entry.choice) != RT_OK)
        entry.choice = 0;
    tuning->spent_ns += sys_nanoseconds() - begin;
    tuning->timed++;
    tuning->changed = true;
    keep(tuning, entry);
    return entry.choice;
}

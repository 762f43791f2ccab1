// The trainer: a run that stops and goes on is the same run, bit for bit; a streamed set is the same set; a
// step that goes wrong leaves no trace; one batch can be learnt.
#include "model/train/checkpoint.h"
#include "model/train/trainer_private.h"
#include "runtime/device_private.h"
#include "runtime/transfer.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIPS = 10, FRAMES = 8, SIDE = 16 };

static const struct vae_config little = {.name = "little",
                                         .d = FRAMES,
                                         .h = SIDE,
                                         .w = SIDE,
                                         .stages = 2,
                                         .channels = {8, 12},
                                         .top = 8,
                                         .latent = {2, 4},
                                         .classes = 2,
                                         .embedding = 8,
                                         .spatial_bias_voxels = 128,
                                         .mapping_width = 8,
                                         .mapping_layers = 2,
                                         .styled_blocks = 1,
                                         .waves = 4,
                                         .poses = 2};
static const uint32_t classes[CLIPS] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};

// A square that moves to the right in even clips and down in odd ones.
static bool read_clip(void *user, uint32_t clip, uint8_t *rgb) {
    (void)user;
    memset(rgb, 0, FRAMES * SIDE * SIDE * 3);
    for (uint32_t f = 0; f < FRAMES; f++)
        for (uint32_t i = 0; i < 16; i++) {
            uint32_t x = 2 + i % 4 + (clip % 2 ? 0 : f), y = 2 + i / 4 + (clip % 2 ? f : 0);
            rgb[((f * SIDE + y) * SIDE + x) * 3 + clip % 3] = (uint8_t)(255 - 10 * clip);
        }
    return true;
}

static const struct clip_source source = {
    .count = CLIPS, .d = FRAMES, .h = SIDE, .w = SIDE, .classes = classes, .read = read_clip};

static struct trainer_options some_options(void) {
    return (struct trainer_options){.batch = 3,
                                    .epochs = 4,
                                    .seed = 11,
                                    .schedule = {.warmup = 2,
                                                 .lr = 1e-2f,
                                                 .ema_decay = 0.9f,
                                                 .kl_ramp = 0.1f,
                                                 .adversary_from = 1.0f,
                                                 .drop_all = 0.3f,
                                                 .drop_finest = 0.2f},
                                    .rate = {20.0f, 10.0f, 10.0f},
                                    .rate_speed = 0.05f,
                                    .weight_decay = 1e-3f,
                                    .grad_clip = 2.0f,
                                    .adversary = adversary_defaults(),
                                    .sigma_floor = 0.03f,
                                    .augment = SAMPLER_FLIP | SAMPLER_SHIFT | SAMPLER_REVERSE};
}

static struct trainer *make(struct op_library *library, const struct trainer_options *options) {
    struct trainer *trainer = NULL;
    CHECK(trainer_create(library, &little, &source, options, &trainer) == RT_OK);
    return trainer;
}

static struct trainer_report steps(struct trainer *trainer, uint64_t until) {
    struct trainer_report report = {0};
    while (trainer_steps_done(trainer) < until)
        if (!CHECK(trainer_step(trainer, &report) == RT_OK))
            break;
    return report;
}

static char *file_bytes(const char *path, long *size) {
    FILE *file = fopen(path, "rb");
    if (!CHECK(file != NULL))
        return calloc(1, 1);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = ftell(file);
    CHECK(fseek(file, 0, SEEK_SET) == 0);
    char *bytes = malloc((size_t)*size);
    CHECK(fread(bytes, 1, (size_t)*size, file) == (size_t)*size);
    fclose(file);
    return bytes;
}

static void same_files(const char *a, const char *b) {
    long size_a = 0, size_b = 0;
    char *bytes_a = file_bytes(a, &size_a), *bytes_b = file_bytes(b, &size_b);
    CHECK(size_a == size_b && size_a > 0 && memcmp(bytes_a, bytes_b, (size_t)size_a) == 0);
    free(bytes_a);
    free(bytes_b);
}

struct paths {
    char whole[64], half[64], resumed[64];
};

static struct paths make_paths(void) {
    struct paths p;
    snprintf(p.whole, sizeof p.whole, "trainer-%ld-whole.safetensors", (long)getpid());
    snprintf(p.half, sizeof p.half, "trainer-%ld-half.safetensors", (long)getpid());
    snprintf(p.resumed, sizeof p.resumed, "trainer-%ld-resumed.safetensors", (long)getpid());
    return p;
}

static void remove_paths(const struct paths *p) {
    unlink(p->whole);
    unlink(p->half);
    unlink(p->resumed);
}

// `first` runs through; `second` stops half-way and another goes on from its checkpoint.
static void a_resumed_run_is_the_same_run(struct op_library *library, const struct trainer_options *first,
                                          const struct trainer_options *second) {
    struct paths p = make_paths();
    struct trainer *trainer = make(library, first);
    uint64_t all = trainer_step_count(trainer);
    CHECK(all == 14); // 4 epochs of 10 clips in threes
    struct trainer_report report = steps(trainer, all);
    CHECK(checkpoint_save(trainer, p.whole) == RT_OK);
    trainer_destroy(&trainer);

    trainer = make(library, second);
    steps(trainer, 6);
    CHECK(checkpoint_save(trainer, p.half) == RT_OK);
    trainer_destroy(&trainer);

    trainer = make(library, second);
    CHECK(checkpoint_load(trainer, p.half) == RT_OK && trainer_steps_done(trainer) == 6);
    struct trainer_report again = steps(trainer, all);
    CHECK(checkpoint_save(trainer, p.resumed) == RT_OK);
    trainer_destroy(&trainer);
    same_files(p.whole, p.resumed);
    CHECK(memcmp(&report.nll, &again.nll, sizeof report.nll) == 0); // bits: a skipped step may have NaNs
    CHECK(memcmp(&report.gradient_norm, &again.gradient_norm, sizeof report.gradient_norm) == 0);
    remove_paths(&p);
}

static void another_model_is_refused(struct op_library *library) {
    struct paths p = make_paths();
    struct trainer_options options = some_options();
    struct vae_config wider = little;
    struct trainer *trainer = make(library, &options);
    CHECK(checkpoint_save(trainer, p.whole) == RT_OK);
    trainer_destroy(&trainer);
    wider.channels[1] = 16;
    CHECK(trainer_create(library, &wider, &source, &options, &trainer) == RT_OK);
    test_quiet(true);
    CHECK(checkpoint_load(trainer, p.whole) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "another model") != NULL);
    test_quiet(false);
    trainer_destroy(&trainer);
    remove_paths(&p);
}

// A weight that is not a number spoils loss and gradient: nothing may change but the count.
static void a_bad_step_leaves_no_trace(struct op_library *library) {
    struct trainer_options options = some_options();
    struct trainer *trainer = make(library, &options);
    struct rt_device *device = library->device;
    steps(trainer, 3);
    struct parameters *p = trainer_parameters(trainer);
    uint64_t count = parameters_trained_count(p), state = parameters_state_count(p);
    float *before = calloc(2 * (count + state), sizeof *before), *after = before + count + state;
    struct rt_buffer values = parameters_slab(p, PARAMETERS_VALUE), statistics = parameters_state_slab(p);
    CHECK(rt_buffer_download(device, values, before, count * 4) == RT_OK);
    CHECK(rt_buffer_download(device, statistics, before + count, state * 4) == RT_OK);
    float spoilt = NAN, sound = before[0];
    CHECK(rt_buffer_upload(device, values, &spoilt, 4) == RT_OK);
    struct trainer_report report = steps(trainer, 4);
    CHECK(report.skipped);
    CHECK(rt_buffer_upload(device, values, &sound, 4) == RT_OK);
    CHECK(rt_buffer_download(device, values, after, count * 4) == RT_OK);
    CHECK(rt_buffer_download(device, statistics, after + count, state * 4) == RT_OK);
    CHECK(memcmp(before, after, (count + state) * 4) == 0);
    report = steps(trainer, 5);
    CHECK(!report.skipped && isfinite(report.nll));
    free(before);
    trainer_destroy(&trainer);
}

static float *weights_of(struct op_library *library, struct trainer *trainer, uint64_t *count) {
    struct parameters *p = trainer_parameters(trainer);
    *count = parameters_trained_count(p);
    float *values = calloc(*count, sizeof *values);
    CHECK(values != NULL && rt_buffer_download(library->device, parameters_slab(p, PARAMETERS_VALUE), values,
                                               *count * sizeof *values) == RT_OK);
    return values;
}

// A power of two costs no digit in fp32: with a loss scale the run is the same, the adversary's part included.
static void a_loss_scale_leaves_the_run(struct op_library *library) {
    struct trainer_options options = some_options();
    struct trainer_report reports[2];
    float *weights[2];
    uint64_t count = 0;
    options.schedule.adversary_from = 0.3f;
    for (int i = 0; i < 2; i++) {
        options.loss_scale = i == 0 ? 1.0f : 4096.0f;
        struct trainer *trainer = make(library, &options);
        reports[i] = steps(trainer, 8);
        weights[i] = weights_of(library, trainer, &count);
        trainer_destroy(&trainer);
        CHECK(reports[i].loss_scale == options.loss_scale && reports[i].has_adversary && !reports[i].skipped);
    }
    CHECK(memcmp(weights[0], weights[1], count * sizeof(float)) == 0);
    CHECK(reports[0].nll == reports[1].nll && reports[0].gradient_norm == reports[1].gradient_norm);
    CHECK(reports[0].grad_clip_factor == reports[1].grad_clip_factor);
    CHECK(reports[0].adversary.norm == reports[1].adversary.norm);
    CHECK(reports[0].adversary.reconstruction == reports[1].adversary.reconstruction);
    free(weights[0]);
    free(weights[1]);
}

// A scale that makes the gradient overflow is halved until it does not; meanwhile nothing changes.
static void an_overflow_is_survived(struct op_library *library) {
    enum { ENOUGH = 64 };
    struct trainer_options options = some_options();
    options.epochs = 30;
    options.loss_scale = 0x1p60f;
    struct trainer *trainer = make(library, &options);
    uint64_t count, step = 0;
    float *before = weights_of(library, trainer, &count), scale = options.loss_scale;
    struct trainer_report report = {.skipped = true};
    while (report.skipped && step < ENOUGH) {
        report = steps(trainer, ++step);
        CHECK(report.skipped == report.rescaled && report.loss_scale == scale && isfinite(report.nll));
        float *now = weights_of(library, trainer, &count);
        CHECK((memcmp(before, now, count * sizeof *now) == 0) == report.skipped);
        free(now);
        scale /= 2.0f;
    }
    CHECK(step > 2 && !report.skipped && isfinite(report.gradient_norm) && report.gradient_norm > 0.0f);
    free(before);
    trainer_destroy(&trainer);
}

static void the_scale_moves_by_rule(void) {
    struct loss_scale s = loss_scale_start(false, 0.0f), fixed = loss_scale_start(true, 0.0f);
    float first = s.scale, numbers[LOSS_SCALE_NUMBERS];
    for (int i = 0; i < 999; i++)
        CHECK(!loss_scale_update(&s, false) && s.scale == first);
    CHECK(!loss_scale_update(&s, false) && s.scale == 2.0f * first && s.good == 0);
    CHECK(!loss_scale_update(&s, false) && loss_scale_update(&s, true) && s.scale == first && s.good == 0);
    CHECK(!loss_scale_update(&s, false) && s.good == 1);
    loss_scale_pack(&s, numbers);
    struct loss_scale loaded = loss_scale_start(false, 3.0f);
    CHECK(loaded.scale == 2.0f);
    loss_scale_unpack(&loaded, numbers);
    CHECK(loaded.scale == s.scale && loaded.good == s.good);
    for (int i = 0; i < 200; i++)
        loss_scale_update(&s, true);
    CHECK(s.scale > 0.0f && !loss_scale_update(&s, true)); // no lower: what is wrong is not the scale
    CHECK(!loss_scale_update(&fixed, true) && fixed.scale == 1.0f);
    loss_scale_unpack(&fixed, numbers);
    CHECK(fixed.scale == 1.0f);
}

static void one_batch_is_learnt(struct op_library *library, enum op_dtype storage) {
    struct trainer_options options = some_options();
    options.overfit = true;
    options.storage = storage;
    options.epochs = 24;
    options.sigma_floor = 0.05f;
    struct trainer *trainer = make(library, &options);
    float start = steps(trainer, 1).mse;
    struct trainer_report end = steps(trainer, trainer_step_count(trainer));
    CHECK(end.mse < 0.35f * start);
    CHECK(end.beta[0] == 0.0f);
    trainer_destroy(&trainer);
}

static void a_plan_is_kept(struct op_library *library) {
    struct trainer_options options = some_options();
    struct trainer_memory memory;
    CHECK(trainer_plan(library, &little, &source, &options, &memory) == RT_OK);
    CHECK(memory.total == memory.parameters + memory.activations + memory.inputs + memory.clips);
    CHECK(memory.clips == CLIPS * FRAMES * SIDE * SIDE * 3 && !memory.streamed);
    uint64_t whole = memory.activations;
    options.storage = OP_BF16;
    CHECK(trainer_plan(library, &little, &source, &options, &memory) == RT_OK);
    CHECK(memory.activations < whole);
    options.stream = true;
    CHECK(trainer_plan(library, &little, &source, &options, &memory) == RT_OK);
    CHECK(memory.clips == 4 * 3 * FRAMES * SIDE * SIDE * 3 && memory.streamed); // four batches of three
}

static void on_device(struct op_library *library) {
    struct trainer_options resident = some_options(), streamed = some_options(), adversarial = some_options(),
                           half = some_options(), scaled = some_options();
    streamed.stream = true;
    a_resumed_run_is_the_same_run(library, &resident, &resident);
    a_resumed_run_is_the_same_run(library, &resident, &streamed);
    bool stage = library->device->stage;
    library->device->stage = true; // clips are copied to the device while it works
    a_resumed_run_is_the_same_run(library, &resident, &streamed);
    library->device->stage = stage;
    adversarial.schedule.adversary_from = 0.3f; // the second phase begins before the run is stopped
    a_resumed_run_is_the_same_run(library, &adversarial, &adversarial);
    half.storage = OP_BF16;
    a_resumed_run_is_the_same_run(library, &half, &half);
    scaled.loss_scale = 0x1p60f; // the run is stopped while it is still on its way down
    a_resumed_run_is_the_same_run(library, &scaled, &scaled);
    if (library->target.family != OP_FAMILY_COOP) // in fp16 it decides what is too small to be seen
        a_loss_scale_leaves_the_run(library);
    an_overflow_is_survived(library);
    the_scale_moves_by_rule();
    another_model_is_refused(library);
    a_bad_step_leaves_no_trace(library);
    one_batch_is_learnt(library, OP_F32);
    one_batch_is_learnt(library, OP_BF16);
    a_plan_is_kept(library);
}

int main(void) {
    test_begin();
    test_on_device(on_device);
    return test_end();
}

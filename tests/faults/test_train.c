// A training step and its checkpoint: each call on the way failing once. The device is shared by all runs;
// its kernels are built by the first.
#include "model/train/checkpoint.h"
#include "model/train/trainer_private.h"
#include "runtime/device_private.h"
#include "runtime/transfer.h"
#include "tests/faults/faults.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIPS = 3, FRAMES = 8, SIDE = 16 };

static const struct vae_config little = {.name = "little",
                                         .d = FRAMES,
                                         .h = SIDE,
                                         .w = SIDE,
                                         .stages = 2,
                                         .channels = {4, 4},
                                         .top = 4,
                                         .latent = {2, 4},
                                         .classes = 2,
                                         .embedding = 4,
                                         .spatial_bias_voxels = 128,
                                         .mapping_width = 4,
                                         .mapping_layers = 2,
                                         .styled_blocks = 1,
                                         .waves = 4,
                                         .poses = 2};
static const uint32_t classes[CLIPS] = {0, 1, 0};

static bool read_clip(void *user, uint32_t clip, uint8_t *rgb) {
    (void)user;
    for (uint32_t i = 0; i < FRAMES * SIDE * SIDE * 3; i++)
        rgb[i] = (uint8_t)(i * (clip + 3) >> 3);
    return true;
}

static const struct clip_source source = {
    .count = CLIPS, .d = FRAMES, .h = SIDE, .w = SIDE, .classes = classes, .read = read_clip};

struct rig {
    struct op_library *library;
    struct trainer_options options;
    struct trainer *trainer; // of the trials of checkpoints
};

static struct trainer_options some_options(float adversary_from, bool stream) {
    return (struct trainer_options){.batch = 2,
                                    .epochs = 4,
                                    .seed = 11,
                                    .schedule = {.warmup = 2,
                                                 .lr = 1e-2f,
                                                 .ema_decay = 0.9f,
                                                 .kl_ramp = 0.1f,
                                                 .adversary_from = adversary_from,
                                                 .drop_all = 0.3f,
                                                 .drop_finest = 0.2f},
                                    .rate = {20.0f, 10.0f, 10.0f},
                                    .rate_speed = 0.05f,
                                    .weight_decay = 1e-3f,
                                    .grad_clip = 2.0f,
                                    .adversary = adversary_defaults(),
                                    .sigma_floor = 0.03f,
                                    .augment = SAMPLER_FLIP,
                                    .stream = stream};
}

// Nothing is really lost: the next run gets the device back, and cuts its submissions as the first one did.
static void find_again(struct rig *rig) {
    rig->library->device->lost = false;
    rig->library->device->speed = 1.0;
}

static bool make_a_step(void *user, uint64_t *digest) {
    struct rig *rig = user;
    struct trainer *trainer = NULL;
    struct trainer_report report = {0};
    fault_watch(true);
    bool ok = trainer_create(rig->library, &little, &source, &rig->options, &trainer) == RT_OK &&
              trainer_step(trainer, &report) == RT_OK;
    trainer_destroy(&trainer);
    fault_watch(false);
    *digest = fault_digest(0, &report.nll, sizeof report.nll);
    *digest = fault_digest(*digest, &report.gradient_norm, sizeof report.gradient_norm);
    find_again(rig);
    return ok;
}

// Every call of an operation; with `vulkan` those that end in the driver, too.
static void every_call(const struct fault_trial *trial) {
    struct fault_trial strict = *trial;
    strict.tolerated = 0;
    fault_try(&strict, FAULT_MEMORY, ENOMEM);
    fault_try(&strict, FAULT_VULKAN, VK_ERROR_OUT_OF_DEVICE_MEMORY);
    fault_try(&strict, FAULT_VULKAN, VK_ERROR_DEVICE_LOST);
}

static void a_step_fails(struct op_library *library) {
    struct rig rig = {.library = library, .options = some_options(1.0f, false)};
    every_call(&(struct fault_trial){"a training step", make_a_step, &rig, 0});
}

static void an_adversarial_step_fails(struct op_library *library) {
    struct rig rig = {.library = library, .options = some_options(0.0f, true)};
    struct fault_trial adversarial = {"a step with the adversary, from a streamed set", make_a_step, &rig, 0};
    every_call(&adversarial);
    adversarial.tolerated = 8; // helpers that read clips beside this thread
    fault_try(&adversarial, FAULT_SYSTEM, EAGAIN);
}

// --- checkpoints: in a folder of their own, so that nothing may lie beside the one

#define PATH "run/checkpoint.safetensors"
static const char old_bytes[] = "what was there before";

static void put_old(void) {
    FILE *file = fopen(PATH, "wb");
    if (CHECK(file != NULL)) {
        CHECK(fwrite(old_bytes, sizeof old_bytes, 1, file) == 1);
        fclose(file);
    }
}

// A checkpoint is the new one or, untouched, the old one.
static bool save(void *user, uint64_t *digest) {
    struct rig *rig = user;
    put_old();
    fault_watch(true);
    bool ok = checkpoint_save(rig->trainer, PATH) == RT_OK;
    fault_watch(false);
    *digest = fault_file_digest(PATH);
    CHECK(ok == (*digest != fault_digest(0, old_bytes, sizeof old_bytes)) && fault_files("run") == 1);
    find_again(rig);
    return ok;
}

static bool load_watched(struct rig *rig, bool watch, uint64_t *digest) {
    const struct parameters *p = trainer_parameters(rig->trainer);
    size_t bytes = parameters_trained_count(p) * sizeof(float);
    void *values = malloc(bytes);
    fault_watch(watch);
    bool ok = checkpoint_load(rig->trainer, PATH) == RT_OK;
    fault_watch(false);
    find_again(rig);
    CHECK(rt_buffer_download(rig->library->device, parameters_slab(p, PARAMETERS_VALUE), values, bytes) ==
          RT_OK);
    *digest = fault_digest(0, values, bytes);
    free(values);
    return ok;
}

static bool load(void *user, uint64_t *digest) {
    return load_watched(user, true, digest);
}

// From the checkpoint to the gradient of the step behind it.
static bool next_step(struct rig *rig, bool watch, float *norm) {
    struct trainer_report report = {0};
    uint64_t loaded;
    bool ok = load_watched(rig, watch, &loaded);
    fault_watch(watch);
    ok = ok && trainer_step(rig->trainer, &report) == RT_OK;
    fault_watch(false);
    find_again(rig);
    *norm = report.gradient_norm;
    return ok;
}

// Whatever has failed, the same trainer goes on from a checkpoint to the same step as if nothing had.
static bool go_on(void *user, uint64_t *digest) {
    float norm, again;
    bool ok = next_step(user, true, &norm);
    CHECK(next_step(user, false, &again) && (!ok || norm == again));
    *digest = fault_digest(0, &again, sizeof again);
    return ok;
}

static bool begin(struct rig *rig) {
    struct trainer_report report;
    return CHECK(mkdir("run", 0777) == 0) &&
           CHECK(trainer_create(rig->library, &little, &source, &rig->options, &rig->trainer) == RT_OK) &&
           CHECK(trainer_step(rig->trainer, &report) == RT_OK);
}

static void end(struct rig *rig) {
    trainer_destroy(&rig->trainer);
    CHECK(unlink(PATH) == 0 && rmdir("run") == 0);
}

static void files_fail(struct rig *rig) {
    struct fault_trial write = {"writing a checkpoint", save, rig, 0},
                       read = {"reading a checkpoint", load, rig, 0};
    fault_try(&write, FAULT_MEMORY, ENOMEM);
    write.tolerated = 3; // a sweep of leftovers, and what the folder's own entry needs
    fault_try(&write, FAULT_SYSTEM, ENOSPC);
    fault_try(&read, FAULT_MEMORY, ENOMEM);
    fault_try(&read, FAULT_SYSTEM, EIO);
}

static void on_mapped_device(struct op_library *library) {
    struct rig rig = {.library = library, .options = some_options(0.0f, true)};
    an_adversarial_step_fails(library);
    if (begin(&rig))
        files_fail(&rig);
    end(&rig);
}

// Transfers are submissions, too.
static void on_staged_device(struct op_library *library) {
    struct rig rig = {.library = library, .options = some_options(1.0f, true)};
    a_step_fails(library);
    if (begin(&rig)) {
        every_call(&(struct fault_trial){"writing a checkpoint, staged", save, &rig, 0});
        every_call(&(struct fault_trial){"reading a checkpoint, staged", load, &rig, 0});
        every_call(&(struct fault_trial){"a step from a checkpoint, staged", go_on, &rig, 0});
    }
    end(&rig);
}

int main(void) {
    char folder[TEST_TEMPORARY];
    test_temporary(folder);
    if (!CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0))
        return test_end();
    test_begin();
    test_on_device(on_mapped_device);
    setenv("MOGRAPH_STAGING", "1", 1);
    test_on_device(on_staged_device);
    CHECK(rmdir(folder) == 0);
    return test_end();
}

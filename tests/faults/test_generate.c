// From a weights file to a clip, and from a clip to a point on disk: each call on the way failing once.
#include "model/sample/generator.h"
#include "model/sample/z_file.h"
#include "runtime/device_private.h"
#include "tests/faults/faults.h"
#include "tests/model/untrained.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WEIGHTS "untrained.safetensors"
#define POINT "run/point.safetensors"

enum { CLASSES = 6, MAX_NOISE = 2048, MAX_CLIP = 1 << 17 };

struct rig {
    struct op_library *library;
    float noise[MAX_NOISE], blend[CLASSES];
    uint8_t rgb[MAX_CLIP];
};

// Draws a clip of a class and encodes it again; the point goes to the disk and back.
static bool there_and_back(struct rig *rig, struct generator *g) {
    struct generator_encoding encoding;
    bool same;
    const struct point_draw draw = {7, 1.0f, 1.0f};
    prior_draw(generator_prior(g), &draw, rig->blend, rig->noise);
    return generator_decode(g, rig->noise, rig->blend, 1, rig->rgb) == RT_OK &&
           generator_encode(g, rig->rgb, 0, rig->noise, &encoding) == RT_OK &&
           z_file_save(POINT, g, rig->noise, rig->blend, NULL, 0) == RT_OK &&
           z_file_load(POINT, g, rig->noise, rig->blend, &same) == RT_OK && same;
}

static bool generate(void *user, uint64_t *digest) {
    struct rig *rig = user;
    struct weights *weights = NULL;
    struct generator *generator = NULL;
    *rig = (struct rig){.library = rig->library, .blend = {1.0f}};
    unlink(POINT);
    fault_watch(true);
    bool ok = weights_open(WEIGHTS, &weights) == RT_OK &&
              generator_create(rig->library, weights, 1, &generator) == RT_OK &&
              there_and_back(rig, generator);
    generator_destroy(&generator);
    weights_close(&weights);
    fault_watch(false);
    *digest = fault_digest(0, rig->rgb, sizeof rig->rgb);
    *digest = fault_digest(*digest, rig->noise, sizeof rig->noise);
    CHECK(fault_files("run") == (access(POINT, F_OK) == 0)); // the point or nothing
    rig->library->device->lost = false;                      // nothing is really lost
    return ok;
}

static void on_device(struct op_library *library) {
    static struct rig rig;
    rig.library = library;
    struct fault_trial trial = {"a clip and its point", generate, &rig, 0};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    fault_try(&trial, FAULT_VULKAN, VK_ERROR_OUT_OF_DEVICE_MEMORY);
    fault_try(&trial, FAULT_VULKAN, VK_ERROR_DEVICE_LOST);
    trial.tolerated = 3; // a sweep of leftovers, and what the folder's own entry needs
    fault_try(&trial, FAULT_SYSTEM, ENOSPC);
}

int main(void) {
    char folder[TEST_TEMPORARY];
    test_temporary(folder);
    if (!CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0 && mkdir("run", 0777) == 0 &&
               untrained_write(WEIGHTS, UNTRAINED_PLAIN, 5)))
        return test_end();
    test_begin();
    test_on_device(on_device);
    CHECK(unlink(WEIGHTS) == 0 && unlink(POINT) == 0 && rmdir("run") == 0 && rmdir(folder) == 0);
    return test_end();
}

// The pipeline cache on disk: written, read, and ignored when damaged.
#include "runtime/cache.h"
#include "shaders/check/op_trial.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[640];

// Opens the first device, runs an operation, closes: what a program does with the cache.
static void use_device(void) {
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct op_library *library;
    CHECK(rt_cache_path(device, path, sizeof path));
    if (CHECK(op_library_create(device, &library) == RT_OK)) {
        struct op_trial trial = {.id = OP_activation_forward,
                                 .params = op_shape_at(OP_activation_forward, OP_DOCTOR, 0)->params,
                                 .seed = 1};
        struct op_trial_result result;
        CHECK(op_trial_run(library, &trial, &result) == RT_OK && result.passed);
        op_library_destroy(&library);
    }
    test_close(&context, &device);
}

static unsigned char *read_file(size_t *size) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = malloc(1 << 24);
    *size = file != NULL && bytes != NULL ? fread(bytes, 1, 1 << 24, file) : 0;
    if (file != NULL)
        fclose(file);
    return bytes;
}

static void write_file(const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

// A damaged file is ignored and replaced by a sound one.
static void survives(const unsigned char *bytes, size_t size) {
    struct stat before, after;
    write_file(bytes, size);
    CHECK(stat(path, &before) == 0);
    use_device();
    CHECK(stat(path, &after) == 0 && after.st_ino != before.st_ino && after.st_size > 24);
}

static void survives_damage(void) {
    size_t size;
    unsigned char *sound = read_file(&size);
    if (!CHECK(size > 24)) {
        free(sound);
        return;
    }
    static const size_t kept[] = {0, 1, 7, 8, 16, 23, 24}; // the header has 24 bytes
    test_quiet(true);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        survives(sound, kept[i]);
    survives(sound, size - 1);
    size_t places[] = {0, 8, 14, 15, 16, 23, 24, size / 2, size - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        sound[places[i]] ^= 0x55;
        survives(sound, size);
        sound[places[i]] ^= 0x55;
    }
    memset(sound, 0xff, size);
    survives(sound, size);
    test_quiet(false);
    free(sound);
}

// Neither a folder that cannot be made nor none at all keeps the device from working.
static void works_without_a_place(void) {
    char folder[700];
    snprintf(folder, sizeof folder, "%s/below-a-file", path);
    CHECK(setenv("XDG_CACHE_HOME", folder, 1) == 0);
    use_device();
    CHECK(access(path, F_OK) != 0);
}

static void remove_all(const char *root) {
    char folder[700];
    snprintf(folder, sizeof folder, "%s/mograph", root);
    unlink(path);
    CHECK(rmdir(folder) == 0); // no temporary file was left behind
    rmdir(root);
}

int main(void) {
    char root[TEST_TEMPORARY], kept[640];
    test_begin();
    test_temporary(root);
    setenv("MESA_SHADER_CACHE_DISABLE", "true", 1); // Mesa keeps a cache of its own in the same place
    if (CHECK(mkdtemp(root) != NULL && setenv("XDG_CACHE_HOME", root, 1) == 0)) {
        use_device();
        CHECK(strncmp(path, root, strlen(root)) == 0);
        survives_damage();
        snprintf(kept, sizeof kept, "%s", path);
        works_without_a_place();
        snprintf(path, sizeof path, "%s", kept);
        remove_all(root);
    }
    return test_end();
}

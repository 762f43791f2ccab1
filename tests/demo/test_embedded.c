// The weights inside the demo: the shipped file bit by bit, whose trained numbers take 16 bits.
// test_embedded WEIGHTS
#include "cli/demo/embedded.h"
#include "model/files/safetensors.h"
#include "model/weights/weights.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    if (file == NULL)
        return;
    unsigned char *shipped = malloc(size + 1);
    CHECK(shipped != NULL && fread(shipped, 1, size + 1, file) == size && memcmp(shipped, bytes, size) == 0);
    free(shipped);
    fclose(file);
}

// Running statistics and densities are state, which stays as it is: 180 KB of 12 MB.
static void test_types(const void *bytes, size_t size) {
    struct safetensors *file = NULL;
    CHECK(safetensors_open_memory("embedded", bytes, size, &file) == RT_OK);
    if (file == NULL)
        return;
    uint64_t wide = 0, narrow = 0;
    for (uint32_t i = 0; i < safetensors_count(file); i++) {
        const struct safetensors_tensor *tensor = safetensors_at(file, i);
        if (safetensors_dtype_bits(tensor->dtype) == 16)
            narrow += tensor->size_bytes;
        else
            wide += tensor->size_bytes;
    }
    CHECK(narrow > 1000000);
    CHECK(wide < narrow / 50);
    safetensors_close(&file);
}

static void test_same_model(const char *path, const void *bytes, size_t size) {
    struct weights *shipped = NULL, *embedded = NULL;
    CHECK(weights_open(path, &shipped) == RT_OK);
    CHECK(weights_open_memory(EMBEDDED_NAME, bytes, size, &embedded) == RT_OK);
    if (shipped != NULL && embedded != NULL)
        CHECK(strcmp(weights_hash(shipped), weights_hash(embedded)) == 0);
    weights_close(&shipped);
    weights_close(&embedded);
}

int main(int argc, char **argv) {
    test_begin();
    if (argc != 2) {
        fprintf(stderr, "usage: test_embedded WEIGHTS\n");
        return 2;
    }
    size_t size = 0;
    const void *bytes = embedded_weights(&size);
    test_bytes(argv[1], bytes, size);
    test_types(bytes, size);
    test_same_model(argv[1], bytes, size);
    return test_end();
}

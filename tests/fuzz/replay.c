// Runs a fuzz target on files, without libFuzzer: the corpus as an ordinary test.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

// Seeds are small; each gets memory of exactly its size, so that a sanitizer sees one byte too many.
static int replay(const char *path) {
    static uint8_t room[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(room, 1, sizeof room, file) : 0;
    int whole = file != NULL && !ferror(file) && size < sizeof room;
    if (file != NULL)
        fclose(file);
    uint8_t *bytes = malloc(size ? size : 1);
    if (!whole || bytes == NULL) {
        fprintf(stderr, "%s: cannot be read, or is larger than a seed should be\n", path);
        free(bytes);
        return 1;
    }
    for (size_t i = 0; i < size; i++)
        bytes[i] = room[i];
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 0;
}

int main(int argc, char **argv) {
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed += replay(argv[i]);
    printf("%d passed, %d failed\n", argc - 1 - failed, failed);
    return failed > 0 || argc < 2;
}

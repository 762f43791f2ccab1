// untrained_weights OUT [plain|wide|kinds|black|wild] [SEED]: a weights file that nobody trained.
#include "tests/model/untrained.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[UNTRAINED_COUNT] = {"plain", "wide", "kinds", "black", "wild"};

int main(int argc, char **argv) {
    const char *name = argc > 2 ? argv[2] : "plain";
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    for (int i = 0; i < UNTRAINED_COUNT && argc > 1; i++)
        if (strcmp(names[i], name) == 0 && untrained_write(argv[1], (enum untrained)i, seed))
            return 0;
    fprintf(stderr, "untrained_weights: cannot write %s weights\n", name);
    return 1;
}

// The demo as a program.
#include "cli/demo/embedded.h"

#include <stdio.h>

int main(void) {
    size_t size;
    embedded_weights(&size);
    fprintf(stderr, "mograph-demo: %zu bytes of weights, and nothing yet that plays them\n", size);
    return 1;
}

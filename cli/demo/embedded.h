// The weights that are part of the program.
#ifndef MOGRAPH_CLI_DEMO_EMBEDDED_H
#define MOGRAPH_CLI_DEMO_EMBEDDED_H

#include <stddef.h>

// What they are called in reports, and the bytes of a weights file.
#define EMBEDDED_NAME "particles-small.safetensors"
const void *embedded_weights(size_t *size);

#endif

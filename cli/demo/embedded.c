// Gives the embedded weights their size.
#include "cli/demo/embedded.h"

extern const unsigned char mograph_embedded_start[], mograph_embedded_end[];

const void *embedded_weights(size_t *size) {
    *size = (size_t)(mograph_embedded_end - mograph_embedded_start);
    return mograph_embedded_start;
}

// Asks the system for free memory: Linux grants more than there is, and ends the process when it is touched.
#include "cli/memory.h"

#include "runtime/system/machine.h"

#include <stdlib.h>

// A limit on the process shows only when it is asked for. Volatile: compilers leave out what is freed at
// once.
static bool can_have(uint64_t bytes) {
    void *volatile trial = bytes <= SIZE_MAX ? malloc((size_t)bytes) : NULL;
    bool had = trial != NULL || bytes == 0;
    free((void *)trial);
    return had;
}

bool memory_check(uint64_t bytes, const char *what, struct cli_error *error) {
    const double gibi = 1073741824.0;
    uint64_t there = sys_free_memory();
    if (bytes > there)
        return cli_fail(error, NULL, "out of memory for %s: %.1f GiB are needed, %.1f GiB are free", what,
                        (double)bytes / gibi, (double)there / gibi);
    return can_have(bytes) ||
           cli_fail(error, NULL, "out of memory for %s: %.1f GiB are needed", what, (double)bytes / gibi);
}

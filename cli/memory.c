// Asks the system for free memory: Linux grants more than there is, and ends the process when it is touched.
#include "cli/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// Bytes that can be had without driving others out; UINT64_MAX where the system does not say.
static uint64_t free_bytes(void) {
    char line[128];
    uint64_t value, sum = 0;
    bool known = false;
    FILE *file = fopen("/proc/meminfo", "r");
    if (file == NULL)
        return UINT64_MAX;
    while (fgets(line, sizeof line, file) != NULL) {
        bool available = sscanf(line, "MemAvailable: %" SCNu64 " kB", &value) == 1;
        known = known || available;
        if (available || sscanf(line, "SwapFree: %" SCNu64 " kB", &value) == 1)
            sum += value << 10;
    }
    fclose(file);
    return known ? sum : UINT64_MAX;
}

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
    uint64_t there = free_bytes();
    if (bytes > there)
        return cli_fail(error, NULL, "out of memory for %s: %.1f GiB are needed, %.1f GiB are free", what,
                        (double)bytes / gibi, (double)there / gibi);
    return can_have(bytes) ||
           cli_fail(error, NULL, "out of memory for %s: %.1f GiB are needed", what, (double)bytes / gibi);
}

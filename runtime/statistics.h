// What a driver tells of the pipelines that it has compiled (VK_KHR_pipeline_executable_properties): registers,
// spills, size. A device tells when it was opened for it, see rt_device_params.
#ifndef MOGRAPH_RUNTIME_STATISTICS_H
#define MOGRAPH_RUNTIME_STATISTICS_H

#include "runtime/kernel.h"

// What most drivers tell, each under a name of its own.
enum rt_known {
    RT_KNOWN_REGISTERS, // vector registers of an invocation
    RT_KNOWN_WAVES,     // subgroups at a time on a SIMD unit (AMD) or a multiprocessor (NVIDIA)
    RT_KNOWN_SPILLS,    // registers that went to memory, as the driver counts them
    RT_KNOWN_SCRATCH,   // bytes of memory for those and for private arrays
    RT_KNOWN_SHARED,    // bytes of shared memory of a workgroup
    RT_KNOWN_CODE,      // bytes
    RT_KNOWN_CYCLES,    // a compiler's estimate: of no two drivers the same thing
    RT_KNOWN_COUNT
};
const char *rt_known_text(enum rt_known known); // "registers", "waves", "spills", "scratch_bytes", ...

struct rt_statistic {
    char name[256]; // the driver's own
    char value[32]; // as JSON writes it: a number, true or false
};

struct rt_statistics {
    const char *kernel;
    const uint32_t *spec; // specialisation constants, local size first
    uint32_t spec_count;
    uint32_t subgroup_size;
    double known[RT_KNOWN_COUNT]; // NAN: the driver does not tell
    struct rt_statistic *items;
    uint32_t count;
};

// How many pipelines the device has built so far.
uint32_t rt_statistics_count(const struct rt_device *device);
// Which of them a kernel is.
uint32_t rt_statistics_index(const struct rt_device *device, const struct rt_kernel *kernel);

// Of the i-th pipeline. The caller frees with rt_statistics_free, in either case. Errors: RT_ERROR_UNSUPPORTED
// (the device was not opened for it), RT_ERROR_OUT_OF_MEMORY, RT_ERROR_DRIVER.
enum rt_status rt_statistics_read(struct rt_device *device, uint32_t i, struct rt_statistics *out);
void rt_statistics_free(struct rt_statistics *statistics);

// The i-th pipeline as the driver's compiler has written it down: its last text, which is the machine's code.
// The caller frees *text. Errors as above, for a device that was opened with `assembly`.
enum rt_status rt_statistics_assembly(struct rt_device *device, uint32_t i, char **text);

#endif

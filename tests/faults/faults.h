// Calls that fail on purpose: the n-th allocation, system call or Vulkan call of our own code, for every n.
//
// The linker puts wrappers between our libraries and what they call (--wrap, see tests/CMakeLists.txt): Mesa,
// libc and the codecs keep the real functions. The idea is that of dav1d's and FFmpeg's allocation wrappers.
#ifndef MOGRAPH_TESTS_FAULTS_FAULTS_H
#define MOGRAPH_TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
    FAULT_MEMORY, // malloc, calloc, realloc, strdup
    FAULT_SYSTEM, // files, threads, programs: `code` is the errno
    FAULT_VULKAN, // `code` is the VkResult; counts the calls that may give it
};

// Something the program does. `run` makes and unmakes everything it needs between fault_watch(true) and
// fault_watch(false), yields whether it succeeded, and on success writes what came out to *digest.
struct fault_trial {
    const char *name;
    bool (*run)(void *user, uint64_t *digest);
    void *user;
    // Failures that may pass unnoticed with the same result: a cache that is not read, a helper that is
    // missed.
    unsigned tolerated;
};

// Lets every call of a kind fail, one run each, and checks after each: failure means one line in the log (or
// fault_say), success means none and the same digest; nothing allocated, opened or created in Vulkan is left.
// At the end the trial must succeed as if nothing had been.
void fault_try(const struct fault_trial *trial, enum fault_kind kind, int code);

// Between these calls are counted and fail; outside all is as usual. A run may watch several times.
void fault_watch(bool on);

// The error of a part that does not log, as if it had.
void fault_say(const char *line);

// FNV-1a over words of 8 bytes; 0 begins.
uint64_t fault_digest(uint64_t digest, const void *bytes, size_t size);
// Of a file, 0 when there is none.
uint64_t fault_file_digest(const char *path);
// Visible and hidden files of a folder, the folders in it included.
unsigned fault_files(const char *folder);

// --- for the wrappers (wrap_host.c, wrap_vulkan.c)

// Whether this call must fail, and with what.
bool fault_now(enum fault_kind kind, const char *call, int *code);
// The code that the next FAULT_VULKAN will give: only calls that may give it are counted.
int fault_code(void);
// Whether the one failure of this run is behind us.
bool fault_has_been(void);
// Vulkan objects that live: +1, -1. And allocations of our own code.
void fault_object(int change);
void fault_allocation(int change);

#endif

// The wrappers of what the C library gives: memory, files, threads, programs.
#include "tests/faults/faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// __real_f and __wrap_f are the linker's names; types and lists of arguments are passed to macros bare.
// NOLINTBEGIN(bugprone-reserved-identifier,bugprone-macro-parentheses)

// The linker's names: __real_f is the function, __wrap_f is what our code calls instead.
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// --- memory

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *pointer);

// The blocks that live, by open addressing; what a library has allocated and we free is not among them.
enum { SLOTS = 1 << 16 };
static void *slots[SLOTS];
static char tombstone; // where a block stood that others were put behind
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t slot_of(const void *pointer) {
    return (size_t)(((uintptr_t)pointer >> 4) * 2654435761u) % SLOTS;
}

static void *add(void *pointer) {
    if (pointer == NULL)
        return NULL;
    pthread_mutex_lock(&lock);
    size_t i = slot_of(pointer);
    while (slots[i] != NULL && slots[i] != &tombstone)
        i = (i + 1) % SLOTS;
    slots[i] = pointer;
    pthread_mutex_unlock(&lock);
    fault_allocation(1);
    return pointer;
}

static void take_out(const void *pointer) {
    pthread_mutex_lock(&lock);
    for (size_t i = slot_of(pointer); slots[i] != NULL; i = (i + 1) % SLOTS)
        if (slots[i] == pointer) {
            slots[i] = slots[(i + 1) % SLOTS] != NULL ? &tombstone : NULL;
            fault_allocation(-1);
            break;
        }
    pthread_mutex_unlock(&lock);
}

static bool no_memory(const char *call) {
    int code;
    bool now = fault_now(FAULT_MEMORY, call, &code);
    if (now)
        errno = ENOMEM;
    return now;
}

void *__wrap_malloc(size_t size) {
    return no_memory("malloc") ? NULL : add(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size) {
    return no_memory("calloc") ? NULL : add(__real_calloc(count, size));
}

void *__wrap_realloc(void *pointer, size_t size) {
    if (no_memory("realloc"))
        return NULL;
    // Out before and in again behind: between the two another thread may get the old address.
    take_out(pointer);
    return add(__real_realloc(pointer, size));
}

char *__wrap_strdup(const char *text) {
    return no_memory("strdup") ? NULL : add(__real_strdup(text));
}

void __wrap_free(void *pointer) {
    take_out(pointer);
    __real_free(pointer);
}

// --- files, threads, programs

static bool fails(const char *call) {
    int code;
    bool now = fault_now(FAULT_SYSTEM, call, &code);
    if (now)
        errno = code;
    return now;
}

#define SYSTEM(type, name, failure, parameters, arguments)                                                   \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters {                                                                          \
        return fails(#name) ? failure : __real_##name arguments;                                             \
    }

SYSTEM(FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))
SYSTEM(FILE *, fdopen, NULL, (int fd, const char *mode), (fd, mode))
SYSTEM(FILE *, tmpfile, NULL, (void), ())
SYSTEM(size_t, fwrite, 0, (const void *bytes, size_t size, size_t count, FILE *file),
       (bytes, size, count, file))
SYSTEM(int, fflush, EOF, (FILE * file), (file))
SYSTEM(int, fsync, -1, (int fd), (fd))
SYSTEM(int, rename, -1, (const char *from, const char *to), (from, to))
SYSTEM(int, link, -1, (const char *from, const char *to), (from, to))
SYSTEM(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
SYSTEM(DIR *, opendir, NULL, (const char *path), (path))
SYSTEM(int, socketpair, -1, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends))
// These two yield the errno.
SYSTEM(int, pthread_create, errno,
       (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *user),
       (thread, attributes, start, user))
SYSTEM(int, posix_spawnp, errno,
       (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions,
        const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]),
       (pid, file, actions, attributes, arguments, environment))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 does not follow this va_start
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

// NOLINTEND(bugprone-reserved-identifier,bugprone-macro-parentheses)

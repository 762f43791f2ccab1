// Counts calls, lets the n-th one fail, and judges what it left behind.
#include "tests/faults/faults.h"

#include "runtime/log.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { MAX_OPEN = 256, PATIENCE_MS = 500, LOST = -4 }; // VK_ERROR_DEVICE_LOST

static const char *const kind_names[] = {"allocations", "system calls", "Vulkan calls"};

// What is counted; the reader's thread and ours share it.
static struct {
    pthread_mutex_t lock;
    bool watching;
    enum fault_kind kind;
    int code;
    unsigned calls, fail_at; // fail_at 0: count only
    const char *where;       // the call that failed, NULL: none yet
    long objects, allocations;
    unsigned lines; // errors that were logged
    char line[1024];
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_log(void *user, enum rt_log_level level, const char *text) {
    (void)user;
    if (level == RT_LOG_ERROR)
        fault_say(text);
}

void fault_say(const char *line) {
    pthread_mutex_lock(&state.lock);
    state.lines++;
    snprintf(state.line, sizeof state.line, "%s", line);
    pthread_mutex_unlock(&state.lock);
}

void fault_watch(bool on) {
    state.watching = on;
}

int fault_code(void) {
    return state.code;
}

bool fault_has_been(void) {
    return state.where != NULL;
}

bool fault_now(enum fault_kind kind, const char *call, int *code) {
    pthread_mutex_lock(&state.lock);
    bool now = state.watching && kind == state.kind && ++state.calls == state.fail_at;
    if (now) {
        state.where = call;
        *code = state.code;
    }
    pthread_mutex_unlock(&state.lock);
    return now;
}

void fault_object(int change) {
    pthread_mutex_lock(&state.lock);
    state.objects += change;
    pthread_mutex_unlock(&state.lock);
}

void fault_allocation(int change) {
    pthread_mutex_lock(&state.lock);
    state.allocations += change;
    pthread_mutex_unlock(&state.lock);
}

uint64_t fault_digest(uint64_t digest, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    digest = digest ? digest : 14695981039346656037u;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, at + i, size - i < 8 ? size - i : 8);
        digest = (digest ^ word) * 1099511628211u;
    }
    return digest;
}

uint64_t fault_file_digest(const char *path) {
    FILE *file = fopen(path, "rb");
    uint64_t digest = 0;
    unsigned char piece[1 << 16];
    if (file == NULL)
        return 0;
    for (size_t got = sizeof piece; got == sizeof piece;) {
        got = fread(piece, 1, sizeof piece, file);
        digest = fault_digest(digest, piece, got);
    }
    fclose(file);
    return digest;
}

unsigned fault_files(const char *folder) {
    unsigned count = 0;
    char path[512];
    DIR *stream = opendir(folder);
    if (stream == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%.200s/%.250s", folder, entry->d_name);
        count += 1 + fault_files(path);
    }
    closedir(stream);
    return count;
}

// What must be as before a run: memory, Vulkan objects, descriptors, child processes.
struct left {
    long allocations, objects;
    unsigned descriptors;
    bool child;
};

static struct left look(void) {
    struct left left = {.allocations = state.allocations, .objects = state.objects};
    for (int i = 0; i < MAX_OPEN; i++)
        left.descriptors += fcntl(i, F_GETFD) >= 0;
    left.child = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
    return left;
}

// What is left behind a run. Mesa's own threads hold a descriptor for moments, while they store a shader: one
// that stays is ours.
static struct left look_again(const struct left *before) {
    struct left after = look();
    for (int i = 0; i < PATIENCE_MS && after.descriptors > before->descriptors; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        after = look();
    }
    return after;
}

static bool run(const struct fault_trial *trial, unsigned fail_at, uint64_t *digest) {
    state.calls = 0;
    state.fail_at = fail_at;
    state.where = NULL;
    state.lines = 0;
    state.line[0] = '\0';
    *digest = 0;
    bool ok = trial->run(trial->user, digest);
    fault_watch(false);
    return ok;
}

// Whether the line says what failed: memory, the Vulkan error, or with which kernels the device was lost.
static bool names_it(void) {
    if (strchr(state.line, '\n') != NULL || strlen(state.line) < 12)
        return false;
    if (state.kind == FAULT_MEMORY)
        return strstr(state.line, "memory") != NULL;
    if (state.kind == FAULT_SYSTEM)
        return strstr(state.line, strerror(state.code)) != NULL;
    if (strcmp(state.where, "vkQueueSubmit") == 0 || strcmp(state.where, "vkWaitSemaphores") == 0)
        return strstr(state.line, state.code == LOST ? "lost between kernels" : state.where) != NULL;
    return strstr(state.line, "VK_ERROR") != NULL || strstr(state.line, "memory") != NULL;
}

// One run with one failure; yields whether it passed unnoticed.
static bool fail_once(const struct fault_trial *trial, unsigned n, uint64_t expected) {
    struct left before = look();
    uint64_t digest;
    bool ok = run(trial, n, &digest);
    struct left after = look_again(&before);
    bool sound = state.where != NULL;
    sound = sound && (ok ? state.lines == 0 && digest == expected : state.lines == 1 && names_it());
    sound = sound && after.allocations == before.allocations && after.objects == before.objects &&
            after.descriptors <= before.descriptors && !after.child;
    if (!CHECK(sound))
        fprintf(stderr,
                "    %s, %s, call %u (%s) gives %d: %s, result %s, %u lines, the last \"%s\"; left: %ld "
                "allocations, %ld Vulkan objects, %d descriptors%s\n",
                trial->name, kind_names[state.kind], n, state.where ? state.where : "never reached",
                state.code, ok ? "success" : "failure", digest == expected ? "as usual" : "another",
                state.lines, state.line, after.allocations - before.allocations,
                after.objects - before.objects, (int)after.descriptors - (int)before.descriptors,
                after.child ? ", a child process" : "");
    return ok;
}

void fault_try(const struct fault_trial *trial, enum fault_kind kind, int code) {
    uint64_t expected, digest;
    unsigned tolerated = 0;
    rt_log_set_callback(on_log, NULL);
    state.kind = kind;
    state.code = code;
    if (!CHECK(run(trial, 0, &expected)) || !CHECK(run(trial, 0, &digest) && digest == expected)) {
        fprintf(stderr, "    %s fails without a fault: %s\n", trial->name, state.line);
        return;
    }
    unsigned calls = state.calls;
    CHECK(calls > 0);
    for (unsigned n = 1; n <= calls; n++)
        tolerated += fail_once(trial, n, expected);
    CHECK(tolerated <= trial->tolerated);
    CHECK(run(trial, 0, &digest) && digest == expected && state.lines == 0);
    printf("%s: %u %s failed with %d, %u of them tolerated\n", trial->name, calls, kind_names[kind], code,
           tolerated);
}

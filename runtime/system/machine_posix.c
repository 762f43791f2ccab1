// Linux, and what POSIX says of other systems.
#include "runtime/system/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

bool sys_start(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return true;
}

uint32_t sys_processors(void) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 ? (uint32_t)processors : 1;
}

uint64_t sys_free_memory(void) {
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

// The distribution's own name for itself, "" when it does not tell.
static void read_system_name(char *name, size_t size) {
    static const char key[] = "PRETTY_NAME=\"";
    char line[256];
    name[0] = '\0';
    FILE *file = fopen("/etc/os-release", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, sizeof key - 1) == 0)
            snprintf(name, size, "%.*s", (int)strcspn(line + sizeof key - 1, "\"\n"), line + sizeof key - 1);
    if (file != NULL)
        fclose(file);
}

void sys_name(char *text, size_t size) {
    struct utsname kernel;
    char name[128];
    text[0] = '\0';
    read_system_name(name, sizeof name);
    if (uname(&kernel) >= 0)
        snprintf(text, size, "%s%s%.40s %.60s, %.40s", name, name[0] != '\0' ? ", " : "", kernel.sysname,
                 kernel.release, kernel.machine);
}

uint64_t sys_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool sys_utc(time_t when, struct tm *utc) {
    return gmtime_r(&when, utc) != NULL;
}

bool sys_local_time(time_t when, struct tm *local) {
    return localtime_r(&when, local) != NULL;
}

uint64_t sys_process_number(void) {
    return (uint64_t)getpid();
}

void sys_environment_default(const char *name, const char *value) {
    setenv(name, value, 0);
}

bool sys_program_folder(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length <= 0 || (size_t)length + 1 >= size) // cut off
        return false;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

bool sys_cache_folder(char *path, size_t size) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (base != NULL && base[0] == '/')
        length = snprintf(path, size, "%s", base);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, size, "%s/.cache", home);
    return length >= 0 && (size_t)length < size;
}

const char *sys_cache_variables(void) {
    return "neither XDG_CACHE_HOME nor HOME is set";
}

const char *sys_loader_advice(void) {
    return "(libvulkan.so.1) was found: install libvulkan1 and a driver (mesa-vulkan-drivers works on any "
           "machine)";
}

const char *sys_driver_advice(void) {
    return "install mesa-vulkan-drivers (works on any machine, also without a GPU) or your GPU's own driver";
}

// The machine and this process: processors, memory, clocks, folders that programs use, the command line.
#ifndef MOGRAPH_RUNTIME_SYSTEM_MACHINE_H
#define MOGRAPH_RUNTIME_SYSTEM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// Before anything else in main: arguments in UTF-8 (on Windows with '/' for '\\', since they are names), a
// console that shows UTF-8 and control sequences, streams without translation of line ends. False without
// memory.
bool sys_start(int *argc, char ***argv);

uint32_t sys_processors(void);
// Bytes that can be had without driving others out; UINT64_MAX where the system does not say.
uint64_t sys_free_memory(void);
// "Debian GNU/Linux 12 (bookworm), Linux 6.1.0, x86_64"; "" when it does not tell.
void sys_name(char *text, size_t size);

// Nanoseconds since some fixed moment; never runs backwards.
uint64_t sys_nanoseconds(void);
bool sys_utc(time_t when, struct tm *utc);
bool sys_local_time(time_t when, struct tm *local);

uint64_t sys_process_number(void);
// Sets a variable of the environment that is not set.
void sys_environment_default(const char *name, const char *value);

// The folder that the program lies in, without a slash at the end.
bool sys_program_folder(char *path, size_t size);
// Where programs keep what they can make again; false when there is nowhere.
bool sys_cache_folder(char *path, size_t size);
// Why there is nowhere.
const char *sys_cache_variables(void);

// "no Vulkan loader ..." and "no Vulkan driver offers a device: ..." go on so: what it is called here, what
// brings it.
const char *sys_loader_advice(void);
const char *sys_driver_advice(void);

#endif

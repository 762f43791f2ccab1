// Windows: the command line in UTF-8, the console, memory, clocks, folders.
#include "runtime/system/machine.h"

#include "runtime/system/wide_windows.h"

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 4
#endif

static UINT page_before; // the console's, which stays behind when we go

static void restore_page(void) {
    SetConsoleOutputCP(page_before);
}

static void teach_sequences(DWORD stream) {
    DWORD mode;
    if (GetConsoleMode(GetStdHandle(stream), &mode))
        SetConsoleMode(GetStdHandle(stream), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

static void prepare_streams(void) {
    page_before = GetConsoleOutputCP();
    if (page_before != 0 && page_before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8))
        atexit(restore_page);
    teach_sequences(STD_OUTPUT_HANDLE);
    teach_sequences(STD_ERROR_HANDLE);
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    // Byte by byte, as the library writes there of itself, a console shows no UTF-8. Who writes a line
    // flushes it.
    setvbuf(stderr, NULL, _IOFBF, 1 << 12);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
}

// All texts behind their pointers, in one block that lives as long as the process.
static char **narrow_arguments(wchar_t **wide, int count) {
    size_t texts = ((size_t)count + 1) * sizeof(char *), size = texts;
    for (int i = 0; i < count; i++)
        size += (size_t)WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, NULL, 0, NULL, NULL);
    char **out = malloc(size);
    char *at = (char *)out + texts;
    for (int i = 0; i < count && out != NULL; i++) {
        out[i] = at;
        if (!narrow_path(wide[i], at, size - (size_t)(at - (char *)out)))
            *at = '\0';
        at += strlen(at) + 1;
    }
    if (out != NULL)
        out[count] = NULL;
    return out;
}

bool sys_start(int *argc, char ***argv) {
    int count;
    prepare_streams();
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **narrow = wide != NULL ? narrow_arguments(wide, count) : NULL;
    LocalFree(wide);
    if (narrow == NULL)
        return false;
    *argc = count;
    *argv = narrow;
    return true;
}

uint32_t sys_processors(void) {
    DWORD processors = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return processors > 0 ? processors : 1;
}

uint64_t sys_free_memory(void) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    return GlobalMemoryStatusEx(&status) ? status.ullAvailPageFile : UINT64_MAX;
}

// The version functions of the API tell a program the version that it asks for.
void sys_name(char *text, size_t size) {
    typedef LONG(WINAPI * get_version)(OSVERSIONINFOW *);
    typedef const char *(*get_wine)(void);
    typedef void (*any_function)(void);
    HMODULE system = GetModuleHandleW(L"ntdll.dll");
    get_version version = (get_version)(any_function)GetProcAddress(system, "RtlGetVersion");
    get_wine wine = (get_wine)(any_function)GetProcAddress(system, "wine_get_version");
    OSVERSIONINFOW info = {.dwOSVersionInfoSize = sizeof info};
    text[0] = '\0';
    if (version != NULL && version(&info) == 0)
        snprintf(text, size, "Windows %lu.%lu.%lu%s%.40s, x86_64", info.dwMajorVersion, info.dwMinorVersion,
                 info.dwBuildNumber, wine != NULL ? ", Wine " : "", wine != NULL ? wine() : "");
}

uint64_t sys_nanoseconds(void) {
    LARGE_INTEGER ticks, second;
    QueryPerformanceFrequency(&second);
    QueryPerformanceCounter(&ticks);
    uint64_t t = (uint64_t)ticks.QuadPart, s = (uint64_t)second.QuadPart;
    return t / s * 1000000000u + t % s * 1000000000u / s;
}

bool sys_utc(time_t when, struct tm *utc) {
    return gmtime_s(utc, &when) == 0;
}

bool sys_local_time(time_t when, struct tm *local) {
    return localtime_s(local, &when) == 0;
}

uint64_t sys_process_number(void) {
    return GetCurrentProcessId();
}

// For libraries of the C runtime, and for those that ask the system.
void sys_environment_default(const char *name, const char *value) {
    if (GetEnvironmentVariableA(name, NULL, 0) != 0)
        return;
    SetEnvironmentVariableA(name, value);
    _putenv_s(name, value);
}

bool sys_program_folder(char *path, size_t size) {
    struct wide wide;
    DWORD length = GetModuleFileNameW(NULL, wide.text, WIDE_CAPACITY);
    if (length == 0 || length >= WIDE_CAPACITY || !narrow_path(wide.text, path, size))
        return false;
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

bool sys_cache_folder(char *path, size_t size) {
    struct wide wide;
    DWORD length = GetEnvironmentVariableW(L"LOCALAPPDATA", wide.text, WIDE_CAPACITY);
    return length > 0 && length < WIDE_CAPACITY && narrow_path(wide.text, path, size);
}

const char *sys_cache_variables(void) {
    return "LOCALAPPDATA is not set";
}

const char *sys_loader_advice(void) {
    return "(vulkan-1.dll) was found: install the driver from the maker of the GPU, which brings it along";
}

const char *sys_driver_advice(void) {
    return "install the driver from the maker of the GPU";
}

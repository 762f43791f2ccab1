// Starts programs by CreateProcess. Only the three streams are inherited.
#include "runtime/system/child.h"

#include "runtime/system/wide_windows.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { COMMAND_CAPACITY = 32767, PIPE_BYTES = 1 << 20 };

// --- the command line, as programs take it apart again (CommandLineToArgvW)

struct command {
    wchar_t text[COMMAND_CAPACITY];
    size_t length;
    bool full;
};

static void add(struct command *command, wchar_t c, size_t count) {
    for (; count > 0 && !command->full; count--) {
        command->full = command->length + 1 >= COMMAND_CAPACITY;
        if (!command->full)
            command->text[command->length++] = c;
    }
}

// Backslashes count only before a quotation mark, where each needs another one.
static void add_argument(struct command *command, const wchar_t *text) {
    size_t slashes = 0;
    if (command->length > 0)
        add(command, L' ', 1);
    add(command, L'"', 1);
    for (; *text != L'\0'; text++) {
        if (*text == L'"')
            add(command, L'\\', slashes + 1);
        slashes = *text == L'\\' ? slashes + 1 : 0;
        add(command, *text, 1);
    }
    add(command, L'\\', slashes);
    add(command, L'"', 1);
}

static int make_command(struct command *command, char *const arguments[]) {
    command->length = 0;
    command->full = false;
    for (size_t i = 0; arguments[i] != NULL; i++) {
        int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, arguments[i], -1, NULL, 0);
        wchar_t *wide = length > 0 ? malloc((size_t)length * sizeof *wide) : NULL;
        if (wide == NULL)
            return length > 0 ? ENOMEM : EILSEQ;
        MultiByteToWideChar(CP_UTF8, 0, arguments[i], -1, wide, length);
        add_argument(command, wide);
        free(wide);
    }
    command->text[command->length] = L'\0';
    return command->full ? E2BIG : 0;
}

// On PATH alone, not in the folder where the command was called: what lies there may be anybody's.
static int find_program(const char *name, struct wide *out) {
    wchar_t *path = malloc(COMMAND_CAPACITY * sizeof *path);
    wchar_t wide[MAX_PATH];
    if (path == NULL)
        return ENOMEM;
    DWORD length = GetEnvironmentVariableW(L"PATH", path, COMMAND_CAPACITY);
    bool found = length > 0 && length < COMMAND_CAPACITY &&
                 MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, MAX_PATH) > 0 &&
                 SearchPathW(path, wide, L".exe", WIDE_CAPACITY, out->text, NULL) > 0;
    free(path);
    return found ? 0 : ENOENT;
}

// --- streams

struct streams {
    HANDLE in, out, errors; // what the program gets
};

static void close_handle(HANDLE handle) {
    if (handle != NULL && handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
}

static void close_streams(struct streams *s) {
    close_handle(s->in);
    close_handle(s->out);
    close_handle(s->errors);
}

static HANDLE open_nothing(void) {
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                       OPEN_EXISTING, 0, NULL);
}

// Our end of the pipe becomes a stream or a handle; theirs can be inherited.
static bool open_pipe(struct sys_child *child, struct streams *s, enum sys_pipe pipe) {
    HANDLE reading, writing;
    if (!CreatePipe(&reading, &writing, NULL, PIPE_BYTES))
        return wide_fail();
    HANDLE theirs = pipe == SYS_PIPE_READ ? writing : reading,
           ours = pipe == SYS_PIPE_READ ? reading : writing;
    SetHandleInformation(theirs, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    *(pipe == SYS_PIPE_READ ? &s->out : &s->in) = theirs;
    *(pipe == SYS_PIPE_READ ? &s->in : &s->out) = open_nothing();
    if (pipe == SYS_PIPE_WRITE) {
        child->input = (intptr_t)ours;
        return true;
    }
    int fd = _open_osfhandle((intptr_t)ours, _O_RDONLY | _O_BINARY);
    child->output = fd >= 0 ? _fdopen(fd, "rb") : NULL;
    if (fd < 0)
        CloseHandle(ours);
    else if (child->output == NULL)
        _close(fd);
    return child->output != NULL;
}

static bool open_streams(struct sys_child *child, struct streams *s, enum sys_pipe pipe) {
    child->errors = wide_temporary_file();
    if (child->errors == NULL || !open_pipe(child, s, pipe))
        return false;
    HANDLE here = GetCurrentProcess(), errors = (HANDLE)_get_osfhandle(_fileno(child->errors));
    return DuplicateHandle(here, errors, here, &s->errors, 0, TRUE, DUPLICATE_SAME_ACCESS) || wide_fail();
}

static void close_pipe(struct sys_child *child) {
    if (child->output != NULL)
        fclose(child->output);
    if (child->input != -1)
        CloseHandle((HANDLE)child->input);
    child->output = NULL;
    child->input = -1;
}

// --- starting

static bool create_process(const struct wide *program, wchar_t *command, const struct streams *s,
                           LPPROC_THREAD_ATTRIBUTE_LIST list, PROCESS_INFORMATION *started) {
    HANDLE handles[] = {s->in, s->out, s->errors};
    STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start,
                                            .dwFlags = STARTF_USESTDHANDLES,
                                            .hStdInput = s->in,
                                            .hStdOutput = s->out,
                                            .hStdError = s->errors},
                            .lpAttributeList = list};
    return UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles,
                                     NULL, NULL) &&
           CreateProcessW(program->text, command, NULL, NULL, TRUE,
                          EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW, NULL, NULL, &start.StartupInfo,
                          started);
}

static int spawn(struct sys_child *child, const struct wide *program, wchar_t *command,
                 const struct streams *s) {
    PROCESS_INFORMATION started;
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (list == NULL)
        return ENOMEM;
    bool listed = InitializeProcThreadAttributeList(list, 1, 0, &size);
    bool done = (listed && create_process(program, command, s, list, &started)) || wide_fail();
    int code = errno;
    if (listed)
        DeleteProcThreadAttributeList(list);
    free(list);
    if (!done)
        return code;
    CloseHandle(started.hThread);
    child->program = (intptr_t)started.hProcess;
    return 0;
}

int sys_child_start(struct sys_child *child, char *const arguments[], enum sys_pipe pipe) {
    *child = (struct sys_child){.input = -1};
    struct streams s = {NULL, NULL, NULL};
    struct wide program;
    struct command *command = malloc(sizeof *command);
    int code = command == NULL ? ENOMEM : find_program(arguments[0], &program);
    if (code == 0)
        code = make_command(command, arguments);
    if (code == 0 && !open_streams(child, &s, pipe))
        code = errno != 0 ? errno : EIO;
    if (code == 0)
        code = spawn(child, &program, command->text, &s);
    close_streams(&s);
    free(command);
    if (code != 0) {
        close_pipe(child);
        if (child->errors != NULL)
            fclose(child->errors);
        child->errors = NULL;
    }
    return code;
}

bool sys_child_write(struct sys_child *child, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        DWORD written = 0, some = size - done < PIPE_BYTES ? (DWORD)(size - done) : PIPE_BYTES;
        if (!WriteFile((HANDLE)child->input, (const char *)bytes + done, some, &written, NULL) ||
            written == 0)
            return false;
        done += written;
    }
    return true;
}

bool sys_child_finish(struct sys_child *child) {
    DWORD status = 1;
    HANDLE program = (HANDLE)child->program;
    close_pipe(child);
    WaitForSingleObject(program, INFINITE);
    bool done = GetExitCodeProcess(program, &status) && status == 0;
    CloseHandle(program);
    return done;
}

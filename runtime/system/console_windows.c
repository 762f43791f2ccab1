// The console of Windows 10 and newer, which knows control sequences; its keys as the bytes that other
// terminals send.
#include "runtime/system/console.h"

#include "runtime/system/wide_windows.h"

#include <io.h>
#include <signal.h>
#include <string.h>

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 4
#endif

static bool mode_of(FILE *stream, DWORD *mode) {
    int fd = _fileno(stream);
    return fd >= 0 && GetConsoleMode((HANDLE)_get_osfhandle(fd), mode);
}

bool sys_is_terminal(FILE *stream) {
    DWORD mode;
    return mode_of(stream, &mode);
}

bool sys_is_interactive(FILE *stream) {
    DWORD mode;
    return mode_of(stream, &mode) && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

bool sys_terminal_size(uint32_t *columns, uint32_t *rows) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
        return false;
    *columns = (uint32_t)(info.srWindow.Right - info.srWindow.Left + 1);
    *rows = (uint32_t)(info.srWindow.Bottom - info.srWindow.Top + 1);
    return true;
}

// --- a console of one's own

// What was found once stays so when the console has gone.
static bool left, told;

// Started by a double click: no other program has this console, and it goes with us.
static bool is_alone(void) {
    DWORD mode, others[2];
    return left ||
           (GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) && GetConsoleProcessList(others, 2) == 1);
}

bool sys_alert(const char *title, const char *text) {
    enum { CAPACITY = 4096 };
    wchar_t wide_title[128], wide_text[CAPACITY];
    if (!is_alone())
        return false;
    bool fits = MultiByteToWideChar(CP_UTF8, 0, title, -1, wide_title, 128) > 0 &&
                MultiByteToWideChar(CP_UTF8, 0, text, -1, wide_text, CAPACITY) > 0;
    if (fits && !told)
        MessageBoxW(NULL, wide_text, wide_title, MB_OK | MB_ICONERROR);
    told = told || fits;
    return fits;
}

void sys_leave_console(void) {
    left = is_alone();
    if (left)
        FreeConsole();
}

// --- signals

// A handler of the console has no argument that could bring these along.
static void (*signalled)(int signal_number);
static HANDLE woken; // set by a signal
static LONG asked;

// Runs on a thread of its own.
static BOOL WINAPI on_event(DWORD event) {
    bool patient = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    if (InterlockedExchange(&asked, 1) != 0)
        return FALSE; // whoever presses Ctrl-C twice means it
    signalled(event == CTRL_C_EVENT ? SIGINT : SIGTERM);
    SetEvent(woken);
    if (!patient) // the process ends when this returns: it has as long as the system gives it
        Sleep(INFINITE);
    return TRUE;
}

void sys_catch_signals(void (*on_signal)(int signal_number)) {
    signalled = on_signal;
    asked = 0;
    if (woken == NULL)
        woken = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(NULL, FALSE); // also where whoever started us left Ctrl-C off
    SetConsoleCtrlHandler(on_event, TRUE);
}

// --- keys

struct state {
    DWORD mode;
    unsigned char bytes[16]; // of keys that were pressed and not yet taken
    uint32_t count;
};

static struct state load(const struct sys_keys *keys) {
    struct state state;
    _Static_assert(sizeof state <= sizeof keys->before.bytes, "room for what to restore");
    memcpy(&state, keys->before.bytes, sizeof state);
    return state;
}

static void store(struct sys_keys *keys, const struct state *state) {
    memcpy(keys->before.bytes, state, sizeof *state);
}

void sys_keys_begin(struct sys_keys *keys) {
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    struct state state = {.count = 0};
    keys->held = GetConsoleMode(input, &state.mode);
    if (keys->held)
        SetConsoleMode(input, state.mode & ~(DWORD)(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT));
    store(keys, &state);
}

void sys_keys_end(struct sys_keys *keys) {
    struct state state = load(keys);
    if (!keys->held)
        return;
    FlushConsoleInputBuffer(GetStdHandle(STD_INPUT_HANDLE));
    SetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), state.mode);
    keys->held = false;
}

// What other terminals send for keys without a character.
static const char *sequence_of(WORD key) {
    switch (key) {
    case VK_UP:
        return "\033[A";
    case VK_DOWN:
        return "\033[B";
    case VK_RIGHT:
        return "\033[C";
    case VK_LEFT:
        return "\033[D";
    default:
        return "";
    }
}

static void take_record(struct state *state, const INPUT_RECORD *record) {
    const KEY_EVENT_RECORD *key = &record->Event.KeyEvent;
    if (record->EventType != KEY_EVENT || !key->bKeyDown)
        return;
    wchar_t character = key->uChar.UnicodeChar;
    const char *sequence = sequence_of(key->wVirtualKeyCode);
    char text[8];
    int length = (int)strlen(sequence);
    if (length > 0)
        memcpy(text, sequence, (size_t)length);
    else if (character != 0)
        length = WideCharToMultiByte(CP_UTF8, 0, &character, 1, text, sizeof text, NULL, NULL);
    if (length > 0 && state->count + (uint32_t)length <= sizeof state->bytes) {
        memcpy(state->bytes + state->count, text, (size_t)length);
        state->count += (uint32_t)length;
    }
}

static int take_byte(struct state *state) {
    int byte = state->count > 0 ? state->bytes[0] : -1;
    if (state->count > 0)
        memmove(state->bytes, state->bytes + 1, --state->count);
    return byte;
}

// Whether something came from the keyboard within so many milliseconds.
static bool wait_for_input(bool held, DWORD milliseconds) {
    HANDLE both[2];
    DWORD count = 0;
    if (held)
        both[count++] = GetStdHandle(STD_INPUT_HANDLE);
    if (woken != NULL)
        both[count++] = woken;
    if (count == 0) {
        Sleep(milliseconds);
        return false;
    }
    return WaitForMultipleObjects(count, both, FALSE, milliseconds) == WAIT_OBJECT_0 && held;
}

int sys_keys_wait(struct sys_keys *keys, double seconds) {
    struct state state = load(keys);
    ULONGLONG milliseconds = seconds > 0 ? seconds < 3600 ? (ULONGLONG)(seconds * 1000 + 0.5) : 3600000 : 0;
    ULONGLONG now = GetTickCount64(), end = now + milliseconds;
    INPUT_RECORD record;
    DWORD read;
    // The mouse, and keys that are let go, come the same way and say nothing.
    while (state.count == 0 && wait_for_input(keys->held, now < end ? (DWORD)(end - now) : 0)) {
        if (ReadConsoleInputW(GetStdHandle(STD_INPUT_HANDLE), &record, 1, &read) && read == 1)
            take_record(&state, &record);
        now = GetTickCount64();
    }
    int byte = take_byte(&state);
    store(keys, &state);
    return byte;
}

// What runtime/system/ promises, on POSIX systems and on Windows. Started with arguments it is the other
// program that the test needs: one that holds a lock, echoes, fails.
#include "runtime/system/child.h"
#include "runtime/system/console.h"
#include "runtime/system/folders.h"
#include "runtime/system/machine.h"
#include "runtime/system/text_stream.h"
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
static const bool on_windows = true;
#else
static const bool on_windows = false;
#endif

enum { PATH = 4096 };
#define JAPANESE "\346\227\245\346\234\254\350\252\236" // three characters

static char home[256]; // the folder of this test; its name is not ASCII

// --- small helpers

// A path in our folder; four may be in use at a time.
static const char *in(const char *name) {
    static char paths[4][PATH];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH, "%s/%s", home, name);
    return path;
}

static bool put(const char *path, const char *text) {
    FILE *file = sys_fopen(path, "w");
    bool done = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && done;
}

static bool holds(const char *path, const char *text) {
    char bytes[256];
    int fd = sys_open(path);
    ptrdiff_t got = fd >= 0 ? sys_read(fd, bytes, sizeof bytes) : -1;
    if (fd >= 0)
        sys_close(fd);
    return got == (ptrdiff_t)strlen(text) && memcmp(bytes, text, (size_t)got) == 0;
}

// The kind, or -1: there is nothing.
static int kind(const char *path) {
    struct sys_info info;
    return sys_look(path, &info) ? (int)info.kind : -1;
}

// How often a name stands in a folder.
static int listed(const char *folder, const char *wanted) {
    struct sys_folder *list = sys_folder_open(folder);
    int times = 0;
    for (const char *name; list != NULL && (name = sys_folder_next(list)) != NULL;)
        times += strcmp(name, wanted) == 0;
    if (list != NULL)
        sys_folder_close(list);
    return list != NULL ? times : -1;
}

// This program again, with up to three arguments. What it prints is in `said`; whether it ended with 0.
static bool again(const char *a, const char *b, const char *c, char *said, size_t size) {
    char program[PATH];
    struct sys_child child;
    if (!CHECK(sys_program_folder(program, sizeof program)))
        return false;
    size_t length = strlen(program);
    snprintf(program + length, sizeof program - length, on_windows ? "/test_system.exe" : "/test_system");
    char *arguments[] = {program, (char *)a, (char *)b, (char *)c, NULL};
    if (!CHECK(sys_child_start(&child, arguments, SYS_PIPE_READ) == 0))
        return false;
    size_t got = fread(said, 1, size - 1, child.output);
    said[got] = '\0';
    bool done = sys_child_finish(&child);
    fclose(child.errors);
    return done;
}

// --- files

static void test_kinds(void) {
    struct sys_info file, folder, gone;
    CHECK(put(in("file"), "text"));
    CHECK(sys_look(in("file"), &file) && file.kind == SYS_FILE && file.bytes == 4 && file.names == 1);
    CHECK(sys_look(home, &folder) && folder.kind == SYS_FOLDER);
    CHECK(!sys_is_same(&file, &folder));
    CHECK(!sys_look(in("nothing"), &gone) && errno == ENOENT);
    CHECK(!sys_exists(in("nothing")) && sys_exists(in("file")));
    CHECK(sys_may(in("file"), SYS_MAY_READ | SYS_MAY_WRITE));
    CHECK(!sys_may(in("nothing"), SYS_MAY_READ) && errno == ENOENT);
    CHECK(kind(on_windows ? "NUL" : "/dev/null") == SYS_DEVICE);
}

static void test_identity(void) {
    struct sys_info one, other, open;
    char roundabout[PATH];
    CHECK(put(in("same"), "x"));
    snprintf(roundabout, sizeof roundabout, "%s/../%s/./same", home, home);
    CHECK(sys_look(in("same"), &one) && sys_look(roundabout, &other) && sys_is_same(&one, &other));
    int fd = sys_open(in("same"));
    CHECK(fd >= 0 && sys_look_open(fd, &open) && sys_is_same(&one, &open) && open.bytes == 1);
    sys_close(fd);
    CHECK(sys_look(in("file"), &other) && !sys_is_same(&one, &other));
}

// Reading at an offset, bytes that are line ends elsewhere, appending.
static void test_bytes(void) {
    char bytes[8] = {0};
    CHECK(put(in("bytes"), "a\r\nb\032c\n"));
    CHECK(holds(in("bytes"), "a\r\nb\032c\n"));
    int fd = sys_open(in("bytes"));
    CHECK(sys_read_at(fd, bytes, 2, 3) == 2 && memcmp(bytes, "b\032", 2) == 0);
    CHECK(sys_read_at(fd, bytes, 8, 100) == 0);
    sys_close(fd);
    FILE *file = sys_fopen(in("bytes"), "a");
    CHECK(file != NULL && fputs("d", file) >= 0 && sys_sync(file) && fclose(file) == 0);
    CHECK(holds(in("bytes"), "a\r\nb\032c\nd"));
    CHECK(sys_sync_path(in("bytes")) && sys_sync_path(home));
    CHECK(sys_fopen(in("nothing"), "r") == NULL && errno == ENOENT);
}

static void test_creating(void) {
    int fd = sys_create(in("new"));
    CHECK(fd >= 0);
    FILE *file = sys_stream(fd, "wb");
    CHECK(file != NULL && fputs("new", file) >= 0 && fclose(file) == 0);
    CHECK(sys_create(in("new")) < 0 && errno == EEXIST);
    CHECK(sys_create(in("no folder/new")) < 0 && errno == ENOENT);
    fd = sys_open_create(in("new"));
    CHECK(fd >= 0 && sys_close(fd) && holds(in("new"), "new"));
    CHECK(sys_open_there(in("nothing")) < 0 && errno == ENOENT);
}

static void test_renaming(void) {
    CHECK(put(in("from"), "new") && put(in("to"), "old"));
    CHECK(!sys_take_name(in("from"), in("to")) && errno == EEXIST);
    CHECK(holds(in("to"), "old") && holds(in("from"), "new"));
    CHECK(sys_rename(in("from"), in("to")) && holds(in("to"), "new") && !sys_exists(in("from")));
    CHECK(sys_take_name(in("to"), in("from")) && holds(in("from"), "new") && !sys_exists(in("to")));
    // While somebody has it open for reading.
    CHECK(put(in("to"), "old"));
    int fd = sys_open(in("to"));
    // Windows refuses; then both are as they were.
    bool replaced = sys_rename(in("from"), in("to"));
    CHECK(replaced || (on_windows && (errno == EACCES || errno == EBUSY)));
    CHECK(fd >= 0 && holds(in("to"), replaced ? "new" : "old") && sys_exists(in("from")) == !replaced);
    sys_close(fd);
    CHECK(replaced || sys_rename(in("from"), in("to")));
    CHECK(!sys_rename(in("from"), in("to")) && errno == ENOENT && holds(in("to"), "new"));
    CHECK(sys_remove_file(in("to")) && !sys_exists(in("to")));
    CHECK(!sys_remove_file(in("to")) && errno == ENOENT);
}

static void test_exchange(void) {
    CHECK(put(in("a"), "a") && put(in("b"), "b"));
    if (sys_exchange_names(in("a"), in("b")))
        CHECK(holds(in("a"), "b") && holds(in("b"), "a"));
    else
        CHECK((errno == ENOSYS || errno == EINVAL) && holds(in("a"), "a") && holds(in("b"), "b"));
}

// --- names

static void test_names(void) {
    const char *name = JAPANESE " \360\237\216\206.gif"; // with one beyond 16 bits
    CHECK(put(in(name), "x") && holds(in(name), "x") && listed(home, name) == 1);
    CHECK(sys_remove_file(in(name)) && listed(home, name) == 0);
    // What is no UTF-8 is a name on POSIX systems.
    bool made = put(in("\377\376"), "x");
    CHECK(made == !on_windows && (!made || listed(home, "\377\376") == 1));
    CHECK(!made || sys_remove_file(in("\377\376")));
}

// A folder in a folder, until the path is longer than the 260 that Windows once had.
static void test_long_paths(void) {
    char path[PATH], name[121];
    memset(name, 'n', 120);
    name[120] = '\0';
    snprintf(path, sizeof path, "%s", home);
    for (int depth = 0; depth < 5; depth++) {
        size_t length = strlen(path);
        snprintf(path + length, sizeof path - length, "/%s", name);
        CHECK(sys_make_folder(path) && kind(path) == SYS_FOLDER);
    }
    char file[PATH + 8], real[PATH];
    snprintf(file, sizeof file, "%s/file", path);
    CHECK(strlen(file) > 600 && put(file, "deep") && holds(file, "deep") && listed(path, "file") == 1);
    CHECK(sys_real_path(file, real, sizeof real) && holds(real, "deep") && strlen(real) > strlen(file));
    CHECK(sys_remove_file(file));
    for (; strlen(path) > strlen(home); *strrchr(path, '/') = '\0')
        CHECK(sys_remove_folder(path));
}

// Names that Windows keeps for devices, and streams behind colons. Elsewhere they are names like any other.
static void test_reserved(void) {
    static const char *const names[] = {"NUL", "con", "aux.gif", "COM1.txt", "lpt9 .x", "a:b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK(put(in(names[i]), "x") == !on_windows);
        CHECK((sys_create(in(names[i])) < 0) && (on_windows || errno == EEXIST));
        if (on_windows && strchr(names[i], ':') == NULL)
            CHECK(kind(in(names[i])) == SYS_DEVICE);
        sys_remove_file(in(names[i]));
    }
    CHECK(put(in("console.txt"), "x") && sys_remove_file(in("console.txt")));
    CHECK(put(in("com10"), "x") && sys_remove_file(in("com10")));
}

static void test_slashes(void) {
    char path[PATH];
    if (!on_windows)
        return;
    snprintf(path, sizeof path, "%s\\file", home);
    CHECK(sys_exists(path) && holds(path, "text"));
}

// --- folders

static void test_folders(void) {
    char real[PATH];
    CHECK(sys_make_folder(in("folder")) && kind(in("folder")) == SYS_FOLDER);
    CHECK(!sys_make_folder(in("folder")) && errno == EEXIST);
    CHECK(!sys_make_folder(in("no/folder")) && errno == ENOENT);
    CHECK(put(in("folder/x"), "x") && listed(in("folder"), "x") == 1 && listed(in("folder"), ".") == 1);
    CHECK(!sys_remove_folder(in("folder")) && errno == ENOTEMPTY);
    CHECK(sys_folder_open(in("nothing")) == NULL && errno == ENOENT);
    CHECK(sys_folder_open(in("file")) == NULL && errno == ENOTDIR);
    CHECK(sys_real_path(in("folder/../folder/./x"), real, sizeof real) && holds(real, "x"));
    CHECK(strstr(real, "..") == NULL && strchr(real, '\\') == NULL);
    CHECK(strcmp(real + strlen(real) - strlen("/folder/x"), "/folder/x") == 0);
    CHECK(!sys_real_path(in("folder/x"), real, 8));
    CHECK(!sys_real_path(in("nothing"), real, sizeof real) && errno == ENOENT);
    CHECK(sys_remove_file(in("folder/x")) && sys_remove_folder(in("folder")));
}

// As who removes a folder goes through it.
static void test_entries(void) {
    struct sys_info info;
    CHECK(sys_make_folder(in("tree")) && sys_make_folder(in("tree/inner")) && put(in("tree/inner/x"), "x"));
    struct sys_folder *tree = sys_folder_open_here(in("tree"));
    CHECK(tree != NULL && sys_folder_look(tree, "inner", &info) && info.kind == SYS_FOLDER);
    CHECK(!sys_folder_remove_file(tree, "inner") && (errno == EISDIR || errno == EPERM));
    struct sys_folder *inner = sys_folder_open_in(tree, "inner");
    CHECK(inner != NULL && sys_folder_look(inner, "x", &info) && info.kind == SYS_FILE);
    CHECK(sys_folder_open_in(inner, "x") == NULL);
    // Renamed while it is being listed.
    CHECK(sys_rename(in("tree"), in("moved")));
    sys_folder_moved(tree, in("moved"));
    sys_folder_moved(inner, in("moved/inner"));
    CHECK(sys_folder_remove_file(inner, "x"));
    sys_folder_close(inner);
    CHECK(sys_folder_remove_folder(tree, "inner"));
    sys_folder_close(tree);
    CHECK(sys_remove_folder(in("moved")) && !sys_exists(in("tree")));
    // A folder that is not empty is replaced by nothing.
    CHECK(sys_make_folder(in("full")) && put(in("full/x"), "x") && sys_make_folder(in("other")));
    CHECK(!sys_rename(in("other"), in("full")) && (errno == EEXIST || errno == ENOTEMPTY));
    CHECK(!sys_rename(in("full/x"), in("other")) && (errno == EEXIST || errno == EISDIR));
    CHECK(sys_remove_file(in("full/x")) && sys_remove_folder(in("full")) && sys_remove_folder(in("other")));
}

// --- locks

static const char *lock_text(enum sys_lock_result result) {
    return result == SYS_LOCK_TAKEN ? "taken" : result == SYS_LOCK_BUSY ? "busy" : "failed";
}

// The other program: tries both locks and ends without giving them back.
static int try_locks(const char *folder, const char *path) {
    struct sys_folder_lock lock;
    int fd = sys_open_there(path);
    printf("%s %s", lock_text(sys_lock_folder(&lock, folder)), sys_lock_file(fd) ? "taken" : "busy");
    fflush(stdout);
    _Exit(0);
}

static void test_locks(void) {
    struct sys_folder_lock lock, second;
    char said[64];
    CHECK(sys_make_folder(in("locked")));
    int fd = sys_create(in("lock"));
    CHECK(sys_lock_file(fd));
    CHECK(sys_lock_folder(&lock, in("locked")) == SYS_LOCK_TAKEN && lock.certain);
    CHECK(sys_lock_folder(&second, in("locked")) == SYS_LOCK_BUSY);
    CHECK(again("locks", in("locked"), in("lock"), said, sizeof said) && strcmp(said, "busy busy") == 0);
    // The lock moves along with the folder, and is not on another one of that name.
    CHECK(sys_rename(in("locked"), in("elsewhere")) && sys_make_folder(in("locked")));
    CHECK(!sys_lock_is_on(&lock, in("locked")) && sys_lock_is_on(&lock, in("elsewhere")));
    CHECK(sys_lock_folder(&second, in("elsewhere")) == SYS_LOCK_BUSY);
    CHECK(sys_lock_folder(&second, in("locked")) == SYS_LOCK_TAKEN);
    sys_unlock_folder(&second);
    sys_unlock_folder(&lock);
    sys_close(fd);
    // A process that ends takes its locks along.
    for (int i = 0; i < 2; i++)
        CHECK(again("locks", in("elsewhere"), in("lock"), said, sizeof said) &&
              strcmp(said, "taken taken") == 0);
    CHECK(sys_lock_folder(&lock, in("nothing")) == SYS_LOCK_FAILED && errno == ENOENT);
    CHECK(sys_remove_folder(in("locked")) && sys_remove_folder(in("elsewhere")));
}

// --- programs

static int echo(const char *first, const char *second) {
    printf("[%s][%s]", first, second);
    fputs("a word\n", stderr);
    return 3;
}

// Arguments as they were given, whatever stands in them; the words on standard error; the status.
static void test_child(void) {
    static const char *const arguments[] = {"",   "a b",       "\"",     "a\"b c",
                                            "\\", "x\\\\\" y", JAPANESE, "%PATH% $HOME *"};
    char said[256], wanted[256];
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        CHECK(!again("echo", arguments[i], "end", said, sizeof said)); // its status is 3
        snprintf(wanted, sizeof wanted, "[%s][end]", arguments[i]);
        for (size_t k = 0; on_windows && wanted[k] != '\0'; k++) // sys_start takes arguments for names
            wanted[k] = wanted[k] == '\\' ? '/' : wanted[k];
        CHECK(strcmp(said, wanted) == 0);
    }
    struct sys_child child;
    char *missing[] = {"mograph-has-no-such-program", NULL};
    CHECK(sys_child_start(&child, missing, SYS_PIPE_READ) == ENOENT);
}

// The other program: counts what it is sent.
static int count(void) {
    char bytes[4096];
    size_t all = 0, got;
    while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        all += got;
    fprintf(stderr, "%zu", all);
    return 0;
}

static void test_pipe(void) {
    enum { BYTES = 3000000 }; // more than a pipe holds, line ends of all kinds among them
    char program[PATH], said[32] = "", *bytes = malloc(BYTES);
    struct sys_child child;
    if (!CHECK(bytes != NULL && sys_program_folder(program, sizeof program))) {
        free(bytes);
        return;
    }
    size_t length = strlen(program);
    snprintf(program + length, sizeof program - length, on_windows ? "/test_system.exe" : "/test_system");
    for (int i = 0; i < BYTES; i++)
        bytes[i] = (char)(i % 256);
    char *counts[] = {program, "count", NULL}, *leaves[] = {program, "leave", NULL};
    CHECK(sys_child_start(&child, counts, SYS_PIPE_WRITE) == 0 && sys_child_write(&child, bytes, BYTES));
    CHECK(sys_child_finish(&child) && fseek(child.errors, 0, SEEK_SET) == 0);
    CHECK(fgets(said, sizeof said, child.errors) != NULL && strcmp(said, "3000000") == 0);
    fclose(child.errors);
    // One that does not read: no signal, no waiting.
    CHECK(sys_child_start(&child, leaves, SYS_PIPE_WRITE) == 0 && !sys_child_write(&child, bytes, BYTES));
    CHECK(sys_child_finish(&child));
    fclose(child.errors);
    free(bytes);
}

// --- the rest

static void test_text(void) {
    struct sys_text_stream stream;
    char *line = NULL;
    size_t capacity = 0;
    CHECK(sys_text_begin(&stream));
    for (int i = 0; i < 1000; i++)
        fprintf(stream.file, "%d\r\n", i);
    CHECK(sys_text_end(&stream) && stream.size == 4890 && strlen(stream.text) == stream.size);
    CHECK(memcmp(stream.text, "0\r\n1\r\n", 6) == 0);
    FILE *file = sys_fopen(in("lines"), "w");
    CHECK(file != NULL && fwrite(stream.text, 1, stream.size, file) == stream.size &&
          fputs("last", file) >= 0);
    fclose(file);
    free(stream.text);
    file = sys_fopen(in("lines"), "r");
    CHECK(sys_read_line(&line, &capacity, file) == 3 && strcmp(line, "0\r\n") == 0);
    for (int i = 1; i < 1000; i++)
        CHECK(sys_read_line(&line, &capacity, file) > 0);
    CHECK(sys_read_line(&line, &capacity, file) == 4 && strcmp(line, "last") == 0);
    CHECK(sys_read_line(&line, &capacity, file) == -1);
    fclose(file);
    free(line);
}

static void test_machine(void) {
    char text[400], folder[PATH];
    struct tm utc;
    uint64_t before = sys_nanoseconds();
    struct sys_keys keys = {.held = false};
    CHECK(sys_keys_wait(&keys, 0.05) == SYS_KEYS_NONE);
    uint64_t waited = sys_nanoseconds() - before;
    CHECK(waited > 40000000 && waited < 5000000000);
    CHECK(sys_processors() >= 1 && sys_processors() < 10000);
    CHECK(sys_free_memory() > 1 << 20);
    sys_name(text, sizeof text);
    CHECK(strstr(text, on_windows ? "Windows " : "Linux ") != NULL);
    CHECK(sys_utc(86400, &utc) && utc.tm_mday == 2 && utc.tm_year == 70);
    CHECK(sys_program_folder(folder, sizeof folder) && kind(folder) == SYS_FOLDER);
    CHECK(!sys_program_folder(folder, 2));
    CHECK(sys_process_number() > 0);
    CHECK(!sys_is_terminal(stdin) || sys_is_terminal(stdin)); // asks without harm
}

static bool make_home(void) {
    snprintf(home, sizeof home, "test_system " JAPANESE " %" PRIu64, sys_process_number());
    return CHECK(sys_make_folder(home));
}

static void remove_home(void) {
    struct sys_folder *folder = sys_folder_open_here(home);
    for (const char *name; folder != NULL && (name = sys_folder_next(folder)) != NULL;)
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            CHECK(sys_folder_remove_file(folder, name));
    if (folder != NULL)
        sys_folder_close(folder);
    CHECK(sys_remove_folder(home));
}

static int be_other(int argc, char **argv) {
    if (strcmp(argv[1], "locks") == 0 && argc == 4)
        return try_locks(argv[2], argv[3]);
    if (strcmp(argv[1], "echo") == 0 && argc == 4)
        return echo(argv[2], argv[3]);
    return strcmp(argv[1], "count") == 0 ? count() : 0;
}

int main(int argc, char **argv) {
    if (!sys_start(&argc, &argv))
        return 1;
    if (argc > 1)
        return be_other(argc, argv);
    test_begin();
    if (make_home()) {
        test_kinds();
        test_identity();
        test_bytes();
        test_creating();
        test_renaming();
        test_exchange();
        test_names();
        test_long_paths();
        test_reserved();
        test_slashes();
        test_folders();
        test_entries();
        test_locks();
        test_child();
        test_pipe();
        test_text();
        test_machine();
        remove_home();
    }
    return test_end();
}

// The lock on a folder: one holder at a time, gone with its process, tied to the folder and not to its name.
#define _XOPEN_SOURCE 700

#include "cli/folder_lock.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool taken(struct folder_lock *lock, const char *folder) {
    return folder_lock_try(lock, folder) == FOLDER_LOCK_TAKEN && lock->held;
}

static bool busy(const char *folder) {
    struct folder_lock other = {0};
    return folder_lock_try(&other, folder) == FOLDER_LOCK_BUSY && !other.held;
}

static void one_holder(void) {
    struct folder_lock lock = {0}, other = {0};
    struct cli_error error = {.text = ""};
    tool("mkdir a");
    CHECK(taken(&lock, "a") && busy("a") && busy("./a/"));
    CHECK(!folder_lock_take(&other, "a", &error) && strstr(error.text, "a: another mograph") == error.text);
    tool("test -z \"$(ls -A a)\""); // nothing lies about
    folder_lock_release(&lock);
    folder_lock_release(&lock); // harmless
    CHECK(folder_lock_take(&other, "a", &error) && busy("a"));
    folder_lock_release(&other);
}

static void follows_the_folder(void) {
    struct folder_lock lock = {0}, other = {0};
    tool("mkdir b");
    CHECK(taken(&lock, "b"));
    tool("mv b c && mkdir b");
    CHECK(busy("c") && taken(&other, "b"));
    folder_lock_release(&other);
    folder_lock_release(&lock);
    CHECK(taken(&lock, "c"));
    folder_lock_release(&lock);
}

static void no_folder(void) {
    struct folder_lock lock = {0};
    struct cli_error error = {.text = ""};
    CHECK(folder_lock_try(&lock, "absent") == FOLDER_LOCK_FAILED && errno == ENOENT);
    tool("echo > file");
    CHECK(!folder_lock_take(&lock, "file", &error) && strstr(error.text, "file: cannot open") == error.text);
    CHECK(!lock.held);
}

// A child that holds the lock, says so, and sleeps until it is killed.
static pid_t start_holder(int say) {
    pid_t child = fork();
    if (child != 0)
        return child;
    struct folder_lock lock = {0};
    char result = taken(&lock, "d") ? 'y' : 'n';
    if (write(say, &result, 1) == 1)
        pause();
    _exit(1);
}

static void dies_with_its_process(void) {
    struct folder_lock lock = {0};
    int ends[2];
    char result = 'n';
    tool("mkdir d");
    if (!CHECK(pipe(ends) == 0))
        return;
    pid_t child = start_holder(ends[1]);
    CHECK(child > 0 && read(ends[0], &result, 1) == 1 && result == 'y' && busy("d"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK(taken(&lock, "d"));
    // A program that is started meanwhile does not inherit it.
    FILE *sleeper = popen("sleep 1", "r");
    folder_lock_release(&lock);
    CHECK(sleeper != NULL && taken(&lock, "d"));
    folder_lock_release(&lock);
    if (sleeper != NULL)
        pclose(sleeper);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    test_begin();
    scratch_begin();
    one_holder();
    follows_the_folder();
    no_folder();
    dies_with_its_process();
    scratch_end();
    return test_end();
}

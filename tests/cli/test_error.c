// How commands fail: the one line of an error, and how a status of the library becomes one.
#include "cli/check.h"
#include "runtime/log.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct cli_cause cause;
static struct cli_error error;
static char shown[CLI_ERROR_TEXT]; // what the log would have printed at once

// As main.c listens.
static void listen(void *user, enum rt_log_level level, const char *text) {
    char older[CLI_ERROR_TEXT];
    if (level != RT_LOG_ERROR)
        snprintf(shown, sizeof shown, "%s", text);
    else if (cli_cause_keep(user, text, older))
        snprintf(shown, sizeof shown, "%s", older);
}

// The same where threads log: what is shown is not looked at.
static void listen_only(void *user, enum rt_log_level level, const char *text) {
    char older[CLI_ERROR_TEXT];
    (void)level;
    cli_cause_keep(user, text, older);
}

static bool says(const char *text) {
    return strcmp(error.text, text) == 0;
}

static void begin(void) {
    char left[CLI_ERROR_TEXT];
    CHECK(!cli_cause_take(&cause, left));
    error = (struct cli_error){.cause = &cause};
    shown[0] = '\0';
}

static void one_line(void) {
    begin();
    CHECK(!cli_fail(&error, "a\nb", "cannot open: %s", "gone\r") && error.status == CLI_FAILED);
    CHECK(says("a?b: cannot open: gone?"));
    CHECK(!cli_fail(&error, NULL, "again") && says("again"));
    CHECK(!cli_usage(&error, "--n is %d", 3) && error.status == CLI_USAGE && says("--n is 3"));
    CHECK(!cli_error_prefix(&error, "morph") && !cli_error_add(&error, "give %s", "4"));
    CHECK(error.status == CLI_USAGE && says("morph: --n is 3; give 4"));
    CHECK(!cli_no_memory(&error, NULL) && says("out of memory"));
    CHECK(!cli_no_memory(&error, "a page") && error.status == CLI_FAILED && says("out of memory for a page"));
}

// However long: cut, ended, still one line.
static void long_lines(void) {
    char text[3 * CLI_ERROR_TEXT];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    begin();
    CHECK(!cli_fail(&error, text, "%s", text) && strlen(error.text) == CLI_ERROR_TEXT - 1);
    CHECK(!cli_error_add(&error, "more") && strlen(error.text) == CLI_ERROR_TEXT - 1);
    CHECK(!cli_error_prefix(&error, "in front") && strncmp(error.text, "in front: xxx", 13) == 0);
    rt_log(RT_LOG_ERROR, "%s", text);
    CHECK(!cli_check(&error, RT_ERROR_IO, "%s", text) && error.text[0] == 'x');
}

static void from_a_status(void) {
    begin();
    CHECK(cli_check(&error, RT_OK, "reading %s", "it") && says("") && error.status == 0);
    CHECK(!cli_check(&error, RT_ERROR_OUT_OF_MEMORY, "reading %s", "it") && error.status == CLI_FAILED);
    CHECK(says("reading it: out of memory"));
    rt_log(RT_LOG_ERROR, "it: no space left");
    CHECK(shown[0] == '\0');
    CHECK(!cli_check(&error, RT_ERROR_IO, "writing it") && says("it: no space left"));
    // The line is taken: the next failure does not find it again.
    CHECK(!cli_check(&error, RT_ERROR_IO, "writing it") && says("writing it: input/output error"));
    struct cli_error deaf = {.text = ""};
    rt_log(RT_LOG_ERROR, "heard by nobody");
    CHECK(!cli_check(&deaf, RT_ERROR_IO, "reading") && strcmp(deaf.text, "reading: input/output error") == 0);
    CHECK(!cli_check(&error, RT_ERROR_IO, "reading") && says("heard by nobody"));
}

// Nothing that the library says is lost, and what can be done without is said at once.
static void nothing_lost(void) {
    begin();
    rt_log(RT_LOG_ERROR, "first");
    rt_log(RT_LOG_ERROR, "second");
    CHECK(strcmp(shown, "first") == 0);
    cli_warn(&error, "going on without %s", "it");
    CHECK(strcmp(shown, "second; going on without it") == 0 && says("") && error.status == 0);
    cli_warn(&error, "alone");
    CHECK(strcmp(shown, "alone") == 0);
}

enum { THREADS = 4, LINES = 2000 };

static void *shout(void *user) {
    for (int i = 0; i < LINES; i++)
        rt_log(RT_LOG_ERROR, "%s", (const char *)user);
    return NULL;
}

// One of the threads' lines, or the one for when none is there.
static bool is_a_line(char *const *lines) {
    bool found = says("x: input/output error");
    for (int i = 0; i < THREADS; i++)
        found = found || says(lines[i]);
    return found;
}

// Clips are read on many threads, each of which may fail: a line is never a mixture.
static void many_threads(void) {
    static char *const lines[THREADS] = {"aaaaaaaaaaaaaaaa", "bbbbbbbb", "cccccccccccccccccccccccc", "dddd"};
    pthread_t threads[THREADS];
    begin();
    rt_log_set_callback(listen_only, &cause);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, shout, lines[i]) == 0);
    bool whole = true;
    for (int taken = 0; taken < LINES; taken++) {
        cli_check(&error, RT_ERROR_IO, "x");
        whole = whole && is_a_line(lines);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    rt_log(RT_LOG_ERROR, "%s", lines[0]);
    CHECK(!cli_check(&error, RT_ERROR_IO, "x") && says(lines[0]));
    CHECK(whole);
}

int main(void) {
    test_begin();
    cli_cause_init(&cause);
    rt_log_set_callback(listen, &cause);
    one_line();
    long_lines();
    from_a_status();
    nothing_lost();
    many_threads();
    rt_log_set_callback(NULL, NULL);
    cli_cause_destroy(&cause);
    return test_end();
}

// What every test program shares: checks that name file and line, and a log on stderr.
#ifndef MOGRAPH_TESTS_TEST_H
#define MOGRAPH_TESTS_TEST_H

#include "runtime/device.h"
#include "shaders/op.h"

#include <stdbool.h>

// Counts and prints a failure when `condition` is false; the test goes on. Yields the condition.
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__)

void test_count(bool condition, const char *text, const char *file, int line);

// In the header, so that what reads a test (a compiler, clang's analyzer) sees that the condition is yielded.
static inline bool test_check(bool condition, const char *text, const char *file, int line) {
    test_count(condition, text, file, line);
    return condition;
}

// Prints the runtime's log on stderr; call first.
void test_begin(void);

// The last error that was logged, "" when none; test_clear_log forgets it.
const char *test_last_error(void);
void test_clear_log(void);
// While set, errors are remembered but not printed: for tests of refusals.
void test_quiet(bool quiet);

// Prints the totals; the exit status of main.
int test_end(void);

// Opens a context and its i-th usable device; ends the program with a failure when there is none at all, so
// that no test passes by finding no device. NULL when i is past the last.
struct rt_device *test_device(struct rt_context **context, uint32_t i);
void test_close(struct rt_context **context, struct rt_device **device);

// Runs a test with the operations of the first usable device, and one with each family of its kernels.
void test_on_device(void (*test)(struct op_library *library));
void test_each_family(struct op_library *library, void (*test)(struct op_library *library));

// A name for mkstemp or mkdtemp, in TMPDIR or else /tmp.
enum { TEST_TEMPORARY = 256 };
void test_temporary(char name[TEST_TEMPORARY]);

#endif

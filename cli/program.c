// Runs a program's work with the log on stderr, and concludes with one line where it failed.
#include "cli/program.h"

#include "cli/check.h"
#include "cli/text.h"
#include "runtime/log.h"
#include "runtime/system/console.h"
#include "runtime/system/machine.h"

#include <stdio.h>

// The log's user.
struct program {
    const char *name;
    struct cli_cause cause;
};

// What the library logs has names of files in it, too.
static void print_line(struct program *program, const char *text) {
    char shown[2 * CLI_ERROR_TEXT], line[2 * CLI_ERROR_TEXT + 64];
    text_shown(text, shown, sizeof shown);
    snprintf(line, sizeof line, "%s: %s\n", program->name, shown);
    if (!cli_cause_wait(&program->cause, line))
        fputs(line, stderr);
    fflush(stderr); // buffered where a console shows no halves of characters
}

// Errors are kept for the command's own line; all else is printed at once.
static void on_log(void *user, enum rt_log_level level, const char *text) {
    struct program *program = user;
    char older[CLI_ERROR_TEXT];
    if (level != RT_LOG_ERROR)
        print_line(program, text);
    else if (cli_cause_keep(&program->cause, text, older))
        print_line(program, older);
}

// One failure, one line: also of a command that forgot to say why, and of what the library said to nobody.
static int conclude(struct program *program, bool done, struct cli_error *error) {
    char left[CLI_ERROR_TEXT];
    // A full disk or a closed pipe must not look like success.
    if ((fflush(stdout) != 0 || ferror(stdout)) && done && error->status == 0)
        done = cli_fail(error, NULL, "could not write the output");
    bool more = cli_cause_take(error->cause, left);
    if (!done && error->text[0] == '\0')
        cli_fail(error, NULL, "%s", more ? left : "it failed and cannot say why: please report this");
    else if (more)
        print_line(program, left);
    if (!done) {
        print_line(program, error->text);
        sys_alert(program->name, error->text);
    }
    return error->status;
}

int program_run(const char *name, bool (*dispatch)(int argc, char **argv, struct cli_error *error), int argc,
                char **argv) {
    struct program program = {.name = name};
    struct cli_error error = {.cause = &program.cause};
    if (!sys_start(&argc, &argv))
        return CLI_FAILED;
    cli_cause_init(&program.cause);
    rt_log_set_callback(on_log, &program);
    bool done = dispatch(argc > 0 ? argc - 1 : 0, argv + 1, &error);
    int status = conclude(&program, done, &error);
    rt_log_set_callback(NULL, NULL);
    cli_cause_destroy(&program.cause);
    return status;
}

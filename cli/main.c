// The program: finds the command, reads its options, runs it.
#include "cli/check.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "runtime/log.h"
#include "runtime/system/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the library logs has names of files in it, too.
static void print_line(const char *text) {
    char line[2 * CLI_ERROR_TEXT];
    text_shown(text, line, sizeof line);
    fprintf(stderr, "mograph: %s\n", line);
    fflush(stderr); // buffered where a console shows no halves of characters
}

// Errors are kept for the command's own line; all else is printed at once.
static void on_log(void *user, enum rt_log_level level, const char *text) {
    char older[CLI_ERROR_TEXT];
    if (level != RT_LOG_ERROR)
        print_line(text);
    else if (cli_cause_keep(user, text, older))
        print_line(older);
}

static bool print_version(void) {
    puts("mograph " MOGRAPH_VERSION);
    return true;
}

// The commands whose first word is `group`, or all with NULL.
static void print_commands(FILE *out, const char *group) {
    size_t length = group != NULL ? strlen(group) : 0;
    for (int i = 0; i < command_count; i++)
        if (group == NULL || strncmp(commands[i]->name, group, length) == 0)
            fprintf(out, "  %-20s %s\n", commands[i]->name, commands[i]->summary);
}

static bool print_overview(FILE *out, const char *group) {
    fputs("usage: mograph COMMAND [OPTION...] [ARGUMENT...]\n\n", out);
    print_commands(out, group);
    fputs("\n`mograph COMMAND --help` shows a command's options; `mograph --version` the version.\n", out);
    return true;
}

static bool print_help(const struct command *command) {
    printf("usage: mograph %s [OPTION...]%s%s\n\n%s\n", command->name, command->args != NULL ? " " : "",
           command->args != NULL ? command->args : "", command->summary);
    if (command->text != NULL)
        printf("\n%s", command->text);
    printf("\noptions:\n");
    options_print(stdout, command->options);
    return true;
}

// How many words of argv name this command: 0 when they name another.
static int words_matched(const struct command *command, int argc, char **argv) {
    size_t length = strcspn(command->name, " ");
    if (argc < 1 || strncmp(command->name, argv[0], length) != 0 || argv[0][length] != '\0')
        return 0;
    if (command->name[length] == '\0')
        return 1;
    return argc > 1 && strcmp(command->name + length + 1, argv[1]) == 0 ? 2 : 0;
}

// The words that were meant as a command's name, with the nearest name there is.
static bool refuse_command(int argc, char **argv, struct cli_error *error) {
    char typed[80];
    bool group = command_is_group(argv[0]);
    if (group && argc == 1)
        return cli_usage(error, "%s needs a second word; `mograph %s --help` lists them", argv[0], argv[0]);
    snprintf(typed, sizeof typed, group ? "%.38s %.38s" : "%.38s", argv[0], group ? argv[1] : "");
    const struct command *nearest = NULL;
    for (int i = 0; i < command_count; i++)
        if (name_is_near(typed, commands[i]->name) &&
            (nearest == NULL ||
             name_distance(typed, commands[i]->name) < name_distance(typed, nearest->name)))
            nearest = commands[i];
    if (nearest != NULL)
        return cli_usage(error, "there is no command \"%s\"; did you mean \"%s\"?", typed, nearest->name);
    return cli_usage(error, "there is no command \"%s\"; `mograph --help` lists them", typed);
}

static bool run_parsed(const struct command *command, int argc, char **argv, void *values,
                       struct cli_error *error) {
    int count;
    bool help;
    uint64_t *given = command->given > 0 ? (uint64_t *)(void *)((char *)values + command->given) : NULL;
    if (!options_parse(command->options, argc, argv, values, &count, &help, given, error))
        return false;
    if (help)
        return print_help(command);
    if (count > command->max_args)
        return cli_usage(error, "\"%.80s\" is one argument too many; `mograph %s --help` shows what it takes",
                         argv[command->max_args], command->name);
    if (count < command->min_args)
        return cli_usage(error, "give %s; `mograph %s --help` explains", command->args, command->name);
    return command->run(values, argv, count, error);
}

// What is wrong with a command line says whose it is.
static bool run_command(const struct command *command, int argc, char **argv, struct cli_error *error) {
    void *values = calloc(1, command->values_size > 0 ? command->values_size : 1);
    if (values == NULL)
        return cli_no_memory(error, NULL);
    bool done = run_parsed(command, argc, argv, values, error);
    free(values);
    return done || (error->status == CLI_USAGE && cli_error_prefix(error, command->name));
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static bool dispatch(int argc, char **argv, struct cli_error *error) {
    if (argc == 0) {
        error->status = CLI_USAGE;
        return print_overview(stderr, NULL);
    }
    if (is_help(argv[0]))
        return print_overview(stdout, NULL);
    if (strcmp(argv[0], "--version") == 0)
        return print_version();
    if (argv[0][0] == '-')
        return cli_usage(
            error, "there is no option %.60s before a command; `mograph --help` lists the commands", argv[0]);
    for (int i = 0; i < command_count; i++) {
        int words = words_matched(commands[i], argc, argv);
        if (words > 0)
            return run_command(commands[i], argc - words, argv + words, error);
    }
    if (argc > 1 && command_is_group(argv[0]) && is_help(argv[1]))
        return print_overview(stdout, argv[0]);
    return refuse_command(argc, argv, error);
}

// One failure, one line: also of a command that forgot to say why, and of what the library said to nobody.
static int conclude(bool done, struct cli_error *error) {
    char left[CLI_ERROR_TEXT];
    // A full disk or a closed pipe must not look like success.
    if ((fflush(stdout) != 0 || ferror(stdout)) && done && error->status == 0)
        done = cli_fail(error, NULL, "could not write the output");
    bool more = cli_cause_take(error->cause, left);
    if (!done && error->text[0] == '\0')
        cli_fail(error, NULL, "%s", more ? left : "it failed and cannot say why: please report this");
    else if (more)
        print_line(left);
    if (!done)
        print_line(error->text);
    return error->status;
}

int main(int argc, char **argv) {
    struct cli_cause cause;
    struct cli_error error = {.cause = &cause};
    if (!sys_start(&argc, &argv))
        return CLI_FAILED;
    cli_cause_init(&cause);
    rt_log_set_callback(on_log, &cause);
    bool done = dispatch(argc > 0 ? argc - 1 : 0, argv + 1, &error);
    int status = conclude(done, &error);
    rt_log_set_callback(NULL, NULL);
    cli_cause_destroy(&cause);
    return status;
}

// Reads a command's part of the command line, shows its help or runs it.
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>

void command_words(const struct command *command, char *text, size_t size) {
    const char *program = command->program != NULL ? command->program : "mograph";
    snprintf(text, size, "%s%s%s", program, command->name[0] != '\0' ? " " : "", command->name);
}

static bool print_help(const struct command *command, const char *words) {
    printf("usage: %s [OPTION...]%s%s\n\n%s\n", words, command->args != NULL ? " " : "",
           command->args != NULL ? command->args : "", command->summary);
    if (command->text != NULL)
        printf("\n%s", command->text);
    printf("\noptions:\n");
    options_print(stdout, command->options);
    return true;
}

static bool run_parsed(const struct command *command, int argc, char **argv, void *values,
                       struct cli_error *error) {
    int count;
    bool help;
    char words[80];
    command_words(command, words, sizeof words);
    uint64_t *given = command->given > 0 ? (uint64_t *)(void *)((char *)values + command->given) : NULL;
    if (!options_parse(command->options, argc, argv, values, &count, &help, given, error))
        return false;
    if (help)
        return print_help(command, words);
    if (count > command->max_args)
        return cli_usage(error, "\"%.80s\" is one argument too many; `%s --help` shows what it takes",
                         argv[command->max_args], words);
    if (count < command->min_args)
        return cli_usage(error, "give %s; `%s --help` explains", command->args, words);
    return command->run(values, argv, count, error);
}

// What is wrong with a command line says whose it is.
bool command_run(const struct command *command, int argc, char **argv, struct cli_error *error) {
    void *values = calloc(1, command->values_size > 0 ? command->values_size : 1);
    if (values == NULL)
        return cli_no_memory(error, NULL);
    bool done = run_parsed(command, argc, argv, values, error);
    free(values);
    return done ||
           (error->status == CLI_USAGE && command->name[0] != '\0' && cli_error_prefix(error, command->name));
}

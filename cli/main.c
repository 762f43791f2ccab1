// The program: finds the command and runs it.
#include "cli/commands.h"
#include "cli/program.h"

#include <stdio.h>
#include <string.h>

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
            return command_run(commands[i], argc - words, argv + words, error);
    }
    if (argc > 1 && command_is_group(argv[0]) && is_help(argv[1]))
        return print_overview(stdout, argv[0]);
    return refuse_command(argc, argv, error);
}

int main(int argc, char **argv) {
    return program_run("mograph", dispatch, argc, argv);
}

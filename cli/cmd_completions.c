// mograph completions: what a shell offers behind `mograph`, written from the table of commands.
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

// The values of a choice, one after another; NULL behind the last. `at` begins at option->choices.
static const char *next_choice(const char **at, int *length) {
    const char *choice = *at;
    if (choice == NULL)
        return NULL;
    *length = (int)strcspn(choice, "|");
    *at = choice[*length] == '|' ? choice + *length + 1 : NULL;
    return choice;
}

static void print_choices(const struct option *option, const char *separator) {
    const char *at = option->choices;
    int length, count = 0;
    for (const char *choice; (choice = next_choice(&at, &length)) != NULL;)
        printf("%s%.*s", count++ > 0 ? separator : "", length, choice);
}

// First words of all commands, each once.
static void print_first_words(const char *separator) {
    const char *before = "";
    for (int i = 0; i < command_count; i++) {
        int length = (int)strcspn(commands[i]->name, " ");
        bool repeated =
            (int)strcspn(before, " ") == length && strncmp(before, commands[i]->name, (size_t)length) == 0;
        if (!repeated)
            printf("%s%.*s", i > 0 ? separator : "", length, commands[i]->name);
        before = commands[i]->name;
    }
}

// Calls `print` once for each first word of two, with the commands that it begins.
static void for_groups(void (*print)(const char *group, int length)) {
    for (int i = 0; i < command_count; i++) {
        int length = (int)strcspn(commands[i]->name, " ");
        bool first = i == 0 || strncmp(commands[i - 1]->name, commands[i]->name, (size_t)length + 1) != 0;
        if (commands[i]->name[length] == ' ' && first)
            print(commands[i]->name, length);
    }
}

static void print_second_words(const char *group, int length, const char *separator) {
    int count = 0;
    for (int i = 0; i < command_count; i++)
        if (strncmp(commands[i]->name, group, (size_t)length + 1) == 0)
            printf("%s%s", count++ > 0 ? separator : "", commands[i]->name + length + 1);
}

// --- bash

static void bash_group(const char *group, int length) {
    printf("    %.*s) [ \"$COMP_CWORD\" -eq 2 ] && words=\"", length, group);
    print_second_words(group, length, " ");
    printf("\" ;;\n");
}

static void bash_option(const struct option *option) {
    if (option->letter != '\0')
        printf(" -%c", option->letter);
    printf(" --%s", option->name);
}

static void bash_command(const struct command *command) {
    const struct option *options = command->options;
    printf("    \"%s\"*)\n        options=\"", command->name);
    for (int i = 0; options != NULL && options[i].name != NULL; i++)
        bash_option(&options[i]);
    bash_option(&option_help);
    printf("\"\n");
    for (int i = 0; options != NULL && options[i].name != NULL; i++)
        if (options[i].kind == OPTION_CHOICE) {
            printf("        [ \"$previous\" = --%s ] && values=\"", options[i].name);
            print_choices(&options[i], " ");
            printf("\"\n");
        }
    printf("        ;;\n");
}

// Files are what is offered where nothing else fits (-o default).
static void print_bash(void) {
    printf("# bash completion for mograph; written by `mograph completions bash`\n_mograph() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local words='' options='' values=''\n"
           "    COMPREPLY=()\n"
           "    case ${COMP_WORDS[1]} in\n");
    for_groups(bash_group);
    printf("    esac\n    [ \"$COMP_CWORD\" -eq 1 ] && words=\"");
    print_first_words(" ");
    printf("\"\n    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]} \" in\n");
    for (int i = 0; i < command_count; i++)
        bash_command(commands[i]);
    printf("    esac\n"
           "    if [ -n \"$values\" ]; then\n        words=$values\n"
           "    elif [ -z \"$words\" ] && [ \"${current#-}\" != \"$current\" ]; then\n"
           "        words=$options\n    fi\n"
           "    # shellcheck disable=SC2207\n"
           "    [ -n \"$words\" ] && COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "    return 0\n}\ncomplete -o default -F _mograph mograph\n");
}

// --- zsh

// Between single quotes and in brackets, where a colon ends a part.
static void zsh_text(const char *text) {
    for (; *text != '\0'; text++)
        if (*text == '\'')
            printf("'\\''");
        else if (strchr("[]:\\", *text) != NULL)
            printf("\\%c", *text);
        else
            putchar(*text);
}

static void zsh_option(const struct option *option) {
    printf(" \\\n            ");
    if (option->letter != '\0')
        printf("'(-%c --%s)'{-%c,--%s}'[", option->letter, option->name, option->letter, option->name);
    else
        printf("'--%s[", option->name);
    zsh_text(option->help);
    printf("]");
    if (option->kind != OPTION_FLAG) {
        printf(":");
        zsh_text(option->value != NULL ? option->value : option->name);
        printf(":");
        if (option->kind == OPTION_CHOICE) {
            printf("(");
            print_choices(option, " ");
            printf(")");
        } else if (option->kind == OPTION_STRING)
            printf("_files");
    }
    printf("'");
}

static void zsh_command(const struct command *command) {
    printf("    '%s')\n        _arguments -s", command->name);
    for (const struct option *option = command->options; option != NULL && option->name != NULL; option++)
        zsh_option(option);
    zsh_option(&option_help);
    if (command->max_args > 0)
        printf(" \\\n            '*:argument:_files'");
    printf("\n        ;;\n");
}

static void zsh_group(const char *group, int length) {
    printf("    %.*s)\n        if (( CURRENT == 3 )); then\n            compadd ", length, group);
    print_second_words(group, length, " ");
    printf("\n            return\n        fi\n"
           "        command=\"$words[2] $words[3]\" taken=2\n        ;;\n");
}

static void print_zsh(void) {
    printf(
        "#compdef mograph\n# zsh completion for mograph; written by `mograph completions zsh`\n_mograph() {\n"
        "    local command=$words[2] taken=1\n"
        "    if (( CURRENT == 2 )); then\n        compadd ");
    print_first_words(" ");
    printf("\n        return\n    fi\n    case $words[2] in\n");
    for_groups(zsh_group);
    printf("    esac\n"
           "    # _arguments sees the command's own words.\n"
           "    words=(mograph \"${(@)words[taken + 2, -1]}\")\n"
           "    (( CURRENT -= taken ))\n"
           "    case $command in\n");
    for (int i = 0; i < command_count; i++)
        zsh_command(commands[i]);
    printf("    esac\n}\n_mograph \"$@\"\n");
}

// --- fish

static void fish_text(const char *text) {
    putchar('\'');
    for (; *text != '\0'; text++)
        printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    putchar('\'');
}

static void fish_condition(const struct command *command) {
    const char *space = strchr(command->name, ' ');
    printf("complete -c mograph -n '__fish_seen_subcommand_from %.*s", (int)strcspn(command->name, " "),
           command->name);
    if (space != NULL)
        printf("; and __fish_seen_subcommand_from %s", space + 1);
    printf("'");
}

static void fish_option(const struct command *command, const struct option *option) {
    fish_condition(command);
    printf(" -l %s", option->name);
    if (option->letter != '\0')
        printf(" -s %c", option->letter);
    if (option->kind == OPTION_CHOICE) {
        printf(" -x -a '");
        print_choices(option, " ");
        printf("'");
    } else if (option->kind != OPTION_FLAG)
        printf(option->kind == OPTION_STRING ? " -r" : " -x");
    printf(" -d ");
    fish_text(option->help);
    printf("\n");
}

static void fish_group(const char *group, int length) {
    printf(
        "complete -c mograph -f -n '__fish_seen_subcommand_from %.*s; and not __fish_seen_subcommand_from ",
        length, group);
    print_second_words(group, length, " ");
    printf("' -a '");
    print_second_words(group, length, " ");
    printf("'\n");
}

static void print_fish(void) {
    printf("# fish completion for mograph; written by `mograph completions fish`\n");
    printf("complete -c mograph -f -n __fish_use_subcommand -a '");
    print_first_words(" ");
    printf("'\n");
    for_groups(fish_group);
    for (int i = 0; i < command_count; i++) {
        for (const struct option *option = commands[i]->options; option != NULL && option->name != NULL;
             option++)
            fish_option(commands[i], option);
        fish_option(commands[i], &option_help);
    }
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    static const struct {
        const char *shell;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    (void)values;
    (void)arg_count;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(args[0], shells[i].shell) == 0) {
            shells[i].print();
            return true;
        }
    return cli_usage(error, "there are none for \"%.40s\": give bash, zsh or fish", args[0]);
}

const struct command cmd_completions = {
    .name = "completions",
    .summary = "print what a shell completes commands and options by",
    .text = "SHELL is bash, zsh or fish. `eval \"$(mograph completions bash)\"` "
            "serves the shell that runs; packages and\n"
            "`cmake --install` put the files where shells look for them.\n",
    .args = "SHELL",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

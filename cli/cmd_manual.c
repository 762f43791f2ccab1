// mograph manual: the manual page, written from the table of commands, so that it cannot disagree with it.
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

// Text for troff: what begins a request or an escape is written so that it does not. Words between backquotes
// are what one types.
static void print_text(const char *text, bool line_begins) {
    bool typed = false;
    for (; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        line_begins = *text == '\n';
        if (*text == '`') {
            typed = !typed;
            fputs(typed ? "\\fB" : "\\fR", stdout);
        } else if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\'')
            fputs("\\(aq", stdout);
        else if (*text == '~' || *text == '^')
            printf("%s", *text == '~' ? "\\(ti" : "\\(ha");
        else
            putchar(*text);
    }
}

static void print_line(const char *text) {
    print_text(text, true);
    putchar('\n');
}

static void print_option(const struct option *option) {
    const char *value = option_value_name(option);
    printf(".TP\n");
    if (option->letter != '\0')
        printf("\\fB\\-%c\\fR, ", option->letter);
    printf("\\fB\\-\\-");
    print_text(option->name, false);
    printf("\\fR%s", value[0] != '\0' ? " \\fI" : "");
    print_text(value, false);
    printf("%s\n", value[0] != '\0' ? "\\fR" : "");
    print_text(option->help, true);
    if (option->initial != NULL) {
        printf(" (default ");
        print_text(option->initial, false);
        printf(")");
    }
    printf("\n");
}

// A command's own text keeps its lines: it has examples and lists.
static void print_command(const struct command *command) {
    printf(".SS mograph ");
    print_text(command->name, false);
    printf(" [\\fIOPTION\\fR...]%s", command->args != NULL ? " " : "");
    print_text(command->args != NULL ? command->args : "", false);
    printf("\n");
    print_line(command->summary);
    if (command->text != NULL) {
        printf(".PP\n.nf\n");
        print_text(command->text, true);
        printf(".fi\n");
    }
    for (const struct option *option = command->options; option != NULL && option->name != NULL; option++)
        print_option(option);
}

static void print_list(const char *const (*rows)[2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        printf(".TP\n.B ");
        print_line(rows[i][0]);
        print_line(rows[i][1]);
    }
}

static void print_statuses(void) {
    static const char *const rows[][2] = {
        {"0", "done"},
        {"1", "the work failed; one line on stderr says what, where and what to do"},
        {"2", "the command line was wrong"},
        {"3", "done, but some of the input was skipped; a line on stderr names each part"},
    };
    printf(".SH EXIT STATUS\n");
    print_list(rows, sizeof rows / sizeof rows[0]);
}

static void print_environment(void) {
    static const char *const rows[][2] = {
        {"MOGRAPH_DEVICE", "the device, as `--device` takes it"},
        {"MOGRAPH_KERNELS", "tile, lane or coop: the kernel family"},
        {"MOGRAPH_CHECK", "1: every operation against its reference; the first mismatch ends the run (slow)"},
        {"MOGRAPH_VALIDATE", "1: the Vulkan validation layer; any message fails the run"},
        {"MOGRAPH_TRACE", "1: logs pipelines, recorded kernels and submissions"},
        {"MOGRAPH_STAGING", "1: transfers go through staging everywhere, as on a discrete card"},
        {"XDG_CACHE_HOME", "where compiled pipelines are kept, in its folder mograph; default ~/.cache"},
    };
    printf(".SH ENVIRONMENT\n");
    print_list(rows, sizeof rows / sizeof rows[0]);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    (void)values;
    (void)args;
    (void)arg_count;
    (void)error;
    printf(".\\\" Written by `mograph manual`.\n.TH MOGRAPH 1 \"\" \"mograph " MOGRAPH_VERSION
           "\" \"User Commands\"\n.nh\n.ad l\n"
           ".SH NAME\nmograph \\- motion graphics from noise, on any Vulkan device\n"
           ".SH SYNOPSIS\n.B mograph\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
           ".SH DESCRIPTION\n");
    print_line(
        "A 3D-convolutional VAE that makes short clips of particles in motion, and morphs between them; it "
        "generates, trains and judges on a GPU of any make, or on the CPU by way of Mesa's lavapipe. Results "
        "go to stdout, everything else to stderr.");
    printf(".SH COMMANDS\n");
    for (int i = 0; i < command_count; i++)
        print_command(commands[i]);
    print_statuses();
    print_environment();
    return true;
}

const struct command cmd_manual = {
    .name = "manual",
    .summary = "print the manual page",
    .text = "In the form of man(1): `mograph manual | man -l -` shows it.\n",
    .run = run,
};

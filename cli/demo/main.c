// The demo as a program.
#include "cli/demo/demo.h"
#include "cli/program.h"

#include <stdio.h>
#include <string.h>

static bool dispatch(int argc, char **argv, struct cli_error *error) {
    if (argc == 1 && strcmp(argv[0], "--version") == 0)
        return puts("mograph-demo " MOGRAPH_VERSION) >= 0;
    return command_run(&demo_command, argc, argv, error);
}

int main(int argc, char **argv) {
    return program_run("mograph-demo", dispatch, argc, argv);
}

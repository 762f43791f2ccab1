// Which weights a command uses: a file, a run's folder, one of those that ship, or the default.
#ifndef MOGRAPH_CLI_GENERATE_WEIGHTS_PATH_H
#define MOGRAPH_CLI_GENERATE_WEIGHTS_PATH_H

#include "cli/media/paths.h"

#define WEIGHTS_DEFAULT "particles-small"

// Finds the file that `name` means: a file; a run's folder, which holds weights.safetensors; or the name of
// weights that ship ("particles-small"), also when it is NULL. Those lie in share/mograph/weights beside the
// program, as in the build tree, or one folder up, as after an installation. Fails with what to do.
bool weights_path_find(const char *name, char path[PATH_CAPACITY], struct cli_error *error);

#endif

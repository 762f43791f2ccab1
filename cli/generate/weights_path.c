// Finds the weights file that a path, a run's folder or a name stands for.
#include "cli/generate/weights_path.h"

#include "runtime/system/files.h"
#include "runtime/system/machine.h"

#include <stdio.h>
#include <string.h>

#define SHIPPED "share/mograph/weights"

static bool find_shipped(const char *name, char path[PATH_CAPACITY]) {
    static const char *const up[] = {"", "../"};
    char folder[PATH_CAPACITY];
    for (int i = 0; i < 2 && sys_program_folder(folder, sizeof folder); i++) {
        int written = snprintf(path, PATH_CAPACITY, "%s/%s" SHIPPED "/%s.safetensors", folder, up[i], name);
        if (written > 0 && written < PATH_CAPACITY && sys_exists(path))
            return true;
    }
    return false;
}

static bool fail(const char *name, struct cli_error *error) {
    if (name == NULL)
        return cli_fail(error, NULL,
                        "no weights come with this program (" WEIGHTS_DEFAULT " is not in " SHIPPED
                        " beside it): train some with `mograph train DATA -o RUN` and give -w RUN");
    return cli_fail(
        error, name,
        "there are no such weights: give a weights file, the folder of a run of `mograph train`, or "
        "the name of weights that come with the program");
}

bool weights_path_find(const char *name, char path[PATH_CAPACITY], struct cli_error *error) {
    if (name == NULL || !sys_exists(name))
        return find_shipped(name != NULL ? name : WEIGHTS_DEFAULT, path) || fail(name, error);
    if (path_is_folder(name))
        return path_join(path, name, "weights.safetensors", error) &&
               (sys_exists(path) || cli_fail(error, path, "the run has no weights yet: let it train on"));
    int written = snprintf(path, PATH_CAPACITY, "%s", name);
    return (written > 0 && written < PATH_CAPACITY) || cli_fail(error, name, "the path is too long");
}

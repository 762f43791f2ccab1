// Opening the device that a command works on.
#ifndef MOGRAPH_CLI_DEVICE_H
#define MOGRAPH_CLI_DEVICE_H

#include "cli/check.h"
#include "cli/statistics.h"
#include "runtime/open.h"
#include "shaders/op.h"

struct cli_device {
    struct rt_context *context;
    struct rt_device *device;
    struct op_library *library;
    struct statistics_file *statistics; // NULL: MOGRAPH_STATISTICS is not set
    struct cli_error *error;            // of who opened it
};

// Opens the device that `selector` names (NULL: see rt_context_find_device) and tells the log which one it
// is. Close it in either case, while the error is there.
bool cli_device_open(const char *selector, struct cli_device *out, struct cli_error *error);
// The same with params of the device's.
bool cli_device_open_with(const char *selector, const struct rt_device_params *params, struct cli_device *out,
                          struct cli_error *error);
// The same without a word when all is well.
bool cli_device_open_quietly(const char *selector, struct cli_device *out, struct cli_error *error);

// On a GPU, times shapes of convolutions as they are first used, and keeps the fastest in the cache
// (conv_tune.h).
// Nothing else depends on it: the results have the same bits. `off`: --no-tune. Always true.
bool cli_device_tune(struct cli_device *device, bool off);

// Writes the file of MOGRAPH_STATISTICS, too.
void cli_device_close(struct cli_device *device);

// What family coop has here, "16x16x16, fp16 with fp32 sums, subgroups of 32"; or why it has nothing, "none:
// ...".
enum { CLI_MATRIX_TEXT = 200 };
void cli_matrix_text(const struct rt_device_info *info, char text[CLI_MATRIX_TEXT]);

// "1.2.3" from the encoding of rt_device_info.api_version.
enum { CLI_VERSION_TEXT = 32 };
void cli_version_text(uint32_t version, char text[CLI_VERSION_TEXT]);

#endif

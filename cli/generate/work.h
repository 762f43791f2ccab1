// What generate, morph, reconstruct, encode and decode share: their options, weights on a device, progress,
// and what their files say of themselves.
#ifndef MOGRAPH_CLI_GENERATE_WORK_H
#define MOGRAPH_CLI_GENERATE_WORK_H

#include "cli/command.h"
#include "cli/device.h"
#include "cli/generate/source.h"
#include "cli/media/clip.h"
#include "cli/media/paths.h"
#include "cli/terminal.h"
#include "model/sample/generator.h"

#include <cjson/cJSON.h>

// The first member, `common`, of every such command's values.
struct work_values {
    const char *weights, *device, *out;
    double fps;
    int64_t scale;
    bool force, quiet, json, no_tune;
    uint64_t given;
};

// Rows of the option table, to stand in braces; `type` is the command's values. OUT is for a clip or a z
// file.
#define WORK_FIELD(type, field) OPTION_FIELD(type, common.field)
#define WORK_WEIGHTS_HELP                                                                                    \
    "a weights file, a run's folder, or the name of weights that ship (default: particles-small)"
#define OPTION_WORK_WEIGHTS(type)                                                                            \
    WORK_FIELD(type, weights), .name = "weights", .letter = 'w', .value = "W", .help = WORK_WEIGHTS_HELP
#define OPTION_WORK_OUT(type, text)                                                                          \
    WORK_FIELD(type, out), .name = "out", .letter = 'o', .value = "FILE", .help = text
#define OPTION_WORK_FPS(type, text) WORK_FIELD(type, fps), .name = "fps", .min = 1, .max = 100, .help = text
#define WORK_SCALE_HELP "make every pixel N pixels wide and high, for viewing"
#define OPTION_WORK_SCALE(type)                                                                              \
    WORK_FIELD(type, scale), .name = "scale", .initial = "1", .min = 1, .max = 16, .help = WORK_SCALE_HELP
#define OPTION_WORK_DEVICE(type) OPTION_DEVICE(type, common.device)
#define OPTION_WORK_NO_TUNE(type) OPTION_NO_TUNE(type, common.no_tune)
#define OPTION_WORK_FORCE(type)                                                                              \
    WORK_FIELD(type, force), .name = "force", .letter = 'f', .help = "replace a file that exists"
#define OPTION_WORK_QUIET(type)                                                                              \
    WORK_FIELD(type, quiet), .name = "quiet", .letter = 'q', .help = "say nothing unless it fails"
#define OPTION_WORK_JSON(type) WORK_FIELD(type, json), .name = "json", .help = "print what was made as JSON"

struct work {
    const struct command *command;
    const void *all_values; // the command's
    const struct work_values *values;
    char *const *args;
    int arg_count;
    char weights_path[PATH_CAPACITY];
    struct weights *weights;
    const char **kind_names;
    struct kinds kinds;
    struct cli_device device;
    struct generator *generator;
    struct progress progress;
    double started;
};

// Opens the weights and learns their kinds: before arguments are judged. The caller calls work_close in
// either case.
bool work_begin(struct work *work, const struct command *command, const void *values, char *const *args,
                int arg_count, struct cli_error *error);
// The same for a program that has weights inside, which are taken without -w; `name` is their file's.
struct work_embedded {
    const char *name;
    const void *bytes;
    size_t size;
};
bool work_begin_embedded(struct work *work, const struct command *command, const void *values,
                         const struct work_embedded *embedded, struct cli_error *error);
// Opens the device and puts the weights there, with room for `batch` clips at a time if memory allows.
bool work_start(struct work *work, uint32_t batch, struct cli_error *error);
void work_close(struct work *work);

// Numbers of a point, of its classes' weights, and bytes of a clip.
size_t work_noise_count(const struct work *work);
size_t work_classes(const struct work *work);
size_t work_clip_bytes(const struct work *work);

// Progress of `total` clips, unless --quiet.
void work_progress(struct work *work, const char *what, uint64_t total);
// `done` of them are. False when the user wants to stop: an error that asks for 128 + the signal.
bool work_step(struct work *work, uint64_t done, struct cli_error *error);
void work_progress_end(struct work *work);

// What a file made from `what` ("burst:7") says of itself: version, command, weights. CLIP_COMMENT_BYTES.
void work_comment(const struct work *work, const char *what, char *text);

// The start of the command's JSON: command, weights, device.
cJSON *work_json(const struct work *work);

// Reports the end: with --json prints and deletes the document, else tells the log `line` unless --quiet.
bool work_report(struct work *work, cJSON *document, const char *line, struct cli_error *error);

#endif

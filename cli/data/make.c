// Sizes, progress and the manifest: what every command that makes a data set shares.
#include "cli/data/make.h"

#include "cli/media/output.h"
#include "cli/media/write.h"
#include "cli/text.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool data_size_check(const struct data_size *size, struct cli_error *error) {
    if (size->width < 8 || size->height < 8 || size->width > 1024 || size->height > 1024 ||
        size->frames < 1 || size->frames > 1024)
        return cli_fail(error, NULL,
                        "%" PRIu32 "x%" PRIu32 "x%" PRIu32
                        " is not a size for clips: WIDTHxHEIGHTxFRAMES, 8 to 1024 "
                        "pixels a side, 1 to 1024 frames",
                        size->width, size->height, size->frames);
    return clip_limits_check(&clip_memory_limits, "--size", size->width, size->height, size->frames, error);
}

bool data_progress_step(const struct data_progress *progress, uint32_t done, uint32_t total) {
    return progress == NULL || progress->step == NULL || progress->step(progress->user, done, total);
}

uint32_t data_val_count(uint32_t clips, double part) {
    if (clips < 2 || !(part > 0))
        return 0;
    uint32_t count = (uint32_t)lround(clips * part);
    return count < 1 ? 1 : count >= clips ? clips - 1 : count;
}

void data_clip_name(char *out, size_t capacity, bool val, const char *kind, uint32_t number,
                    enum data_format format) {
    static const char *const extensions[] = {".webp", ".gif", ""};
    snprintf(out, capacity, "%s/%s/%04" PRIu32 "%s", val ? "val" : "train", kind, number, extensions[format]);
}

bool data_clip_write(const struct staging *staging, const char *name, const struct clip *clip,
                     struct cli_error *error) {
    char folder[PATH_CAPACITY], relative[PATH_CAPACITY], path[PATH_CAPACITY];
    snprintf(relative, sizeof relative, "%.*s", (int)(path_base(name) - name - 1), name);
    return staging_folder(staging, relative, folder, error) &&
           path_join(path, staging->folder, name, error) && clip_write(clip, path, false, error);
}

cJSON *data_manifest_begin(const char *source, const struct data_size *size) {
    cJSON *manifest = cJSON_CreateObject();
    cJSON_AddStringToObject(manifest, "generator", "mograph " MOGRAPH_VERSION);
    cJSON_AddNumberToObject(manifest, "version", 1);
    cJSON_AddStringToObject(manifest, "source", source);
    cJSON *sizes = cJSON_AddObjectToObject(manifest, "size");
    cJSON_AddNumberToObject(sizes, "width", size->width);
    cJSON_AddNumberToObject(sizes, "height", size->height);
    // Nothing was added if memory ran out; what is there last tells.
    if (cJSON_AddNumberToObject(sizes, "frames", size->frames) == NULL) {
        cJSON_Delete(manifest);
        return NULL;
    }
    return manifest;
}

bool data_manifest_write(const struct staging *staging, const cJSON *manifest, struct cli_error *error) {
    char path[PATH_CAPACITY];
    char *text = cJSON_Print(manifest);
    if (text == NULL)
        return cli_fail(error, "manifest.json", "no memory to write it");
    text_make_utf8(text); // names of sources are bytes
    bool ok = path_join(path, staging->folder, "manifest.json", error) &&
              output_file(path, text, strlen(text), false, error);
    cJSON_free(text);
    return ok;
}

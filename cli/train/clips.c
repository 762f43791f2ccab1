// Decodes the clips of one part of a data set for the trainer, on demand.
#include "cli/train/clips.h"

#include "cli/media/read.h"
#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

static bool read_fitting(const char *path, const struct clip_source *want, struct clip *clip,
                         struct cli_error *error) {
    if (!clip_read(path, clip, error))
        return false;
    return (clip->frames == want->d && clip->height == want->h && clip->width == want->w) ||
           cli_fail(error, NULL,
                    "%.400s is %ux%ux%u, the model takes %ux%ux%u: `mograph dataset import` brings clips to "
                    "one size",
                    path, clip->width, clip->height, clip->frames, want->w, want->h, want->d);
}

// Part of the library while it runs, on whatever thread: it logs its error, as clip_source wants it.
static bool read_one(void *user, uint32_t index, uint8_t *rgb) {
    const struct train_clips *clips = user;
    const struct clip_source *want = &clips->source;
    const char *path = clips->set->clips[clips->index[index]].path;
    struct clip clip = {0};
    struct cli_error error = {.text = ""};
    bool fits = read_fitting(path, want, &clip, &error);
    if (fits)
        memcpy(rgb, clip.rgb, clip_frame_bytes(&clip) * clip.frames);
    else
        rt_log(RT_LOG_ERROR, "%s", error.text);
    clip_destroy(&clip);
    return fits;
}

bool train_clips_init(struct train_clips *clips, const struct data_set *set, bool val, uint32_t frames,
                      uint32_t height, uint32_t width, struct cli_error *error) {
    *clips = (struct train_clips){.set = set};
    clips->index = malloc((set->clip_count + 1) * sizeof *clips->index);
    clips->classes = malloc((set->clip_count + 1) * sizeof *clips->classes);
    if (clips->index == NULL || clips->classes == NULL) {
        train_clips_destroy(clips);
        return cli_no_memory(error, "the list of clips");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->clip_count; i++)
        if (set->clips[i].val == val) {
            clips->index[count] = i;
            clips->classes[count++] = set->clips[i].kind;
        }
    clips->source = (struct clip_source){.count = count,
                                         .d = frames,
                                         .h = height,
                                         .w = width,
                                         .classes = clips->classes,
                                         .read = read_one,
                                         .user = clips};
    return true;
}

void train_clips_destroy(struct train_clips *clips) {
    free(clips->index);
    free(clips->classes);
    *clips = (struct train_clips){0};
}

bool train_clips_size(const struct data_set *set, uint32_t size[3], struct cli_error *error) {
    struct clip clip = {0};
    if (!clip_read(set->clips[0].path, &clip, error))
        return false;
    size[0] = clip.frames;
    size[1] = clip.height;
    size[2] = clip.width;
    clip_destroy(&clip);
    return true;
}

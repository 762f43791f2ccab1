// Decodes the clips of one part of a data set for the trainer, on demand.
#include "cli/train/clips.h"

#include "cli/check.h"
#include "cli/media/read.h"
#include "cli/terminal.h"
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

void train_clips_warn(const struct data_set *set) {
    for (uint32_t kind = 0; kind < set->kind_count; kind++)
        if (data_set_count(set, kind, false) == 0)
            rt_log(RT_LOG_WARNING, "the kind \"%s\" has no training clips: nothing will be learnt of it",
                   set->kinds[kind]);
}

enum { CHECK_TOGETHER = 64, CHECK_BYTES = 256 << 20 }; // most clips, and bytes, that are read side by side

// What takes no time needs no bar.
static void show(struct progress *bar, uint32_t done) {
    if (terminal_seconds() - bar->started > 2.0)
        progress_update(bar, done, NULL);
}

static bool check_all(const struct clip_source *source, uint32_t some, uint8_t *rgb,
                      struct cli_error *error) {
    struct progress bar;
    bool done = true;
    progress_begin(&bar, "checking clips", source->count);
    for (uint32_t first = 0; first < source->count && done; first += some) {
        uint32_t clips[CHECK_TOGETHER], count = source->count - first < some ? source->count - first : some;
        for (uint32_t i = 0; i < count; i++)
            clips[i] = first + i;
        done = cli_check(error, clip_source_read(source, clips, count, rgb) ? RT_OK : RT_ERROR_IO,
                         "reading the clips");
        show(&bar, first + count);
    }
    progress_clear(&bar);
    return done;
}

bool train_clips_check(const struct train_clips *clips, struct cli_error *error) {
    uint64_t bytes = clip_source_clip_bytes(&clips->source), fit = CHECK_BYTES / bytes;
    uint32_t some = fit < 1 ? 1 : fit > CHECK_TOGETHER ? CHECK_TOGETHER : (uint32_t)fit;
    uint8_t *rgb = malloc(some * bytes);
    bool done = rgb != NULL ? check_all(&clips->source, some, rgb, error)
                            : cli_no_memory(error, "the clips that are checked");
    free(rgb);
    return done;
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

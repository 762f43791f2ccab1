// Counts and measures the clips of a data set, and warns of what will train badly.
#include "cli/data/info.h"

#include "cli/media/read.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// A clip is dark below this mean of all values (0 to 1), and clipped above this part of white pixels.
#define DARK 0.006
#define CLIPPED 0.25
#define STILL 0.0005
enum { WHITE = 250 };

struct clip_facts {
    double brightness, motion, white;
};

static struct clip_facts measure(const struct clip *clip) {
    uint64_t sum = 0, change = 0, white = 0;
    size_t frame = clip_frame_bytes(clip), values = frame * clip->frames;
    for (size_t i = 0; i < values; i++) {
        sum += clip->rgb[i];
        if (i >= frame)
            change += (uint64_t)abs(clip->rgb[i] - clip->rgb[i - frame]);
    }
    for (size_t i = 0; i < values; i += 3)
        white += clip->rgb[i] >= WHITE && clip->rgb[i + 1] >= WHITE && clip->rgb[i + 2] >= WHITE;
    double moved = clip->frames > 1 ? (double)(values - frame) : 1;
    return (struct clip_facts){(double)sum / (double)values / 255, (double)change / moved / 255,
                               3 * (double)white / (double)values};
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static void widen(struct data_info *info, const struct clip *clip) {
    struct data_size *s = &info->smallest, *l = &info->largest;
    if (l->width == 0)
        *s = *l = (struct data_size){clip->width, clip->height, clip->frames};
    *s = (struct data_size){least(s->width, clip->width), least(s->height, clip->height),
                            least(s->frames, clip->frames)};
    *l = (struct data_size){l->width > clip->width ? l->width : clip->width,
                            l->height > clip->height ? l->height : clip->height,
                            l->frames > clip->frames ? l->frames : clip->frames};
}

static void add_clip(struct data_info *info, const struct data_clip *entry, const struct clip *clip) {
    struct kind_info *kind = &info->kinds[entry->kind];
    struct clip_facts facts = measure(clip);
    widen(info, clip);
    *(entry->val ? &kind->val : &kind->train) += 1;
    kind->brightness += facts.brightness;
    kind->motion += facts.motion;
    kind->dark += facts.brightness < DARK;
    kind->clipped += facts.white > CLIPPED;
    kind->still += facts.motion < STILL;
}

static void finish_means(struct data_info *info) {
    for (uint32_t i = 0; i < info->set.kind_count; i++) {
        struct kind_info *kind = &info->kinds[i];
        uint32_t clips = kind->train + kind->val;
        kind->brightness /= clips ? clips : 1;
        kind->motion /= clips ? clips : 1;
    }
}

bool data_info_read(struct data_info *info, const char *folder,
                    void (*unreadable)(void *user, const char *text), void *user,
                    const struct data_progress *progress, struct cli_error *error) {
    *info = (struct data_info){0};
    if (!data_set_scan(&info->set, folder, error))
        return false;
    info->kinds = calloc(info->set.kind_count, sizeof *info->kinds);
    if (info->kinds == NULL) {
        data_info_finish(info);
        return cli_fail(error, folder, "no memory for its kinds");
    }
    for (uint32_t i = 0; i < info->set.clip_count; i++) {
        struct clip clip;
        struct cli_error reason;
        if (clip_read(info->set.clips[i].path, &clip, &reason)) {
            add_clip(info, &info->set.clips[i], &clip);
            clip_destroy(&clip);
        } else {
            info->unreadable++;
            unreadable(user, reason.text);
        }
        if (!data_progress_step(progress, i + 1, info->set.clip_count)) {
            data_info_finish(info);
            return cli_fail(error, folder, "cancelled");
        }
    }
    finish_means(info);
    return true;
}

void data_info_finish(struct data_info *info) {
    data_set_destroy(&info->set);
    free(info->kinds);
    *info = (struct data_info){0};
}

struct warnings {
    void (*warn)(void *user, const char *text);
    void *user;
    uint32_t count;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
warn(struct warnings *warnings, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_make_line(text); // names of kinds are names of folders
    warnings->count++;
    warnings->warn(warnings->user, text);
}

static void warn_kind(struct warnings *w, const struct data_info *info, uint32_t i) {
    const struct kind_info *kind = &info->kinds[i];
    const char *name = info->set.kinds[i];
    if (kind->train < 16)
        warn(w, "%s has %u training clips; a kind needs about 16 or more to be learned rather than copied",
             name, kind->train);
    if (kind->val == 0)
        warn(w, "%s has no validation clips: nothing will tell when it is copied (move some to val/%s)", name,
             name);
    if (kind->dark > 0)
        warn(w, "%s: %u clips are nearly black; remove or brighten them", name, kind->dark);
    if (kind->clipped > 0)
        warn(w, "%s: %u clips are more than a quarter white; remove or darken them", name, kind->clipped);
    if (kind->still > 0)
        warn(w, "%s: in %u clips nothing moves; the model will learn stills", name, kind->still);
}

static void warn_set(struct warnings *w, const struct data_info *info) {
    const struct data_size *s = &info->smallest, *l = &info->largest;
    uint32_t few = UINT32_MAX, many = 0;
    for (uint32_t i = 0; i < info->set.kind_count; i++) {
        uint32_t train = info->kinds[i].train;
        few = train < few ? train : few;
        many = train > many ? train : many;
    }
    struct cli_error refused;
    if (!data_set_check(&info->set, NULL, &refused))
        warn(w, "`mograph train` refuses this data set: %s", refused.text);
    if (info->unreadable > 0)
        warn(w, "%u clips cannot be read; remove or repair them", info->unreadable);
    if (many >= 4 * (uint64_t)(few ? few : 1))
        warn(w, "the largest kind has %u training clips and the smallest %u; rare kinds are learned badly",
             many, few);
    if (s->width != l->width || s->height != l->height || s->frames != l->frames)
        warn(w,
             "the clips differ in size, from %ux%ux%u to %ux%ux%u; "
             "bring them to one size with: mograph dataset import",
             s->width, s->height, s->frames, l->width, l->height, l->frames);
    else if (s->width % 32 != 0 || s->height % 32 != 0 || s->frames % 8 != 0)
        warn(w, "%ux%ux%u does not halve evenly five times (three in time); 128x128x32 and 64x64x16 do",
             s->width, s->height, s->frames);
}

uint32_t data_info_warnings(const struct data_info *info, void (*callback)(void *user, const char *text),
                            void *user) {
    struct warnings warnings = {callback, user, 0};
    warn_set(&warnings, info);
    for (uint32_t i = 0; i < info->set.kind_count; i++)
        warn_kind(&warnings, info, i);
    return warnings.count;
}

// Mixes up to four frames: of two clips, each in two rounds of the motion.
#include "cli/demo/mixer.h"

#include <string.h>

void mixer_init(struct mixer *mixer, uint32_t frames, uint32_t height, uint32_t width) {
    srgb_tables_init(&mixer->tables);
    motion_init_endless(&mixer->motion, frames);
    mixer->frame_bytes = (size_t)height * width * 3;
}

struct parts {
    struct srgb_part list[4];
    uint32_t count;
};

static void add(struct parts *parts, const uint8_t *bytes, double share) {
    if (share > 0.0)
        parts->list[parts->count++] = (struct srgb_part){bytes, (float)share};
}

static void add_clip(struct parts *parts, const struct mixer *mixer, struct motion_frame shown,
                     const uint8_t *clip, double share) {
    add(parts, clip + shown.now * mixer->frame_bytes, share * shown.share);
    add(parts, clip + shown.before * mixer->frame_bytes, share * (1.0 - shown.share));
}

void mixer_show(const struct mixer *mixer, uint64_t frame, const uint8_t *from, const uint8_t *to,
                double share, double brightness, uint8_t *rgb) {
    struct motion_frame shown = motion_at(&mixer->motion, (uint32_t)(frame % mixer->motion.total));
    struct parts parts = {.count = 0};
    add_clip(&parts, mixer, shown, to, brightness * share);
    if (from != NULL)
        add_clip(&parts, mixer, shown, from, brightness * (1.0 - share));
    if (parts.count == 1 && parts.list[0].share == 1.0f)
        memcpy(rgb, parts.list[0].bytes, mixer->frame_bytes);
    else if (parts.count > 0)
        srgb_mix(&mixer->tables, parts.list, parts.count, mixer->frame_bytes, rgb);
    else
        memset(rgb, 0, mixer->frame_bytes);
}

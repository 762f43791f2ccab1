// Scales pictures to the terminal at hand.
#include "cli/screen_picture.h"

#include <stdlib.h>

void screen_picture_finish(struct screen_picture *picture) {
    resampler_finish(&picture->resampler);
    free(picture->rgb);
    *picture = (struct screen_picture){0};
}

// The largest size of the picture's proportions that the terminal holds; a half block is about square.
static bool fit(struct screen_picture *picture, const struct screen *screen, uint32_t height,
                uint32_t width) {
    double across = (double)screen->columns / width, down = 2.0 * screen->rows / height;
    double factor = across < down ? across : down;
    uint32_t w = (uint32_t)(width * factor + 0.5), h = (uint32_t)(height * factor + 0.5);
    picture->width = w < 1 ? 1 : w > screen->columns ? screen->columns : w;
    picture->height = h < 1 ? 1 : h > 2 * screen->rows ? 2 * screen->rows : h;
    picture->rgb = malloc((size_t)picture->height * picture->width * 3);
    return resampler_init(&picture->resampler, height, width, picture->height, picture->width,
                          CLIP_FIT_STRETCH) &&
           picture->rgb != NULL;
}

bool screen_picture_show(struct screen_picture *picture, struct screen *screen, const uint8_t *rgb,
                         uint32_t height, uint32_t width, const struct screen_line *lines, uint32_t count) {
    if (screen_resized(screen) || picture->rgb == NULL) {
        screen_picture_finish(picture);
        if (!fit(picture, screen, height, width))
            return false;
    }
    resampler_frame(&picture->resampler, rgb, picture->rgb);
    return screen_draw(screen, picture->rgb, picture->height, picture->width, lines, count);
}

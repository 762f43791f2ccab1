// Panels of text in a window: white letters on dark glass.
#include "cli/demo/window_private.h"

#include <stdio.h>
#include <string.h>

enum { LETTER = 0xf2, GLASS = 0xb8 }; // how white, how dark

// The panel's pixels as SDL blends them.
static bool fill(struct panel *panel) {
    void *pixels;
    int pitch;
    if (SDL_LockTexture(panel->texture, NULL, &pixels, &pitch) != 0)
        return false;
    const uint8_t *rgb = panel->overlay.rgb;
    for (uint32_t y = 0; y < panel->overlay.height; y++) {
        uint32_t *row = (uint32_t *)(void *)((char *)pixels + (size_t)y * (size_t)pitch);
        for (uint32_t x = 0; x < panel->overlay.width; x++, rgb += 3)
            row[x] = *rgb != 0 ? 0xff000000u | LETTER * 0x010101u : (uint32_t)GLASS << 24;
    }
    SDL_UnlockTexture(panel->texture);
    return true;
}

static bool draw(struct panel *panel, SDL_Renderer *renderer) {
    panel_forget(panel);
    if (!overlay_text(&panel->overlay, panel->text, panel->size, panel->height, panel->width))
        return SDL_SetError("out of memory for text") == 0;
    if (panel->overlay.height == 0)
        return true;
    panel->texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                                       (int)panel->overlay.width, (int)panel->overlay.height);
    return panel->texture != NULL && SDL_SetTextureBlendMode(panel->texture, SDL_BLENDMODE_BLEND) == 0 &&
           fill(panel);
}

bool panel_show(struct panel *panel, SDL_Renderer *renderer, const char *text, int letters, SDL_Point size,
                double across, double down) {
    uint32_t height = (uint32_t)size.y, width = (uint32_t)size.x;
    bool same = panel->texture != NULL && panel->height == height && panel->width == width &&
                strncmp(panel->text, text, PANEL_TEXT - 1) == 0;
    if (!same) {
        snprintf(panel->text, PANEL_TEXT, "%s", text);
        panel->size = letters > 0 ? (uint32_t)letters : 1;
        panel->height = height;
        panel->width = width;
        if (!draw(panel, renderer))
            return false;
    }
    if (panel->texture == NULL)
        return true;
    int h = (int)panel->overlay.height, w = (int)panel->overlay.width;
    SDL_Rect area = {(int)((size.x - w) * across), (int)((size.y - h) * down), w, h};
    return SDL_RenderCopy(renderer, panel->texture, NULL, &area) == 0;
}

void panel_forget(struct panel *panel) {
    if (panel->texture != NULL)
        SDL_DestroyTexture(panel->texture);
    panel->texture = NULL;
}

void panel_finish(struct panel *panel) {
    panel_forget(panel);
    overlay_finish(&panel->overlay);
}

// Writes GIFs: one palette for all frames, or one of its own where a frame needs it.
#include "cli/media/buffer.h"
#include "cli/media/gif_dither.h"
#include "cli/media/write.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

// A palette of its own costs a frame 768 bytes and breaks the calm of still areas, so it must earn its place:
// its squared error is below this part of the shared palette's.
#define LOCAL_WORTH 0.7

struct writer {
    const struct clip *clip;
    struct cli_error *error;
    struct buffer buffer;
    GifFileType *gif;
    struct gif_histogram histogram;
    struct gif_palette shared;
    struct gif_dither dither;
    uint8_t *indices;    // [height][width]
    uint64_t shown_cs;   // the end of the frames so far, in hundredths of a second
    uint64_t elapsed_ms; // the same, as the clip has it
};

static int add_piece(GifFileType *gif, const GifByteType *bytes, int size) {
    struct buffer *buffer = gif->UserData;
    buffer_add(buffer, bytes, (size_t)size);
    return buffer->failed ? 0 : size;
}

static bool fail_writer(struct writer *w, const char *what) {
    return cli_fail(w->error, NULL, "GIF cannot be written: %s", what);
}

static ColorMapObject *color_map(const struct gif_palette *palette) {
    ColorMapObject *map = GifMakeMapObject(256, NULL);
    for (uint32_t i = 0; map != NULL && i < palette->count; i++)
        map->Colors[i] = (GifColorType){palette->rgb[i][0], palette->rgb[i][1], palette->rgb[i][2]};
    return map;
}

static bool build_shared(struct writer *w) {
    const struct clip *clip = w->clip;
    double error;
    gif_histogram_clear(&w->histogram);
    gif_histogram_add(&w->histogram, clip->rgb, (size_t)clip->frames * clip->height * clip->width);
    return gif_palette_build(&w->shared, &w->histogram, &error);
}

// The shared palette's squared error on what the histogram counted is found by Lloyd's first round; here it
// is measured on the pixels themselves, every fourth of them.
static double shared_error(const struct writer *w, const uint8_t *rgb) {
    size_t pixels = (size_t)w->clip->height * w->clip->width, used = 0;
    double total = 0;
    for (size_t i = 0; i < pixels; i += 4, used++) {
        float error;
        gif_palette_nearest(&w->shared, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], &error);
        total += (double)error;
    }
    return total / (double)used;
}

// The frame's own palette when it is worth its bytes, the shared one otherwise.
static const struct gif_palette *choose_palette(struct writer *w, uint32_t t, struct gif_palette *local) {
    const uint8_t *rgb = clip_frame_at(w->clip, t);
    double local_error;
    gif_histogram_clear(&w->histogram);
    gif_histogram_add(&w->histogram, rgb, (size_t)w->clip->height * w->clip->width);
    if (!gif_palette_build(local, &w->histogram, &local_error))
        return NULL;
    return local_error < LOCAL_WORTH * shared_error(w, rgb) ? local : &w->shared;
}

static bool begin_file(struct writer *w) {
    int code;
    w->gif = EGifOpen(&w->buffer, add_piece, &code);
    if (w->gif == NULL)
        return fail_writer(w, "no memory");
    EGifSetGifVersion(w->gif, true);
    ColorMapObject *map = color_map(&w->shared);
    bool ok = map != NULL &&
              EGifPutScreenDesc(w->gif, (int)w->clip->width, (int)w->clip->height, 8, 0, map) == GIF_OK;
    GifFreeMapObject(map);
    if (!ok || w->clip->frames == 1)
        return ok || fail_writer(w, "no memory");
    // The Netscape extension: loop for ever.
    static const uint8_t loop[] = {1, 0, 0};
    ok = EGifPutExtensionLeader(w->gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
         EGifPutExtensionBlock(w->gif, 11, "NETSCAPE2.0") == GIF_OK &&
         EGifPutExtensionBlock(w->gif, sizeof loop, loop) == GIF_OK &&
         EGifPutExtensionTrailer(w->gif) == GIF_OK;
    return ok || fail_writer(w, "no memory");
}

static bool put_comment(struct writer *w) {
    const char *comment = w->clip->comment;
    return comment == NULL || EGifPutComment(w->gif, comment) == GIF_OK || fail_writer(w, "no memory");
}

// Browsers show frames of less than 2/100 s for 10/100 s.
// The rounding is carried on, so that it never adds up.
static int next_delay_cs(struct writer *w, uint32_t t) {
    w->elapsed_ms += w->clip->duration_ms[t];
    uint64_t end = (w->elapsed_ms + 5) / 10;
    uint64_t delay = end > w->shown_cs + 2 ? end - w->shown_cs : 2;
    w->shown_cs += delay;
    return delay < UINT16_MAX ? (int)delay : UINT16_MAX;
}

static bool put_control(struct writer *w, uint32_t t) {
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .DelayTime = next_delay_cs(w, t),
                                    .TransparentColor = t > 0 ? GIF_TRANSPARENT : NO_TRANSPARENT_COLOR};
    GifByteType bytes[4];
    EGifGCBToExtension(&control, bytes);
    return EGifPutExtension(w->gif, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes) == GIF_OK;
}

struct area {
    uint32_t top, left, bottom, right; // bottom and right exclusive
};

// The smallest rectangle that holds every drawn pixel; one pixel when nothing changed.
static struct area drawn_area(const struct writer *w) {
    uint32_t width = w->clip->width, height = w->clip->height;
    struct area area = {height, width, 0, 0};
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            if (w->indices[(size_t)y * width + x] != GIF_TRANSPARENT) {
                area.top = y < area.top ? y : area.top;
                area.bottom = y + 1;
                area.left = x < area.left ? x : area.left;
                area.right = x >= area.right ? x + 1 : area.right;
            }
    return area.bottom > 0 ? area : (struct area){0, 0, 1, 1};
}

static bool put_pixels(struct writer *w, struct area a, const struct gif_palette *local) {
    ColorMapObject *map = local != NULL ? color_map(local) : NULL;
    if (local == NULL) { // giflib 5.2 forgets the map of the frame before instead of freeing it
        GifFreeMapObject(w->gif->Image.ColorMap);
        w->gif->Image.ColorMap = NULL;
    }
    bool ok = (local == NULL || map != NULL) &&
              EGifPutImageDesc(w->gif, (int)a.left, (int)a.top, (int)(a.right - a.left),
                               (int)(a.bottom - a.top), false, map) == GIF_OK;
    GifFreeMapObject(map);
    for (uint32_t y = a.top; ok && y < a.bottom; y++)
        ok = EGifPutLine(w->gif, w->indices + (size_t)y * w->clip->width + a.left, (int)(a.right - a.left)) ==
             GIF_OK;
    return ok;
}

static bool put_frame(struct writer *w, uint32_t t) {
    struct gif_palette local;
    const struct gif_palette *palette = choose_palette(w, t, &local);
    if (palette == NULL)
        return fail_writer(w, "no memory");
    const uint8_t *before = t > 0 ? clip_frame_at(w->clip, t - 1) : NULL;
    gif_dither_frame(&w->dither, palette, clip_frame_at(w->clip, t), before, w->indices);
    bool ok = put_control(w, t) && put_pixels(w, drawn_area(w), palette == &local ? &local : NULL);
    return ok || fail_writer(w, "no memory");
}

static bool put_clip(struct writer *w) {
    const struct clip *clip = w->clip;
    w->indices = malloc((size_t)clip->height * clip->width);
    if (w->indices == NULL || !gif_histogram_init(&w->histogram) ||
        !gif_dither_init(&w->dither, clip->height, clip->width) || !build_shared(w))
        return fail_writer(w, "no memory");
    if (!begin_file(w) || !put_comment(w))
        return false;
    for (uint32_t t = 0; t < clip->frames; t++)
        if (!put_frame(w, t))
            return false;
    return true;
}

bool gif_encode(const struct clip *clip, uint8_t **bytes, size_t *size, struct cli_error *error) {
    *bytes = NULL;
    *size = 0;
    if (clip->width > UINT16_MAX || clip->height > UINT16_MAX)
        return cli_fail(error, NULL, "too large for a GIF, which takes 65535 pixels a side");
    struct writer w = {.clip = clip, .error = error};
    bool ok = put_clip(&w);
    int code;
    if (w.gif != NULL && EGifCloseFile(w.gif, &code) != GIF_OK && ok)
        ok = fail_writer(&w, "no memory");
    gif_histogram_finish(&w.histogram);
    gif_dither_finish(&w.dither);
    free(w.indices);
    if (!ok || w.buffer.failed) {
        free(w.buffer.bytes);
        return ok ? fail_writer(&w, "no memory") : false;
    }
    *bytes = w.buffer.bytes;
    *size = w.buffer.size;
    return true;
}

// GIF89a specification, sections 18 (screen), 20 (image), 23 (graphic control),
// appendix E (interlace). giflib parses records and LZW; the composition is ours, and that of browsers
// (README.md, "GIFs and PNGs as browsers show them"). DGifSlurp is never called: it allocates what the header
// promises.
#include "cli/media/formats.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

struct source {
    const uint8_t *bytes;
    size_t size, at;
};

struct reader {
    const char *path;
    const struct clip_limits *limits;
    struct cli_error *error;
    struct source source;
    GifFileType *gif;
    uint32_t width, height; // of the canvas
    uint32_t frame;         // number of the frame at hand, from 1
    uint8_t *canvas;        // [height][width][3]
    uint8_t *saved;         // the canvas under a frame that is to be restored; allocated when first needed
    uint8_t *line;          // one row of colour indices
    GraphicsControlBlock control;
    // What becomes of the frame before, once the next one is drawn.
    int dispose;
    GifImageDesc dispose_area;
};

// Some encoders wrote 4 for "restore to previous", because old specifications said the third bit.
enum { DISPOSE_PREVIOUS_OLD = 4 };

static int read_source(GifFileType *gif, GifByteType *out, int wanted) {
    struct source *source = gif->UserData;
    size_t left = source->size - source->at;
    size_t count = (size_t)wanted < left ? (size_t)wanted : left;
    memcpy(out, source->bytes + source->at, count);
    source->at += count;
    return (int)count;
}

static bool fail_gif(struct reader *r, const char *what) {
    bool ended = r->source.at >= r->source.size;
    return cli_fail(r->error, r->path, "%s in frame %u: %s",
                    ended ? "the file ends too early" : "damaged GIF", r->frame, what);
}

static bool open_gif(struct reader *r) {
    r->source.at = 0;
    int code = 0;
    r->gif = DGifOpen(&r->source, read_source, &code);
    if (r->gif == NULL)
        return cli_fail(r->error, r->path, "not a GIF that can be read: %s",
                        r->source.at >= r->source.size ? "the file ends in its header" : "damaged header");
    r->frame = 0;
    return true;
}

static void close_gif(struct reader *r) {
    int code;
    if (r->gif != NULL)
        DGifCloseFile(r->gif, &code);
    r->gif = NULL;
}

static void reset_control(struct reader *r) {
    r->control = (GraphicsControlBlock){.TransparentColor = NO_TRANSPARENT_COLOR};
}

static bool read_extension(struct reader *r) {
    int code;
    GifByteType *block;
    if (DGifGetExtension(r->gif, &code, &block) == GIF_ERROR)
        return fail_gif(r, "an extension is cut short");
    while (block != NULL) {
        if (code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4)
            DGifExtensionToGCB(block[0], block + 1, &r->control);
        if (DGifGetExtensionNext(r->gif, &block) == GIF_ERROR)
            return fail_gif(r, "an extension is cut short");
    }
    return true;
}

// Bytes that begin no block are passed over, as Pillow and ImageMagick do: encoders leave NULs there.
static void skip_stray(struct source *source) {
    static const uint8_t starts[] = {',', '!', ';'};
    while (source->at < source->size && memchr(starts, source->bytes[source->at], sizeof starts) == NULL)
        source->at++;
}

// The next image's description; *more is false at the end of the file. Many real GIFs lack the closing byte,
// and every viewer forgives it.
static bool next_image(struct reader *r, bool *more) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    *more = false;
    for (;;) {
        skip_stray(&r->source);
        if (r->source.at >= r->source.size && r->frame > 0)
            return true;
        if (DGifGetRecordType(r->gif, &type) == GIF_ERROR)
            return fail_gif(r, "neither a picture nor the end follows");
        if (type == TERMINATE_RECORD_TYPE)
            return true;
        if (type == EXTENSION_RECORD_TYPE && !read_extension(r))
            return false;
        if (type == IMAGE_DESC_RECORD_TYPE)
            break;
    }
    r->frame++;
    if (DGifGetImageDesc(r->gif) == GIF_ERROR)
        return fail_gif(r, "the description of the picture is cut short");
    *more = true;
    return true;
}

static bool skip_pixels(struct reader *r) {
    int code_size;
    GifByteType *block;
    if (DGifGetCode(r->gif, &code_size, &block) == GIF_ERROR)
        return fail_gif(r, "no picture data");
    while (block != NULL)
        if (DGifGetCodeNext(r->gif, &block) == GIF_ERROR)
            return fail_gif(r, "the picture data is cut short");
    return true;
}

static bool check_image(struct reader *r) {
    const GifImageDesc *image = &r->gif->Image;
    if (image->Width <= 0 || image->Height <= 0)
        return fail_gif(r, "its picture is empty");
    if (image->ColorMap == NULL && r->gif->SColorMap == NULL)
        return fail_gif(r, "it has no palette");
    // A picture may exceed the canvas (it is cropped), but not the limits: its rows are decoded all the same.
    return clip_limits_check(r->limits, r->path, (uint64_t)image->Width, (uint64_t)image->Height, 1,
                             r->error);
}

// The canvas holds at least the first frame: some encoders leave its size 0.
static void size_canvas(struct reader *r) {
    uint32_t right = (uint32_t)r->gif->Image.Left + (uint32_t)r->gif->Image.Width;
    uint32_t bottom = (uint32_t)r->gif->Image.Top + (uint32_t)r->gif->Image.Height;
    r->width = (uint32_t)r->gif->SWidth > right ? (uint32_t)r->gif->SWidth : right;
    r->height = (uint32_t)r->gif->SHeight > bottom ? (uint32_t)r->gif->SHeight : bottom;
}

// First pass: walks all records without decoding, so that every limit is checked before the first allocation.
static bool survey(struct reader *r) {
    if (!open_gif(r))
        return false;
    bool more;
    while (next_image(r, &more) && more) {
        if (r->frame == 1)
            size_canvas(r);
        if (!check_image(r) || !skip_pixels(r) ||
            !clip_limits_check(r->limits, r->path, r->width, r->height, r->frame, r->error))
            return false;
    }
    if (more || r->error->text[0] != '\0')
        return false;
    if (r->frame == 0)
        return clip_limits_check(r->limits, r->path, (uint64_t)r->gif->SWidth, (uint64_t)r->gif->SHeight, 1,
                                 r->error) &&
               cli_fail(r->error, r->path, "the GIF holds no pictures");
    close_gif(r);
    return true;
}

static void clear(struct reader *r, uint32_t top, uint32_t left, uint32_t bottom, uint32_t right) {
    for (uint32_t y = top; y < bottom && left < right; y++)
        memset(r->canvas + ((size_t)y * r->width + left) * 3, 0, (size_t)(right - left) * 3);
}

static uint32_t clamp_to(int value, uint32_t limit) {
    return value < 0 ? 0 : (uint32_t)value < limit ? (uint32_t)value : limit;
}

static void dispose_previous(struct reader *r) {
    if (r->dispose == DISPOSE_BACKGROUND) {
        const GifImageDesc *a = &r->dispose_area;
        clear(r, clamp_to(a->Top, r->height), clamp_to(a->Left, r->width),
              clamp_to(a->Top + a->Height, r->height), clamp_to(a->Left + a->Width, r->width));
    } else if (r->dispose == DISPOSE_PREVIOUS && r->saved != NULL) {
        memcpy(r->canvas, r->saved, (size_t)r->width * r->height * 3);
    }
}

// Remembers how this frame will be removed, before it is drawn.
static bool plan_disposal(struct reader *r) {
    r->dispose = r->control.DisposalMode;
    r->dispose_area = r->gif->Image;
    if (r->dispose == DISPOSE_PREVIOUS_OLD)
        r->dispose = DISPOSE_PREVIOUS;
    if (r->dispose != DISPOSE_PREVIOUS)
        return true;
    size_t bytes = (size_t)r->width * r->height * 3;
    if (r->saved == NULL && (r->saved = malloc(bytes)) == NULL)
        return cli_fail(r->error, r->path, "no memory to restore frame %u", r->frame);
    memcpy(r->saved, r->canvas, bytes);
    return true;
}

static void draw_row(struct reader *r, const ColorMapObject *map, int row) {
    const GifImageDesc *image = &r->gif->Image;
    int64_t y = (int64_t)image->Top + row;
    if (y < 0 || y >= r->height)
        return;
    for (int i = 0; i < image->Width; i++) {
        int64_t x = (int64_t)image->Left + i;
        if (x < 0 || x >= r->width || r->line[i] == r->control.TransparentColor)
            continue;
        uint8_t *pixel = r->canvas + ((size_t)y * r->width + (size_t)x) * 3;
        GifColorType color = r->line[i] < map->ColorCount ? map->Colors[r->line[i]] : (GifColorType){0, 0, 0};
        pixel[0] = color.Red;
        pixel[1] = color.Green;
        pixel[2] = color.Blue;
    }
}

static bool draw_image(struct reader *r) {
    static const int offsets[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    const GifImageDesc *image = &r->gif->Image;
    const ColorMapObject *map = image->ColorMap != NULL ? image->ColorMap : r->gif->SColorMap;
    int passes = image->Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        int step = image->Interlace ? steps[pass] : 1;
        for (int row = image->Interlace ? offsets[pass] : 0; row < image->Height; row += step) {
            if (DGifGetLine(r->gif, r->line, image->Width) == GIF_ERROR)
                return fail_gif(r, "its compressed data is damaged");
            draw_row(r, map, row);
        }
    }
    return true;
}

static bool compose_frame(struct reader *r) {
    if (!check_image(r))
        return false;
    dispose_previous(r);
    return plan_disposal(r) && draw_image(r);
}

// Second pass: decodes, composes, hands out.
static bool decode(struct reader *r, struct clip_sink sink) {
    reset_control(r);
    bool more;
    while (next_image(r, &more) && more) {
        if (!compose_frame(r))
            return false;
        int delay = r->control.DelayTime; // hundredths of a second
        struct clip_frame frame = {r->height, r->width, r->canvas, clip_shown_ms(10 * (uint32_t)delay)};
        enum sink_verdict verdict = sink.frame(sink.user, &frame, r->error);
        if (verdict != SINK_MORE)
            return verdict == SINK_ENOUGH;
        reset_control(r); // a control block speaks for one picture only
    }
    return !more && r->error->text[0] == '\0';
}

bool gif_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
              struct clip_sink sink, struct cli_error *error) {
    struct reader r = {.path = path, .limits = limits, .error = error, .source = {bytes, size, 0}};
    error->text[0] = '\0';
    bool ok = survey(&r) && open_gif(&r);
    if (ok) {
        r.canvas = calloc((size_t)r.width * r.height, 3); // begins transparent, which is black here
        r.line = malloc(UINT16_MAX + 1);                  // a row has at most 65535 pixels
        ok = r.canvas != NULL && r.line != NULL
                 ? decode(&r, sink)
                 : cli_fail(error, path, "no memory for a canvas of %ux%u", r.width, r.height);
    }
    close_gif(&r);
    free(r.canvas);
    free(r.saved);
    free(r.line);
    return ok;
}

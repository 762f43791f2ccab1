// Animated PNGs: PNG specification (third edition), section 11.3.6. Each frame is put together as a PNG of
// its own for libspng; the composition is ours. The canvas is kept over black: both ways of blending need no
// more of what lies beneath.
#include "cli/media/buffer.h"
#include "cli/media/formats.h"
#include "cli/media/png_chunk.h"
#include "cli/media/png_decode.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IHDR_BYTES = 13, ACTL_BYTES = 8, FCTL_BYTES = 26, SEQUENCE_BYTES = 4 };
enum { DISPOSE_NONE, DISPOSE_CLEAR, DISPOSE_RESTORE, DISPOSE_COUNT };
enum { BLEND_SOURCE, BLEND_OVER, BLEND_COUNT };

// A frame's place, time and manner: its fcTL chunk.
struct control {
    uint32_t width, height, x, y;
    double seconds;
    uint8_t dispose, blend;
};

struct reader {
    const char *path;
    const struct clip_limits *limits;
    struct clip_sink sink;
    struct cli_error *error;
    const uint8_t *header; // IHDR's data; NULL before it
    uint32_t width, height, promised;
    uint32_t frames;   // handed out
    uint32_t sequence; // the next chunk's number
    bool has_control;  // a frame has begun
    struct control control;
    struct buffer colors; // PLTE and tRNS chunks
    struct buffer data;   // the compressed data of the frame at hand
    uint8_t *canvas;      // [height][width][3]
    uint8_t *saved;       // the canvas under a frame that is to be restored; allocated when first needed
    double end_seconds;
    uint64_t elapsed_ms;
    enum sink_verdict verdict;
};

static bool damaged(struct reader *r, const char *what) {
    return cli_fail(r->error, r->path, "damaged animated PNG, frame %" PRIu32 ": %s", r->frames + 1, what);
}

// --- one frame

static void add_chunk(struct buffer *png, const char *type, const uint8_t *data, size_t size) {
    const uint8_t length[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                               (uint8_t)size};
    buffer_add(png, length, sizeof length);
    buffer_add(png, type, 4);
    buffer_add(png, data, size);
    buffer_add(png, "\0\0\0\0", 4); // the checksum, which nobody looks at
}

// The frame at hand as a PNG of its own; the caller frees its bytes.
static struct buffer frame_png(const struct reader *r) {
    const struct control *c = &r->control;
    struct buffer png = {0};
    uint8_t header[IHDR_BYTES];
    memcpy(header, r->header, IHDR_BYTES);
    for (int i = 0; i < 4; i++) {
        header[i] = (uint8_t)(c->width >> (24 - 8 * i));
        header[4 + i] = (uint8_t)(c->height >> (24 - 8 * i));
    }
    buffer_add(&png, PNG_SIGNATURE, PNG_SIGNATURE_BYTES);
    add_chunk(&png, "IHDR", header, IHDR_BYTES);
    buffer_add(&png, r->colors.bytes, r->colors.size);
    add_chunk(&png, "IDAT", r->data.bytes, r->data.size);
    add_chunk(&png, "IEND", NULL, 0);
    return png;
}

static void draw(struct reader *r, const uint8_t *rgba) {
    const struct control *c = &r->control;
    for (uint32_t y = 0; y < c->height; y++) {
        uint8_t *out = r->canvas + ((size_t)(c->y + y) * r->width + c->x) * 3;
        for (uint32_t x = 0; x < c->width; x++, out += 3, rgba += 4)
            for (int i = 0; i < 3; i++) {
                uint32_t below = c->blend == BLEND_OVER ? out[i] * (255u - rgba[3]) : 0;
                out[i] = (uint8_t)((rgba[i] * (uint32_t)rgba[3] + below + 127) / 255);
            }
    }
}

static bool save_canvas(struct reader *r) {
    size_t bytes = (size_t)r->width * r->height * 3;
    if (r->saved == NULL && (r->saved = malloc(bytes)) == NULL)
        return cli_fail(r->error, r->path, "no memory to restore frame %" PRIu32, r->frames + 1);
    memcpy(r->saved, r->canvas, bytes);
    return true;
}

// Removes the frame at hand. Under the first frame lies nothing, so that to restore it is to clear it.
static void dispose(struct reader *r) {
    const struct control *c = &r->control;
    if (c->dispose == DISPOSE_RESTORE)
        memcpy(r->canvas, r->saved, (size_t)r->width * r->height * 3);
    for (uint32_t y = 0; c->dispose == DISPOSE_CLEAR && y < c->height; y++)
        memset(r->canvas + ((size_t)(c->y + y) * r->width + c->x) * 3, 0, (size_t)c->width * 3);
}

// Its share of the time so far, so that the rounding to milliseconds never adds up.
static uint32_t frame_ms(struct reader *r) {
    uint32_t shortest_ms = (uint32_t)ceil(r->control.seconds * 1000), shown_ms = clip_shown_ms(shortest_ms);
    r->end_seconds += shown_ms != shortest_ms ? shown_ms / 1000.0 : r->control.seconds;
    uint64_t end_ms = (uint64_t)llround(r->end_seconds * 1000), duration_ms = end_ms - r->elapsed_ms;
    r->elapsed_ms = end_ms;
    return (uint32_t)duration_ms;
}

static bool decode_frame(struct reader *r, struct png_picture *picture) {
    struct buffer png = frame_png(r);
    bool short_of_memory = png.failed || r->colors.failed || r->data.failed;
    bool ok = short_of_memory ? cli_fail(r->error, r->path, "no memory for a frame")
                              : png_decode(r->path, png.bytes, png.size, true, r->limits, picture, r->error);
    free(png.bytes);
    return ok;
}

// Draws the frame that has been collected, if there is one, and hands it out.
static bool finish_frame(struct reader *r) {
    struct png_picture picture;
    if (!r->has_control || r->frames == r->promised)
        return true;
    if (r->data.size == 0)
        return damaged(r, "it has no picture data");
    if (!decode_frame(r, &picture))
        return false;
    bool ok = r->control.dispose != DISPOSE_RESTORE || save_canvas(r);
    if (ok)
        draw(r, picture.rgba);
    free(picture.rgba);
    if (!ok)
        return false;
    struct clip_frame frame = {r->height, r->width, r->canvas, frame_ms(r)};
    r->verdict = r->sink.frame(r->sink.user, &frame, r->error);
    r->frames++;
    r->has_control = false;
    dispose(r);
    return r->verdict != SINK_FAILED;
}

// --- chunks

static bool take_header(struct reader *r, const struct png_chunk *chunk) {
    if (chunk->size != IHDR_BYTES)
        return damaged(r, "a header of the wrong size");
    r->header = chunk->data;
    r->width = png_number(chunk->data);
    r->height = png_number(chunk->data + 4);
    return clip_limits_check(r->limits, r->path, r->width, r->height, 1, r->error);
}

static bool take_animation(struct reader *r, const struct png_chunk *chunk) {
    if (chunk->size != ACTL_BYTES || r->header == NULL || r->canvas != NULL)
        return damaged(r, "an acTL chunk that is out of place");
    r->promised = png_number(chunk->data);
    if (r->promised == 0)
        return damaged(r, "it says that it has no frames");
    if (!clip_limits_check(r->limits, r->path, r->width, r->height, r->promised, r->error))
        return false;
    r->canvas = calloc((size_t)r->width * r->height, 3); // begins transparent, which is black here
    return r->canvas != NULL || cli_fail(r->error, r->path, "no memory for its canvas");
}

static bool take_sequence(struct reader *r, const struct png_chunk *chunk) {
    return (chunk->size >= SEQUENCE_BYTES && png_number(chunk->data) == r->sequence++) ||
           damaged(r, "its chunks are not in order");
}

static bool take_control(struct reader *r, const struct png_chunk *chunk) {
    if (!finish_frame(r) || r->verdict != SINK_MORE)
        return r->verdict == SINK_ENOUGH;
    if (chunk->size != FCTL_BYTES || r->canvas == NULL)
        return damaged(r, "an fcTL chunk of the wrong size, or out of place");
    if (!take_sequence(r, chunk))
        return false;
    const uint8_t *d = chunk->data;
    uint32_t delay = (uint32_t)d[20] << 8 | d[21], per_second = (uint32_t)d[22] << 8 | d[23];
    r->control = (struct control){.width = png_number(d + 4),
                                  .height = png_number(d + 8),
                                  .x = png_number(d + 12),
                                  .y = png_number(d + 16),
                                  .seconds = delay / (per_second > 0 ? (double)per_second : 100.0),
                                  .dispose = d[24],
                                  .blend = d[25]};
    const struct control *c = &r->control;
    if (c->width == 0 || c->height == 0 || (uint64_t)c->x + c->width > r->width ||
        (uint64_t)c->y + c->height > r->height || c->dispose >= DISPOSE_COUNT || c->blend >= BLEND_COUNT)
        return damaged(r, "an fcTL chunk that cannot be");
    r->data.size = 0;
    r->has_control = true;
    return true;
}

// IDAT without a control chunk before it is a still for programs that know no animations.
static bool take_data(struct reader *r, const uint8_t *data, size_t size) {
    if (r->has_control && r->frames < r->promised)
        buffer_add(&r->data, data, size);
    return true;
}

static bool take_chunk(struct reader *r, const struct png_chunk *chunk) {
    static const char *const used[] = {"IHDR", "PLTE", "tRNS", "acTL", "fcTL", "IDAT", "fdAT", "IEND"};
    size_t kind = 0, count = sizeof used / sizeof *used;
    while (kind < count && !png_chunk_is(chunk, used[kind]))
        kind++;
    if (kind == count)
        return true;
    if ((kind == 0) != (r->header == NULL))
        return damaged(r, "the header is missing, or there are two");
    if (!png_chunk_intact(chunk))
        return damaged(r, "a checksum is wrong");
    switch (kind) {
    case 0:
        return take_header(r, chunk);
    case 1:
    case 2:
        buffer_add(&r->colors, chunk->type - 4, PNG_CHUNK_FRAME + (size_t)chunk->size);
        return true;
    case 3:
        return take_animation(r, chunk);
    case 4:
        return take_control(r, chunk);
    case 5:
        return take_data(r, chunk->data, chunk->size);
    case 6:
        return take_sequence(r, chunk) &&
               take_data(r, chunk->data + SEQUENCE_BYTES, chunk->size - SEQUENCE_BYTES);
    default:
        return finish_frame(r);
    }
}

static bool read_chunks(struct reader *r, const uint8_t *bytes, size_t size) {
    struct png_chunk chunk = {0};
    for (size_t at = PNG_SIGNATURE_BYTES; r->verdict == SINK_MORE;) {
        if (!png_next_chunk(bytes, size, &at, &chunk))
            return cli_fail(r->error, r->path, "the animated PNG ends too early, in frame %" PRIu32,
                            r->frames + 1);
        if (!take_chunk(r, &chunk))
            return false;
        if (png_chunk_is(&chunk, "IEND"))
            break;
    }
    return r->verdict == SINK_ENOUGH || (r->frames > 0 && r->frames == r->promised) ||
           damaged(r, "it is missing, though it was promised");
}

bool apng_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
               struct clip_sink sink, struct cli_error *error) {
    struct reader r = {.path = path, .limits = limits, .sink = sink, .error = error, .verdict = SINK_MORE};
    error->text[0] = '\0';
    bool ok = read_chunks(&r, bytes, size);
    free(r.colors.bytes);
    free(r.data.bytes);
    free(r.canvas);
    free(r.saved);
    return ok;
}

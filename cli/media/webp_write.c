// Frames go into the container one by one. libwebp's own animation encoder is not used: it merges frames that
// are alike, and a clip of 32 frames must stay one.
#include "cli/media/buffer.h"
#include "cli/media/write.h"

#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>
#include <webp/mux.h>

// libwebp's lossless effort, 0 to 6: on particle clips 6 saves a tenth of the bytes for five times the time.
enum { LOSSLESS_METHOD = 1, LOSSLESS_QUALITY = 20 };

static bool configure(WebPConfig *config) {
    if (!WebPConfigInit(config))
        return false;
    config->lossless = 1;
    config->exact = 1;
    config->method = LOSSLESS_METHOD;
    config->quality = LOSSLESS_QUALITY;
    return WebPValidateConfig(config) != 0;
}

// The smallest rectangle in which two frames differ, its corner at even numbers as the container wants it;
// one pixel when they are alike.
struct area {
    uint32_t top, left, bottom, right; // bottom and right exclusive
};

static struct area changed_area(const struct clip *clip, uint32_t t) {
    struct area area = {clip->height, clip->width, 0, 0};
    if (t == 0)
        return (struct area){0, 0, clip->height, clip->width};
    const uint8_t *now = clip_frame_at(clip, t), *before = clip_frame_at(clip, t - 1);
    for (uint32_t y = 0; y < clip->height; y++)
        for (uint32_t x = 0; x < clip->width; x++, now += 3, before += 3)
            if (memcmp(now, before, 3) != 0) {
                area.top = y < area.top ? y : area.top;
                area.bottom = y + 1;
                area.left = x < area.left ? x : area.left;
                area.right = x >= area.right ? x + 1 : area.right;
            }
    if (area.bottom == 0)
        return (struct area){0, 0, 1, 1};
    area.top &= ~1u;
    area.left &= ~1u;
    return area;
}

// One still; the caller calls WebPMemoryWriterClear either way.
static bool encode_still(const struct clip *clip, uint32_t t, struct area area, const WebPConfig *config,
                         WebPMemoryWriter *still) {
    WebPPicture picture;
    WebPMemoryWriterInit(still);
    if (!WebPPictureInit(&picture))
        return false;
    picture.use_argb = 1;
    picture.width = (int)(area.right - area.left);
    picture.height = (int)(area.bottom - area.top);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = still;
    const uint8_t *corner = clip_frame_at(clip, t) + ((size_t)area.top * clip->width + area.left) * 3;
    bool ok = WebPPictureImportRGB(&picture, corner, (int)clip->width * 3) && WebPEncode(config, &picture);
    WebPPictureFree(&picture);
    return ok;
}

static bool push_frame(WebPMux *mux, const struct clip *clip, uint32_t t, const WebPConfig *config) {
    WebPMemoryWriter still;
    struct area area = changed_area(clip, t);
    bool ok = encode_still(clip, t, area, config, &still);
    if (ok) {
        WebPMuxFrameInfo frame = {.bitstream = {still.mem, still.size},
                                  .x_offset = (int)area.left,
                                  .y_offset = (int)area.top,
                                  .duration = (int)clip->duration_ms[t],
                                  .id = WEBP_CHUNK_ANMF,
                                  .dispose_method = WEBP_MUX_DISPOSE_NONE,
                                  .blend_method = WEBP_MUX_NO_BLEND};
        ok = WebPMuxPushFrame(mux, &frame, 1) == WEBP_MUX_OK;
    }
    WebPMemoryWriterClear(&still);
    return ok;
}

static bool assemble(WebPMux *mux, const struct clip *clip, uint8_t **bytes, size_t *size) {
    WebPMuxAnimParams params = {.bgcolor = 0xff000000, .loop_count = 0}; // for ever
    WebPData data;
    if (WebPMuxSetAnimationParams(mux, &params) != WEBP_MUX_OK ||
        WebPMuxSetCanvasSize(mux, (int)clip->width, (int)clip->height) != WEBP_MUX_OK ||
        WebPMuxAssemble(mux, &data) != WEBP_MUX_OK)
        return false;
    *bytes = malloc(data.size);
    if (*bytes != NULL) {
        memcpy(*bytes, data.bytes, data.size);
        *size = data.size;
    }
    WebPDataClear(&data);
    return *bytes != NULL;
}

// The comment as XMP's dc:description, where programs look for it.
static const char xmp_head[] =
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:description><rdf:Alt>"
    "<rdf:li xml:lang=\"x-default\">";
static const char xmp_tail[] = "</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>";

static void add_escaped(struct buffer *buffer, const char *text) {
    for (; *text != '\0'; text++) {
        const char *escape = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        buffer_add(buffer, escape != NULL ? escape : text, escape != NULL ? strlen(escape) : 1);
    }
}

static bool add_comment(WebPMux *mux, const struct clip *clip) {
    if (clip->comment == NULL)
        return true;
    struct buffer xmp = {0};
    buffer_add(&xmp, xmp_head, sizeof xmp_head - 1);
    add_escaped(&xmp, clip->comment);
    buffer_add(&xmp, xmp_tail, sizeof xmp_tail - 1);
    const WebPData data = {xmp.bytes, xmp.size};
    bool ok = !xmp.failed && WebPMuxSetChunk(mux, "XMP ", &data, 1) == WEBP_MUX_OK;
    free(xmp.bytes);
    return ok;
}

static bool check_size(const struct clip *clip, struct cli_error *error) {
    if (clip->width > WEBP_MAX_DIMENSION || clip->height > WEBP_MAX_DIMENSION)
        return cli_fail(error, NULL, "too large for WebP, which takes %d pixels a side", WEBP_MAX_DIMENSION);
    for (uint32_t t = 0; t < clip->frames; t++)
        if (clip->duration_ms[t] >= 1u << 24)
            return cli_fail(error, NULL, "a frame lasts longer than the four hours that WebP can say");
    return true;
}

bool webp_encode(const struct clip *clip, uint8_t **bytes, size_t *size, struct cli_error *error) {
    *bytes = NULL;
    *size = 0;
    WebPConfig config;
    if (!check_size(clip, error))
        return false;
    if (!configure(&config))
        return cli_fail(error, NULL, "this libwebp is not the one mograph was built with");
    WebPMux *mux = WebPMuxNew();
    bool ok = mux != NULL;
    for (uint32_t t = 0; ok && t < clip->frames; t++)
        ok = push_frame(mux, clip, t, &config);
    ok = ok && add_comment(mux, clip) && assemble(mux, clip, bytes, size);
    WebPMuxDelete(mux);
    return ok || cli_fail(error, NULL, "WebP cannot be written: no memory");
}

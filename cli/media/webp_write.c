#include "cli/media/write.h"

#include <limits.h>
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

static bool add_frames(WebPAnimEncoder *encoder, const struct clip *clip, const WebPConfig *config) {
    int start_ms = 0;
    for (uint32_t t = 0; t < clip->frames; t++) {
        WebPPicture picture;
        if (!WebPPictureInit(&picture))
            return false;
        picture.use_argb = 1;
        picture.width = (int)clip->width;
        picture.height = (int)clip->height;
        bool ok = WebPPictureImportRGB(&picture, clip_frame_at(clip, t), (int)clip->width * 3) &&
                  WebPAnimEncoderAdd(encoder, &picture, start_ms, config);
        WebPPictureFree(&picture);
        if (!ok)
            return false;
        start_ms += (int)clip->duration_ms[t];
    }
    return WebPAnimEncoderAdd(encoder, NULL, start_ms, NULL) != 0; // the end of the last frame
}

static bool assemble(WebPAnimEncoder *encoder, uint8_t **bytes, size_t *size) {
    WebPData data;
    WebPDataInit(&data);
    if (!WebPAnimEncoderAssemble(encoder, &data))
        return false;
    *bytes = malloc(data.size);
    if (*bytes != NULL) {
        memcpy(*bytes, data.bytes, data.size);
        *size = data.size;
    }
    WebPDataClear(&data);
    return *bytes != NULL;
}

bool webp_encode(const struct clip *clip, uint8_t **bytes, size_t *size, struct media_error *error) {
    *bytes = NULL;
    *size = 0;
    if (clip->width > WEBP_MAX_DIMENSION || clip->height > WEBP_MAX_DIMENSION ||
        clip_duration_ms(clip) > INT_MAX)
        return media_fail(error, NULL, "too large for WebP, which takes %d pixels a side",
                          WEBP_MAX_DIMENSION);
    WebPConfig config;
    WebPAnimEncoderOptions options;
    if (!configure(&config) || !WebPAnimEncoderOptionsInit(&options))
        return media_fail(error, NULL, "this libwebp is not the one mograph was built with");
    options.anim_params.loop_count = 0; // for ever
    WebPAnimEncoder *encoder = WebPAnimEncoderNew((int)clip->width, (int)clip->height, &options);
    if (encoder == NULL)
        return media_fail(error, NULL, "no memory for the WebP encoder");
    bool ok = add_frames(encoder, clip, &config) && assemble(encoder, bytes, size);
    if (!ok)
        media_fail(error, NULL, "WebP cannot be written: %s", WebPAnimEncoderGetError(encoder));
    WebPAnimEncoderDelete(encoder);
    return ok;
}

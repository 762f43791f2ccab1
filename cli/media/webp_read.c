// Reads still and animated WebPs through libwebp.
#include "cli/media/formats.h"

#include <stdlib.h>
#include <webp/decode.h>
#include <webp/demux.h>

// Every limit is checked on the container before the decoder allocates its canvas.
static bool check_container(const char *path, const WebPData *data, const struct clip_limits *limits,
                            struct cli_error *error) {
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(data, &state);
    if (demuxer == NULL || state != WEBP_DEMUX_DONE) {
        WebPDemuxDelete(demuxer);
        return cli_fail(error, path, "%s",
                        state == WEBP_DEMUX_PARSE_ERROR ? "damaged WebP" : "the WebP file ends too early");
    }
    uint32_t frames = WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT);
    uint32_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    uint32_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPDemuxDelete(demuxer);
    if (frames == 0)
        return cli_fail(error, path, "the WebP holds no pictures");
    return clip_limits_check(limits, path, width, height, frames, error);
}

static bool decode(const char *path, WebPAnimDecoder *decoder, const WebPAnimInfo *info, uint8_t *rgb,
                   struct clip_sink sink, struct cli_error *error) {
    int before_ms = 0;
    for (uint32_t t = 0; t < info->frame_count; t++) {
        uint8_t *rgba;
        int end_ms;
        if (!WebPAnimDecoderGetNext(decoder, &rgba, &end_ms))
            return cli_fail(error, path, "damaged WebP: frame %u cannot be decoded", t + 1);
        clip_over_black(rgb, rgba, (size_t)info->canvas_width * info->canvas_height);
        uint32_t shown_ms = clip_shown_ms(end_ms > before_ms ? (uint32_t)end_ms - (uint32_t)before_ms : 0);
        struct clip_frame frame = {info->canvas_height, info->canvas_width, rgb, shown_ms};
        enum sink_verdict verdict = sink.frame(sink.user, &frame, error);
        if (verdict != SINK_MORE)
            return verdict == SINK_ENOUGH;
        before_ms = end_ms;
    }
    return true;
}

bool webp_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
               struct clip_sink sink, struct cli_error *error) {
    WebPData data = {bytes, size};
    error->text[0] = '\0';
    if (!check_container(path, &data, limits, error))
        return false;
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options))
        return cli_fail(error, path, "this libwebp is not the one mograph was built with");
    options.color_mode = MODE_RGBA;
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
    WebPAnimInfo info;
    if (decoder == NULL || !WebPAnimDecoderGetInfo(decoder, &info)) {
        WebPAnimDecoderDelete(decoder);
        return cli_fail(error, path, "damaged WebP, or no memory for its canvas");
    }
    uint8_t *rgb = malloc((size_t)info.canvas_width * info.canvas_height * 3);
    bool ok = rgb != NULL ? decode(path, decoder, &info, rgb, sink, error)
                          : cli_fail(error, path, "no memory for a canvas");
    free(rgb);
    WebPAnimDecoderDelete(decoder);
    return ok;
}

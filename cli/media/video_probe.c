// Reads ffprobe's JSON. Numbers that a file can choose are checked before they become integers.
#include "cli/media/video_probe.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Longer is not meant: a hundred years.
#define MAX_SECONDS 3.2e9

static const char *text_of(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

// A whole number from 0 to `most`; -1 when it is none.
static int64_t whole_of(const cJSON *object, const char *key, uint32_t most) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    return value >= 0 && value <= most && value == floor(value) ? (int64_t)value : -1;
}

// Seconds, which ffprobe writes as text; `otherwise` when it is none.
static double seconds_of(const cJSON *object, const char *key, double otherwise) {
    const char *text = text_of(object, key);
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && fabs(value) < MAX_SECONDS ? value : otherwise;
}

// "16:11" or "30000/1001"; 0 when it is none.
static double ratio_of(const cJSON *object, const char *key, char separator) {
    uint32_t over = 0, under = 0;
    char between = 0, rest;
    const char *text = text_of(object, key);
    if (strlen(text) > 21 || sscanf(text, "%u%c%u%c", &over, &between, &under, &rest) != 3 ||
        between != separator || over == 0 || under == 0)
        return 0;
    return (double)over / under;
}

// Matroska's own: "00:00:01.040000000", the stream's end on the file's clock.
static double clock_of(const cJSON *object, const char *key) {
    unsigned hours = 0, minutes = 0;
    int used = 0;
    const char *text = text_of(object, key);
    if (strlen(text) > 40 || sscanf(text, "%4u:%2u:%n", &hours, &minutes, &used) != 2 || used == 0)
        return 0;
    char *end;
    double seconds = strtod(text + used, &end);
    return *end == '\0' && seconds >= 0 && seconds < 61 ? hours * 3600.0 + minutes * 60.0 + seconds : 0;
}

static bool is_still_beside(const cJSON *stream) {
    static const char *const flags[] = {"attached_pic", "timed_thumbnails"};
    const cJSON *disposition = cJSON_GetObjectItemCaseSensitive(stream, "disposition");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (whole_of(disposition, flags[i], 1) == 1)
            return true;
    return false;
}

static bool is_video(const cJSON *stream) {
    return cJSON_IsObject(stream) && strcmp(text_of(stream, "codec_type"), "video") == 0;
}

// What the stream itself says; what the container says of the whole file counts where there is no other
// stream, and as a bound.
static double length_of(const cJSON *stream, const cJSON *format) {
    double start = seconds_of(stream, "start_time", 0), length = seconds_of(stream, "duration", 0);
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(stream, "tags");
    double end = clock_of(tags, "DURATION");
    double file_end = seconds_of(format, "start_time", 0) + seconds_of(format, "duration", 0);
    bool alone = whole_of(format, "nb_streams", UINT16_MAX) == 1;
    if (length <= 0 && end > start)
        length = end - start;
    if (length <= 0 && alone)
        length = file_end - start;
    if (length > file_end - start && file_end > start)
        length = file_end - start;
    return length > 0 && length < MAX_SECONDS ? length : 0;
}

// WebM keeps transparency beside the picture, and ffmpeg's own decoders of VP8 and VP9 do not look there.
static const char *decoder_of(const cJSON *stream) {
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(stream, "tags");
    const char *codec = text_of(stream, "codec_name");
    if (strcmp(text_of(tags, "alpha_mode"), "1") != 0 && strcmp(text_of(tags, "ALPHA_MODE"), "1") != 0)
        return "";
    return strcmp(codec, "vp9") == 0 ? "libvpx-vp9" : strcmp(codec, "vp8") == 0 ? "libvpx" : "";
}

static bool describe(const cJSON *stream, const cJSON *format, struct video_stream *out) {
    static const char *const orders[] = {"tt", "bb", "tb", "bt"};
    int64_t index = whole_of(stream, "index", UINT16_MAX);
    int64_t width = whole_of(stream, "width", INT32_MAX), height = whole_of(stream, "height", INT32_MAX);
    if (index < 0 || width <= 0 || height <= 0)
        return false;
    double aspect = ratio_of(stream, "sample_aspect_ratio", ':');
    double rate = ratio_of(stream, "avg_frame_rate", '/');
    *out =
        (struct video_stream){.index = (uint32_t)index, .width = (uint32_t)width, .height = (uint32_t)height};
    out->pixel_aspect = aspect > 0 ? aspect : 1;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        out->interlaced |= strcmp(text_of(stream, "field_order"), orders[i]) == 0;
    snprintf(out->decoder, sizeof out->decoder, "%s", decoder_of(stream));
    out->frame_seconds = rate > 0 ? 1 / rate : 0;
    out->seconds = length_of(stream, format);
    return true;
}

static const char *find(const cJSON *root, struct video_stream *out) {
    const cJSON *streams = cJSON_GetObjectItemCaseSensitive(root, "streams");
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(root, "format"), *stream;
    const char *reason = "no video in this file";
    if (!cJSON_IsArray(streams))
        return "ffprobe lists no streams";
    cJSON_ArrayForEach(stream, streams) {
        if (!is_video(stream))
            continue;
        if (is_still_beside(stream))
            reason = "no video in this file, only a cover";
        else if (describe(stream, format, out))
            return NULL;
        else
            reason = "ffprobe finds no size for the video in this file";
    }
    return reason;
}

bool video_probe_parse(const char *json, size_t size, struct video_stream *stream, const char **reason) {
    const char *end = json;
    *stream = (struct video_stream){0};
    cJSON *root = cJSON_ParseWithLengthOpts(json, size, &end, 0);
    while (root != NULL && end < json + size && strchr(" \t\r\n", *end) != NULL && *end != '\0')
        end++;
    *reason = root == NULL || end != json + size ? "ffprobe's answer is not JSON" : find(root, stream);
    cJSON_Delete(root);
    return *reason == NULL;
}

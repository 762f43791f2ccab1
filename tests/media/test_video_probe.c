// What is taken from ffprobe's JSON, and what is refused.
#include "cli/media/video_probe.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool parse(const char *json, struct video_stream *stream, const char **reason) {
    return video_probe_parse(json, strlen(json), stream, reason);
}

#define VIDEO "\"codec_type\":\"video\",\"width\":64,\"height\":48"
#define COVER "{\"index\":0," VIDEO ",\"disposition\":{\"attached_pic\":1}}"

// The stream's own members, and the format's.
static struct video_stream take(const char *members, const char *format) {
    char json[1024];
    struct video_stream stream = {0};
    const char *reason;
    snprintf(json, sizeof json, "{\"streams\":[{\"index\":0," VIDEO "%s}],\"format\":{%s}}", members, format);
    if (!CHECK(parse(json, &stream, &reason)))
        fprintf(stderr, "%s: %s\n", json, reason);
    return stream;
}

static bool near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

static void check_streams(void) {
    struct video_stream s;
    const char *reason;
    // MPEG-TS lists the stream in its program, too.
    CHECK(parse("{\"programs\":[{\"streams\":[{\"index\":7," VIDEO
                "}]}],\"streams\":[{\"index\":0,\"codec_type\":"
                "\"audio\"},{\"index\":1," VIDEO "}]}",
                &s, &reason));
    CHECK(s.index == 1 && s.width == 64 && s.height == 48 && s.decoder[0] == '\0' && !s.interlaced);
    CHECK(near(s.pixel_aspect, 1) && s.seconds == 0 && s.frame_seconds == 0);
    CHECK(parse("{\"streams\":[" COVER ",{\"index\":1," VIDEO ",\"disposition\":{\"attached_pic\":0}}]}", &s,
                &reason));
    CHECK(s.index == 1);
    CHECK(parse(
        "{\"streams\":[{\"index\":0,\"codec_type\":\"video\",\"width\":0,\"height\":0},{\"index\":2," VIDEO
        "}]}\n",
        &s, &reason));
    CHECK(s.index == 2);
}

static void check_values(void) {
    CHECK(near(take(",\"sample_aspect_ratio\":\"64:45\"", "").pixel_aspect, 64.0 / 45));
    CHECK(near(take(",\"sample_aspect_ratio\":\"0:1\"", "").pixel_aspect, 1));
    CHECK(near(take(",\"sample_aspect_ratio\":\"N/A\"", "").pixel_aspect, 1));
    CHECK(near(take(",\"sample_aspect_ratio\":\"2:1x\"", "").pixel_aspect, 1));
    CHECK(near(take(",\"sample_aspect_ratio\":2", "").pixel_aspect, 1));
    CHECK(near(take(",\"sample_aspect_ratio\":\"99999999999999999999:1\"", "").pixel_aspect, 1));
    CHECK(near(take(",\"avg_frame_rate\":\"30000/1001\"", "").frame_seconds, 1001.0 / 30000));
    CHECK(take(",\"avg_frame_rate\":\"0/0\"", "").frame_seconds == 0);
    static const char *const orders[] = {"progressive", "unknown", "", "tt", "bb", "tb", "bt"};
    for (size_t i = 0; i < 7; i++) {
        char member[64];
        snprintf(member, sizeof member, ",\"field_order\":\"%s\"", orders[i]);
        CHECK(take(member, "").interlaced == (i > 2));
    }
    const char *alpha = ",\"codec_name\":\"vp9\",\"tags\":{\"alpha_mode\":\"1\"}";
    CHECK(strcmp(take(alpha, "").decoder, "libvpx-vp9") == 0);
    alpha = ",\"codec_name\":\"vp8\",\"tags\":{\"ALPHA_MODE\":\"1\"}";
    CHECK(strcmp(take(alpha, "").decoder, "libvpx") == 0);
    CHECK(take(",\"codec_name\":\"vp9\",\"tags\":{\"alpha_mode\":\"0\"}", "").decoder[0] == '\0');
    CHECK(take(",\"codec_name\":\"av1\",\"tags\":{\"alpha_mode\":\"1\"}", "").decoder[0] == '\0');
}

static void check_lengths(void) {
    static const char two[] = "\"nb_streams\":2,\"start_time\":\"0.0\",\"duration\":\"9.0\"";
    static const char one[] = "\"nb_streams\":1,\"start_time\":\"0.0\",\"duration\":\"9.0\"";
    CHECK(near(take(",\"duration\":\"4.5\"", "").seconds, 4.5));
    CHECK(near(take(",\"start_time\":\"2.0\",\"duration\":\"4.5\"", two).seconds, 4.5));
    CHECK(near(take(",\"start_time\":\"2.0\",\"duration\":\"45\"", two).seconds, 7)); // an edit list cut it
    CHECK(near(take(",\"start_time\":\"2.0\"", one).seconds, 7));
    CHECK(take(",\"start_time\":\"2.0\"", two).seconds == 0); // the sound may be longer
    CHECK(near(take(",\"start_time\":\"2.0\",\"tags\":{\"DURATION\":\"00:00:04.500000000\"}", two).seconds,
               2.5));
    CHECK(near(take(",\"tags\":{\"DURATION\":\"01:02:03.5\"}", "").seconds, 3723.5));
    CHECK(take(",\"tags\":{\"DURATION\":\"01:02:03.5x\"}", "").seconds == 0);
    CHECK(take(",\"tags\":{\"DURATION\":\"01:02:-3\"}", "").seconds == 0);
    CHECK(take(",\"duration\":\"N/A\"", two).seconds == 0);
    CHECK(take(",\"duration\":\"nan\"", "").seconds == 0 && take(",\"duration\":\"1e300\"", "").seconds == 0);
    CHECK(take(",\"duration\":\"-4\"", "").seconds == 0);
}

static void check_refusals(void) {
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"{\"streams\":[]} x", "not JSON"},
        {"{\"streams\":[]}{}", "not JSON"},
        {"[]", "lists no streams"},
        {"{\"streams\":{}}", "lists no streams"},
        {"{\"Streams\":[{\"index\":0," VIDEO "}]}", "lists no streams"},
        {"{\"streams\":[]}", "no video in this file"},
        {"{\"streams\":[3,null,{\"codec_type\":1},{\"codec_type\":\"audio\"}]}", "no video in this file"},
        {"{\"streams\":[" COVER "]}", "only a cover"},
        {"{\"streams\":[{" VIDEO "}]}", "no size"},
        {"{\"streams\":[{\"index\":-1," VIDEO "}]}", "no size"},
        {"{\"streams\":[{\"index\":0.5," VIDEO "}]}", "no size"},
        {"{\"streams\":[{\"index\":0,\"codec_type\":\"video\",\"width\":1e99,\"height\":4}]}", "no size"},
        {"{\"streams\":[{\"index\":0,\"codec_type\":\"video\",\"width\":\"64\",\"height\":4}]}", "no size"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct video_stream stream;
        const char *reason = NULL;
        bool ok = !parse(cases[i].json, &stream, &reason) && reason != NULL &&
                  strstr(reason, cases[i].reason) != NULL;
        if (!CHECK(ok))
            fprintf(stderr, "%s: %s\n", cases[i].json, reason != NULL ? reason : "taken");
    }
}

int main(void) {
    test_begin();
    check_streams();
    check_values();
    check_lengths();
    check_refusals();
    return test_end();
}

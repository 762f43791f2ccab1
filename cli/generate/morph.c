// Decodes the frames of a morph, batch by batch, from the way between its keyframes.
#include "cli/generate/morph.h"

#include "cli/media/srgb.h"

#include <stdlib.h>
#include <string.h>

static int out_of_memory(void) {
    return cli_fail("out of memory for the frames of the morph");
}

void morph_point(const struct morph *m, double position, const struct points *points, uint32_t i) {
    uint32_t classes = (uint32_t)work_classes(m->work);
    float *blend = points_weights(points, i);
    noise_path_at(&m->path, position, points_noise(points, i));
    memset(blend, 0, classes * sizeof *blend);
    for (uint32_t k = 0; k < m->path.key_count; k++) {
        float share = noise_path_weight(&m->path, position, k);
        const float *from = points_weights(&m->keys, k);
        for (uint32_t class = 0; class < classes && share != 0.0f; class ++)
            blend[class] += share * from[class];
    }
}

int morph_clips(const struct morph *m, const double *positions, uint32_t count, uint8_t **rgb) {
    struct points points = {0};
    int status = CLI_FAILED;
    *rgb = malloc(count * work_clip_bytes(m->work));
    if (*rgb == NULL)
        return out_of_memory();
    if (points_begin(&points, m->work, count)) {
        for (uint32_t i = 0; i < count; i++)
            morph_point(m, positions[i], &points, i);
        status = points_decode(m->work, &points, *rgb);
    }
    points_destroy(&points);
    return status;
}

// --- play

// A morph that plays, while it is put together.
struct playing {
    const struct morph *morph;
    const struct timeline *timeline;
    struct motion motion;
    struct clip *out;
    struct srgb_tables tables;
    struct points points; // of one batch
    uint8_t *rgb;         // the same, decoded
};

// One frame of the result out of the clip at its position. Light adds up, so it is faded in linear values.
static void show(struct playing *p, uint32_t frame, const uint8_t *clip) {
    struct motion_frame shown = motion_at(&p->motion, frame);
    size_t bytes = clip_frame_bytes(p->out);
    const uint8_t *now = clip + shown.now * bytes, *before = clip + shown.before * bytes;
    uint8_t *to = clip_frame_at(p->out, frame);
    if (shown.share == 1.0) {
        memcpy(to, now, bytes);
        return;
    }
    float share = (float)shown.share;
    for (size_t i = 0; i < bytes; i++)
        to[i] = srgb_byte(&p->tables,
                          share * p->tables.linear[now[i]] + (1.0f - share) * p->tables.linear[before[i]]);
}

// Frames from `frame` on that stand at one position: it is decoded once.
static uint32_t held(const struct timeline *timeline, uint32_t frame) {
    uint32_t count = 1, total = timeline_frames(timeline);
    double position = timeline_position(timeline, frame);
    while (frame + count < total && timeline_position(timeline, frame + count) == position)
        count++;
    return count;
}

// Decodes the positions of the frames from `frame` on, at most a batch of positions, and shows them. The next
// frame, or 0 after a failure.
static uint32_t play_batch(struct playing *p, uint32_t frame) {
    struct work *work = p->morph->work;
    uint32_t total = p->motion.total, count = 0, end = frame;
    for (; end < total && count < p->points.count; end += held(p->timeline, end))
        morph_point(p->morph, timeline_position(p->timeline, end), &p->points, count++);
    if (generator_decode(work->generator, p->points.noise, p->points.weights, count, p->rgb) != RT_OK)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t left = held(p->timeline, frame); left > 0; left--)
            show(p, frame++, p->rgb + i * work_clip_bytes(work));
    return end;
}

static int play_all(struct playing *p) {
    struct work *work = p->morph->work;
    work_progress(work, "decoding", p->motion.total);
    for (uint32_t frame = 0; frame < p->motion.total;) {
        frame = play_batch(p, frame);
        if (frame == 0)
            return CLI_FAILED;
        if (!work_step(work, frame)) {
            work_progress_end(work);
            return work_stopped();
        }
    }
    work_progress_end(work);
    return 0;
}

int morph_play(const struct morph *m, const struct timeline *timeline, struct clip *out) {
    const struct vae_config *c = generator_config(m->work->generator);
    uint32_t batch = generator_batch(m->work->generator);
    struct media_error error = {""};
    struct playing p = {.morph = m, .timeline = timeline, .out = out};
    motion_init(&p.motion, c->d, timeline);
    srgb_tables_init(&p.tables);
    if (!clip_create(out, p.motion.total, c->h, c->w, &error))
        return cli_fail("%s", error.text);
    p.rgb = malloc(batch * work_clip_bytes(m->work));
    int status = CLI_FAILED;
    if (p.rgb == NULL)
        out_of_memory();
    else if (points_begin(&p.points, m->work, batch))
        status = play_all(&p);
    points_destroy(&p.points);
    free(p.rgb);
    if (status != 0)
        clip_destroy(out);
    return status;
}

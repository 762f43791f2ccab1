// Decodes the frames of a morph, batch by batch, from the way between its keyframes.
#include "cli/generate/morph.h"

#include "cli/media/srgb.h"

#include <stdlib.h>
#include <string.h>

static bool out_of_memory(struct cli_error *error) {
    return cli_no_memory(error, "the frames of the morph");
}

void morph_point(const struct morph *m, double position, const struct points *points, uint32_t i) {
    uint32_t classes = (uint32_t)work_classes(m->work);
    float *blend = points_weights(points, i);
    noise_path_at(&m->path, position, points_noise(points, i));
    memset(blend, 0, classes * sizeof *blend);
    for (uint32_t k = 0; k < m->path.key_count; k++) {
        float share = noise_path_weight(&m->path, position, k);
        const float *from = points_weights(&m->keys, k);
        for (uint32_t class = 0; class < classes && share != 0.0f; ++class)
            blend[class] += share * from[class];
    }
}

bool morph_clips(const struct morph *m, const double *positions, uint32_t count, uint8_t **rgb,
                 struct cli_error *error) {
    struct points points = {0};
    *rgb = malloc(count * work_clip_bytes(m->work));
    if (*rgb == NULL)
        return out_of_memory(error);
    bool done = points_begin(&points, m->work, count, error);
    for (uint32_t i = 0; i < count && done; i++)
        morph_point(m, positions[i], &points, i);
    done = done && points_decode(m->work, &points, *rgb, error);
    points_destroy(&points);
    return done;
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
    const struct srgb_part parts[] = {{now, share}, {before, 1.0f - share}};
    srgb_mix(&p->tables, parts, 2, bytes, to);
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
static uint32_t play_batch(struct playing *p, uint32_t frame, struct cli_error *error) {
    struct work *work = p->morph->work;
    uint32_t total = p->motion.total, count = 0, end = frame;
    for (; end < total && count < p->points.count; end += held(p->timeline, end))
        morph_point(p->morph, timeline_position(p->timeline, end), &p->points, count++);
    if (!cli_check(error,
                   generator_decode(work->generator, p->points.noise, p->points.weights, count, p->rgb),
                   "decoding"))
        return 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t left = held(p->timeline, frame); left > 0; left--)
            show(p, frame++, p->rgb + i * work_clip_bytes(work));
    return end;
}

static bool play_all(struct playing *p, struct cli_error *error) {
    struct work *work = p->morph->work;
    bool done = true;
    work_progress(work, "decoding", p->motion.total);
    for (uint32_t frame = 0; frame < p->motion.total && done;) {
        frame = play_batch(p, frame, error);
        done = frame > 0 && work_step(work, frame, error);
    }
    work_progress_end(work);
    return done;
}

bool morph_play(const struct morph *m, const struct timeline *timeline, struct clip *out,
                struct cli_error *error) {
    const struct vae_config *c = generator_config(m->work->generator);
    uint32_t batch = generator_batch(m->work->generator);
    struct playing p = {.morph = m, .timeline = timeline, .out = out};
    motion_init(&p.motion, c->d, timeline);
    srgb_tables_init(&p.tables);
    if (!clip_create(out, p.motion.total, c->h, c->w, error))
        return false;
    p.rgb = malloc(batch * work_clip_bytes(m->work));
    bool done = (p.rgb != NULL || out_of_memory(error)) && points_begin(&p.points, m->work, batch, error) &&
                play_all(&p, error);
    points_destroy(&p.points);
    free(p.rgb);
    if (!done)
        clip_destroy(out);
    return done;
}

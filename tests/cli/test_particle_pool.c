// Particles as data of a run: what their text says, which clips a pool holds, and that whoever reads them
// gets the same bytes in whatever order, drawn ahead or not.
#include "cli/data/particle_variety.h"
#include "cli/data/particles.h"
#include "cli/train/data.h"
#include "cli/train/particle_pool.h"
#include "cli/train/particle_spec.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cli_error error;

static bool says(const char *text) {
    bool found = strstr(error.text, text) != NULL && strchr(error.text, '\n') == NULL;
    if (!found)
        fprintf(stderr, "wanted \"%s\" in: %s\n", text, error.text);
    error.text[0] = '\0';
    return found;
}

// --- the text

static void check_defaults(void) {
    struct particle_spec spec;
    CHECK(particle_spec_is("particles:") && particle_spec_is("particles:x") &&
          !particle_spec_is("particles"));
    CHECK(!particle_spec_is("./particles:") && !particle_spec_is("mine/particles:"));
    const struct particle_variety usual = particle_variety_all(1);
    CHECK(particle_spec_read(&spec, "particles:", &error));
    CHECK(spec.set.clips == 240 && spec.set.layouts == 4 && spec.set.layout_seed == 1 && spec.set.seed == 1 &&
          spec.set.val == 0.15);
    CHECK(spec.set.size.width == 128 && spec.set.size.height == 128 && spec.set.size.frames == 32);
    CHECK(spec.renew == 0.25 && memcmp(&spec.set.variety, &usual, sizeof usual) == 0);
}

static bool same_text(const char *left, const char *right) {
    struct particle_spec spec;
    char one[PARTICLE_SPEC_TEXT], two[PARTICLE_SPEC_TEXT];
    if (!CHECK(particle_spec_read(&spec, left, &error)))
        return false;
    particle_spec_text(&spec, one);
    if (!CHECK(particle_spec_read(&spec, right, &error)))
        return false;
    particle_spec_text(&spec, two);
    return strcmp(one, two) == 0;
}

static void check_text(void) {
    struct particle_spec spec, again;
    char text[PARTICLE_SPEC_TEXT];
    CHECK(particle_spec_read(
        &spec,
        "particles:phase=0.1,seed=9000000000000000,layout-seed=5,val=0.123456789012345,renew=1e-3,"
        "size=24x16x8,all=0.3333333,hue=1,clips=7,variety=0.5,layouts=0",
        &error));
    particle_spec_text(&spec, text);
    CHECK(strstr(text, "particles:size=24x16x8,clips=7,layouts=0,layout-seed=5,seed=9000000000000000,"
                       "val=0.123456789012345,renew=0.001,") == text);
    CHECK(strstr(text, ",hue=1,") != NULL && strstr(text, ",phase=0.3333333,") != NULL);
    CHECK(particle_spec_read(&again, text, &error));
    CHECK(memcmp(&again.set.variety, &spec.set.variety, sizeof spec.set.variety) == 0);
    CHECK(again.set.seed == spec.set.seed && again.set.layout_seed == 5);
    CHECK(again.set.val == spec.set.val && again.renew == spec.renew);
    CHECK(same_text("particles:clips=9,phase=0.1", "particles:phase=0.10,variety=1,clips=9"));
    CHECK(same_text("particles:variety=0,all=1", "particles:all=1"));
    CHECK(!same_text("particles:", "particles:renew=0.5") && !same_text("particles:", "particles:phase=1"));
    CHECK(!same_text("particles:phase=0.1,all=0", "particles:all=0,phase=0.1")); // in their order
}

static void check_refusals(void) {
    static const struct {
        const char *text, *line;
    } wrong[] = {
        {"particles:colour=1", "particles: no setting is called \"colour\"; there are size, clips, "},
        {"particles:size=8x8", "particles: size is \"8x8\": give width x height x frames"},
        {"particles:clips=0", "particles: clips is \"0\": give a whole number from 1 to 100000"},
        {"particles:clips=", "particles: clips is \"\": give"},
        {"particles:clips", "particles: clips wants a value, as in clips=240"},
        {"particles:clips=2,clips=2", "particles: clips is given twice"},
        {"particles:hue=1,hue=1", "particles: hue is given twice"},
        {"particles:all=1,all=1", "particles: all is given twice"},
        {"particles:hue=1.5", "particles: hue wants a number from 0 to 1, as in hue=0.5"},
        {"particles:hue=", "particles: hue wants a number"},
        {"particles:hue", "particles: hue wants a number"},
        {"particles:renew=1.1", "particles: renew is \"1.1\": give a number from 0 to 1"},
        {"particles:val=0.95", "particles: val is \"0.95\": give a number from 0 to 0.9"},
        {"particles:variety=nan", "particles: variety is \"nan\""},
        {"particles:layout-seed=x", "particles: layout-seed is \"x\""},
        {"particles:seed=-1", "particles: seed is \"-1\""},
        {"particles:size=4x4x1", "particles: 4x4x1 is not a size for clips"},
        {"particles:clips=2,", "particles: no setting is called \"\""},
        {"particles:,clips=2", "particles: no setting is called \"\""},
        {"particles:=2", "particles: no setting is called \"\""},
        {"particles:clips=2 ", "particles: clips is \"2 \""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct particle_spec spec;
        CHECK(!particle_spec_read(&spec, wrong[i].text, &error) && says(wrong[i].line));
    }
    struct train_data data = {.way = NULL};
    CHECK(!train_data_open(&data, "particles:clips=100000,size=1024x1024x400", &error));
    CHECK(says("GiB are needed") || says("lower clips"));
    train_data_close(&data);
}

// --- which clips

enum { CLIPS = 6, VAL = 2, EACH = CLIPS - VAL, COUNT = PARTICLE_KINDS * EACH, W = 10, H = 8, D = 2 };
enum { BYTES = D * H * W * 3 };

static struct particle_set set = {
    .seed = 3, .clips = CLIPS, .layouts = 4, .layout_seed = 2, .val = 0.34, .size = {W, H, D}};

// Kinds by name.
static uint32_t kind_at(uint32_t i) {
    uint32_t kind = 0;
    while (strcmp(particles_kind_name(kind), particle_pool_kind(i)) != 0)
        kind++;
    return kind;
}

static bool is_clip(const uint8_t *rgb, uint32_t kind, uint32_t number) {
    struct clip clip;
    if (!CHECK(particle_set_draw(&set, kind_at(kind), number, &clip, &error)))
        return false;
    bool same = memcmp(clip.rgb, rgb, BYTES) == 0;
    clip_destroy(&clip);
    return same;
}

// The number of a clip of the training pool.
static uint32_t number_of(uint32_t clip) {
    uint32_t version = clip / COUNT, n = clip % COUNT % EACH;
    return version == 0 ? n : CLIPS + (version - 1) * EACH + n;
}

static void check_parts(void) {
    struct particle_pool *train = particle_pool_create(&set, false, 0.0, &error),
                         *val = particle_pool_create(&set, true, 0.0, &error);
    if (!CHECK(train != NULL && val != NULL))
        return;
    const struct clip_source *t = particle_pool_source(train), *v = particle_pool_source(val);
    uint8_t rgb[BYTES];
    CHECK(t->count == COUNT && v->count == PARTICLE_KINDS * VAL && t->expect == NULL);
    CHECK(t->d == D && t->h == H && t->w == W);
    for (uint32_t i = 1; i < PARTICLE_KINDS; i++)
        CHECK(strcmp(particle_pool_kind(i - 1), particle_pool_kind(i)) < 0);
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK(t->classes[i] == i / EACH && t->read(t->user, i, rgb) && is_clip(rgb, i / EACH, i % EACH));
    for (uint32_t i = 0; i < v->count; i++)
        CHECK(v->classes[i] == i / VAL && v->read(v->user, i, rgb) && is_clip(rgb, i / VAL, EACH + i % VAL));
    particle_pool_destroy(&train);
    particle_pool_destroy(&val);
    struct particle_set one = set;
    one.clips = 1; // none for validation
    val = particle_pool_create(&one, true, 0.0, &error);
    CHECK(val != NULL && particle_pool_source(val)->count == 0);
    particle_pool_destroy(&val);
}

// --- renewal

static struct sampler sampler_of(double renew) {
    return (struct sampler){.clips = COUNT, .batch = 7, .seed = 11, .renew = renew};
}

// Reads the batches of `steps` as clip_reader.c does, telling them ahead, and compares each clip.
static void read_steps(const struct clip_source *source, const struct sampler *like, uint64_t first,
                       uint64_t steps) {
    struct sampler reader = *like, scout = *like;
    struct sampler_item items[7];
    uint32_t wanted[7], wrong = 0;
    static uint8_t rgb[7][BYTES];
    CHECK(sampler_init(&reader) && sampler_init(&scout));
    uint64_t told = first;
    for (uint64_t step = first; step < first + steps; step++) {
        for (; told < step + (source->ahead + 6) / 7; told++) {
            sampler_batch(&scout, told, items);
            for (uint32_t i = 0; i < 7; i++)
                wanted[i] = items[i].clip;
            source->expect(source->user, wanted, 7);
        }
        sampler_batch(&reader, step, items);
        for (uint32_t i = 0; i < 7; i++)
            wanted[i] = items[i].clip;
        CHECK(clip_source_read(source, wanted, 7, rgb[0]));
        for (uint32_t i = 0; i < 7; i++)
            wrong += !is_clip(rgb[i], wanted[i] % COUNT / EACH, number_of(wanted[i]));
    }
    CHECK(wrong == 0);
    sampler_finish(&reader);
    sampler_finish(&scout);
}

// Filled as of a late epoch, read on, then earlier clips, and from the beginning once more.
static void check_renewal(double renew) {
    struct particle_pool *pool = particle_pool_create(&set, false, renew, &error);
    struct sampler sampler = sampler_of(renew);
    if (!CHECK(pool != NULL))
        return;
    const struct clip_source *source = particle_pool_source(pool);
    uint8_t rgb[BYTES];
    CHECK(source->expect != NULL && source->ahead > 0);
    CHECK(particle_pool_fill(pool, &sampler, 5, &error));
    uint32_t late = sampler_clip(&sampler, 3, 5);
    CHECK(source->read(source->user, late, rgb) && is_clip(rgb, 0, number_of(late)));
    read_steps(source, &sampler, 5 * COUNT / 7, 40);
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK(source->read(source->user, i, rgb) && is_clip(rgb, i / EACH, i % EACH));
    read_steps(source, &sampler, 5 * COUNT / 7 + 40, 20);
    CHECK(particle_pool_fill(pool, &sampler, 0, &error));
    read_steps(source, &sampler, 0, 60);
    particle_pool_destroy(&pool);
}

// Nothing is told or filled: readers draw what they want.
static void check_unprepared(void) {
    struct particle_pool *pool = particle_pool_create(&set, false, 1.0, &error);
    uint8_t rgb[BYTES];
    if (!CHECK(pool != NULL))
        return;
    const struct clip_source *source = particle_pool_source(pool);
    static const uint32_t clips[] = {0, COUNT, 5 * COUNT + 1, 2 * COUNT + 1, 5 * COUNT + 1, 0, 9 * COUNT};
    for (size_t i = 0; i < sizeof clips / sizeof clips[0]; i++)
        CHECK(source->read(source->user, clips[i], rgb) && is_clip(rgb, 0, number_of(clips[i])));
    particle_pool_destroy(&pool);
}

// --- as a run's data

static void check_data(void) {
    struct train_data data = {.way = NULL}, other = {.way = NULL};
    struct data_record before = {.text = NULL}, now = {.text = NULL};
    CHECK(train_data_open(&data, "particles:clips=3,size=8x8x2,renew=0", &error));
    CHECK(train_data_open(&other, "particles:clips=3,size=8x8x2,renew=0,phase=0.5", &error));
    CHECK(data.kind_count == PARTICLE_KINDS && strcmp(data.kinds[2], "orbit") == 0 && data.frames == 2);
    CHECK(train_data_count(&data, 0) == 2 && data.val->count == PARTICLE_KINDS);
    CHECK(train_data_record(&data, &before, &error) && train_data_record(&other, &now, &error));
    CHECK(strncmp(before.text, "kind burst\nkind fountain\n", 25) == 0);
    CHECK(strstr(before.text, "\ndrawn 8x8x2 size\ndrawn 3 clips\n") != NULL);
    struct data_difference found = data_record_compare(&before, &now);
    CHECK(!found.kinds && strcmp(found.text, "\"phase\" has changed") == 0);
    CHECK(strlen(before.hash) == 16 && strcmp(before.hash, now.hash) != 0);
    struct trainer_options options = {.stream = false};
    train_data_options(&data, &options);
    CHECK(options.stream && options.renew == 0.0 && data.host_bytes == 18 * 8 * 8 * 2 * 3);
    data_record_destroy(&before);
    data_record_destroy(&now);
    train_data_close(&data);
    train_data_close(&other);
}

int main(void) {
    test_begin();
    set.variety = particle_variety_all(1);
    check_defaults();
    check_text();
    check_refusals();
    check_parts();
    check_renewal(0.03);
    check_renewal(0.5);
    check_renewal(1.0);
    check_unprepared();
    check_data();
    return test_end();
}

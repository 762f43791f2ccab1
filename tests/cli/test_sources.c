// What users write for kinds, seeds, mixes and sources: every form, and every way to get it wrong.
#include "cli/generate/source.h"
#include "cli/options/options_text.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"burst", "fountain", "a:b", "vortex"};
static const struct kinds kinds = {names, 4};
static struct cli_error error;

static bool says(const char *text) {
    bool found = strstr(error.text, text) != NULL && strchr(error.text, '\n') == NULL;
    if (!found)
        fprintf(stderr, "wanted \"%s\" in: %s\n", text, error.text);
    error.text[0] = '\0';
    return found;
}

static void touch(const char *path) {
    FILE *file = fopen(path, "wb");
    if (CHECK(file != NULL))
        fclose(file);
}

static void check_sources(void) {
    struct source s;
    char label[64];
    CHECK(source_parse("burst", &kinds, &s, &error) && s.type == SOURCE_KIND && s.kind == 0 && !s.seeded);
    source_label(&s, &kinds, label, sizeof label);
    CHECK(strcmp(label, "burst") == 0);
    CHECK(source_parse("vortex:18446744073709551615", &kinds, &s, &error) && s.kind == 3 && s.seeded &&
          s.seed == UINT64_MAX);
    CHECK(source_parse("a:b", &kinds, &s, &error) && s.kind == 2 && !s.seeded);
    CHECK(source_parse("a:b:4", &kinds, &s, &error) && s.kind == 2 && s.seed == 4);
    source_label(&s, &kinds, label, sizeof label);
    CHECK(strcmp(label, "a:b:4") == 0);
    CHECK(source_parse("seed:7", &kinds, &s, &error) && s.type == SOURCE_SEED && s.seed == 7);
    source_label(&s, &kinds, label, sizeof label);
    CHECK(strcmp(label, "seed:7") == 0);
    touch("x.z.safetensors");
    touch("burst");
    CHECK(source_parse("x.z.safetensors", &kinds, &s, &error) && s.type == SOURCE_Z);
    source_label(&s, &kinds, label, sizeof label);
    CHECK(strcmp(label, "x") == 0);
    CHECK(source_parse("burst", &kinds, &s, &error) && s.type == SOURCE_KIND);
    CHECK(source_parse("./burst", &kinds, &s, &error) && s.type == SOURCE_CLIP);
    source_label(&s, &kinds, label, sizeof label);
    CHECK(strcmp(label, "burst") == 0);
    unlink("x.z.safetensors");
    unlink("burst");
}

static void check_wrong_sources(void) {
    struct source s;
    CHECK(!source_parse("brust", &kinds, &s, &error) && says("did you mean burst?"));
    CHECK(!source_parse("brust", &kinds, &s, &error) && says("burst, fountain, a:b, vortex"));
    CHECK(!source_parse("no-such.gif", &kinds, &s, &error) && says("nor is there such a file"));
    CHECK(!source_parse("", &kinds, &s, &error) && says("the kinds are"));
    CHECK(!source_parse("burst:", &kinds, &s, &error) && says("a whole number"));
    CHECK(!source_parse("burst:x", &kinds, &s, &error) && says("a whole number"));
    CHECK(!source_parse("burst:-1", &kinds, &s, &error) && says("a whole number"));
    CHECK(!source_parse("burst:18446744073709551616", &kinds, &s, &error) && says("a whole number"));
    CHECK(!source_parse("seed:", &kinds, &s, &error) && says("a whole number"));
    CHECK(!source_parse("seed", &kinds, &s, &error) && says("seed:N"));
}

static void check_seeds(void) {
    uint64_t seeds[SEEDS_MAX];
    uint32_t count;
    CHECK(seeds_parse("1,4-9", seeds, &count, &error) && count == 7 && seeds[0] == 1 && seeds[1] == 4 &&
          seeds[6] == 9);
    CHECK(seeds_parse("0", seeds, &count, &error) && count == 1 && seeds[0] == 0);
    CHECK(seeds_parse("18446744073709551615", seeds, &count, &error) && seeds[0] == UINT64_MAX);
    CHECK(seeds_parse("1-1024", seeds, &count, &error) && count == SEEDS_MAX);
    CHECK(!seeds_parse("1-1025", seeds, &count, &error) && says("more than 1024"));
    CHECK(!seeds_parse("0-18446744073709551615", seeds, &count, &error) && says("more than 1024"));
    CHECK(!seeds_parse("3,1-5", seeds, &count, &error) && says("3 is there twice"));
    const char *const wrong[] = {"",   ",",  "1,",    ",1", "1,,2", "4-1", "-",
                                 "1-", "-1", "1-2-3", "x",  "1.5",  " 1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!seeds_parse(wrong[i], seeds, &count, &error) && says("give a list like 1,4-9"));
}

static void check_mixes(void) {
    float w[4];
    CHECK(mix_parse("burst:0.3,vortex:0.7", &kinds, w, &error));
    CHECK(fabsf(w[0] - 0.3f) < 1e-6f && fabsf(w[3] - 0.7f) < 1e-6f && w[1] == 0.0f && w[2] == 0.0f);
    CHECK(mix_parse("burst:3,a:b:1", &kinds, w, &error) && w[0] == 0.75f && w[2] == 0.25f);
    CHECK(mix_parse("burst:5", &kinds, w, &error) && w[0] == 1.0f);
    CHECK(!mix_parse("brust:1", &kinds, w, &error) && says("did you mean burst?"));
    CHECK(!mix_parse("burst:1,burst:2", &kinds, w, &error) && says("there twice"));
    const char *const parts[] = {"burst:0", "burst:-1", "burst:nan", "burst:inf",
                                 "burst:x", "burst:",   "burst:1e9"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK(!mix_parse(parts[i], &kinds, w, &error) && says("give a number above 0"));
    CHECK(!mix_parse("burst", &kinds, w, &error) && says("give a list like"));
    CHECK(!mix_parse("", &kinds, w, &error) && says("give a list like"));
    CHECK(!mix_parse("burst:1,", &kinds, w, &error) && says("give a list like"));
}

// --- the record of a command

struct values {
    bool loop;
    int64_t n;
    double rate;
    const char *name;
    int style;
    struct cli_size size;
};

static const struct option options[] = {
    {OPTION_FIELD(struct values, loop), .name = "loop"},
    {OPTION_FIELD(struct values, n), .name = "count"},
    {OPTION_FIELD(struct values, rate), .name = "rate"},
    {OPTION_FIELD(struct values, name), .name = "name"},
    {OPTION_FIELD(struct values, style), .name = "style", .choices = "play|sheet|strip"},
    {OPTION_FIELD(struct values, size), .name = "size"},
    {0}};

static void check_record(void) {
    const struct values values = {true, -3, 0.25, "/home/x/it's a name", 2, {1, 2, 3}};
    const char *const without[] = {"count", NULL};
    char first[] = "/tmp/folder/clip.gif", second[] = "burst:7", third[] = "a\nb", text[400];
    char *const args[] = {first, second, third};
    options_to_text("mograph morph", options, &values, 0x3f, without, args, 3, text, sizeof text);
    CHECK(strcmp(text,
                 "mograph morph clip.gif burst:7 'a?b' --loop --rate 0.25 --name 'it'\\''s a name' --style "
                 "strip --size 1x2x3") == 0);
    options_to_text("mograph morph", options, &values, 0x02, NULL, args, 0, text, sizeof text);
    CHECK(strcmp(text, "mograph morph --count -3") == 0);
    options_to_text("mograph morph", options, &values, 0x3f, NULL, args, 3, text, 20);
    CHECK(strlen(text) == 19);
}

int main(void) {
    test_begin();
    check_sources();
    check_wrong_sources();
    check_seeds();
    check_mixes();
    check_record();
    return test_end();
}

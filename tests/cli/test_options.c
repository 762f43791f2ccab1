// Reading a command line: every kind of option, every way to get it wrong.
#include "cli/options/options.h"
#include "tests/test.h"

#include <string.h>

struct values {
    bool flag;
    int64_t count;
    double rate;
    const char *name;
    int choice;
    struct cli_size size;
};

static const struct option options[] = {
    {OPTION_FIELD(struct values, flag), .name = "flag", .letter = 'f', .help = "a flag"},
    {OPTION_FIELD(struct values, count), .name = "count", .letter = 'n', .help = "a count", .initial = "3",
     .min = -5, .max = 10},
    {OPTION_FIELD(struct values, rate), .name = "rate", .help = "a rate", .initial = "0.5", .max = 1},
    {OPTION_FIELD(struct values, name), .name = "name", .help = "a name"},
    {OPTION_FIELD(struct values, choice), .name = "format", .help = "a format", .choices = "gif|png|webp",
     .initial = "png", .moved = "mp4", .moved_to = "ffmpeg"},
    {OPTION_FIELD(struct values, size), .name = "size", .help = "a size", .initial = "128x64x32", .min = 1,
     .max = 1024},
    {0}};

static struct values values;
static struct cli_error error;
static int arg_count;
static bool help;
static char *words[16];

// Parses words separated by blanks.
static bool parse(const char *line) {
    static char copy[256];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    values = (struct values){0};
    error.text[0] = '\0';
    return options_parse(options, count, words, &values, &arg_count, &help, NULL, &error);
}

static bool refused(const char *line, const char *because) {
    return !parse(line) && strstr(error.text, because) != NULL;
}

static void defaults(void) {
    CHECK(parse("") && !values.flag && values.count == 3 && values.rate == 0.5 && values.name == NULL);
    CHECK(values.choice == 1 && values.size.width == 128 && values.size.height == 64 &&
          values.size.frames == 32);
    CHECK(arg_count == 0 && !help);
}

static void accepted(void) {
    CHECK(parse("--flag --count 7 --rate=0.25 --name=a=b --format webp --size 16x8x1"));
    CHECK(values.flag && values.count == 7 && values.rate == 0.25 && strcmp(values.name, "a=b") == 0);
    CHECK(values.choice == 2 && values.size.width == 16 && values.size.height == 8 &&
          values.size.frames == 1);
    CHECK(parse("-f -n -5") && values.flag && values.count == -5);
    CHECK(parse("--count 1 --count 2") && values.count == 2); // the last one holds
    CHECK(parse("one -f two -- --count") && arg_count == 3 && values.flag);
    CHECK(strcmp(words[0], "one") == 0 && strcmp(words[1], "two") == 0 && strcmp(words[2], "--count") == 0);
    CHECK(parse("-") && arg_count == 1); // standard input, by custom
    CHECK(parse("--nonsense --help") && help);
    CHECK(parse("-h") && help);
    CHECK(parse("-- -h") && !help && arg_count == 1);
}

static void wrong_values(void) {
    CHECK(refused("--count 11", "from -5 to 10") && refused("--count -6", "from -5 to 10"));
    CHECK(refused("--count 1.5", "whole number") && refused("--count x", "whole number"));
    CHECK(refused("--count 99999999999999999999", "whole number") && refused("--count=", "whole number"));
    CHECK(refused("--rate 1.01", "from 0 to 1") && refused("--rate nan", "from 0 to 1"));
    CHECK(refused("--rate inf", "from 0 to 1") && refused("--rate 0.5x", "from 0 to 1"));
    CHECK(refused("--format jpeg", "gif|png|webp") && refused("--format pn", "gif|png|webp"));
    CHECK(refused("--format mp4", "--format mp4 is a command of its own: `ffmpeg`"));
    CHECK(refused("--format png|webp", "gif|png|webp") && refused("--format=", "gif|png|webp"));
    CHECK(refused("--size 16x16", "128x128x32") && refused("--size 0x1x1", "128x128x32"));
    CHECK(refused("--size 1x1x1025", "128x128x32") && refused("--size 1x1x1x1", "128x128x32"));
    CHECK(refused("--size -1x1x1", "128x128x32") && refused("--size 18446744073709551617x1x1", "128x128x32"));
    CHECK(refused("--name=", "empty") && refused("--flag=1", "takes no value"));
    CHECK(refused("--count", "needs a value") && refused("-n", "needs a value"));
}

static void wrong_names(void) {
    CHECK(refused("--cuont 1", "did you mean --count?") && refused("--nam x", "did you mean --name?"));
    CHECK(refused("--zzz", "no option --zzz") && strstr(error.text, "did you mean") == NULL);
    CHECK(refused("-x", "no option -x") && refused("-fn", "no option -fn") && refused("--=1", "no option"));
}

static void distances(void) {
    CHECK(name_distance("", "") == 0 && name_distance("abc", "abc") == 0 && name_distance("", "abc") == 3);
    CHECK(name_distance("kitten", "sitting") == 3 && name_distance("form", "from") == 1);
    CHECK(name_is_near("devcies", "devices") && name_is_near("dev", "devices"));
    CHECK(!name_is_near("count", "out")); // two letters of five are too many
    CHECK(!name_is_near("de", "devices") && !name_is_near("doctor", "devices"));
}

int main(void) {
    test_begin();
    defaults();
    accepted();
    wrong_values();
    wrong_names();
    distances();
    return test_end();
}

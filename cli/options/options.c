// Parses command lines by an option table, checks values, and prints the help of a table.
#include "cli/options/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option no_options[] = {{0}};

unsigned name_distance(const char *a, const char *b) {
    enum { LONGEST = 40 };
    unsigned rows[3][LONGEST + 1]; // the last three rows of the table
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > LONGEST || length_b > LONGEST)
        return LONGEST;
    for (unsigned k = 0; k <= length_b; k++)
        rows[0][k] = k;
    for (unsigned i = 1; i <= length_a; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned k = 1; k <= length_b; k++) {
            unsigned best = above[k - 1] + (a[i - 1] != b[k - 1]);
            best = above[k] + 1 < best ? above[k] + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && before[k - 2] + 1 < best)
                best = before[k - 2] + 1;
            row[k] = best;
        }
    }
    return rows[length_a % 3][length_b];
}

bool name_is_near(const char *typed, const char *name) {
    size_t length = strlen(typed);
    return name_distance(typed, name) <= (length < 6 ? 1u : 2u) ||
           (length >= 3 && strncmp(typed, name, length) == 0);
}

// --- values ---

// Reads all of `text` as a finite number.
static bool read_number(const char *text, double *value) {
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && isfinite(*value);
}

static bool parse_integer(const struct option *option, const char *text, int64_t *value,
                          struct cli_error *error) {
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || (double)parsed < option->min ||
        (double)parsed > option->max)
        return cli_usage(error, "--%s is \"%.80s\": give a whole number from %.0f to %.0f", option->name,
                         text, option->min, option->max);
    *value = parsed;
    return true;
}

static bool parse_number(const struct option *option, const char *text, double *value,
                         struct cli_error *error) {
    if (!read_number(text, value) || *value < option->min || *value > option->max)
        return cli_usage(error, "--%s is \"%.80s\": give a number from %g to %g", option->name, text,
                         option->min, option->max);
    return true;
}

static bool parse_size(const struct option *option, const char *text, struct cli_size *value,
                       struct cli_error *error) {
    unsigned long sides[3];
    const char *at = text;
    for (int i = 0; i < 3; i++) {
        char *end;
        sides[i] = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 0;
        if (sides[i] == 0 || (double)sides[i] < option->min || (double)sides[i] > option->max ||
            *end != (i < 2 ? 'x' : '\0'))
            return cli_usage(error,
                             "--%s is \"%.80s\": give width x height x frames like 128x128x32, "
                             "each from %.0f to %.0f",
                             option->name, text, option->min, option->max);
        at = end + 1;
    }
    *value = (struct cli_size){(uint32_t)sides[0], (uint32_t)sides[1], (uint32_t)sides[2]};
    return true;
}

static bool parse_choice(const struct option *option, const char *text, int *value, struct cli_error *error) {
    size_t length = strlen(text);
    int index = 0;
    for (const char *at = option->choices; length > 0 && strchr(text, '|') == NULL && at != NULL; index++) {
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0')) {
            *value = index;
            return true;
        }
        at = strchr(at, '|');
        at = at != NULL ? at + 1 : NULL;
    }
    if (option->moved != NULL && strcmp(text, option->moved) == 0)
        return cli_usage(error, "--%s %s is a command of its own: `%s`", option->name, text,
                         option->moved_to);
    return cli_usage(error, "--%s is \"%.80s\": give one of %s", option->name, text, option->choices);
}

bool option_set(const struct option *option, const char *text, void *values, struct cli_error *error) {
    void *field = (char *)values + option->offset;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_INTEGER:
        return parse_integer(option, text, field, error);
    case OPTION_NUMBER:
        return parse_number(option, text, field, error);
    case OPTION_STRING:
        *(const char **)field = text;
        return text[0] != '\0' || cli_usage(error, "--%s is empty", option->name);
    case OPTION_CHOICE:
        return parse_choice(option, text, field, error);
    case OPTION_SIZE:
        return parse_size(option, text, field, error);
    }
    return false;
}

// --- the command line ---

static bool refuse_unknown(const struct option *options, const char *name, size_t length,
                           struct cli_error *error) {
    char typed[64];
    snprintf(typed, sizeof typed, "%.*s", (int)(length < 60 ? length : 60), name);
    for (const struct option *option = options; option->name != NULL; option++)
        if (name_is_near(typed, option->name))
            return cli_usage(error, "there is no option --%s; did you mean --%s?", typed, option->name);
    return cli_usage(error, "there is no option --%s", typed);
}

static const struct option *find_long(const struct option *options, const char *name, size_t length) {
    for (const struct option *option = options; option->name != NULL; option++)
        if (strncmp(option->name, name, length) == 0 && option->name[length] == '\0')
            return option;
    return NULL;
}

static const struct option *find_letter(const struct option *options, char letter) {
    for (const struct option *option = options; option->name != NULL; option++)
        if (option->letter == letter)
            return option;
    return NULL;
}

// Reads "--name", "--name=value" or "-n"; `attached` is what follows the "=", or NULL.
static bool find_option(const struct option *options, const char *word, const struct option **option,
                        const char **attached, struct cli_error *error) {
    *attached = NULL;
    if (word[1] != '-') {
        *option = word[2] == '\0' ? find_letter(options, word[1]) : NULL;
        return *option != NULL || cli_usage(error, "there is no option %.60s", word);
    }
    size_t length = strcspn(word + 2, "=");
    *option = find_long(options, word + 2, length);
    if (*option == NULL)
        return refuse_unknown(options, word + 2, length, error);
    if (word[2 + length] == '=')
        *attached = word + 3 + length;
    if (*attached != NULL && (*option)->kind == OPTION_FLAG)
        return cli_usage(error, "--%s takes no value", (*option)->name);
    return true;
}

static bool fill_defaults(const struct option *options, void *values, struct cli_error *error) {
    for (const struct option *option = options; option->name != NULL; option++)
        if (option->initial != NULL && !option_set(option, option->initial, values, error))
            return false;
    return true;
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

bool options_parse(const struct option *options, int argc, char **argv, void *values, int *arg_count,
                   bool *help, uint64_t *given, struct cli_error *error) {
    if (options == NULL)
        options = no_options;
    *arg_count = 0;
    *help = asks_for_help(argc, argv);
    if (*help)
        return true;
    if (!fill_defaults(options, values, error))
        return false;
    bool only_positional = false;
    for (int i = 0; i < argc; i++) {
        const struct option *option;
        const char *value;
        if (only_positional || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[(*arg_count)++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_positional = true;
            continue;
        }
        if (!find_option(options, argv[i], &option, &value, error))
            return false;
        if (option->kind != OPTION_FLAG && value == NULL) {
            if (i + 1 == argc)
                return cli_usage(error, "--%s needs a value", option->name);
            value = argv[++i];
        }
        if (!option_set(option, value, values, error))
            return false;
        if (given != NULL)
            *given |= UINT64_C(1) << (option - options);
    }
    return true;
}

// --- help ---

const struct option option_help = {.name = "help", .letter = 'h', .help = "show this page"};

const char *option_value_name(const struct option *option) {
    static const char *const names[] = {
        [OPTION_FLAG] = "",    [OPTION_INTEGER] = "N", [OPTION_NUMBER] = "X",
        [OPTION_STRING] = "S", [OPTION_CHOICE] = NULL, [OPTION_SIZE] = "WxHxD",
    };
    if (option->value != NULL)
        return option->value;
    return option->kind == OPTION_CHOICE ? option->choices : names[option->kind];
}

enum { HELP_COLUMN = 26, HELP_WIDTH = 80 };

// Words wrapped at HELP_WIDTH; the first line starts at column `at`, the others at HELP_COLUMN.
static void print_wrapped(FILE *out, const char *text, int at) {
    int column = at;
    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column + length > HELP_WIDTH && column > HELP_COLUMN) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        fprintf(out, "%.*s", length, word);
        column += length;
        word += length;
        for (; *word == ' '; word++, column++)
            if (word[1] != '\0')
                fputc(' ', out);
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option *option) {
    char left[80], text[400];
    char letter[5] = "    ";
    if (option->letter != '\0')
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "  %s--%s %s", letter, option->name, option_value_name(option));
    int used = snprintf(text, sizeof text, "%s", option->help);
    if (used > 0 && (size_t)used < sizeof text && option->initial != NULL)
        snprintf(text + used, sizeof text - (size_t)used, " (default %s)", option->initial);
    if (strlen(left) >= HELP_COLUMN)
        fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
    else
        fprintf(out, "%-*s", HELP_COLUMN, left);
    print_wrapped(out, text, HELP_COLUMN);
}

void options_print(FILE *out, const struct option *options) {
    for (const struct option *option = options; option != NULL && option->name != NULL; option++)
        print_option(out, option);
    print_option(out, &option_help);
}

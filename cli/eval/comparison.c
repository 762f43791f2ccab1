// Reads what evaluations said and puts it side by side, where it may stand side by side.
#include "cli/eval/comparison.h"

#include "cli/options/options_json.h"
#include "cli/page/number.h"
#include "cli/text.h"
#include "runtime/log.h"

#include <math.h>
#include <string.h>

// --- reading

static const cJSON *item(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *text_of(const cJSON *object, const char *key) {
    const char *text = cJSON_GetStringValue(item(object, key));
    return text != NULL ? text : "";
}

// null is nothing to say.
static double number_of(const cJSON *object, const char *key) {
    return cJSON_IsNumber(item(object, key)) ? item(object, key)->valuedouble : (double)NAN;
}

// How samples were drawn, where that was not by the defaults: the same weights can stand in two columns.
static void add_drawing(struct compared *c, size_t used) {
    static const struct {
        const char *key, *shown;
        double usual;
    } drawing[] = {{"temperature", " T=", 1}, {"fine", " fine=", 1}, {"seed", " seed ", 1}};
    for (size_t i = 0; i < sizeof drawing / sizeof drawing[0] && used < sizeof c->label; i++) {
        double value = number_of(c->results, drawing[i].key);
        if (isfinite(value) && value != drawing[i].usual)
            used +=
                (size_t)snprintf(c->label + used, sizeof c->label - used, "%s%g", drawing[i].shown, value);
    }
}

// The name of the weights, or of the run that they are of, and what their hash begins with.
static void make_label(struct compared *c) {
    char name[PATH_CAPACITY];
    text_shown(text_of(c->results, "weights"), name, sizeof name);
    char *base = strrchr(name, '/');
    if (base != NULL && strcmp(base, "/weights.safetensors") == 0) {
        *base = '\0';
        base = strrchr(name, '/');
    }
    base = base != NULL ? base + 1 : name;
    size_t length = strlen(base), ending = strlen(".safetensors");
    if (length > ending && strcmp(base + length - ending, ".safetensors") == 0)
        base[length - ending] = '\0';
    int used = snprintf(c->label, sizeof c->label, "%.20s %.8s", base, text_of(c->results, "weights_hash"));
    add_drawing(c, (size_t)used);
    text_make_utf8(c->label);
}

static bool read_one(struct compared *c, const char *path, struct cli_error *error) {
    int written = snprintf(c->path, sizeof c->path, "%s", path);
    if (written >= PATH_CAPACITY)
        return cli_fail(error, NULL, "the path is too long");
    if (path_is_folder(path) && !path_join(c->path, path, "eval.json", error))
        return false;
    c->results = json_file_read(c->path, error);
    if (c->results == NULL)
        return false;
    if (!cJSON_IsObject(item(c->results, "samples")) || !cJSON_IsObject(item(c->results, "reconstruction")))
        return cli_fail(error, c->path, "this is not what `mograph eval --json` prints");
    if (text_of(item(c->results, "set"), "hash")[0] == '\0')
        return cli_fail(error, c->path,
                        "it does not say which set it was judged by, as versions of before did not: "
                        "`mograph eval` it again");
    make_label(c);
    return true;
}

// --- what may stand side by side

static bool same_set(const struct compared *a, const struct compared *b, struct cli_error *error) {
    const cJSON *one = item(a->results, "set"), *other = item(b->results, "set");
    double n = number_of(a->results, "n"), other_n = number_of(b->results, "n");
    if (strcmp(text_of(one, "hash"), text_of(other, "hash")) != 0)
        return cli_fail(error, NULL,
                        "figures of different sets do not stand in one table: %.200s is of %.200s (%s), "
                        "%.200s of %.200s (%s)",
                        a->path, text_of(one, "name"), text_of(one, "hash"), b->path, text_of(other, "name"),
                        text_of(other, "hash"));
    return n == other_n || cli_fail(error, NULL,
                                    "figures of different numbers of clips do not stand in one table: "
                                    "%.200s is of %.0f of each kind, %.200s of %.0f",
                                    a->path, n, b->path, other_n);
}

// Real clips of one set have one figure, but for the classifier that was trained, and rounding.
static void warn_of_classifier(const struct compared *a, const struct compared *b) {
    const cJSON *one = item(a->results, "real"), *other = item(b->results, "real");
    double first = number_of(one, "frechet"), second = number_of(other, "frechet");
    if (fabs(first - second) > 0.01 * fabs(first))
        rt_log(RT_LOG_WARNING,
               "%s and %s were judged by different classifiers: figures from accuracy to memorisation, and "
               "the largest step and path length of morphs, compare roughly",
               a->path, b->path);
}

bool comparison_read(struct comparison *comparison, char *const *paths, unsigned count,
                     struct cli_error *error) {
    if (count > COMPARISON_MOST)
        return cli_usage(error, "%u evaluations are more than a table holds: at most %d", count,
                         COMPARISON_MOST);
    for (unsigned i = 0; i < count; i++) {
        comparison->count = i + 1;
        if (!read_one(&comparison->of[i], paths[i], error) ||
            !same_set(&comparison->of[0], &comparison->of[i], error))
            return false;
        warn_of_classifier(&comparison->of[0], &comparison->of[i]);
    }
    return true;
}

void comparison_destroy(struct comparison *comparison) {
    for (unsigned i = 0; i < comparison->count; i++)
        cJSON_Delete(comparison->of[i].results);
    *comparison = (struct comparison){.count = 0};
}

void comparison_title(const struct comparison *comparison, char *text, size_t size) {
    const cJSON *results = comparison->of[0].results, *set = item(results, "set");
    snprintf(text, size, "%s (%s), %.0f clips of each kind", text_of(set, "name"), text_of(set, "hash"),
             number_of(results, "n"));
    text_make_line(text);
}

// --- tables

// `last`: the head of a column behind those of the evaluations, NULL: none.
static bool begin(const struct comparison *comparison, unsigned rows, const char *last, struct table *table,
                  struct cli_error *error) {
    const char *heads[TABLE_MAX_COLUMNS] = {""};
    unsigned columns = 1;
    for (unsigned i = 0; i < comparison->count; i++)
        heads[columns++] = comparison->of[i].label;
    if (last != NULL)
        heads[columns++] = last;
    return table_begin(table, rows, columns, heads, error);
}

static void add_levels(const struct comparison *comparison, struct table *table, unsigned row) {
    table_name(table, row, "KL by level, nats");
    for (unsigned i = 0; i < comparison->count; i++) {
        const cJSON *level, *levels = item(item(comparison->of[i].results, "reconstruction"), "levels");
        char *cell = table_cell(table, row, 1 + i);
        size_t used = 0;
        cJSON_ArrayForEach(level, levels) {
            if (used < TABLE_TEXT)
                used += (size_t)snprintf(cell + used, TABLE_TEXT - used, "%s%.0f", used > 0 ? " + " : "",
                                         number_of(level, "kl"));
        }
    }
    table_number(table, row, 1 + comparison->count, (double)NAN);
}

static bool make_reconstruction(const struct comparison *comparison, struct table *table,
                                struct cli_error *error) {
    static const char *const rows[][2] = {{"psnr", "PSNR, dB"},
                                          {"foreground_psnr", "foreground PSNR, dB"},
                                          {"ssim", "SSIM"},
                                          {"bits_per_dimension", "bits per dimension"}};
    const cJSON *first = item(comparison->of[0].results, "reconstruction");
    snprintf(table->title, sizeof table->title, "Reconstruction of %.0f validation clips",
             number_of(first, "clips"));
    if (!begin(comparison, 5, "black clip", table, error))
        return false;
    for (unsigned row = 0; row < 4; row++) {
        table_name(table, row, rows[row][1]);
        for (unsigned i = 0; i < comparison->count; i++)
            table_number(table, row, 1 + i,
                         number_of(item(comparison->of[i].results, "reconstruction"), rows[row][0]));
        table_number(table, row, 1 + comparison->count, number_of(item(first, "black"), rows[row][0]));
    }
    add_levels(comparison, table, 4);
    return true;
}

static bool make_samples(const struct comparison *comparison, struct table *table, struct cli_error *error) {
    const cJSON *first = comparison->of[0].results;
    snprintf(table->title, sizeof table->title, "Samples against training clips, %.0f of each kind",
             number_of(first, "n"));
    if (!begin(comparison, FIGURE_COUNT, "real clips", table, error))
        return false;
    for (unsigned row = 0; row < FIGURE_COUNT; row++) {
        const char *key = eval_figure_table[row].key;
        table_name(table, row, eval_figure_table[row].title);
        for (unsigned i = 0; i < comparison->count; i++)
            table_number(table, row, 1 + i, number_of(item(comparison->of[i].results, "samples"), key));
        table_number(table, row, 1 + comparison->count, number_of(item(first, "real"), key));
    }
    return true;
}

// "0.88 (0.86)": a morph, and the cross-fade of its ends.
static void add_way(struct table *table, unsigned row, unsigned column, const cJSON *ring, const char *key) {
    char morph[NUMBER_TEXT], fade[NUMBER_TEXT];
    number_text(number_of(item(ring, "morph"), key), morph);
    number_text(number_of(item(ring, "cross_fade"), key), fade);
    snprintf(table_cell(table, row, column), TABLE_TEXT, "%.20s (%.20s)", morph, fade);
}

static bool make_morphs(const struct comparison *comparison, struct table *table, struct cli_error *error) {
    static const char *const rows[][3] = {{"kinds", "peak", "kinds: brightest pixels half-way"},
                                          {"kinds", "sharpness", "kinds: sharpness half-way"},
                                          {"kinds", "largest_over_mean", "kinds: largest step over mean"},
                                          {"kinds", "path_length", "kinds: perceptual path length"},
                                          {"clips", "peak", "clips: brightest pixels half-way"},
                                          {"clips", "sharpness", "clips: sharpness half-way"},
                                          {"clips", "largest_over_mean", "clips: largest step over mean"},
                                          {"clips", "path_length", "clips: perceptual path length"}};
    snprintf(table->title, sizeof table->title, "Morphs, in brackets the cross-fade of their ends");
    if (!begin(comparison, 8, NULL, table, error))
        return false;
    for (unsigned row = 0; row < 8; row++) {
        table_name(table, row, rows[row][2]);
        for (unsigned i = 0; i < comparison->count; i++)
            add_way(table, row, 1 + i, item(item(comparison->of[i].results, "morphs"), rows[row][0]),
                    rows[row][1]);
    }
    return true;
}

static void add_kind(struct table *table, unsigned row, unsigned column, const cJSON *side,
                     const char *kind) {
    static const enum eval_figure figures[] = {FIGURE_SHARPNESS, FIGURE_FIRST_DIFFERENCE, FIGURE_RECALL};
    const cJSON *of_kind = item(item(side, "kinds"), kind);
    char text[3][NUMBER_TEXT];
    for (int i = 0; i < 3; i++)
        number_text(number_of(of_kind, eval_figure_table[figures[i]].key), text[i]);
    snprintf(table_cell(table, row, column), TABLE_TEXT, "%.12s / %.12s / %.12s", text[0], text[1], text[2]);
}

static bool make_kinds(const struct comparison *comparison, struct table *table, struct cli_error *error) {
    const cJSON *first = comparison->of[0].results, *kind, *kinds = item(item(first, "samples"), "kinds");
    unsigned row = 0;
    snprintf(table->title, sizeof table->title, "Samples of each kind: sharpness / motion / recall");
    if (!begin(comparison, (unsigned)cJSON_GetArraySize(kinds), "real clips", table, error))
        return false;
    cJSON_ArrayForEach(kind, kinds) {
        table_name(table, row, kind->string);
        for (unsigned i = 0; i < comparison->count; i++)
            add_kind(table, row, 1 + i, item(comparison->of[i].results, "samples"), kind->string);
        add_kind(table, row++, 1 + comparison->count, item(first, "real"), kind->string);
    }
    return true;
}

bool comparison_table_make(const struct comparison *comparison, enum comparison_table which,
                           struct table *table, struct cli_error *error) {
    static bool (*const makers[COMPARISON_COUNT])(const struct comparison *, struct table *,
                                                  struct cli_error *) = {make_reconstruction, make_samples,
                                                                         make_morphs, make_kinds};
    *table = (struct table){.rows = 0};
    return makers[which](comparison, table, error);
}

// --- JSON

cJSON *comparison_json(const struct comparison *comparison) {
    const cJSON *first = comparison->of[0].results;
    cJSON *object = cJSON_CreateObject(), *evaluations = cJSON_CreateArray();
    cJSON_AddItemToObject(object, "set", cJSON_Duplicate(item(first, "set"), 1));
    cJSON_AddItemToObject(object, "n", cJSON_Duplicate(item(first, "n"), 1));
    for (unsigned i = 0; i < comparison->count; i++)
        cJSON_AddItemToArray(evaluations, cJSON_Duplicate(comparison->of[i].results, 1));
    cJSON_AddItemToObject(object, "evaluations", evaluations);
    return object;
}

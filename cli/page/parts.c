// Writes the blocks of a page: sections, tiles, embedded GIFs.
#include "cli/page/parts.h"

#include "cli/options/options_json.h"
#include "runtime/system/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void part_begin(struct page *page, const char *heading, const char *kind) {
    page_markup(page, "<section><h2>");
    page_text(page, heading);
    page_format(page, "</h2>\n<div class=\"%s\">\n", kind != NULL ? kind : "plain");
}

void part_end(struct page *page) {
    page_markup(page, "</div></section>\n");
}

// --- tiles

static void element(struct page *page, const char *name, const char *text) {
    if (text == NULL || text[0] == '\0')
        return;
    page_format(page, "<%s>", name);
    page_text(page, text);
    page_format(page, "</%s>", name);
}

void part_tiles(struct page *page, const struct tile *tiles, unsigned count) {
    page_markup(page, "<dl class=\"tiles\">\n");
    for (unsigned i = 0; i < count; i++) {
        page_markup(page, "<div>");
        element(page, "dt", tiles[i].label);
        page_markup(page, "<dd>");
        element(page, "b", tiles[i].value);
        if (tiles[i].unit != NULL) {
            page_markup(page, " ");
            element(page, "span", tiles[i].unit);
        }
        element(page, "small", tiles[i].note);
        page_markup(page, "</dd></div>\n");
    }
    page_markup(page, "</dl>\n");
}

// --- tables

void part_table(struct page *page, const char *const *heads, unsigned columns, const char *const *cells,
                unsigned rows) {
    page_markup(page, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
    for (unsigned i = 0; i < columns; i++) {
        page_markup(page, "<th scope=\"col\">");
        page_text(page, heads[i]);
        page_markup(page, "</th>");
    }
    page_markup(page, "</tr></thead>\n<tbody>\n");
    for (unsigned row = 0; row < rows; row++) {
        page_markup(page, "<tr>");
        for (unsigned i = 0; i < columns; i++) {
            page_markup(page, i == 0 ? "<th scope=\"row\">" : "<td>");
            page_text(page, cells[row * columns + i]);
            page_markup(page, i == 0 ? "</th>" : "</td>");
        }
        page_markup(page, "</tr>\n");
    }
    page_markup(page, "</tbody></table></div>\n");
}

// "true", "0.03", "small".
static void json_text(struct page *page, const cJSON *item) {
    char *text = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
    if (text != NULL || cJSON_IsString(item))
        page_text(page, text != NULL ? text : item->valuestring);
    else
        page->bytes.failed = true;
    free(text);
}

static void option_row(struct page *page, const struct option *option, const cJSON *value,
                       const cJSON *initial, bool changed) {
    page_markup(page, "<tr><th scope=\"row\"><code>");
    page_text(page, option->name);
    page_markup(page, "</code></th><td>");
    json_text(page, value);
    if (changed && initial != NULL) {
        page_markup(page, " <small>instead of ");
        json_text(page, initial);
        page_markup(page, "</small>");
    }
    page_markup(page, "</td><td>");
    page_text(page, option->help);
    page_markup(page, "</td></tr>\n");
}

// The options that differ from their defaults, or those that do not.
static void option_table(struct page *page, const struct option *options, const cJSON *values,
                         const cJSON *defaults, bool changed) {
    page_markup(page, "<table class=\"options\"><thead><tr><th scope=\"col\">Option</th><th scope=\"col\">"
                      "Value</th><th scope=\"col\">What it does</th></tr></thead>\n<tbody>\n");
    for (const struct option *option = options; option->name != NULL; option++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(values, option->name);
        const cJSON *initial = cJSON_GetObjectItemCaseSensitive(defaults, option->name);
        if (value != NULL && changed != (bool)cJSON_Compare(value, initial, 1))
            option_row(page, option, value, initial, changed);
    }
    page_markup(page, "</tbody></table>\n");
}

void part_options(struct page *page, const struct option *options, const void *values, const void *defaults,
                  const char *const *without) {
    cJSON *is = options_to_json(options, values, without);
    cJSON *was = options_to_json(options, defaults, without);
    if (!cJSON_Compare(is, was, 1))
        option_table(page, options, is, was, true);
    else
        page_markup(page, "<p>Every option has its default.</p>\n");
    page_markup(page, "<details><summary>Options at their defaults</summary>\n");
    option_table(page, options, is, was, false);
    page_markup(page, "</details>\n");
    cJSON_Delete(is);
    cJSON_Delete(was);
}

// --- pictures

enum { GIF_HEADER = 10, MAX_GIF_BYTES = 1 << 28, SMALL_WIDTH = 640, MAX_ENLARGED = 4 };

// The caller frees; NULL when it cannot be read.
static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = sys_fopen(path, "rb");
    if (file == NULL)
        return NULL;
    uint8_t *bytes = NULL;
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    bool fits = length >= GIF_HEADER && length <= MAX_GIF_BYTES && fseek(file, 0, SEEK_SET) == 0;
    if (fits && (bytes = malloc((size_t)length)) != NULL &&
        fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    *size = (size_t)length;
    return bytes;
}

static unsigned gif_width(const uint8_t *bytes) {
    return bytes[6] | (unsigned)bytes[7] << 8;
}

static unsigned gif_height(const uint8_t *bytes) {
    return bytes[8] | (unsigned)bytes[9] << 8;
}

// Small pictures are shown enlarged by a whole number, with their pixels.
static void gif_size(struct page *page, const uint8_t *bytes) {
    unsigned width = gif_width(bytes), height = gif_height(bytes);
    unsigned times = width > 0 && width <= SMALL_WIDTH / 2 ? SMALL_WIDTH / width : 1;
    times = times < MAX_ENLARGED ? times : MAX_ENLARGED;
    page_format(page, " width=\"%u\" height=\"%u\"%s", width * times, height * times,
                times > 1 ? " class=\"pixels\"" : "");
}

bool part_gif(struct page *page, const char *path, const char *alt, const char *title, const char *text) {
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    if (bytes == NULL || memcmp(bytes, "GIF8", 4) != 0) {
        free(bytes);
        return false;
    }
    page_format(page, "<figure class=\"picture%s\"><div><img alt=\"",
                gif_width(bytes) > SMALL_WIDTH && gif_width(bytes) > 2 * gif_height(bytes) ? " wide" : "");
    page_text(page, alt);
    page_markup(page, "\"");
    gif_size(page, bytes);
    page_markup(page, " src=\"data:image/gif;base64,");
    page_base64(page, bytes, size);
    page_markup(page, "\"/></div>\n<figcaption>");
    element(page, "b", title);
    page_markup(page, " ");
    element(page, "span", text);
    page_markup(page, "</figcaption></figure>\n");
    free(bytes);
    return true;
}

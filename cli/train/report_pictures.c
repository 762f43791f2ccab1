// The GIFs of samples/, embedded: the newest in view, earlier ones folded away.
#include "cli/train/report_private.h"

#include "cli/page/parts.h"
#include "runtime/system/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EARLIER_BYTES = 12 << 20 };

struct what {
    const char *name; // samples/EPOCH-NAME.gif
    const char *title, *text;
};

static const struct what whats[] = {
    {"samples", "Samples", "Drawn from noise, the same noise at every epoch; a row for each kind."},
    {"morph", "Morphs", "Decoded along straight lines from one noise to another, left to right."},
    {"reconstructions", "Reconstructions",
     "Validation clips above, below what the model makes of their encoding."},
};

static const struct what *find_what(const char *name) {
    for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
        size_t length = strlen(whats[i].name);
        if (strncmp(name, whats[i].name, length) == 0 && strcmp(name + length, ".gif") == 0)
            return &whats[i];
    }
    return NULL;
}

// The epoch of "0010-samples.gif"; NULL in *what for other files.
static uint64_t parse_name(const char *name, const struct what **what) {
    uint64_t epoch = 0;
    int length = 0;
    bool parsed = sscanf(name, "%" SCNu64 "-%n", &epoch, &length) == 1 && length > 0;
    *what = parsed ? find_what(name + length) : NULL;
    return epoch;
}

struct gallery {
    struct page *page;
    char folder[PATH_CAPACITY];
    struct path_list names; // ascending by epoch
    uint64_t newest;
    uint64_t bytes; // of earlier ones so far
};

static void embed(struct gallery *g, const char *name, const struct what *what, uint64_t epoch) {
    struct cli_error ignored;
    char path[PATH_CAPACITY], alt[120];
    snprintf(alt, sizeof alt, "%s after epoch %" PRIu64 ", moving", what->title, epoch);
    if (path_join(path, g->folder, name, &ignored))
        part_gif(g->page, path, alt, what->title, what->text);
}

// All pictures of an epoch in the order of `whats`.
static void show_epoch(struct gallery *g, uint64_t epoch, bool (*wanted)(struct gallery *, const char *)) {
    for (size_t w = 0; w < sizeof whats / sizeof *whats; w++)
        for (size_t i = 0; i < g->names.count; i++) {
            const struct what *what;
            bool now = parse_name(g->names.names[i], &what) == epoch && what == &whats[w];
            if (now && wanted(g, g->names.names[i]))
                embed(g, g->names.names[i], what, epoch);
        }
}

static bool any(struct gallery *g, const char *name) {
    (void)g;
    (void)name;
    return true;
}

static void link_to(struct gallery *g, const char *name, double megabytes) {
    page_markup(g->page, "<p>Left out here for its size: <a href=\"samples/");
    page_text(g->page, name);
    page_markup(g->page, "\">samples/");
    page_text(g->page, name);
    page_format(g->page, "</a> (%.1f MB)</p>\n", megabytes);
}

// Whether an earlier picture still fits; one that does not is linked instead.
static bool fits(struct gallery *g, const char *name) {
    struct cli_error ignored;
    char path[PATH_CAPACITY];
    struct sys_info info;
    if (!path_join(path, g->folder, name, &ignored) || !sys_look(path, &info))
        return false;
    uint64_t bytes = g->bytes + info.bytes;
    if (bytes <= EARLIER_BYTES)
        g->bytes = bytes;
    else
        link_to(g, name, (double)info.bytes * 1e-6);
    return bytes <= EARLIER_BYTES;
}

// The epoch before `epoch` that has pictures; false when there is none.
static bool epoch_before(const struct gallery *g, uint64_t epoch, uint64_t *before) {
    bool found = false;
    for (size_t i = 0; i < g->names.count; i++) {
        const struct what *what;
        uint64_t other = parse_name(g->names.names[i], &what);
        if (what != NULL && other < epoch && (!found || other > *before)) {
            *before = other;
            found = true;
        }
    }
    return found;
}

static void earlier(struct gallery *g) {
    uint64_t epoch;
    if (!epoch_before(g, g->newest, &epoch))
        return;
    page_markup(g->page, "<details><summary>Earlier epochs</summary>\n");
    do {
        page_format(g->page, "<h3>After epoch %" PRIu64 "</h3><div class=\"pictures\">\n", epoch);
        show_epoch(g, epoch, fits);
        page_markup(g->page, "</div>\n");
    } while (epoch_before(g, epoch, &epoch));
    page_markup(g->page, "</details>\n");
}

void report_pictures(struct page *page, const struct train_report *r) {
    struct cli_error ignored;
    struct gallery g = {.page = page};
    char heading[60];
    if (!run_folder_file(r->folder, "samples", g.folder, &ignored) ||
        !path_list_read(&g.names, g.folder, &ignored))
        return;
    if (epoch_before(&g, UINT64_MAX, &g.newest)) {
        snprintf(heading, sizeof heading, "Pictures after epoch %" PRIu64, g.newest);
        part_begin(page, heading, NULL);
        page_markup(page, "<div class=\"pictures\">\n");
        show_epoch(&g, g.newest, any);
        page_markup(page, "</div>\n");
        earlier(&g);
        part_end(page);
    }
    path_list_destroy(&g.names);
}

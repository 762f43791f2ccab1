// Lists what a data set consists of, and says by name how two lists differ.
#include "cli/train/data_record.h"

#include "cli/media/file.h"
#include "cli/terminal.h"
#include "runtime/hash.h"
#include "runtime/system/files.h"
#include "runtime/system/text_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- contents

// Of a clip's file, or of all files of its folder.
struct content {
    uint64_t hash, bytes;
};

static bool hash_stream(int fd, const char *path, struct content *content, struct cli_error *error) {
    enum { PIECE = 1 << 16 };
    unsigned char piece[PIECE];
    ptrdiff_t size;
    while ((size = sys_read(fd, piece, PIECE)) != 0) {
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return cli_fail(error, path, "cannot read: %s", strerror(errno));
        content->hash = rt_hash_bytes(content->hash, piece, (size_t)size);
        content->bytes += (uint64_t)size;
    }
    return true;
}

// Opening a pipe without O_NONBLOCK could wait for ever.
static bool hash_file(const char *path, struct content *content, struct cli_error *error) {
    struct sys_info info;
    int fd = sys_open(path);
    if (fd < 0)
        return cli_fail(error, path, "cannot open: %s", strerror(errno));
    bool plain = sys_look_open(fd, &info) && info.kind == SYS_FILE;
    bool done = plain ? hash_stream(fd, path, content, error) : cli_fail(error, path, "not a file");
    sys_close(fd);
    return done;
}

static bool hash_folder(const char *path, struct content *content, struct cli_error *error) {
    struct path_list list;
    char file[PATH_CAPACITY];
    if (!path_list_read(&list, path, error))
        return false;
    bool done = true;
    for (size_t i = 0; i < list.count && done; i++) {
        content->hash = rt_hash_bytes(content->hash, list.names[i], strlen(list.names[i]) + 1);
        done = path_join(file, path, list.names[i], error) && hash_file(file, content, error);
    }
    path_list_destroy(&list);
    return done;
}

static bool hash_clip(const char *path, struct content *content, struct cli_error *error) {
    *content = (struct content){.hash = RT_HASH_START};
    return path_is_folder(path) ? hash_folder(path, content, error) : hash_file(path, content, error);
}

// --- the list

static void write_name(FILE *out, const char *name) {
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        if (c < 0x20 || c == 0x7f || c == '\\')
            fprintf(out, "\\x%02x", c);
        else
            fputc(c, out);
    }
}

static bool write_clip(FILE *out, const struct data_set *set, const struct data_clip *clip,
                       struct cli_error *error) {
    struct content content;
    if (!hash_clip(clip->path, &content, error))
        return false;
    fprintf(out, "%016" PRIx64 " %" PRIu64 " %s/", content.hash, content.bytes, clip->val ? "val" : "train");
    write_name(out, set->kinds[clip->kind]);
    fputc('/', out);
    write_name(out, path_base(clip->path));
    fputc('\n', out);
    return true;
}

// What takes no time needs no bar.
static void show(struct progress *bar, uint32_t done) {
    if (terminal_seconds() - bar->started > 2.0)
        progress_update(bar, done, NULL);
}

static bool write_clips(FILE *out, const struct data_set *set, struct cli_error *error) {
    struct progress bar;
    bool done = true;
    progress_begin(&bar, "reading the data", set->clip_count);
    for (uint32_t i = 0; i < set->clip_count && done; i++) {
        done = write_clip(out, set, &set->clips[i], error);
        show(&bar, i + 1);
    }
    progress_clear(&bar);
    return done;
}

void data_record_take(struct data_record *record, char *text, size_t size) {
    record->text = text;
    if (text != NULL)
        snprintf(record->hash, sizeof record->hash, "%016" PRIx64, rt_hash_bytes(RT_HASH_START, text, size));
}

bool data_record_make(struct data_record *record, const struct data_set *set, struct cli_error *error) {
    struct sys_text_stream stream;
    if (!sys_text_begin(&stream))
        return cli_no_memory(error, "the list of clips");
    for (uint32_t i = 0; i < set->kind_count; i++) {
        fputs("kind ", stream.file);
        write_name(stream.file, set->kinds[i]);
        fputc('\n', stream.file);
    }
    bool done = write_clips(stream.file, set, error);
    bool whole = sys_text_end(&stream);
    data_record_take(record, stream.text, stream.size);
    return done && (whole || cli_no_memory(error, "the list of clips"));
}

void data_record_load(struct data_record *record, const char *path) {
    struct cli_error ignored;
    uint8_t *bytes;
    size_t size;
    if (!file_load(path, &bytes, &size, &ignored))
        return;
    char *text = malloc(size + 1);
    if (text != NULL) {
        memcpy(text, bytes, size);
        text[size] = '\0';
    }
    data_record_take(record, text, size);
    free(bytes);
}

void data_record_destroy(struct data_record *record) {
    free(record->text);
    *record = (struct data_record){0};
}

// --- differences

// A record cut into lines: names, and what stands before each ("kind", "HASH BYTES", "drawn VALUE").
struct line {
    const char *what, *name;
};

struct lines {
    char *text;
    uint32_t count;
    struct line *at;
};

static int by_name(const void *left, const void *right) {
    const struct line *a = left, *b = right;
    return strcmp(a->name, b->name);
}

// The name begins behind the last space before it: a kind's behind the first, a clip's or a setting's behind
// the second.
static bool cut_line(char *text, struct line *line) {
    bool kind = strncmp(text, "kind ", 5) == 0;
    char *space = strchr(text, ' ');
    if (space != NULL && !kind)
        space = strchr(space + 1, ' ');
    if (space == NULL)
        return false;
    *space = '\0';
    *line = (struct line){text, space + 1};
    return true;
}

static bool is_kind(const struct line *line) {
    return strcmp(line->what, "kind") == 0;
}

// Only the kinds, or only the clips, by name. An empty list when memory is out.
static struct lines cut(const char *text, bool kinds) {
    struct lines lines = {.text = strdup(text != NULL ? text : "")};
    size_t newlines = 0;
    for (const char *c = lines.text; c != NULL && *c != '\0'; c++)
        newlines += *c == '\n';
    lines.at = malloc((newlines + 1) * sizeof *lines.at);
    char *next = lines.at != NULL ? lines.text : NULL;
    while (next != NULL && *next != '\0') {
        char *start = next, *end = strchr(next, '\n');
        next = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = '\0';
        if (end != NULL && cut_line(start, &lines.at[lines.count]) &&
            is_kind(&lines.at[lines.count]) == kinds)
            lines.count++;
    }
    if (lines.count > 0)
        qsort(lines.at, lines.count, sizeof *lines.at, by_name);
    return lines;
}

static void lines_free(struct lines *lines) {
    free(lines->at);
    free(lines->text);
}

enum { GONE, NEW, CHANGED, WAYS };

struct differences {
    const char *first[WAYS];
    uint32_t count[WAYS];
};

static void note(struct differences *d, int way, const char *name) {
    if (d->count[way]++ == 0)
        d->first[way] = name;
}

static struct differences compare(const struct lines *before, const struct lines *now) {
    struct differences d = {{NULL}, {0}};
    uint32_t i = 0, j = 0;
    while (i < before->count || j < now->count) {
        int order = i == before->count ? 1
                    : j == now->count  ? -1
                                       : strcmp(before->at[i].name, now->at[j].name);
        if (order < 0)
            note(&d, GONE, before->at[i].name);
        else if (order > 0)
            note(&d, NEW, now->at[j].name);
        else if (strcmp(before->at[i].what, now->at[j].what) != 0)
            note(&d, CHANGED, now->at[j].name);
        i += order <= 0;
        j += order >= 0;
    }
    return d;
}

// "train/snow/0001.webp is gone (and 2 more), ...".
static void describe(const struct differences *d, const char *what, char *text, size_t size) {
    static const char *const ways[WAYS] = {"is gone", "is new", "has changed"};
    size_t at = 0;
    text[0] = '\0';
    for (int way = 0; way < WAYS && at < size; way++) {
        if (d->count[way] == 0)
            continue;
        at += (size_t)snprintf(text + at, size - at, "%s%s\"%.100s\" %s", at > 0 ? ", " : "", what,
                               d->first[way], ways[way]);
        if (d->count[way] > 1 && at < size)
            at += (size_t)snprintf(text + at, size - at, " (and %u more)", d->count[way] - 1);
    }
}

static void compare_part(const struct data_record *before, const struct data_record *now, bool kinds,
                         struct data_difference *found) {
    struct lines old = cut(before->text, kinds), new = cut(now->text, kinds);
    struct differences d = compare(&old, &new);
    describe(&d, kinds ? "the kind " : "", found->text, sizeof found->text);
    found->kinds = kinds && found->text[0] != '\0';
    lines_free(&old);
    lines_free(&new);
}

struct data_difference data_record_compare(const struct data_record *before, const struct data_record *now) {
    struct data_difference found = {.kinds = false};
    if (before->text == NULL || now->text == NULL)
        return found;
    compare_part(before, now, true, &found);
    if (!found.kinds)
        compare_part(before, now, false, &found);
    return found;
}

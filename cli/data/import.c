// Searches folders for clips and makes a data set of them.
#include "cli/data/import.h"

#include "cli/data/kind_names.h"
#include "cli/data/ours.h"
#include "cli/media/read.h"
#include "cli/text.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

struct found {
    char *path, *kind;
    bool imported;
    char name[300]; // in the new set
};

// A link that was met: looked at when all else has been, so that clips have the kind of the folder they lie
// in.
struct link {
    char *path, *kind;
    int depth;
};

struct job {
    const struct import *import;
    struct import_report *report;
    struct staging staging;
    struct folder_walk walk;
    struct walk_report walked;
    struct found *found;
    uint32_t count;
    struct link *links;
    uint32_t link_count;
    struct cli_error *error;
};

// --- what is not taken

static void on_walked(void *user, enum walk_telling telling, const char *text) {
    struct job *job = user;
    *(telling == WALK_SKIPPED ? &job->report->skipped_count : &job->report->left_out_count) =
        telling == WALK_SKIPPED ? job->walked.skipped : job->walked.left_out;
    if (job->report->tell != NULL)
        job->report->tell(job->report->user, telling, text);
}

// Every reason names its file, also where the reader's does not.
static void skip(struct job *job, const char *path, const struct cli_error *reason) {
    char shown[CLI_ERROR_TEXT];
    text_shown(path, shown, sizeof shown);
    size_t named = strlen(shown) < 400 ? strlen(shown) : 400;
    if (strncmp(reason->text, shown, named) == 0)
        walk_tell(&job->walk, WALK_SKIPPED, NULL, "%s", reason->text);
    else
        walk_tell(&job->walk, WALK_SKIPPED, path, "%s", reason->text);
}

// --- the search

static bool no_memory(struct job *job) {
    return cli_no_memory(job->error, "the list of clips");
}

static bool remember(struct job *job, const char *path, const char *kind) {
    if ((job->count & (job->count - 1)) == 0) { // grows at powers of two
        struct found *grown = realloc(job->found, (job->count ? 2 * (size_t)job->count : 1) * sizeof *grown);
        if (grown == NULL)
            return no_memory(job);
        job->found = grown;
    }
    struct found *found = &job->found[job->count];
    *found = (struct found){.path = strdup(path), .kind = strdup(kind)};
    if (found->path == NULL || found->kind == NULL) {
        free(found->path);
        free(found->kind);
        return no_memory(job);
    }
    job->count++;
    return kind_name_check(kind, path, job->error);
}

static bool put_off(struct job *job, const char *path, const char *kind, int depth) {
    if ((job->link_count & (job->link_count - 1)) == 0) {
        struct link *grown =
            realloc(job->links, (job->link_count ? 2 * (size_t)job->link_count : 1) * sizeof *grown);
        if (grown == NULL)
            return no_memory(job);
        job->links = grown;
    }
    struct link link = {strdup(path), strdup(kind), depth};
    job->links[job->link_count++] = link;
    return (link.path != NULL && link.kind != NULL) || no_memory(job);
}

static bool search(struct job *job, const char *path, const char *kind, int depth);

static bool search_entry(struct job *job, const char *folder, const char *name, int depth) {
    char inner[PATH_CAPACITY];
    struct cli_error reason = {.text = ""};
    const char *kind = kind_name_of_folder(path_base(folder));
    if (!path_join(inner, folder, name, &reason)) {
        skip(job, folder, &reason);
        return true;
    }
    if (walk_is_link(inner))
        return put_off(job, inner, kind, depth);
    return search(job, inner, kind, depth);
}

static bool search_folder(struct job *job, const char *folder, int depth) {
    struct path_list list;
    struct cli_error reason = {.text = ""};
    if (!walk_list(&job->walk, folder, &list, &reason)) {
        skip(job, folder, &reason);
        return true;
    }
    bool ok = true, set = folder_made_by_us(folder) == FOLDER_DATA_SET;
    for (size_t i = 0; ok && i < list.count; i++)
        if (!set || !ours_is_file(list.names[i]))
            ok = search_entry(job, folder, list.names[i], depth + 1);
    path_list_destroy(&list);
    return ok;
}

// What mograph made itself is no source unless it is named.
static bool leave_out(struct job *job, const char *path) {
    if (!path_is_folder(path))
        return false;
    enum folder_origin origin = folder_made_by_us(path);
    int code = errno;
    const char *what = folder_origin_text(origin);
    if (staging_is_target(&job->staging, path))
        walk_tell(&job->walk, WALK_LEFT_OUT, path, "what the data set is written to");
    else if (origin == FOLDER_UNKNOWN)
        walk_tell(&job->walk, WALK_SKIPPED, path, "%s: %s", what, strerror(code));
    else if (what != NULL)
        walk_tell(&job->walk, WALK_LEFT_OUT, path, "%s; name it to import it", what);
    else
        return false;
    return true;
}

// Folders below MAX_DEPTH are not clips anyone sorted.
static bool search(struct job *job, const char *path, const char *kind, int depth) {
    if (staging_is_folder(&job->staging, path))
        return true; // not there before this command, and not after it
    if (depth > 0 && leave_out(job, path))
        return true;
    switch (walk_look(&job->walk, path, job->error)) {
    case WALK_FAILED:
        return false;
    case WALK_NOTHING:
        return true;
    case WALK_FRAMES:
    case WALK_FILE:
        return remember(job, path, kind);
    case WALK_FOLDER:
        break;
    }
    if (depth <= MAX_DEPTH)
        return search_folder(job, path, depth);
    walk_tell(&job->walk, WALK_SKIPPED, path, "too many folders inside each other");
    return true;
}

// A source's real path, because the name of its folder must be known even for "." and "clip.gif".
static bool search_source(struct job *job, const char *source) {
    char real[PATH_CAPACITY], parent[PATH_CAPACITY];
    if (!sys_real_path(source, real, sizeof real)) {
        walk_tell(&job->walk, WALK_SKIPPED, source, "cannot open: %s", strerror(errno));
        return true;
    }
    size_t length = (size_t)(path_base(real) - real);
    snprintf(parent, sizeof parent, "%.*s", length > 1 ? (int)length - 1 : 1, real);
    return search(job, real, kind_name_of_folder(path_base(parent)), 0);
}

static int by_kind(const void *left, const void *right) {
    const struct found *a = left, *b = right;
    int order = strcmp(a->kind, b->kind);
    return order != 0 ? order : strcmp(a->path, b->path);
}

// Whether clip `i` of a kind goes to validation: the second, then spread evenly, so that neighbours in name
// (often cuts of one recording) do not all land on one side.
static bool falls_to_val(uint32_t i, double part) {
    const double slack = 1e-9;
    return i > 0 && ceil(i * part - slack) > ceil((i - 1) * part - slack);
}

static bool import_one(struct job *job, struct found *found, uint32_t position, uint32_t numbers[2]) {
    struct clip clip;
    struct cli_error reason = {.text = ""};
    if (!import_clip(job->import, found->path, &clip, &reason)) {
        skip(job, found->path, &reason);
        return true;
    }
    bool val = falls_to_val(position, job->import->val);
    data_clip_name(found->name, sizeof found->name, val, found->kind, ++numbers[val], job->import->format);
    bool ok = data_clip_write(&job->staging, found->name, &clip, job->error);
    clip_destroy(&clip);
    found->imported = ok;
    job->report->imported_count += ok;
    return ok;
}

static bool import_all(struct job *job, const struct data_progress *progress) {
    uint32_t numbers[2] = {0, 0}, position = 0;
    for (uint32_t i = 0; i < job->count; i++) {
        if (i == 0 || strcmp(job->found[i].kind, job->found[i - 1].kind) != 0)
            numbers[0] = numbers[1] = position = 0;
        if (!import_one(job, &job->found[i], position, numbers))
            return false;
        position += job->found[i].imported;
        if (!data_progress_step(progress, i + 1, job->count))
            return cli_fail(job->error, NULL, "cancelled; nothing was left behind");
    }
    return true;
}

static bool write_manifest(struct job *job) {
    static const char *const fits[] = {"crop", "pad", "stretch"}, *const cuts[] = {"uniform", "first",
                                                                                   "window"};
    cJSON *manifest = data_manifest_begin("import", &job->import->size);
    cJSON_AddStringToObject(manifest, "fit", fits[job->import->fit]);
    cJSON_AddStringToObject(manifest, "frames_from", cuts[job->import->frames_from]);
    cJSON_AddNumberToObject(manifest, "val", job->import->val);
    cJSON *entries = cJSON_AddArrayToObject(manifest, "clips");
    bool ok = entries != NULL;
    for (uint32_t i = 0; ok && i < job->count; i++) {
        const struct found *found = &job->found[i];
        if (!found->imported)
            continue;
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "file", found->name);
        cJSON_AddStringToObject(entry, "kind", found->kind);
        cJSON_AddStringToObject(entry, "source", found->path);
        ok = cJSON_AddItemToArray(entries, entry) != 0;
    }
    ok = ok ? data_manifest_write(&job->staging, manifest, job->error)
            : cli_fail(job->error, "manifest.json", "no memory");
    cJSON_Delete(manifest);
    return ok;
}

// Kinds follow each other when the list is sorted.
static bool check_kinds(struct job *job) {
    const char **kinds = malloc((job->count + 1) * sizeof *kinds);
    uint32_t count = 0;
    if (kinds == NULL)
        return no_memory(job);
    for (uint32_t i = 0; i < job->count; i++)
        if (i == 0 || strcmp(job->found[i].kind, job->found[i - 1].kind) != 0)
            kinds[count++] = job->found[i].kind;
    bool ok = kind_names_check(kinds, count, NULL, job->error);
    free(kinds);
    return ok;
}

// Links that are met on the way to other links are added to the list.
static bool search_links(struct job *job) {
    for (uint32_t i = 0; i < job->link_count; i++)
        if (!search(job, job->links[i].path, job->links[i].kind, job->links[i].depth))
            return false;
    return true;
}

static bool search_all(struct job *job, const char *const *sources, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!search_source(job, sources[i]))
            return false;
    if (!search_links(job))
        return false;
    if (job->count > 0)
        qsort(job->found, job->count, sizeof *job->found, by_kind);
    return check_kinds(job);
}

static bool import_staged(struct job *job, const struct data_progress *progress) {
    if (!import_all(job, progress))
        return false;
    if (job->report->imported_count == 0)
        return cli_fail(job->error, NULL,
                        job->report->skipped_count > 0 ? "nothing could be imported: everything was skipped"
                                                       : "nothing to import: the folders hold no files");
    return write_manifest(job) && data_sheet_write(job->staging.folder, job->error) &&
           staging_commit(&job->staging, job->error);
}

static void destroy(struct job *job) {
    for (uint32_t i = 0; i < job->count; i++) {
        free(job->found[i].path);
        free(job->found[i].kind);
    }
    for (uint32_t i = 0; i < job->link_count; i++) {
        free(job->links[i].path);
        free(job->links[i].kind);
    }
    free(job->found);
    free(job->links);
    walk_end(&job->walk);
}

bool import_write(const struct import *import, const char *const *sources, uint32_t source_count,
                  const char *folder, bool force, struct import_report *report,
                  const struct data_progress *progress, struct cli_error *error) {
    struct job job = {.import = import, .report = report, .error = error};
    report->imported_count = report->skipped_count = report->left_out_count = 0;
    job.walked = (struct walk_report){.tell = on_walked, .user = &job};
    if (!(import->val >= 0 && import->val < 1))
        return cli_fail(error, NULL, "a part of %g for validation: from 0 to below 1, such as 0.15",
                        import->val);
    if (!data_size_check(&import->size, error) || !staging_begin(&job.staging, folder, force, error))
        return false;
    bool ok = walk_begin(&job.walk, &job.walked, error) && search_all(&job, sources, source_count) &&
              import_staged(&job, progress);
    destroy(&job);
    staging_end(&job.staging);
    return ok;
}

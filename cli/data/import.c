// realpath is XSI
#define _XOPEN_SOURCE 700

#include "cli/data/import.h"

#include "cli/media/read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 32 };

struct found {
    char *path, *kind;
    bool imported;
    char name[300]; // in the new set
};

struct job {
    const struct import *import;
    struct import_report *report;
    struct staging staging;
    struct found *found;
    uint32_t count;
    struct cli_error *error;
};

static void skip(struct job *job, const struct cli_error *reason) {
    job->report->skipped_count++;
    if (job->report->skipped != NULL)
        job->report->skipped(job->report->user, reason->text);
}

static bool remember(struct job *job, const char *path, const char *kind) {
    if ((job->count & (job->count - 1)) == 0) { // grows at powers of two
        struct found *grown = realloc(job->found, (job->count ? 2 * (size_t)job->count : 1) * sizeof *grown);
        if (grown == NULL)
            return cli_fail(job->error, path, "no memory for the list of clips");
        job->found = grown;
    }
    struct found *found = &job->found[job->count];
    *found = (struct found){.path = strdup(path), .kind = strdup(kind)};
    if (found->path == NULL || found->kind == NULL) {
        free(found->path);
        free(found->kind);
        return cli_fail(job->error, path, "no memory for the list of clips");
    }
    job->count++;
    return true;
}

// Folders below MAX_DEPTH are not clips anyone sorted; links may run in circles.
static bool search(struct job *job, const char *path, const char *kind, int depth) {
    struct path_list list;
    struct cli_error reason;
    bool frames = false; // a folder that cannot be listed is skipped below
    if (!path_is_folder(path) || (clip_is_png_folder(path, &frames, &reason) && frames))
        return remember(job, path, kind);
    if (depth > MAX_DEPTH) {
        cli_fail(&reason, path, "too many folders inside each other");
        skip(job, &reason);
        return true;
    }
    if (!path_list_read(&list, path, &reason)) {
        skip(job, &reason);
        return true;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < list.count; i++) {
        char inner[PATH_CAPACITY];
        if (path_join(inner, path, list.names[i], &reason))
            ok = search(job, inner, path_base(path), depth + 1);
        else
            skip(job, &reason);
    }
    path_list_destroy(&list);
    return ok;
}

// A source's real path, because the name of its folder must be known even for "." and "clip.gif".
static bool search_source(struct job *job, const char *source) {
    struct cli_error reason;
    char *real = realpath(source, NULL);
    if (real == NULL) {
        cli_fail(&reason, source, "cannot open: %s", strerror(errno));
        skip(job, &reason);
        return true;
    }
    char parent[PATH_CAPACITY];
    size_t length = (size_t)(path_base(real) - real);
    snprintf(parent, sizeof parent, "%.*s", length > 1 ? (int)length - 1 : 1, real);
    const char *kind = path_base(parent);
    bool ok = search(job, real, kind[0] != '\0' && kind[0] != '/' ? kind : "clips", 0);
    free(real);
    return ok;
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
        skip(job, &reason);
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

static bool search_all(struct job *job, const char *const *sources, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!search_source(job, sources[i]))
            return false;
    if (job->count > 0)
        qsort(job->found, job->count, sizeof *job->found, by_kind);
    return true;
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

bool import_write(const struct import *import, const char *const *sources, uint32_t source_count,
                  const char *folder, bool force, struct import_report *report,
                  const struct data_progress *progress, struct cli_error *error) {
    struct job job = {.import = import, .report = report, .error = error};
    report->imported_count = report->skipped_count = 0;
    if (!(import->val >= 0 && import->val < 1))
        return cli_fail(error, NULL, "a part of %g for validation: from 0 to below 1, such as 0.15",
                        import->val);
    if (!data_size_check(&import->size, error) || !staging_begin(&job.staging, folder, force, error))
        return false;
    bool ok = search_all(&job, sources, source_count) && import_staged(&job, progress);
    for (uint32_t i = 0; i < job.count; i++) {
        free(job.found[i].path);
        free(job.found[i].kind);
    }
    free(job.found);
    if (!ok)
        staging_discard(&job.staging);
    return ok;
}

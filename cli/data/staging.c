// Builds a data set in a folder beside the target and renames it when it is complete.
#include "cli/data/staging.h"

#include "cli/media/file.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Left in DIR.partial from its first moment, so that nothing else is ever taken for a leftover of ours.
#define MARKER ".mograph-partial"

// Whether DIR/manifest.json was written by mograph.
static bool is_our_set(const char *folder) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    uint8_t *bytes;
    size_t size;
    if (!path_join(path, folder, "manifest.json", &ignored) || !file_load(path, &bytes, &size, &ignored))
        return false;
    cJSON *root = cJSON_ParseWithLength((const char *)bytes, size);
    free(bytes);
    const char *generator = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "generator"));
    bool ours = generator != NULL && strncmp(generator, "mograph", 7) == 0;
    cJSON_Delete(root);
    return ours;
}

static bool has_marker(const char *folder) {
    char path[PATH_CAPACITY];
    struct cli_error ignored;
    return path_join(path, folder, MARKER, &ignored) && access(path, F_OK) == 0;
}

// Links are removed, never followed.
static void remove_tree(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0)
        return;
    DIR *stream = S_ISDIR(status.st_mode) ? opendir(path) : NULL;
    if (stream == NULL) {
        unlink(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char inner[PATH_CAPACITY];
        struct cli_error ignored;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            path_join(inner, path, entry->d_name, &ignored))
            remove_tree(inner);
    }
    closedir(stream);
    rmdir(path);
}

static bool may_replace(const char *target, bool force, struct cli_error *error) {
    struct stat status;
    if (lstat(target, &status) != 0)
        return errno == ENOENT || cli_fail(error, target, "cannot write here: %s", strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        struct path_list list;
        if (!path_list_read(&list, target, error))
            return false;
        bool empty = list.count == 0;
        path_list_destroy(&list);
        if (empty || (force && is_our_set(target)))
            return true;
        if (force)
            return cli_fail(error, target,
                            "not a data set that mograph made; remove it yourself or choose "
                            "another folder");
    }
    return cli_fail(error, target, "exists already; --force replaces it");
}

static bool make_folder(const char *path, struct cli_error *error) {
    return mkdir(path, 0777) == 0 || (errno == EEXIST && path_is_folder(path)) ||
           cli_fail(error, path, "cannot make the folder: %s", strerror(errno));
}

static bool begin_partial(struct staging *staging, struct cli_error *error) {
    if (has_marker(staging->folder))
        remove_tree(staging->folder);
    if (mkdir(staging->folder, 0777) != 0)
        return cli_fail(error, staging->folder, "cannot make the folder: %s", strerror(errno));
    char marker[PATH_CAPACITY];
    FILE *file = path_join(marker, staging->folder, MARKER, error) ? fopen(marker, "wb") : NULL;
    return (file != NULL && fclose(file) == 0) ||
           cli_fail(error, staging->folder, "cannot write here: %s", strerror(errno));
}

bool staging_begin(struct staging *staging, const char *target, bool force, struct cli_error *error) {
    *staging = (struct staging){{0}, {0}};
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    if (length == 0 || length + 16 >= PATH_CAPACITY)
        return cli_fail(error, length ? target : NULL, "not a name for a folder");
    snprintf(staging->target, PATH_CAPACITY, "%.*s", (int)length, target);
    snprintf(staging->folder, PATH_CAPACITY, "%.*s.partial", (int)length, target);
    bool ok = may_replace(staging->target, force, error) && begin_partial(staging, error);
    if (!ok)
        staging->folder[0] = '\0';
    return ok;
}

bool staging_folder(const struct staging *staging, const char *relative, char out[PATH_CAPACITY],
                    struct cli_error *error) {
    if (!path_join(out, staging->folder, relative, error))
        return false;
    for (char *slash = out + strlen(staging->folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        bool ok = make_folder(out, error);
        *slash = '/';
        if (!ok)
            return false;
    }
    return make_folder(out, error);
}

bool staging_commit(struct staging *staging, struct cli_error *error) {
    char marker[PATH_CAPACITY], aside[PATH_CAPACITY];
    if (!path_join(marker, staging->folder, MARKER, error))
        return false;
    unlink(marker);
    snprintf(aside, sizeof aside, "%.*s.replaced", PATH_CAPACITY - 16, staging->target);
    bool existed = rename(staging->target, aside) == 0;
    if (rename(staging->folder, staging->target) != 0) {
        cli_fail(error, staging->target, "cannot write here: %s", strerror(errno));
        if (existed)
            rename(aside, staging->target);
        return false;
    }
    if (existed)
        remove_tree(aside);
    staging->folder[0] = '\0';
    return true;
}

void staging_discard(struct staging *staging) {
    if (staging->folder[0] != '\0')
        remove_tree(staging->folder);
    staging->folder[0] = '\0';
}

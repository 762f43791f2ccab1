#include "cli/media/output.h"

#include "cli/media/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The folder that holds `path`, "." for a bare name.
static void parent_folder(const char *path, char out[PATH_CAPACITY]) {
    size_t length = (size_t)(path_base(path) - path);
    snprintf(out, PATH_CAPACITY, "%.*s", (int)(length ? length : 1), length ? path : ".");
}

static bool name_paths(struct output *output, const char *path, struct media_error *error) {
    char folder[PATH_CAPACITY];
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length + 16 >= PATH_CAPACITY)
        return media_fail(error, path, "the path is too long");
    snprintf(output->path, PATH_CAPACITY, "%.*s", (int)length, path);
    parent_folder(output->path, folder);
    // A dot in front: listings and data sets do not see what is half written.
    int written = snprintf(output->temporary, PATH_CAPACITY, "%s/.%s.", folder, path_base(output->path));
    if (written < 0 || written + 32 >= PATH_CAPACITY)
        return media_fail(error, path, "the path is too long");
    return true;
}

static bool may_replace(const struct output *output, bool folder, struct media_error *error) {
    struct stat status;
    if (lstat(output->path, &status) != 0)
        return errno == ENOENT || media_fail(error, output->path, "cannot write here: %s", strerror(errno));
    if (!output->force)
        return media_fail(error, output->path, "exists already; --force replaces it");
    if (S_ISDIR(status.st_mode) && !(folder && clip_is_png_folder(output->path)))
        return media_fail(error, output->path,
                          "is a folder that holds other things than frames; not replaced");
    return true;
}

// Unlike mkstemp, with the mode that the user's umask gives, and for folders too. `attempt` tells names of
// one process apart, whatever thread asks.
static bool make_temporary(struct output *output, bool folder) {
    size_t length = strlen(output->temporary);
    for (unsigned attempt = 0; attempt < 10000; attempt++) {
        snprintf(output->temporary + length, PATH_CAPACITY - length, "%ld-%u", (long)getpid(), attempt);
        if (folder && mkdir(output->temporary, 0777) == 0)
            return true;
        int fd = folder ? -1 : open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            output->file = fdopen(fd, "wb");
            return output->file != NULL;
        }
        if (errno != EEXIST)
            break;
    }
    return false;
}

bool output_begin(struct output *output, const char *path, bool folder, bool force,
                  struct media_error *error) {
    *output = (struct output){.force = force};
    bool ok = name_paths(output, path, error) && may_replace(output, folder, error);
    if (ok && !make_temporary(output, folder))
        ok = media_fail(error, path, "cannot write here: %s", strerror(errno));
    if (!ok)
        output->temporary[0] = '\0';
    return ok;
}

bool output_write(struct output *output, const void *bytes, size_t size, struct media_error *error) {
    if (fwrite(bytes, 1, size, output->file) == size)
        return true;
    return media_fail(error, output->path, "cannot write: %s", strerror(errno));
}

static bool sync_path(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    // Some file systems cannot sync folders and say EINVAL; there is nothing more to do there.
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return ok;
}

// Removes a folder of plain files.
static void remove_frames(const char *folder) {
    struct media_error ignored;
    struct path_list list;
    char path[PATH_CAPACITY];
    if (path_list_read(&list, folder, &ignored)) {
        for (size_t i = 0; i < list.count; i++)
            if (path_join(path, folder, list.names[i], &ignored))
                unlink(path);
        path_list_destroy(&list);
    }
    rmdir(folder);
}

// A folder cannot be renamed over one that holds files: the old one steps aside first.
static bool rename_folder(struct output *output) {
    char aside[PATH_CAPACITY];
    int written = snprintf(aside, sizeof aside, "%s.old", output->temporary);
    bool existed = written > 0 && written < PATH_CAPACITY && rename(output->path, aside) == 0;
    if (rename(output->temporary, output->path) != 0) {
        int code = errno;
        if (existed)
            rename(aside, output->path);
        errno = code;
        return false;
    }
    if (existed)
        remove_frames(aside);
    return true;
}

static bool take_name(struct output *output, bool folder) {
    if (folder)
        return rename_folder(output);
    if (output->force)
        return rename(output->temporary, output->path) == 0;
    // link() refuses to replace what another program made meanwhile.
    if (link(output->temporary, output->path) == 0)
        return unlink(output->temporary) == 0;
    return errno != EEXIST && rename(output->temporary, output->path) == 0;
}

bool output_commit(struct output *output, struct media_error *error) {
    bool folder = output->file == NULL;
    bool ok = folder || fflush(output->file) == 0;
    ok = (folder || fclose(output->file) == 0) && ok;
    output->file = NULL;
    ok = ok && sync_path(output->temporary) && take_name(output, folder);
    if (!ok) {
        media_fail(error, output->path, "cannot write: %s", strerror(errno));
        output_discard(output);
        return false;
    }
    output->temporary[0] = '\0';
    char parent[PATH_CAPACITY];
    parent_folder(output->path, parent);
    sync_path(parent);
    return true;
}

void output_discard(struct output *output) {
    if (output->file != NULL)
        fclose(output->file);
    output->file = NULL;
    if (output->temporary[0] == '\0')
        return;
    if (path_is_folder(output->temporary))
        remove_frames(output->temporary);
    else
        unlink(output->temporary);
    output->temporary[0] = '\0';
}

bool output_file(const char *path, const void *bytes, size_t size, bool force, struct media_error *error) {
    struct output output;
    if (!output_begin(&output, path, false, force, error))
        return false;
    if (!output_write(&output, bytes, size, error)) {
        output_discard(&output);
        return false;
    }
    return output_commit(&output, error);
}

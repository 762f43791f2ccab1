// Writes files and folders of frames whole or not at all.
#include "cli/media/output.h"

#include "cli/media/read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool may_replace(const struct output *output, bool folder, struct cli_error *error) {
    struct stat status;
    if (lstat(output->atomic.path, &status) != 0)
        return errno == ENOENT ||
               cli_fail(error, output->atomic.path, "cannot write here: %s", strerror(errno));
    if (!output->force)
        return cli_fail(error, output->atomic.path, "exists already; --force replaces it");
    bool frames = false;
    if (folder && !clip_is_png_folder(output->atomic.path, &frames, error))
        return false;
    if (S_ISDIR(status.st_mode) && !frames)
        return cli_fail(error, output->atomic.path,
                        "is a folder that holds other things than frames; not replaced");
    return true;
}

bool output_begin(struct output *output, const char *path, bool folder, bool force, struct cli_error *error) {
    *output = (struct output){.force = force};
    int code = atomic_file_begin(&output->atomic, path, folder);
    if (code != 0)
        return cli_fail(error, path, "cannot write here: %s", strerror(code));
    if (may_replace(output, folder, error))
        return true;
    output_discard(output);
    return false;
}

bool output_write(struct output *output, const void *bytes, size_t size, struct cli_error *error) {
    int code = atomic_file_write(&output->atomic, bytes, size);
    return code == 0 || cli_fail(error, output->atomic.path, "cannot write: %s", strerror(code));
}

// Removes a folder of plain files; `stream`, which this closes, may have been opened under another name. Nothing is
// allocated: memory may be what has run out.
static void remove_frames(const char *folder, DIR *stream) {
    if (stream != NULL) {
        for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
            if (entry->d_name[0] != '.')
                unlinkat(dirfd(stream), entry->d_name, 0);
        closedir(stream);
    }
    rmdir(folder);
}

// A folder cannot be renamed over one that holds files: the old one, `stream`, steps aside first.
static int replace_folder(const struct atomic_file *folder, DIR *stream) {
    char aside[PATH_CAPACITY];
    int written = snprintf(aside, sizeof aside, "%s.old", folder->temporary);
    int code = written > 0 && written < PATH_CAPACITY ? 0 : ENAMETOOLONG;
    if (code == 0 && rename(folder->path, aside) != 0)
        code = errno;
    if (code == 0 && rename(folder->temporary, folder->path) != 0) {
        code = errno;
        rename(aside, folder->path);
    }
    if (code == 0)
        remove_frames(aside, stream);
    else
        closedir(stream);
    return code;
}

static int rename_folder(const struct atomic_file *folder) {
    DIR *old = opendir(folder->path);
    if (old != NULL)
        return replace_folder(folder, old);
    if (errno != ENOENT)
        return errno;
    return rename(folder->temporary, folder->path) == 0 ? 0 : errno;
}

static int commit_folder(struct atomic_file *folder) {
    int code = atomic_sync(folder->temporary);
    if (code == 0)
        code = rename_folder(folder);
    if (code != 0)
        return code;
    folder->temporary[0] = '\0';
    atomic_sync_parent(folder->path);
    return 0;
}

bool output_commit(struct output *output, struct cli_error *error) {
    int code = output->atomic.file == NULL ? commit_folder(&output->atomic)
                                           : atomic_file_commit(&output->atomic, output->force);
    if (code == 0)
        return true;
    output_discard(output);
    return cli_fail(error, output->atomic.path, "cannot write: %s", strerror(code));
}

void output_discard(struct output *output) {
    if (output->atomic.file == NULL && output->atomic.temporary[0] != '\0')
        remove_frames(output->atomic.temporary, opendir(output->atomic.temporary));
    atomic_file_discard(&output->atomic);
}

bool output_file(const char *path, const void *bytes, size_t size, bool force, struct cli_error *error) {
    struct output output;
    if (!output_begin(&output, path, false, force, error))
        return false;
    if (!output_write(&output, bytes, size, error)) {
        output_discard(&output);
        return false;
    }
    return output_commit(&output, error);
}

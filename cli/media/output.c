// Writes files and folders of frames whole or not at all.
#include "cli/media/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// --- what may be replaced

// A frame that was being written when its process was killed: ".0001.png.PID-N".
static bool is_half_a_frame(const char *name) {
    return name[0] == '.' && strstr(name, ".png.") != NULL;
}

// A plain file: a PNG, or one that nobody misses. `ours`: half a frame is right, too.
static bool is_frame(int folder, const char *name, bool ours) {
    struct stat status;
    bool right = path_is_passed_over(name) ? path_is_worthless(name) || (ours && is_half_a_frame(name))
                                           : path_has_extension(name, ".png");
    return right && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

// Nothing but frames, or nothing at all.
static bool look_into(const char *folder, bool ours, bool *only, struct cli_error *error) {
    DIR *stream = opendir(folder);
    if (stream == NULL)
        return cli_fail(error, folder, "cannot list the folder: %s", strerror(errno));
    *only = true;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        *only = *only && (path_is_dots(entry->d_name) || is_frame(dirfd(stream), entry->d_name, ours));
    closedir(stream);
    return true;
}

static bool check_folder(const char *path, mode_t mode, struct cli_error *error) {
    if (!S_ISDIR(mode))
        return cli_fail(
            error, path,
            "is %s: not replaced by a folder of frames, which a name without an extension asks for",
            S_ISREG(mode)   ? "a file"
            : S_ISLNK(mode) ? "a link"
                            : "a device, a pipe or a socket");
    bool only = false;
    return look_into(path, false, &only, error) &&
           (only || cli_fail(error, path, "is a folder that holds other things than frames; not replaced"));
}

// A link is replaced itself; what it leads to stays.
static bool check_file(const char *path, mode_t mode, struct cli_error *error) {
    struct stat status;
    if (S_ISLNK(mode) && stat(path, &status) != 0)
        return true; // it leads nowhere
    if (S_ISLNK(mode))
        mode = status.st_mode;
    if (S_ISREG(mode))
        return true;
    return S_ISDIR(mode) ? cli_fail(error, path, "is a folder; not replaced by a file")
                         : cli_fail(error, path, "is a device, a pipe or a socket; not replaced");
}

static bool may_replace(const char *path, bool folder, bool force, struct cli_error *error) {
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || cli_fail(error, path, "cannot write here: %s", strerror(errno));
    if (!(folder ? check_folder : check_file)(path, status.st_mode, error))
        return false;
    return force || cli_fail(error, path, "exists already; --force replaces it");
}

// --- writing

static bool begin(struct output *output, const char *path, bool folder, struct cli_error *error) {
    int code = atomic_file_begin(&output->atomic, path, folder);
    if (code != 0)
        return cli_fail(error, path, "cannot write here: %s", strerror(code));
    enum folder_lock_result result =
        folder ? folder_lock_try(&output->lock, output->atomic.temporary) : FOLDER_LOCK_TAKEN;
    if (result == FOLDER_LOCK_TAKEN)
        return true;
    code = result == FOLDER_LOCK_BUSY ? EBUSY : errno; // busy: a sweep came between the making and the lock
    output_discard(output);
    return cli_fail(error, path, "cannot write here: %s", strerror(code));
}

bool output_begin(struct output *output, const char *path, bool folder, bool force, struct cli_error *error) {
    char target[PATH_CAPACITY];
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') // lstat would follow a link
        length--;
    snprintf(target, sizeof target, "%.*s", (int)(length < sizeof target ? length : sizeof target - 1), path);
    *output = (struct output){.force = force};
    return may_replace(target, folder, force, error) && begin(output, path, folder, error);
}

bool output_write(struct output *output, const void *bytes, size_t size, struct cli_error *error) {
    int code = atomic_file_write(&output->atomic, bytes, size);
    return code == 0 || cli_fail(error, output->atomic.path, "cannot write: %s", strerror(code));
}

// Removes a folder of plain files, hidden ones too: a frame that was being written when its process was killed.
// `stream`, which this closes, may have been opened under another name. Nothing is allocated: memory may be what has
// run out.
static void remove_frames(const char *folder, DIR *stream) {
    if (stream != NULL) {
        int fd = dirfd(stream);
        for (struct dirent *entry; fd >= 0 && (entry = readdir(stream)) != NULL;)
            if (!path_is_dots(entry->d_name))
                unlinkat(fd, entry->d_name, 0);
        closedir(stream);
    }
    rmdir(folder);
}

// Where names cannot be exchanged in one step: the old folder steps aside, and output_sweep puts it back when the
// process is killed in between. `aside` is its name then.
static int replace_in_steps(const struct atomic_file *folder, char aside[PATH_CAPACITY]) {
    int written = snprintf(aside, PATH_CAPACITY, "%s.old", folder->temporary);
    if (written < 0 || written >= PATH_CAPACITY)
        return ENAMETOOLONG;
    if (rename(folder->path, aside) != 0)
        return errno;
    if (rename(folder->temporary, folder->path) == 0)
        return 0;
    int code = errno;
    rename(aside, folder->path);
    return code;
}

// A folder cannot be renamed over one that holds files, `stream`.
static int replace_folder(const struct atomic_file *folder, DIR *stream) {
    char old[PATH_CAPACITY];
    snprintf(old, sizeof old, "%s", folder->temporary);
    int code = atomic_exchange_names(folder->temporary, folder->path);
    if (code != 0)
        code = replace_in_steps(folder, old);
    if (code == 0)
        remove_frames(old, stream);
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
    bool folder = output->atomic.file == NULL;
    // Judged once more: another thing may have the name by now.
    if (folder && !may_replace(output->atomic.path, true, output->force, error)) {
        output_discard(output);
        return false;
    }
    int code = folder ? commit_folder(&output->atomic) : atomic_file_commit(&output->atomic, output->force);
    if (code == 0) {
        folder_lock_release(&output->lock);
        return true;
    }
    output_discard(output);
    return cli_fail(error, output->atomic.path, "cannot write: %s", strerror(code));
}

void output_discard(struct output *output) {
    if (output->atomic.file == NULL && output->atomic.temporary[0] != '\0')
        remove_frames(output->atomic.temporary, opendir(output->atomic.temporary));
    atomic_file_discard(&output->atomic);
    folder_lock_release(&output->lock);
}

// A leftover of a folder: a temporary one, or frames that stepped aside. Its lock tells whether its process lives.
static void on_leftover(const char *leftover, const char *path) {
    struct folder_lock lock = {0};
    struct stat status;
    size_t length = strlen(leftover);
    if (lstat(leftover, &status) != 0 || !S_ISDIR(status.st_mode) ||
        folder_lock_try(&lock, leftover) != FOLDER_LOCK_TAKEN)
        return;
    bool aside = length > 4 && strcmp(leftover + length - 4, ".old") == 0, only = false;
    struct cli_error ignored;
    if (lock.certain && aside && lstat(path, &status) != 0 && errno == ENOENT)
        rename(leftover, path);
    else if (lock.certain && look_into(leftover, true, &only, &ignored) && only)
        remove_frames(leftover, opendir(leftover));
    folder_lock_release(&lock);
}

void output_sweep(const char *path) {
    char target[PATH_CAPACITY];
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length >= sizeof target)
        return;
    snprintf(target, sizeof target, "%.*s", (int)length, path);
    atomic_folder_sweep(target, on_leftover);
    atomic_file_sweep(target);
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

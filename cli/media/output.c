// Writes files and folders of frames whole or not at all.
#include "cli/media/output.h"

#include "runtime/system/folders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// --- what may be replaced

// A frame that was being written when its process was killed: ".0001.png.PID-N".
static bool is_half_a_frame(const char *name) {
    return name[0] == '.' && strstr(name, ".png.") != NULL;
}

// A plain file: a PNG, or one that nobody misses. `ours`: half a frame is right, too.
static bool is_frame(struct sys_folder *folder, const char *name, bool ours) {
    struct sys_info info;
    bool right = path_is_passed_over(name) ? path_is_worthless(name) || (ours && is_half_a_frame(name))
                                           : path_has_extension(name, ".png");
    return right && sys_folder_look(folder, name, &info) && info.kind == SYS_FILE;
}

// Nothing but frames, or nothing at all.
static bool look_into(const char *folder, bool ours, bool *only, struct cli_error *error) {
    struct sys_folder *stream = sys_folder_open(folder);
    if (stream == NULL)
        return cli_fail(error, folder, "cannot list the folder: %s", strerror(errno));
    *only = true;
    for (const char *name; (name = sys_folder_next(stream)) != NULL;)
        *only = *only && (path_is_dots(name) || is_frame(stream, name, ours));
    sys_folder_close(stream);
    return true;
}

static bool check_folder(const char *path, enum sys_kind kind, struct cli_error *error) {
    if (kind != SYS_FOLDER)
        return cli_fail(
            error, path,
            "is %s: not replaced by a folder of frames, which a name without an extension asks for",
            kind == SYS_FILE   ? "a file"
            : kind == SYS_LINK ? "a link"
                               : "a device, a pipe or a socket");
    bool only = false;
    return look_into(path, false, &only, error) &&
           (only || cli_fail(error, path, "is a folder that holds other things than frames; not replaced"));
}

// A link is replaced itself; what it leads to stays.
static bool check_file(const char *path, enum sys_kind kind, struct cli_error *error) {
    struct sys_info info;
    if (kind == SYS_LINK && !sys_look(path, &info))
        return true; // it leads nowhere
    if (kind == SYS_LINK)
        kind = info.kind;
    if (kind == SYS_FILE)
        return true;
    return kind == SYS_FOLDER ? cli_fail(error, path, "is a folder; not replaced by a file")
                              : cli_fail(error, path, "is a device, a pipe or a socket; not replaced");
}

static bool may_replace(const char *path, bool folder, bool force, struct cli_error *error) {
    struct sys_info info;
    if (!sys_look_here(path, &info))
        return errno == ENOENT || cli_fail(error, path, "cannot write here: %s", strerror(errno));
    if (!(folder ? check_folder : check_file)(path, info.kind, error))
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

// Removes a folder of plain files, hidden ones too: a frame that was being written when its process was
// killed. `stream`, which this closes, may have been opened under another name. Nothing is allocated: memory
// may be what has run out.
static void remove_frames(const char *folder, struct sys_folder *stream) {
    if (stream != NULL) {
        sys_folder_moved(stream, folder);
        for (const char *name; (name = sys_folder_next(stream)) != NULL;)
            if (!path_is_dots(name))
                sys_folder_remove_file(stream, name);
        sys_folder_close(stream);
    }
    sys_remove_folder(folder);
}

// Where names cannot be exchanged in one step: the old folder steps aside, and output_sweep puts it back when
// the process is killed in between. `aside` is its name then.
static int replace_in_steps(const struct atomic_file *folder, char aside[PATH_CAPACITY]) {
    int written = snprintf(aside, PATH_CAPACITY, "%s.old", folder->temporary);
    if (written < 0 || written >= PATH_CAPACITY)
        return ENAMETOOLONG;
    if (!sys_rename(folder->path, aside))
        return errno;
    if (sys_rename(folder->temporary, folder->path))
        return 0;
    int code = errno;
    sys_rename(aside, folder->path);
    return code;
}

// A folder cannot be renamed over one that holds files, `stream`.
static int replace_folder(const struct atomic_file *folder, struct sys_folder *stream) {
    char old[PATH_CAPACITY];
    snprintf(old, sizeof old, "%s", folder->temporary);
    int code = atomic_exchange_names(folder->temporary, folder->path);
    if (code != 0)
        code = replace_in_steps(folder, old);
    if (code == 0)
        remove_frames(old, stream);
    else
        sys_folder_close(stream);
    return code;
}

static int rename_folder(const struct atomic_file *folder) {
    struct sys_folder *old = sys_folder_open(folder->path);
    if (old != NULL)
        return replace_folder(folder, old);
    if (errno != ENOENT)
        return errno;
    return sys_rename(folder->temporary, folder->path) ? 0 : errno;
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
        remove_frames(output->atomic.temporary, sys_folder_open(output->atomic.temporary));
    atomic_file_discard(&output->atomic);
    folder_lock_release(&output->lock);
}

// A leftover of a folder: a temporary one, or frames that stepped aside. Its lock tells whether its process
// lives.
static void on_leftover(const char *leftover, const char *path) {
    struct folder_lock lock = {0};
    struct sys_info info;
    size_t length = strlen(leftover);
    if (!sys_look_here(leftover, &info) || info.kind != SYS_FOLDER ||
        folder_lock_try(&lock, leftover) != FOLDER_LOCK_TAKEN)
        return;
    bool aside = length > 4 && strcmp(leftover + length - 4, ".old") == 0, only = false;
    struct cli_error ignored;
    if (lock.certain && aside && !sys_look_here(path, &info) && errno == ENOENT)
        sys_rename(leftover, path);
    else if (lock.certain && look_into(leftover, true, &only, &ignored) && only)
        remove_frames(leftover, sys_folder_open(leftover));
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

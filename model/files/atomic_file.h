// Writing whole or not at all: everything goes to a temporary name beside the target, is flushed to the disk,
// and takes its final name in one step. The only place that does this; cli/media/output.h builds on it.
//
// Functions that can fail return 0 or an errno value and log nothing: the caller knows what the file was for.
#ifndef MOGRAPH_MODEL_FILES_ATOMIC_FILE_H
#define MOGRAPH_MODEL_FILES_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Room for a path; longer ones are ENAMETOOLONG.
#define ATOMIC_PATH_CAPACITY 4096

struct atomic_file {
    char path[ATOMIC_PATH_CAPACITY];      // the target, without trailing slashes
    char temporary[ATOMIC_PATH_CAPACITY]; // written until the commit; "" when there is nothing to discard
    FILE *file;                           // NULL for a folder
};

// Creates `.NAME.PID-N` beside the target, a file or with `folder` a folder, with the mode of the umask.
int atomic_file_begin(struct atomic_file *file, const char *path, bool folder);
int atomic_file_write(struct atomic_file *file, const void *bytes, size_t size);
// Flushes, syncs and renames, then syncs the folder. Without `replace` an existing target is EEXIST. After a
// failure the temporary is gone and an old target is as it was. Not for folders: those are committed by who
// knows what may be in them.
int atomic_file_commit(struct atomic_file *file, bool replace);
// Removes a temporary file, or a temporary folder if it is empty. Harmless after a commit, and on zeroes.
void atomic_file_discard(struct atomic_file *file);

// Removes temporary files for this target that killed processes left. Those of living ones stay: they are
// locked. Reads the whole folder, so for checkpoints rather than for the thousandth clip.
void atomic_file_sweep(const char *path);

// The same for folders, which only their writer knows how to remove: `found` gets the name of every
// `.NAME.PID-N` and `.NAME.PID-N.old` that another process made. Whether that one is alive is for `found` to
// tell.
void atomic_folder_sweep(const char *path, void (*found)(const char *leftover, const char *path));

// Two names change places in one step. ENOSYS or EINVAL where the system or the file system cannot.
int atomic_exchange_names(const char *a, const char *b);

// fsync of a file or folder by name, and of the folder that holds `path`.
int atomic_sync(const char *path);
int atomic_sync_parent(const char *path);

#endif

// A lock on a folder while it is written: on the folder itself, so that it leaves no file behind and dies
// with its process, however that ends. Where the file system has no locks, writing goes on without one.
#ifndef MOGRAPH_CLI_FOLDER_LOCK_H
#define MOGRAPH_CLI_FOLDER_LOCK_H

#include "cli/error.h"
#include "runtime/system/folders.h"

// Zero-initialise.
struct folder_lock {
    bool held;
    bool certain; // false: the file system has no locks, and another may be writing, too
    struct sys_folder_lock system;
};

enum folder_lock_result {
    FOLDER_LOCK_TAKEN,
    FOLDER_LOCK_BUSY,   // somebody holds it: another process, or this one with another folder_lock
    FOLDER_LOCK_FAILED, // no such folder, or it cannot be opened; errno says
};

// Never waits. The lock belongs to the folder, not to its name: it moves along when the folder is renamed.
enum folder_lock_result folder_lock_try(struct folder_lock *lock, const char *folder);

// The same with words: "FOLDER: another mograph writes here; ...".
bool folder_lock_take(struct folder_lock *lock, const char *folder, struct cli_error *error);

// Whether it is held and the name leads to the folder that it is on.
bool folder_lock_is_on(const struct folder_lock *lock, const char *folder);

// Harmless when nothing is held.
void folder_lock_release(struct folder_lock *lock);

#endif

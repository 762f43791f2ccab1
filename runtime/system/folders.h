// Folders: making, listing, removing, locking; the real path of a name.
//
// What returns bool sets errno when it yields false.
#ifndef MOGRAPH_RUNTIME_SYSTEM_FOLDERS_H
#define MOGRAPH_RUNTIME_SYSTEM_FOLDERS_H

#include "runtime/system/files.h"

bool sys_make_folder(const char *path);
// The same for its owner only.
bool sys_make_private_folder(const char *path);
// Only an empty one.
bool sys_remove_folder(const char *path);

// The path with no link, no dot and no relative part in it, slashes as '/'. False when it is not there or
// longer.
bool sys_real_path(const char *path, char *out, size_t size);

// --- listing

struct sys_folder;

// NULL with errno. `sys_folder_open_here` follows no link in the last name.
struct sys_folder *sys_folder_open(const char *path);
struct sys_folder *sys_folder_open_here(const char *path);
// An entry of it, which must be a folder and no link. The path is never put together: it may be too long by
// then, or lead elsewhere.
struct sys_folder *sys_folder_open_in(struct sys_folder *parent, const char *name);
// The next name, "." and ".." among them; NULL at the end. Valid until the next call.
const char *sys_folder_next(struct sys_folder *folder);
// An entry of it; no link is followed.
bool sys_folder_look(struct sys_folder *folder, const char *name, struct sys_info *info);
// Removes a file or link of it: EISDIR or EPERM for a folder.
bool sys_folder_remove_file(struct sys_folder *folder, const char *name);
bool sys_folder_remove_folder(struct sys_folder *folder, const char *name);
// For systems that know folders by name only: it is called `path` now. Nothing to do on others.
void sys_folder_moved(struct sys_folder *folder, const char *path);
// errno stays.
void sys_folder_close(struct sys_folder *folder);

// --- locks

// On a file that is open for writing. It dies with its process; false when another process has it. One
// process does not see its own.
bool sys_lock_file(int fd);

// On a folder. It leaves no file behind, moves along when the folder is renamed, and dies with its process.
struct sys_folder_lock {
    bool certain; // false: the file system has no locks, and another may hold it, too
    intptr_t handle;
    struct sys_info info;
};

enum sys_lock_result {
    SYS_LOCK_TAKEN,
    SYS_LOCK_BUSY,   // somebody holds it: another process, or this one
    SYS_LOCK_FAILED, // errno
};

enum sys_lock_result sys_lock_folder(struct sys_folder_lock *lock, const char *path);
void sys_unlock_folder(struct sys_folder_lock *lock);
// Whether the name leads to the folder that is locked.
bool sys_lock_is_on(const struct sys_folder_lock *lock, const char *path);

#endif

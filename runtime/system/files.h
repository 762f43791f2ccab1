// Files by name and by descriptor. Names are UTF-8 (on POSIX systems: whatever bytes a name has); on Windows
// both kinds of slashes count, and names that mean devices there (CON, NUL, ...) are devices here.
//
// What returns bool or a descriptor sets errno when it yields false or -1.
#ifndef MOGRAPH_RUNTIME_SYSTEM_FILES_H
#define MOGRAPH_RUNTIME_SYSTEM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum sys_kind { SYS_FILE, SYS_FOLDER, SYS_LINK, SYS_PIPE, SYS_SOCKET, SYS_DEVICE };

struct sys_info {
    enum sys_kind kind;
    uint64_t bytes;
    uint64_t volume, number; // two names lead to one file when both are equal
    uint64_t names;          // how many it has; 0 when it was removed while it is open
};

bool sys_look(const char *path, struct sys_info *info);      // at what a link leads to
bool sys_look_here(const char *path, struct sys_info *info); // at the link itself
bool sys_look_open(int fd, struct sys_info *info);
bool sys_is_same(const struct sys_info *a, const struct sys_info *b);

bool sys_exists(const char *path);

// Whether this process may do it; a folder is entered, a file run.
enum { SYS_MAY_READ = 1, SYS_MAY_WRITE = 2, SYS_MAY_ENTER = 4 };
bool sys_may(const char *path, int what);

// --- open files

// Never waits for a pipe's other end. Programs that are started do not get the descriptor.
int sys_open(const char *path);
// Creates, if it is not there; what is there keeps its content, and no link is followed.
int sys_open_create(const char *path);
// For writing, only what is there; no link is followed, and no pipe's other end is waited for.
int sys_open_there(const char *path);
// A new file with the mode of the umask; EEXIST when there is one.
int sys_create(const char *path);
// Bytes read, 0 at the end, -1 with errno. An interrupted read is EINTR.
ptrdiff_t sys_read(int fd, void *bytes, size_t size);
// The same from an offset; where the next sys_read reads is not said.
ptrdiff_t sys_read_at(int fd, void *bytes, size_t size, uint64_t offset);
bool sys_close(int fd);
// A stream on the descriptor, which it takes over unless it is NULL. `mode` as for fopen.
FILE *sys_stream(int fd, const char *mode);
// fopen; binary on every system.
FILE *sys_fopen(const char *path, const char *mode);
// The bytes on the disk, not in a cache. A stream is flushed before.
bool sys_sync(FILE *file);
// fsync of a file or folder by name; true where a system cannot.
bool sys_sync_path(const char *path);

// --- names

bool sys_remove_file(const char *path);
// Replaces a file, and an empty folder by a folder where the system can.
bool sys_rename(const char *from, const char *to);
// The name `from` becomes `to`, which must not exist: EEXIST.
bool sys_take_name(const char *from, const char *to);
// Two names change places in one step. ENOSYS or EINVAL where the system or the file system cannot.
bool sys_exchange_names(const char *a, const char *b);

#endif

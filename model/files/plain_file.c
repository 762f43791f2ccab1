// Refuses to open what is not a plain file.
#include "model/files/plain_file.h"

#include "runtime/system/files.h"

#include <errno.h>

static const char *obstacle_of(enum sys_kind kind) {
    return kind == SYS_FILE     ? NULL
           : kind == SYS_FOLDER ? "a folder"
           : kind == SYS_PIPE   ? "a pipe"
           : kind == SYS_SOCKET ? "a socket"
                                : "a device";
}

const char *plain_file_obstacle(const char *path) {
    struct sys_info info;
    return sys_look(path, &info) && info.kind != SYS_FOLDER ? obstacle_of(info.kind) : NULL;
}

int plain_file_open(const char *path, uint64_t *size_bytes, const char **obstacle) {
    struct sys_info info;
    *obstacle = NULL;
    if (!sys_look(path, &info) || (*obstacle = obstacle_of(info.kind)) != NULL)
        return -1;
    // Once more by descriptor, and not blocking: the name may mean something else by now.
    int fd = sys_open(path);
    if (fd < 0)
        return -1;
    int code = sys_look_open(fd, &info) ? 0 : errno;
    *obstacle = code == 0 ? obstacle_of(info.kind) : NULL;
    if (code == 0 && *obstacle == NULL) {
        *size_bytes = info.bytes;
        return fd;
    }
    sys_close(fd);
    errno = code;
    return -1;
}

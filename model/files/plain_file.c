// Refuses to open what is not a plain file.
#include "model/files/plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *obstacle_of(mode_t mode) {
    return S_ISREG(mode)    ? NULL
           : S_ISDIR(mode)  ? "a folder"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

const char *plain_file_obstacle(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode) ? obstacle_of(status.st_mode) : NULL;
}

int plain_file_open(const char *path, uint64_t *size_bytes, const char **obstacle) {
    struct stat status;
    *obstacle = NULL;
    if (stat(path, &status) != 0 || (*obstacle = obstacle_of(status.st_mode)) != NULL)
        return -1;
    // Once more by descriptor, and not blocking: the name may mean something else by now.
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int code = fstat(fd, &status) == 0 ? 0 : errno;
    *obstacle = code == 0 ? obstacle_of(status.st_mode) : NULL;
    if (code == 0 && *obstacle == NULL) {
        *size_bytes = (uint64_t)status.st_size;
        return fd;
    }
    close(fd);
    errno = code;
    return -1;
}

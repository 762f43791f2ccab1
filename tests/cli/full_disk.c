// Preloaded into a process (LD_PRELOAD): a disk that turns out to be full when written data are to reach it,
// as delayed allocation finds out. With FULL_DISK_FOR=TEXT only files with TEXT in their path find it full.
#define _XOPEN_SOURCE 700 // readlink

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_full_for(int fd, const char *text) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return strstr(path, text) != NULL;
}

int fsync(int fd) {
    const char *text = getenv("FULL_DISK_FOR");
    if (text != NULL && !is_full_for(fd, text))
        return 0;
    errno = ENOSPC;
    return -1;
}

// Preloaded into a process (LD_PRELOAD): a disk that turns out to be full when written data are to reach it,
// as delayed allocation finds out.
#include <errno.h>

int fsync(int fd);

int fsync(int fd) {
    (void)fd;
    errno = ENOSPC;
    return -1;
}

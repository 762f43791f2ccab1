// Loading a whole file, which must be a plain one.
#include "cli/media/file.h"

#include "model/files/plain_file.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE_BYTES ((size_t)512 << 20)

static bool load_stream(FILE *file, const char *path, size_t expected, uint8_t **bytes, size_t *size,
                        struct cli_error *error) {
    *bytes = malloc(expected);
    if (*bytes == NULL)
        return cli_fail(error, path, "no memory for the file's %zu bytes", expected);
    *size = fread(*bytes, 1, expected, file);
    if (*size == expected)
        return true;
    free(*bytes);
    *bytes = NULL;
    return cli_fail(error, path, "cannot read: %s",
                    ferror(file) ? strerror(errno) : "the file became shorter");
}

bool file_load(const char *path, uint8_t **bytes, size_t *size, struct cli_error *error) {
    *bytes = NULL;
    *size = 0;
    uint64_t expected;
    const char *obstacle;
    int fd = plain_file_open(path, &expected, &obstacle);
    if (fd < 0 && obstacle != NULL)
        return cli_fail(error, path, "not a file but %s", obstacle);
    FILE *file = fd >= 0 ? sys_stream(fd, "rb") : NULL;
    if (file == NULL) {
        cli_fail(error, path, "cannot open: %s", strerror(errno));
        if (fd >= 0)
            sys_close(fd);
        return false;
    }
    bool ok = expected > 0 && expected <= MAX_FILE_BYTES &&
              load_stream(file, path, (size_t)expected, bytes, size, error);
    fclose(file);
    if (expected == 0)
        return cli_fail(error, path, "the file is empty");
    if (expected > MAX_FILE_BYTES)
        return cli_fail(error, path, "larger than %zu MB; convert it to a video first", MAX_FILE_BYTES >> 20);
    return ok;
}

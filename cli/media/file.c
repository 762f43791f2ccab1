// Loading a whole file, which must be a plain one.
#include "cli/media/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    // Only plain files: opening a pipe or a device could wait for ever.
    struct stat status;
    if (stat(path, &status) != 0)
        return cli_fail(error, path, "cannot open: %s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return cli_fail(error, path, "not a file");
    if (status.st_size == 0)
        return cli_fail(error, path, "the file is empty");
    if ((uintmax_t)status.st_size > MAX_FILE_BYTES)
        return cli_fail(error, path, "larger than %zu MB; convert it to a video first", MAX_FILE_BYTES >> 20);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return cli_fail(error, path, "cannot open: %s", strerror(errno));
    bool ok = load_stream(file, path, (size_t)status.st_size, bytes, size, error);
    fclose(file);
    return ok;
}

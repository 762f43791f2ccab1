// Tests extensions, joins names, and lists folders in order.
#include "cli/media/paths.h"

#include "runtime/system/folders.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool path_has_extension(const char *path, const char *extension) {
    size_t length = strlen(path), tail = strlen(extension);
    return length > tail && strcasecmp(path + length - tail, extension) == 0;
}

const char *path_base(const char *path) {
    const char *base = path;
    for (const char *c = path; *c != '\0'; c++)
        if (*c == '/' && c[1] != '\0' && c[1] != '/')
            base = c + 1;
    return base;
}

bool path_join(char out[PATH_CAPACITY], const char *folder, const char *name, struct cli_error *error) {
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    int written = snprintf(out, PATH_CAPACITY, "%s%s%s", folder, slash, name);
    if (written < 0 || written >= PATH_CAPACITY)
        return cli_fail(error, folder, "the path is too long");
    return true;
}

bool path_is_folder(const char *path) {
    struct sys_info info;
    return sys_look(path, &info) && info.kind == SYS_FOLDER;
}

// Compares runs of digits by value and the rest by byte; leading zeros only break ties.
static int compare_natural(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            size_t digits_a = strspn(a, "0123456789"), digits_b = strspn(b, "0123456789");
            if (digits_a != digits_b)
                return digits_a < digits_b ? -1 : 1;
            int order = strncmp(a, b, digits_a);
            if (order != 0)
                return order;
            a += digits_a;
            b += digits_b;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int by_name(const void *left, const void *right) {
    const char *const *a = left, *const *b = right;
    int order = compare_natural(*a, *b);
    return order != 0 ? order : strcmp(*a, *b);
}

static bool list_add(struct path_list *list, size_t *capacity, const char *name) {
    if (list->count == *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 64;
        char **names = realloc(list->names, wanted * sizeof *names);
        if (names == NULL)
            return false;
        list->names = names;
        *capacity = wanted;
    }
    char *copy = strdup(name);
    if (copy != NULL)
        list->names[list->count++] = copy;
    return copy != NULL;
}

bool path_is_passed_over(const char *name) {
    static const char *const of_systems[] = {
        "Thumbs.db",  "ehthumbs.db", "ehthumbs_vista.db",         "desktop.ini",
        "Icon\r",     "__MACOSX",    "System Volume Information", "$RECYCLE.BIN",
        "lost+found", "@eaDir"};
    bool found = name[0] == '.';
    for (size_t i = 0; i < sizeof of_systems / sizeof *of_systems; i++)
        found = found || strcasecmp(name, of_systems[i]) == 0;
    return found;
}

bool path_is_worthless(const char *name) {
    static const char *const files[] = {".DS_Store",   ".localized",        ".directory", "Thumbs.db",
                                        "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"};
    bool found = strncmp(name, "._", 2) == 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        found = found || strcasecmp(name, files[i]) == 0;
    return found;
}

bool path_is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool read_list(struct path_list *list, const char *folder, bool passed_over, struct cli_error *error) {
    *list = (struct path_list){0};
    struct sys_folder *stream = sys_folder_open(folder);
    if (stream == NULL)
        return cli_fail(error, folder, "cannot list the folder: %s", strerror(errno));
    size_t capacity = 0;
    bool ok = true;
    for (const char *name; ok && (name = sys_folder_next(stream)) != NULL;) {
        bool passed = path_is_passed_over(name);
        if (!path_is_dots(name))
            list->passed_over += passed;
        if (!path_is_dots(name) && passed == passed_over)
            ok = list_add(list, &capacity, name);
    }
    sys_folder_close(stream);
    if (!ok) {
        path_list_destroy(list);
        return cli_fail(error, folder, "no memory for the list of its files");
    }
    if (list->count > 0)
        qsort(list->names, list->count, sizeof *list->names, by_name);
    return true;
}

bool path_list_read(struct path_list *list, const char *folder, struct cli_error *error) {
    return read_list(list, folder, false, error);
}

bool path_list_passed_over(struct path_list *list, const char *folder, struct cli_error *error) {
    return read_list(list, folder, true, error);
}

void path_list_destroy(struct path_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct path_list){0};
}

// Writes the values of an option table as JSON, and reads them back.
#include "cli/options/options_json.h"

#include "runtime/system/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 20 };

static bool listed(const char *name, const char *const *list) {
    for (; list != NULL && *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

// The index-th of "a|b|c".
static void choice_text(const char *choices, int index, char *text, size_t size) {
    for (; index > 0; index--)
        choices = strchr(choices, '|') + 1;
    snprintf(text, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void add(cJSON *object, const struct option *option, const void *values) {
    const void *field = (const char *)values + option->offset;
    const struct cli_size *side = field;
    char text[80];
    switch (option->kind) {
    case OPTION_FLAG:
        cJSON_AddBoolToObject(object, option->name, *(const bool *)field);
        break;
    case OPTION_INTEGER:
        cJSON_AddNumberToObject(object, option->name, (double)*(const int64_t *)field);
        break;
    case OPTION_NUMBER:
        cJSON_AddNumberToObject(object, option->name, *(const double *)field);
        break;
    case OPTION_STRING:
        if (*(const char *const *)field != NULL)
            cJSON_AddStringToObject(object, option->name, *(const char *const *)field);
        break;
    case OPTION_CHOICE:
        choice_text(option->choices, *(const int *)field, text, sizeof text);
        cJSON_AddStringToObject(object, option->name, text);
        break;
    case OPTION_SIZE:
        snprintf(text, sizeof text, "%ux%ux%u", side->width, side->height, side->frames);
        cJSON_AddStringToObject(object, option->name, text);
        break;
    }
}

cJSON *options_to_json(const struct option *options, const void *values, const char *const *without) {
    cJSON *object = cJSON_CreateObject();
    for (const struct option *option = options; option->name != NULL; option++)
        if (!listed(option->name, without))
            add(object, option, values);
    return object;
}

static bool fail(struct cli_error *error, const char *name, const char *what) {
    return cli_usage(error, "\"%.80s\" %s", name, what);
}

static bool set(const struct option *option, const cJSON *item, void *values, struct cli_error *error) {
    char text[40];
    if (option->kind == OPTION_FLAG) {
        *(bool *)(void *)((char *)values + option->offset) = cJSON_IsTrue(item);
        return cJSON_IsBool(item) || fail(error, option->name, "must be true or false");
    }
    bool number = option->kind == OPTION_INTEGER || option->kind == OPTION_NUMBER;
    if (number && !cJSON_IsNumber(item))
        return fail(error, option->name, "must be a number");
    if (!number && !cJSON_IsString(item))
        return fail(error, option->name, "must be a text");
    snprintf(text, sizeof text, "%.17g", number ? item->valuedouble : 0.0);
    return option_set(option, number ? text : item->valuestring, values, error);
}

bool options_from_json(const struct option *options, const cJSON *object, uint64_t given, void *values,
                       struct cli_error *error) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        const struct option *option = options;
        while (option->name != NULL && strcmp(option->name, item->string) != 0)
            option++;
        if (option->name == NULL)
            return fail(error, item->string, "is not an option");
        bool decided = (given >> (option - options)) & 1;
        if (!decided && !set(option, item, values, error))
            return false;
    }
    return true;
}

static char *read_text(const char *path, struct cli_error *error) {
    FILE *file = sys_fopen(path, "rb");
    char *text = malloc(MAX_FILE_BYTES + 1);
    size_t size = file != NULL && text != NULL ? fread(text, 1, MAX_FILE_BYTES, file) : 0;
    bool read = file != NULL && text != NULL && !ferror(file) && size < MAX_FILE_BYTES;
    if (!read)
        cli_usage(error, "%.200s: %s", path,
                  file == NULL ? strerror(errno) : "cannot be read, or is no configuration");
    else
        text[size] = '\0';
    if (file != NULL)
        fclose(file);
    if (!read)
        free(text);
    return read ? text : NULL;
}

cJSON *json_file_read(const char *path, struct cli_error *error) {
    char *text = read_text(path, error);
    if (text == NULL)
        return NULL;
    cJSON *object = cJSON_ParseWithOpts(text, NULL, 1);
    free(text);
    if (object != NULL && cJSON_IsObject(object))
        return object;
    cJSON_Delete(object);
    cli_usage(error, "%.200s: this is not a JSON object", path);
    return NULL;
}

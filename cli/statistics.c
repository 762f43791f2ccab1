// Writes down what the driver tells of a device's pipelines.
#include "cli/statistics.h"

#include "cli/check.h"
#include "cli/media/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Specialisation constants before it are the local size and the family.
enum { SPEC_OWN = 4 };

struct statistics_file {
    struct output output;
};

bool statistics_file_begin(struct statistics_file **out, struct cli_error *error) {
    const char *path = getenv("MOGRAPH_STATISTICS");
    *out = NULL;
    if (path == NULL || path[0] == '\0')
        return true;
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return cli_no_memory(error, path);
    if (output_begin(&(*out)->output, path, false, true, error))
        return true;
    free(*out);
    *out = NULL;
    return cli_error_prefix(error, "MOGRAPH_STATISTICS");
}

cJSON *statistics_json(const struct rt_device_info *device, const struct rt_statistics *s) {
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "device", device->name);
    cJSON_AddStringToObject(line, "driver", device->driver);
    cJSON_AddStringToObject(line, "kernel", s->kernel);
    cJSON *spec = cJSON_AddArrayToObject(line, "specialisation");
    for (uint32_t i = 0; i < s->spec_count; i++)
        cJSON_AddItemToArray(spec, cJSON_CreateNumber(s->spec[i]));
    cJSON_AddNumberToObject(line, "subgroup_size", s->subgroup_size);
    for (int k = 0; k < RT_KNOWN_COUNT; k++) // null where the driver does not tell
        cJSON_AddNumberToObject(line, rt_known_text((enum rt_known)k), s->known[k]);
    cJSON *all = cJSON_AddObjectToObject(line, "statistics");
    for (uint32_t i = 0; i < s->count; i++)
        cJSON_AddRawToObject(all, s->items[i].name, s->items[i].value);
    return line;
}

bool statistics_add(cJSON *object, const char *name, struct rt_device *device, struct cli_error *error) {
    cJSON *rows = cJSON_AddArrayToObject(object, name);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < rt_statistics_count(device) && status == RT_OK; i++) {
        struct rt_statistics statistics;
        status = rt_statistics_read(device, i, &statistics);
        if (status == RT_OK)
            cJSON_AddItemToArray(rows, statistics_json(rt_device_describe(device), &statistics));
        rt_statistics_free(&statistics);
    }
    return cli_check(error, status, "reading statistics");
}

static void print_row(const struct rt_statistics *s) {
    printf("%-33s %7u %4u", s->kernel, s->spec[0] * s->spec[1] * s->spec[2], s->subgroup_size);
    for (int k = 0; k < RT_KNOWN_COUNT; k++)
        if (isnan(s->known[k]))
            printf(" %9s", "-");
        else
            printf(" %9.0f", s->known[k]);
    for (uint32_t i = SPEC_OWN; i < s->spec_count; i++)
        printf("%s%u", i == SPEC_OWN ? "  " : ",", s->spec[i]);
    printf("\n");
}

bool statistics_print(struct rt_device *device, struct cli_error *error) {
    enum rt_status status = RT_OK;
    printf("%-33s %7s %4s %9s %9s %9s %9s %9s %9s %9s  %s\n", "pipeline", "threads", "lane", "registers",
           "waves", "spills", "scratch", "shared", "code", "cycles", "constants");
    for (uint32_t i = 0; i < rt_statistics_count(device) && status == RT_OK; i++) {
        struct rt_statistics statistics;
        status = rt_statistics_read(device, i, &statistics);
        if (status == RT_OK)
            print_row(&statistics);
        rt_statistics_free(&statistics);
    }
    return cli_check(error, status, "reading statistics");
}

static bool write_line(struct output *output, struct rt_device *device, uint32_t i, struct cli_error *error) {
    struct rt_statistics statistics;
    enum rt_status status = rt_statistics_read(device, i, &statistics);
    cJSON *json = status == RT_OK ? statistics_json(rt_device_describe(device), &statistics) : NULL;
    char *text = cJSON_PrintUnformatted(json);
    bool done = cli_check(error, status, "reading statistics") &&
                (text != NULL || cli_no_memory(error, "statistics")) &&
                output_write(output, text, strlen(text), error) && output_write(output, "\n", 1, error);
    cJSON_free(text);
    cJSON_Delete(json);
    rt_statistics_free(&statistics);
    return done;
}

bool statistics_file_end(struct statistics_file **file, struct rt_device *device, struct cli_error *error) {
    if (*file == NULL)
        return true;
    struct output *output = &(*file)->output;
    bool done = device != NULL;
    for (uint32_t i = 0; done && i < rt_statistics_count(device); i++)
        done = write_line(output, device, i, error);
    if (done)
        done = output_commit(output, error);
    output_discard(output);
    free(*file);
    *file = NULL;
    return done;
}

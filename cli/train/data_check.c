// Writes down what data a run has, and refuses to go on with others.
#include "cli/train/data_check.h"

#include "cli/media/output.h"
#include "cli/text.h"
#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

#define HASH_KEY "data-hash"
#define LIST_NAME "data.txt"

void data_check_take(struct data_check *check, cJSON *config) {
    cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(config, HASH_KEY);
    const char *text = cJSON_GetStringValue(item);
    snprintf(check->recorded, sizeof check->recorded, "%s", text != NULL ? text : "");
    cJSON_Delete(item);
}

static bool write_file(const struct run_folder *folder, const char *name, const char *text,
                       struct cli_error *error) {
    char path[PATH_CAPACITY];
    if (!run_folder_file(folder, name, path, error))
        return false;
    atomic_file_sweep(path);
    return output_file(path, text, strlen(text), true, error);
}

// The hash first: without the list only the names of what differs are missing.
bool data_check_write(const struct data_check *check, const struct run_folder *folder, cJSON *config,
                      struct cli_error *error) {
    cJSON_DeleteItemFromObjectCaseSensitive(config, HASH_KEY);
    bool added = cJSON_AddStringToObject(config, HASH_KEY, check->now.hash) != NULL;
    char *text = added ? cJSON_Print(config) : NULL;
    if (text != NULL)
        text_make_utf8(text); // names of folders are bytes
    bool written = (text != NULL || cli_no_memory(error, "config.json")) &&
                   write_file(folder, "config.json", text, error) &&
                   write_file(folder, LIST_NAME, check->now.text, error);
    free(text);
    return written;
}

static bool refuse(const struct run_folder *folder, const struct data_difference *found,
                   struct cli_error *error) {
    cli_fail(error, folder->path, "the data set is not the one of this run: %s",
             found->text[0] != '\0' ? found->text : "its list is gone, so what differs cannot be said");
    if (found->kinds)
        cli_error_add(error, "a run keeps its kinds: begin a new one, from its weights with --init %.400s",
                      folder->path);
    else
        cli_error_add(error, "--data DATA says that it may change");
    return false;
}

// The list that config.json counts on; without text when it is gone, or is another one.
static void load_list(const struct data_check *check, const struct run_folder *folder,
                      struct data_record *list) {
    struct cli_error ignored;
    char path[PATH_CAPACITY];
    if (run_folder_file(folder, LIST_NAME, path, &ignored))
        data_record_load(list, path);
    if (strcmp(list->hash, check->recorded) != 0)
        data_record_destroy(list);
}

bool data_check_resume(const struct data_check *check, const struct run_folder *folder, bool named,
                       bool *changed, struct cli_error *error) {
    struct data_record list = {.text = NULL};
    bool known = check->recorded[0] != '\0', same = strcmp(check->recorded, check->now.hash) == 0;
    load_list(check, folder, &list);
    struct data_difference found = data_record_compare(&list, &check->now);
    *changed = !same || list.text == NULL;
    data_record_destroy(&list);
    if (!known)
        rt_log(RT_LOG_WARNING,
               "%s is from a version that did not keep what the data consist of: they are taken as they are",
               folder->path);
    return !known || same || (named && !found.kinds) || refuse(folder, &found, error);
}

// Prints a cJSON document on stdout.
#include "cli/json.h"

#include "cli/command.h"

int json_print_and_delete(cJSON *document) {
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    if (text == NULL)
        return cli_fail("out of memory");
    puts(text);
    cJSON_free(text);
    return 0;
}

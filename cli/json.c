// Prints a cJSON document on stdout.
#include "cli/json.h"

#include "cli/text.h"

#include <stdio.h>

bool json_print_and_delete(cJSON *document, struct cli_error *error) {
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    if (text == NULL)
        return cli_no_memory(error, NULL);
    text_make_utf8(text); // file names are bytes, JSON is UTF-8
    puts(text);
    cJSON_free(text);
    return true;
}

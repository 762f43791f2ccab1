// Judges names of kinds.
#include "cli/data/kind_names.h"

#include "cli/text.h"

#include <string.h>

const char *kind_name_of_folder(const char *base) {
    const char *name = base + strspn(base, ".");
    return name[0] != '\0' && name[0] != '/' ? name : "clips";
}

bool kind_name_check(const char *name, const char *where, struct cli_error *error) {
    char shown[256];
    text_shown(name, shown, sizeof shown);
    return text_is_line(name) ||
           cli_fail(
               error, where,
               "\"%s\" cannot be a kind's name: it is not UTF-8 or has control characters; rename the folder",
               shown);
}

bool kind_names_check(const char *const *names, uint32_t count, const char *where, struct cli_error *error) {
    for (uint32_t i = 0; i < count; i++)
        if (!kind_name_check(names[i], where, error))
            return false;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) != 0 && text_same_but_case(names[i], names[j]))
                return cli_fail(error, where,
                                "the kinds \"%.100s\" and \"%.100s\" differ in nothing but case: rename one",
                                names[j], names[i]);
    return true;
}

// eval.html: figures and contact sheets on one page that needs nothing but itself.
#ifndef MOGRAPH_CLI_EVAL_EVAL_PAGE_H
#define MOGRAPH_CLI_EVAL_EVAL_PAGE_H

#include "cli/eval/results.h"

// Writes FOLDER/eval.html; the sheets of eval_sheets_write are read from the folder.
bool eval_page_write(const struct eval_results *results, const char *folder, struct cli_error *error);

#endif

// Results as JSON: null where there is nothing to say.
#ifndef MOGRAPH_CLI_EVAL_RESULTS_JSON_H
#define MOGRAPH_CLI_EVAL_RESULTS_JSON_H

#include "cli/eval/results.h"

#include <cjson/cJSON.h>

cJSON *eval_results_json(const struct eval_results *results);

#endif

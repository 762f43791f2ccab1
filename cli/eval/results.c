// Computes everything that `mograph eval` reports, in order.
#include "cli/eval/results.h"

#include <stdlib.h>

const char *const eval_column_names[COLUMN_COUNT] = {"samples", "real", "shuffled", "blurred"};

bool eval_results_compare(struct eval_results *results, const struct eval_data *data,
                          const struct eval_set *samples, struct cli_error *error) {
    const struct eval_real real = {&data->reference, &data->training, &data->real};
    const struct eval_set *sets[COLUMN_COUNT] = {samples, &data->real, &data->shuffled, &data->blurred};
    bool done = true;
    for (int column = 0; column < COLUMN_COUNT && done; column++) {
        results->by_kind[column] = calloc(data->set.kind_count, sizeof *results->by_kind[column]);
        done = (results->by_kind[column] != NULL || eval_no_memory(error)) &&
               eval_compare(sets[column], &real, EVAL_ALL_KINDS, &results->all[column], error);
        for (uint32_t kind = 0; kind < data->set.kind_count && done; kind++)
            done = eval_compare(sets[column], &real, kind, &results->by_kind[column][kind], error);
    }
    return done;
}

void eval_results_destroy(struct eval_results *results) {
    for (int column = 0; column < COLUMN_COUNT; column++)
        free(results->by_kind[column]);
}

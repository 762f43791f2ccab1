// Computes everything that `mograph eval` reports, in order.
#include "cli/eval/results.h"

#include <stdlib.h>

const char *const eval_column_names[COLUMN_COUNT] = {"samples", "real", "shuffled", "blurred"};

bool eval_results_compare(struct eval_results *results, const struct eval_data *data,
                          const struct eval_set *samples) {
    const struct eval_real real = {&data->reference, &data->training, &data->real};
    const struct eval_set *sets[COLUMN_COUNT] = {samples, &data->real, &data->shuffled, &data->blurred};
    enum rt_status status = RT_OK;
    for (int column = 0; column < COLUMN_COUNT && status == RT_OK; column++) {
        results->by_kind[column] = calloc(data->set.kind_count, sizeof *results->by_kind[column]);
        status = results->by_kind[column] != NULL ? RT_OK : eval_no_memory();
        if (status == RT_OK)
            status = eval_compare(sets[column], &real, EVAL_ALL_KINDS, &results->all[column]);
        for (uint32_t kind = 0; kind < data->set.kind_count && status == RT_OK; kind++)
            status = eval_compare(sets[column], &real, kind, &results->by_kind[column][kind]);
    }
    return status == RT_OK;
}

void eval_results_destroy(struct eval_results *results) {
    for (int column = 0; column < COLUMN_COUNT; column++)
        free(results->by_kind[column]);
}

// The rows of an operation, one by one.
#include "shaders/op_shapes.h"

#include <stddef.h>

static bool is_for(const struct op_shape *shape, enum op_use use) {
    return ((shape->uses ? shape->uses : OP_TEST) & use) != 0;
}

const struct op_shape *op_shape_at(enum op_id id, enum op_use use, uint32_t i) {
    for (uint32_t t = 0; t < OP_MAX_TABLES && op_table[id]->shapes[t] != NULL; t++) {
        const struct op_shapes *table = op_table[id]->shapes[t];
        for (uint32_t row = 0; row < table->count; row++)
            if (is_for(&table->rows[row], use) && i-- == 0)
                return &table->rows[row];
    }
    return NULL;
}

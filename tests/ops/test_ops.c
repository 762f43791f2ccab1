// test_ops [--gradient] [--family tile|lane] [--row N] [TABLE...]: checks the tables named, or all.
// Without --gradient: every row, on every device present, with every kernel family, with every fill.
#include "tests/ops/cases.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct named_table {
    const char *name;
    const struct op_case_table *table;
    bool gradient; // a backward pass is among its operations
};

static const struct named_table tables[] = {
#define CASES(name, gradient) {#name, &name##_cases, gradient},
#include "tests/ops/cases.def"
#undef CASES
};

struct options {
    bool gradient;
    bool families[2];
    int row; // -1: all
};

static void check_row(struct op_library *library, enum op_id id, const struct op_case *row, const char *table,
                      uint32_t index) {
    unsigned fills = row->fills ? row->fills : (unsigned)ALL_FILLS;
    for (int fill = 0; fill < OP_FILL_COUNT; fill++) {
        if (!(fills & (1u << fill)))
            continue;
        struct op_trial trial = {id, row->params, (enum op_fill)fill, 1000u + index, row->tolerance};
        struct op_trial_result result;
        enum rt_status status = op_trial_run(library, &trial, &result);
        if (!CHECK(status == RT_OK && result.passed))
            fprintf(stderr, "  %s\n  repeat: test_ops --family %s --row %u %s\n",
                    status == RT_OK ? result.text : rt_status_text(status),
                    op_family_text(library->target.family), index, table);
    }
}

static void check_table(struct op_library *library, const struct named_table *named,
                        const struct options *options) {
    const struct op_case_table *table = named->table;
    for (uint32_t i = 0; i < table->row_count; i++)
        for (uint32_t k = 0; k < table->id_count; k++)
            if (options->row < 0 || (uint32_t)options->row == i)
                check_row(library, table->ids[k], &table->rows[i], named->name, i);
}

static bool is_backward(enum op_id id) {
    for (int i = 0; i < OP_MAX_ARGS; i++)
        if (op_table[id]->links[i].kind != OP_LINK_NONE)
            return true;
    return false;
}

static void check_gradients(const struct named_table *named) {
    const struct op_case_table *table = named->table;
    bool any = false;
    for (uint32_t k = 0; k < table->id_count; k++)
        for (uint32_t i = 0; i < table->row_count && is_backward(table->ids[k]); i++) {
            gradient_check(table->ids[k], table->rows[i].params, 7u + i);
            any = true;
        }
    CHECK(any == named->gradient); // cases.def and the operations agree
}

static bool wanted(const struct named_table *named, char **names, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], named->name) == 0)
            return true;
    return count == 0;
}

static void check_on_device(struct rt_device *device, const struct options *options, char **names,
                            int count) {
    struct op_library *library;
    if (!CHECK(op_library_create(device, &library) == RT_OK))
        return;
    for (int family = 0; family < 2; family++) {
        if (!options->families[family] ||
            !CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK))
            continue;
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
            if (wanted(&tables[i], names, count))
                check_table(library, &tables[i], options);
    }
    op_library_destroy(&library);
}

static int usage(void) {
    fprintf(stderr, "usage: test_ops [--gradient] [--family tile|lane] [--row N] [TABLE...]\n");
    return 2;
}

int main(int argc, char **argv) {
    struct options options = {.families = {true, true}, .row = -1};
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--gradient") == 0) {
            options.gradient = true;
        } else if (strcmp(argv[at], "--family") == 0 && at + 1 < argc) {
            at++;
            options.families[OP_FAMILY_TILE] = strcmp(argv[at], "tile") == 0;
            options.families[OP_FAMILY_LANE] = strcmp(argv[at], "lane") == 0;
        } else if (strcmp(argv[at], "--row") == 0 && at + 1 < argc) {
            options.row = atoi(argv[++at]);
        } else {
            return usage();
        }
    }
    test_begin();
    if (options.gradient) {
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
            if (wanted(&tables[i], argv + at, argc - at))
                check_gradients(&tables[i]);
        return test_end();
    }
    struct rt_context *context;
    struct rt_device *device;
    for (uint32_t i = 0; (device = test_device(&context, i)) != NULL; i++) {
        check_on_device(device, &options, argv + at, argc - at);
        test_close(&context, &device);
    }
    test_close(&context, &device);
    return test_end();
}

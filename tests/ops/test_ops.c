// test_ops [--gradient] [--family tile|lane|coop] [--row N] [NAME...]: checks the operations or folders named, or
// all. Without --gradient: every row, on every device present, with every kernel family, with every fill.
#include "shaders/check/op_trial.h"
#include "tests/ops/gradient.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    bool gradient;
    bool families[OP_FAMILY_COUNT];
    int row; // -1: all
    char **names;
    int name_count;
};

static void check_trial(struct op_library *library, const struct op_trial *trial, uint32_t index) {
    struct op_trial_result result;
    enum rt_status status = op_trial_run(library, trial, &result);
    if (!CHECK(status == RT_OK && result.passed))
        fprintf(stderr, "  %s\n  repeat: test_ops --family %s --row %u %s\n",
                status == RT_OK ? result.text : rt_status_text(status),
                op_family_text(library->target.family), index, op_table[trial->id]->name);
}

// Family coop is judged twice: as the row is, and with inputs that fp16 holds exactly, with which it must be as
// exact as the others.
static void check_row(struct op_library *library, enum op_id id, const struct op_shape *row, uint32_t index) {
    unsigned fills = row->fills ? row->fills : (1u << OP_FILL_COUNT) - 1;
    bool twice = library->target.family == OP_FAMILY_COOP && op_table[id]->products;
    for (int fill = 0; fill < OP_FILL_COUNT; fill++) {
        if (!(fills & (1u << fill)))
            continue;
        struct op_trial trial = {.id = id,
                                 .params = row->params,
                                 .fill = (enum op_fill)fill,
                                 .seed = 1000u + index,
                                 .tolerance = row->tolerance};
        check_trial(library, &trial, index);
        trial.halves = true;
        if (twice)
            check_trial(library, &trial, index);
    }
}

static void check_operation(struct op_library *library, enum op_id id, const struct options *options) {
    const struct op_shape *row;
    CHECK(op_shape_at(id, OP_TEST, 0) != NULL); // an operation without a row is not tested
    for (uint32_t i = 0; (row = op_shape_at(id, OP_TEST, i)) != NULL; i++)
        if (options->row < 0 || (uint32_t)options->row == i)
            check_row(library, id, row, i);
}

static bool wanted(enum op_id id, const struct options *options) {
    for (int i = 0; i < options->name_count; i++)
        if (strcmp(options->names[i], op_folder(id)) == 0 ||
            strcmp(options->names[i], op_table[id]->name) == 0)
            return true;
    return options->name_count == 0;
}

// Whether every argument of a backward pass finds its forward argument by name.
static void check_links(enum op_id id) {
    for (uint32_t i = 0; i < op_table[id]->arg_count; i++)
        if (op_table[id]->args[i].role != OP_SCRATCH && !CHECK(op_link(id, i).kind != OP_LINK_NONE))
            fprintf(stderr, "  %s: %s is no argument of %s\n", op_table[id]->name, op_table[id]->args[i].name,
                    op_table[op_forward(id)]->name);
}

static void check_gradients(const struct options *options) {
    const struct op_shape *row;
    bool any = false;
    for (int id = 0; id < OP_COUNT; id++) {
        if (!wanted((enum op_id)id, options) || op_forward((enum op_id)id) == OP_none)
            continue;
        check_links((enum op_id)id);
        for (uint32_t i = 0; (row = op_shape_at((enum op_id)id, OP_TEST, i)) != NULL; i++)
            gradient_check((enum op_id)id, row->params, 7u + i);
        any = true;
    }
    CHECK(any); // asked for operations without a backward pass
}

static void check_on_device(struct rt_device *device, const struct options *options) {
    struct op_library *library;
    if (!CHECK(op_library_create(device, &library) == RT_OK))
        return;
    library->target.large_code_flops = 0; // rows are small; the small code is judged by the models' tests
    for (int family = 0; family < OP_FAMILY_COUNT; family++) {
        if (!options->families[family] ||
            !CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK))
            continue;
        for (int id = 0; id < OP_COUNT; id++)
            if (wanted((enum op_id)id, options))
                check_operation(library, (enum op_id)id, options);
    }
    op_library_destroy(&library);
}

static bool names_are_known(const struct options *options) {
    for (int i = 0; i < options->name_count; i++) {
        const struct options one = {.names = options->names + i, .name_count = 1};
        bool known = false;
        for (int id = 0; id < OP_COUNT; id++)
            known = known || wanted((enum op_id)id, &one);
        if (!known)
            return false;
    }
    return true;
}

static int usage(void) {
    fprintf(stderr, "usage: test_ops [--gradient] [--family tile|lane|coop] [--row N] [NAME...]\n");
    return 2;
}

int main(int argc, char **argv) {
    struct options options = {.families = {[OP_FAMILY_TILE] = true, [OP_FAMILY_LANE] = true}, .row = -1};
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--gradient") == 0) {
            options.gradient = true;
        } else if (strcmp(argv[at], "--family") == 0 && at + 1 < argc) {
            at++;
            for (int family = 0; family < OP_FAMILY_COUNT; family++)
                options.families[family] = strcmp(argv[at], op_family_text((enum op_family)family)) == 0;
        } else if (strcmp(argv[at], "--row") == 0 && at + 1 < argc) {
            options.row = atoi(argv[++at]);
        } else {
            return usage();
        }
    }
    options.names = argv + at;
    options.name_count = argc - at;
    if (!names_are_known(&options))
        return usage();
    test_begin();
    if (options.gradient) {
        check_gradients(&options);
        return test_end();
    }
    struct rt_context *context;
    struct rt_device *device;
    for (uint32_t i = 0; (device = test_device(&context, i)) != NULL; i++) {
        check_on_device(device, &options);
        test_close(&context, &device);
    }
    test_close(&context, &device);
    return test_end();
}

// mograph info: a model as a table.
#include "cli/check.h"
#include "cli/command.h"
#include "cli/json.h"
#include "model/net/vae.h"
#include "model/weights/weights_layout.h"

#include <string.h>

struct info_values {
    int64_t batch;
    bool all, json;
};

static const struct option options[] = {{OPTION_FIELD(struct info_values, batch), .name = "batch",
                                         .value = "N", .help = "clips that the memory is for", .initial = "4",
                                         .min = 1, .max = 1024},
                                        {OPTION_FIELD(struct info_values, all), .name = "all",
                                         .help = "every operation, not only those with parameters"},
                                        {OPTION_JSON(struct info_values, json)},
                                        {0}};

// The same model twice: as it trains, and as it generates.
struct models {
    struct parameters *parameters;
    struct vae train, generate;
};

// Sizes of scratch as on a GPU of the usual kind; no device is opened.
static const struct op_target usual_gpu = {
    .family = OP_FAMILY_TILE, .subgroup_size = 32, .max_invocations = 1024, .max_shared_bytes = 32768};

static enum rt_status models_init(struct models *models, const struct vae_config *config, uint32_t batch) {
    *models = (struct models){0};
    enum rt_status status = parameters_create(&models->parameters);
    if (status == RT_OK)
        status = vae_init(&models->train, config, VAE_TRAIN, batch, &usual_gpu, models->parameters, 0);
    if (status == RT_OK)
        status = vae_init(&models->generate, config, VAE_GENERATE, batch, &usual_gpu, models->parameters, 0);
    if (status == RT_OK)
        parameters_layout(models->parameters);
    return status;
}

static void models_finish(struct models *models) {
    vae_finish(&models->train);
    vae_finish(&models->generate);
    parameters_destroy(&models->parameters);
}

static uint64_t trained(const struct models *models) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < parameters_count(models->parameters); i++)
        if (!parameters_get(models->parameters, i)->state)
            count += parameters_get(models->parameters, i)->count;
    return count;
}

// Values, gradients, the optimiser's two moments and the average, all fp32.
static double trained_bytes(const struct models *models) {
    return (double)trained(models) * 4.0 * PARAMETERS_SLABS;
}

static double gflop_per_clip(const struct vae *vae) {
    return (graph_forward_flops(vae->graph) + graph_backward_flops(vae->graph)) / vae->n * 1e-9;
}

static void print_row(const struct graph_row *row) {
    char parameters[24] = "", mflop[24] = "";
    if (row->parameters > 0)
        snprintf(parameters, sizeof parameters, "%llu", (unsigned long long)row->parameters);
    if (row->flops > 0.0)
        snprintf(mflop, sizeof mflop, "%.1f", row->flops * 1e-6);
    printf("%-24s %-24s %10s %9s  %s\n", row->result, row->operation, parameters, mflop, row->shapes);
}

static void print_layers(const struct vae *one, bool all) {
    printf("%-24s %-24s %10s %9s  %s\n", "layer", "operation", "parameters", "MFLOP", "shapes, for one clip");
    for (uint32_t i = 0; i < graph_row_count(one->graph); i++) {
        struct graph_row row = graph_row(one->graph, i);
        if (all || row.parameters > 0)
            print_row(&row);
    }
}

// The table is for one clip.
static enum rt_status print_table(const struct models *models, const struct info_values *v) {
    struct vae one = {0};
    struct parameters *parameters;
    enum rt_status status = parameters_create(&parameters);
    if (status == RT_OK)
        status = vae_init(&one, &models->train.config, VAE_TRAIN, 1, &usual_gpu, parameters, 0);
    if (status == RT_OK)
        print_layers(&one, v->all);
    vae_finish(&one);
    parameters_destroy(&parameters);
    return status;
}

static void print_sums(const struct models *models) {
    const struct vae *train = &models->train, *generate = &models->generate;
    const struct vae_config *c = &train->config;
    char style[WEIGHTS_STYLE_TEXT];
    printf("\n%s: clips of %ux%ux%u, %u classes, %llu parameters in %u tensors\n", c->name, c->w, c->h, c->d,
           c->classes, (unsigned long long)trained(models), parameters_count(models->parameters));
    printf("noise       %u numbers a clip:", vae_noise_count(train));
    for (uint32_t i = 0; i < train->level_count; i++)
        printf(" %ux%ux%ux%u", train->levels[i].d, train->levels[i].h, train->levels[i].w,
               train->levels[i].c_used);
    weights_style_text(c, style);
    printf("\ndecoder     %s", style[0] != '\0' ? style : "FiLM by the vector alone");
    printf("\nwork        %.2f GFLOP to train on a clip, %.2f to generate one\n", gflop_per_clip(train),
           gflop_per_clip(generate));
    printf("memory      %u clips: %.0f MiB to train (%.0f MiB of it parameters and optimiser), "
           "%.0f MiB to generate\n",
           train->n, ((double)graph_bytes(train->graph) + trained_bytes(models)) / 1048576.0,
           trained_bytes(models) / 1048576.0,
           ((double)graph_bytes(generate->graph) + (double)trained(models) * 4.0) / 1048576.0);
}

static bool print_json(const struct models *models, struct cli_error *error) {
    const struct vae *train = &models->train, *generate = &models->generate;
    cJSON *root = cJSON_CreateObject(), *rows = cJSON_AddArrayToObject(root, "layers");
    char style[WEIGHTS_STYLE_TEXT];
    weights_style_text(&train->config, style);
    cJSON_AddStringToObject(root, "preset", train->config.name);
    cJSON_AddStringToObject(root, "decoder", style);
    cJSON_AddNumberToObject(root, "parameters", (double)trained(models));
    cJSON_AddNumberToObject(root, "noise", vae_noise_count(train));
    cJSON_AddNumberToObject(root, "batch", train->n);
    cJSON_AddNumberToObject(root, "train_flops_per_clip", gflop_per_clip(train) * 1e9);
    cJSON_AddNumberToObject(root, "generate_flops_per_clip", gflop_per_clip(generate) * 1e9);
    cJSON_AddNumberToObject(root, "train_bytes", (double)graph_bytes(train->graph) + trained_bytes(models));
    cJSON_AddNumberToObject(root, "generate_bytes",
                            (double)graph_bytes(generate->graph) + (double)trained(models) * 4.0);
    for (uint32_t i = 0; i < graph_row_count(train->graph); i++) {
        struct graph_row row = graph_row(train->graph, i);
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "layer", row.result);
        cJSON_AddStringToObject(item, "operation", row.operation);
        cJSON_AddStringToObject(item, "shapes", row.shapes);
        cJSON_AddNumberToObject(item, "parameters", (double)row.parameters);
        cJSON_AddNumberToObject(item, "flops", row.flops);
        cJSON_AddItemToArray(rows, item);
    }
    return json_print_and_delete(root, error);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct info_values *v = values;
    const char *name = arg_count > 0 ? args[0] : "small";
    const struct vae_config *config = vae_preset(name);
    if (config == NULL)
        return cli_usage(error, "there is no preset \"%s\": give tiny, small, base or article", name);
    struct models models;
    bool done = cli_check(error, models_init(&models, config, (uint32_t)v->batch), "building the model");
    if (done && v->json) {
        done = print_json(&models, error);
    } else if (done) {
        done = cli_check(error, print_table(&models, v), "building the model");
        if (done)
            print_sums(&models);
    }
    models_finish(&models);
    return done;
}

const struct command cmd_info = {
    .name = "info",
    .summary = "show a model's layers, parameters, work and memory",
    .text = "PRESET is tiny, small (the default), base or article.\n",
    .args = "[PRESET]",
    .max_args = 1,
    .options = options,
    .values_size = sizeof(struct info_values),
    .run = run,
};

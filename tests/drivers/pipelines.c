// Compiles every pipeline of the program once, by recording all that it does without submitting anything, and
// writes down what the driver tells of each: pipelines FAMILY FOLDER [PRESET...]. The driver needs no hardware.
// Presets leave out the others, and the shapes of `mograph bench kernels` and `mograph doctor`.
//
// FOLDER/pipelines.jsonl has a line per pipeline, as MOGRAPH_STATISTICS writes it, with the work that it does in
// a step of each kind ("flops") and, for convolutions, the file beside it that holds its machine code
// ("assembly").
#include "cli/device.h"
#include "cli/train/options.h"
#include "model/sample/evaluator.h"
#include "model/train/trainer.h"
#include "runtime/array.h"
#include "runtime/log.h"
#include "shaders/op_record.h"
#include "shaders/op_shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Work of a pipeline in one kind of step.
struct work {
    uint32_t pipeline;
    char step[64]; // "small fp32 muon adversary"
    double flops;
};

struct recording {
    struct cli_device device;
    struct cli_error error;
    struct work *work;
    uint32_t work_count, work_capacity;
};

// --- training

static const uint32_t kinds[] = {0, 1, 2, 3, 4, 5};
enum { CLIPS = sizeof kinds / sizeof kinds[0], BATCH = 8 };

static bool draw_black(void *user, uint32_t clip, uint8_t *rgb) {
    const struct clip_source *size = user;
    (void)clip;
    memset(rgb, 0, (size_t)size->d * size->h * size->w * 3);
    return true;
}

static bool add_work(struct recording *r, const char *step, const struct rt_profile_row *row) {
    uint32_t pipeline = rt_statistics_index(r->device.device, row->kernel);
    for (uint32_t i = r->work_count; i-- > 0 && strcmp(r->work[i].step, step) == 0;)
        if (r->work[i].pipeline == pipeline) {
            r->work[i].flops += row->flops;
            return true;
        }
    if (!rt_array_reserve((void **)&r->work, r->work_count, &r->work_capacity, sizeof *r->work))
        return cli_no_memory(&r->error, "the list of work");
    struct work *work = &r->work[r->work_count++];
    *work = (struct work){.pipeline = pipeline, .flops = row->flops};
    snprintf(work->step, sizeof work->step, "%s", step);
    return true;
}

static bool add_step(struct recording *r, const char *step, struct rt_stream *stream) {
    struct rt_profile_row row;
    bool done = true;
    for (uint32_t i = 0; i < rt_stream_profile_count(stream) && done; i++) {
        done = cli_check(&r->error, rt_stream_profile(stream, i, &row), "reading the recording");
        if (done && row.kernel != NULL)
            done = add_work(r, step, &row);
    }
    return done;
}

// What `mograph train` would do by default, but for what is asked for.
static bool choose_options(struct recording *r, int precision, int optimiser, bool adversary,
                           struct trainer_options *options) {
    struct train_values train = {0};
    int arg_count;
    bool help;
    if (!options_parse(train_options, 0, NULL, &train, &arg_count, &help, NULL, &r->error))
        return false;
    train.batch = BATCH;
    train.epochs = 4;
    train.precision = precision;
    train.optimiser = optimiser;
    train.adversary_from = adversary ? 0.0 : 1.0;
    train.flip = train.shift = train.reverse = true;
    *options = train_trainer_options(&train);
    options->profile = true;
    return true;
}

static bool record_step(struct recording *r, const struct vae_config *model, int precision, int optimiser,
                        bool adversary) {
    struct trainer_options options;
    struct trainer *trainer = NULL;
    struct trainer_report report;
    struct clip_source source = {
        .count = CLIPS, .d = model->d, .h = model->h, .w = model->w, .classes = kinds, .read = draw_black};
    char step[64];
    source.user = &source;
    snprintf(step, sizeof step, "%s %s %s%s", model->name, precision == 1 ? "bf16" : "fp32",
             optimiser == TRAINER_ADAMW ? "adamw" : "muon", adversary ? " adversary" : "");
    bool done = choose_options(r, precision, optimiser, adversary, &options) &&
                cli_check(&r->error, trainer_create(r->device.library, model, &source, &options, &trainer),
                          "%s", step) &&
                cli_check(&r->error, trainer_step(trainer, &report), "%s", step) &&
                add_step(r, step, trainer_stream(trainer));
    trainer_destroy(&trainer);
    return done;
}

// The adversary has an optimiser of its own, so that AdamW's step with it is made of the other three.
static bool record_training(struct recording *r, const struct vae_config *model) {
    for (int precision = 0; precision < 2; precision++)
        if (!record_step(r, model, precision, TRAINER_MUON, false) ||
            !record_step(r, model, precision, TRAINER_MUON, true) ||
            !record_step(r, model, precision, TRAINER_ADAMW, false))
            return false;
    return true;
}

// --- generating, encoding, evaluating

struct model {
    struct evaluator *evaluator;
    struct vae_inputs inputs;
    struct rt_arena *activations;
    float *noise, *weights;
    uint8_t *rgb;
};

static enum rt_status make_model(struct recording *r, const struct vae_config *config, uint32_t batch,
                                 struct model *m) {
    struct op_library *library = r->device.library;
    enum rt_status status = evaluator_create(library, config, batch, &m->evaluator);
    if (status == RT_OK)
        status = vae_inputs_create(&m->inputs, library, evaluator_shapes(m->evaluator));
    if (status == RT_OK)
        status = rt_arena_create(r->device.device, RT_MEMORY_DEVICE, evaluator_activation_bytes(m->evaluator),
                                 "activations", &m->activations);
    if (status == RT_OK)
        status = evaluator_attach(m->evaluator, m->activations, &m->inputs);
    if (status != RT_OK)
        return status;
    m->noise = calloc((size_t)batch * evaluator_noise_count(m->evaluator), sizeof *m->noise);
    m->weights = calloc((size_t)batch * config->classes, sizeof *m->weights);
    m->rgb = calloc((size_t)batch * config->d * config->h * config->w, 3);
    return m->noise != NULL && m->weights != NULL && m->rgb != NULL ? RT_OK : rt_no_memory("clips");
}

static enum rt_status use_model(struct model *m, uint32_t batch) {
    const uint32_t classes[BATCH] = {0};
    const struct evaluator_clips clips = {batch, m->rgb, classes};
    const struct evaluation nothing = {0};
    uint32_t levels = evaluator_level_count(m->evaluator);
    enum rt_status status = evaluator_encode(m->evaluator, &clips, m->noise, levels, &nothing);
    if (status == RT_OK)
        status = evaluator_estimate(m->evaluator, &clips, m->noise);
    for (uint32_t i = 0; i < batch; i++)
        m->weights[i * evaluator_config(m->evaluator)->classes] = 1.0f;
    return status == RT_OK ? evaluator_decode(m->evaluator, m->noise, m->weights, batch, m->rgb) : status;
}

static bool record_model(struct recording *r, const struct vae_config *config, uint32_t batch) {
    struct model m = {0};
    enum rt_status status = make_model(r, config, batch, &m);
    if (status == RT_OK)
        status = use_model(&m, batch);
    evaluator_destroy(&m.evaluator);
    vae_inputs_destroy(&m.inputs);
    rt_arena_destroy(&m.activations);
    free(m.noise);
    free(m.weights);
    free(m.rgb);
    return cli_check(&r->error, status, "%s, %u clips", config->name, batch);
}

// --- what bench and doctor run

// `arena` only says that buffers have one, without which they could not be cut.
static bool record_shape(struct recording *r, struct rt_stream *stream, struct rt_arena *arena, enum op_id id,
                         const void *params) {
    struct op_recorder recorder = {r->device.library, stream};
    struct op_signature signature;
    struct op_refusal refusal;
    struct rt_buffer buffers[OP_MAX_ARGS] = {0};
    if (!op_describe(&r->device.library->target, id, params, &signature, &refusal))
        return cli_fail(&r->error, NULL, "%s: %s", op_table[id]->name, refusal.text);
    // Recording looks at addresses and sizes, and nobody will ever look behind them.
    for (uint32_t i = 0; i < signature.arg_count; i++)
        buffers[i] = (struct rt_buffer){.arena = arena,
                                        .address = signature.args[i].count > 0 ? (uint64_t)(i + 1) << 36 : 0,
                                        .size_bytes = signature.args[i].count *
                                                      op_dtype_bytes(signature.args[i].dtype)};
    rt_stream_begin(stream);
    op_record(&recorder, id, params, buffers);
    return cli_check(&r->error, rt_stream_status(stream), "%s", op_table[id]->name);
}

static bool record_shapes(struct recording *r, enum op_use use) {
    struct rt_stream *stream = NULL;
    struct rt_arena *arena = NULL;
    bool done =
        cli_check(&r->error, rt_stream_create(r->device.device, NULL, &stream), "making a stream") &&
        cli_check(&r->error, rt_arena_create(r->device.device, RT_MEMORY_DEVICE, 4096, "shapes", &arena),
                  "making an arena");
    for (int id = 0; id < OP_COUNT && done; id++) {
        const struct op_shape *shape;
        for (uint32_t i = 0; done && (shape = op_shape_at((enum op_id)id, use, i)) != NULL; i++)
            done = record_shape(r, stream, arena, (enum op_id)id, shape->params);
    }
    rt_stream_destroy(&stream);
    rt_arena_destroy(&arena);
    return done;
}

// --- writing

static bool is_convolution(const char *kernel) {
    return strncmp(kernel, "conv_", 5) == 0;
}

static bool write_assembly(struct recording *r, const char *folder, uint32_t i, cJSON *line) {
    char name[32], path[1024];
    char *text = NULL;
    snprintf(name, sizeof name, "%04u.txt", i);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!cli_check(&r->error, rt_statistics_assembly(r->device.device, i, &text), "reading assembly"))
        return false;
    FILE *file = fopen(path, "w");
    bool done = file != NULL && fputs(text, file) >= 0;
    done = file != NULL && fclose(file) == 0 && done;
    free(text);
    cJSON_AddStringToObject(line, "assembly", name);
    return done || cli_fail(&r->error, path, "cannot write");
}

static void add_flops(const struct recording *r, uint32_t pipeline, cJSON *line) {
    cJSON *flops = cJSON_AddObjectToObject(line, "flops");
    for (uint32_t i = 0; i < r->work_count; i++)
        if (r->work[i].pipeline == pipeline && r->work[i].flops > 0.0)
            cJSON_AddNumberToObject(flops, r->work[i].step, r->work[i].flops);
}

static bool write_pipeline(struct recording *r, const char *folder, uint32_t i, FILE *file) {
    struct rt_statistics statistics;
    cJSON *line = NULL;
    bool done = cli_check(&r->error, rt_statistics_read(r->device.device, i, &statistics), "statistics");
    if (done) {
        line = statistics_json(rt_device_describe(r->device.device), &statistics);
        add_flops(r, i, line);
        done = !is_convolution(statistics.kernel) || write_assembly(r, folder, i, line);
    }
    char *text = cJSON_PrintUnformatted(line);
    if (done)
        done = text != NULL && fprintf(file, "%s\n", text) > 0;
    cJSON_free(text);
    cJSON_Delete(line);
    rt_statistics_free(&statistics);
    return done;
}

static bool write_all(struct recording *r, const char *folder) {
    char path[1024];
    uint32_t count = rt_statistics_count(r->device.device);
    snprintf(path, sizeof path, "%s/pipelines.jsonl", folder);
    FILE *file = fopen(path, "w");
    bool done = file != NULL;
    for (uint32_t i = 0; i < count && done; i++)
        done = write_pipeline(r, folder, i, file);
    if (file != NULL)
        done = fclose(file) == 0 && done;
    if (!done && r->error.status == 0)
        return cli_fail(&r->error, path, "cannot write");
    return done;
}

static bool record_preset(struct recording *r, const char *name) {
    const struct vae_config *model = vae_preset(name);
    if (model == NULL)
        return cli_fail(&r->error, NULL, "no preset is called \"%s\"", name);
    return record_training(r, model) && record_model(r, model, 1) && record_model(r, model, BATCH);
}

// Not by MOGRAPH_KERNELS: a family that is asked for there proves itself first, which takes hardware.
static bool choose_family(struct recording *r, const char *name) {
    for (int i = 0; i < OP_FAMILY_COUNT; i++)
        if (strcmp(name, op_family_text((enum op_family)i)) == 0)
            return cli_check(&r->error, op_library_set_family(r->device.library, (enum op_family)i), "%s",
                             name);
    return cli_fail(&r->error, NULL, "no family of kernels is called \"%s\"", name);
}

static bool record_all(struct recording *r, const char *family, char **presets, int count) {
    const struct rt_device_params params = {.record_only = true, .assembly = true};
    bool done = cli_device_open_with(NULL, &params, &r->device, &r->error) && choose_family(r, family);
    for (int i = 0; i < count && done; i++)
        done = record_preset(r, presets[i]);
    for (uint32_t i = 0; count == 0 && done && vae_preset_at(i) != NULL; i++)
        done = record_preset(r, vae_preset_at(i)->name);
    if (count == 0 && done)
        done = record_shapes(r, OP_BENCH) && record_shapes(r, OP_DOCTOR);
    return done;
}

static void on_log(void *user, enum rt_log_level level, const char *text) {
    (void)user;
    if (level <= RT_LOG_WARNING)
        fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv) {
    struct recording r = {0};
    if (argc < 3) {
        fprintf(stderr, "usage: pipelines FAMILY FOLDER [PRESET...]\n");
        return CLI_USAGE;
    }
    rt_log_set_callback(on_log, NULL);
    bool done = record_all(&r, argv[1], argv + 3, argc - 3) && write_all(&r, argv[2]);
    if (!done)
        fprintf(stderr, "pipelines: %s\n", r.error.text);
    cli_device_close(&r.device);
    free(r.work);
    return r.error.status;
}

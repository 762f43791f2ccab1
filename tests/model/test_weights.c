// Weights files: what is saved comes back bit for bit, and what is not a model of ours is refused by name.
#include "model/weights/weights.h"
#include "model/weights/weights_layout.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct op_target host = {.family = OP_FAMILY_LANE,
                                      .cpu = true,
                                      .subgroup_size = 8,
                                      .max_invocations = 1024,
                                      .max_shared_bytes = 32768};
#define GOOD "name=x d=8 h=32 w=32 stages=2 channels=8,8 top=8 latent=0,2 classes=2 embedding=8 sigma_floor=0"
static const char *const names[] = {"burst", "a kind", "c", "d", "e", "f"};

struct model {
    struct vae vae;
    struct parameters *parameters;
    float *trained, *state;
    char path[64];
};

static uint64_t trained_count(const struct model *m) {
    return parameters_trained_count(m->parameters);
}

static uint64_t state_count(const struct model *m) {
    return parameters_state_count(m->parameters);
}

static void begin(struct model *m, const struct vae_config *config) {
    CHECK(parameters_create(&m->parameters) == RT_OK);
    CHECK(vae_init(&m->vae, config, VAE_TRAIN, 1, &host, m->parameters, 0) == RT_OK);
    parameters_layout(m->parameters);
    m->trained = calloc(trained_count(m), sizeof *m->trained);
    m->state = calloc(state_count(m), sizeof *m->state);
    parameters_start_values(m->parameters, 3, m->trained, m->state);
    snprintf(m->path, sizeof m->path, "weights-%ld.safetensors", (long)getpid());
}

static void end(struct model *m) {
    unlink(m->path);
    free(m->trained);
    free(m->state);
    vae_finish(&m->vae);
    parameters_destroy(&m->parameters);
}

static enum rt_status save(const struct model *m, enum weights_storage storage) {
    const struct safetensors_pair pair = {"command", "mograph train"};
    struct weights_content content = {.config = &m->vae.config,
                                      .class_names = names,
                                      .parameters = m->parameters,
                                      .trained = m->trained,
                                      .state = m->state,
                                      .pairs = &pair,
                                      .pair_count = 1,
                                      .storage = storage};
    return weights_save(m->path, &content);
}

static bool same_config(const struct vae_config *a, const struct vae_config *b) {
    struct vae_config copy = *b;
    copy.name = a->name;
    return strcmp(a->name, b->name) == 0 && memcmp(a, &copy, sizeof copy) == 0;
}

static void read_back(struct model *m, float *trained, float *state) {
    struct weights *weights;
    if (!CHECK(weights_open(m->path, &weights) == RT_OK))
        return;
    CHECK(same_config(weights_config(weights), &m->vae.config));
    CHECK(strcmp(weights_class_name(weights, 1), "a kind") == 0);
    CHECK(strcmp(weights_metadata(weights, "command"), "mograph train") == 0);
    CHECK(strlen(weights_hash(weights)) == 16);
    CHECK(weights_read(weights, m->parameters, trained, state) == RT_OK);
    weights_close(&weights);
}

static char *file_bytes(const char *path, long *size) {
    FILE *file = fopen(path, "rb");
    *size = 0;
    if (!CHECK(file != NULL))
        return calloc(1, 1);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = ftell(file);
    CHECK(fseek(file, 0, SEEK_SET) == 0);
    char *bytes = malloc((size_t)*size);
    CHECK(fread(bytes, 1, (size_t)*size, file) == (size_t)*size);
    fclose(file);
    return bytes;
}

// Save, load, save: the same file.
static void same_bytes_again(struct model *m, float *trained, float *state) {
    long first_size, second_size;
    char *first = file_bytes(m->path, &first_size);
    struct model copy = *m;
    copy.trained = trained;
    copy.state = state;
    CHECK(save(&copy, WEIGHTS_F32) == RT_OK);
    char *second = file_bytes(m->path, &second_size);
    CHECK(first_size == second_size && memcmp(first, second, (size_t)first_size) == 0);
    free(first);
    free(second);
}

static void a_round_trip_keeps_every_bit(const char *preset) {
    struct model m;
    begin(&m, vae_preset(preset));
    float *trained = calloc(trained_count(&m), sizeof *trained),
          *state = calloc(state_count(&m), sizeof *state);
    CHECK(save(&m, WEIGHTS_F32) == RT_OK);
    read_back(&m, trained, state);
    CHECK(memcmp(trained, m.trained, trained_count(&m) * sizeof *trained) == 0);
    CHECK(memcmp(state, m.state, state_count(&m) * sizeof *state) == 0);
    same_bytes_again(&m, trained, state);
    // Half the size, and as near as 8 bits of mantissa are.
    CHECK(save(&m, WEIGHTS_BF16) == RT_OK);
    read_back(&m, trained, state);
    for (uint64_t i = 0; i < trained_count(&m); i++) {
        float distance = trained[i] - m.trained[i], size = m.trained[i] < 0 ? -m.trained[i] : m.trained[i];
        CHECK((distance < 0 ? -distance : distance) <= size / 256.0f);
    }
    CHECK(memcmp(state, m.state, state_count(&m) * sizeof *state) == 0);
    free(trained);
    free(state);
    end(&m);
}

// Writes a file whose metadata or tensors are wrong in one way.
static enum rt_status open_with(const char *path, const char *config, const char *format, bool extra,
                                const struct model *m) {
    struct safetensors_writer *writer;
    struct weights *weights = NULL;
    const uint64_t one = 1;
    const float value = 1.0f;
    CHECK(safetensors_begin(path, &writer) == RT_OK);
    if (extra)
        safetensors_add(writer, "stranger", SAFETENSORS_F32, 1, &one, &value);
    safetensors_add_metadata(writer, "mograph.weights", format);
    safetensors_add_metadata(writer, "mograph.config", config);
    safetensors_add_metadata(writer, "mograph.classes", "a/b");
    CHECK(safetensors_commit(&writer) == RT_OK);
    enum rt_status status = weights_open(path, &weights);
    if (status == RT_OK)
        status = weights_read(weights, m->parameters, m->trained, m->state);
    weights_close(&weights);
    return status;
}

static void refused(enum rt_status status, const char *why) {
    CHECK(status == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), why) != NULL);
}

// Numbers beyond all measure are judged before anything is as large as they say.
static void what_is_beyond_measure_is_refused(const struct model *m, const char *good) {
    static const char *const widths[][2] = {{"top=8", "top=65536"},
                                            {"top=8", "top=4294967292"},
                                            {"embedding=8", "embedding=4294967292"},
                                            {"channels=8,8", "channels=8,1048576"},
                                            {"latent=0,2", "latent=0,4294967295"},
                                            {"d=8", "d=4294967264"}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char config[300];
        size_t before = (size_t)(strstr(good, widths[i][0]) - good);
        snprintf(config, sizeof config, "%.*s%s%s", (int)before, good, widths[i][1],
                 good + before + strlen(widths[i][0]));
        refused(open_with(m->path, config, "1", false, m), "at most 16384");
    }
}

// The parts of the decoder, and files from before there were so many: the text is the same again.
static void parts_have_one_text(void) {
    static const char *const good[] = {"",
                                       " placed=128",
                                       " placed=0 mapped=16",
                                       " placed=128 mapped=16 mapping_layers=3",
                                       " placed=128 mapped=0 mapping_layers=0 styled=1",
                                       " placed=128 mapped=16 mapping_layers=1 styled=0 waves=4 poses=2"};
    static const char *const bad[][2] = {
        {" placed=128 mapped=16 mapping_layers=1", ""}, // not as we write it
        {" mapped=16 placed=128", ""},
        {" placed=128 waves", ""},
        {" placed=128 mapped=16 mapping_layers=17", "1 to 16 layers"},
        {" placed=128 mapped=0 mapping_layers=2", ""}, // layers of nothing
        {" placed=128 mapped=16 mapping_layers=1 styled=2", "styled must be 0 or 1"},
        {" placed=128 mapped=16 mapping_layers=1 styled=1 waves=6 poses=2", "multiple of 4"},
        {" placed=128 mapped=16 mapping_layers=1 styled=1 waves=4 poses=3", "even number of poses"},
        {" placed=128 mapped=16 mapping_layers=1 styled=1 waves=4", "or both 0"},
        {" placed=0 mapped=16 mapping_layers=1 styled=1 waves=4 poses=2", "there is none"},
        {" placed=128 mapped=16 mapping_layers=1 styled=1 waves=65536 poses=65536", "at most 32768"}};
    char text[300], again[WEIGHTS_CONFIG_TEXT], name[32];
    struct vae_config config;
    const char *fault;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "%s%s", GOOD, good[i]);
        CHECK(weights_config_parse(text, &config, name, &fault) && fault == NULL);
        weights_config_text(&config, again);
        CHECK(strcmp(text, again) == 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "%s%s", GOOD, bad[i][0]);
        CHECK(!weights_config_parse(text, &config, name, &fault));
        CHECK((fault == NULL && bad[i][1][0] == '\0') || (fault != NULL && strstr(fault, bad[i][1]) != NULL));
    }
    CHECK(weights_style_parse("poses=2 waves=8 mapped=12", &config) && config.waves == 8 &&
          config.mapping_width == 12 && config.spatial_bias_voxels == 0);
}

static void what_is_no_model_of_ours_is_refused(void) {
    const char *good = GOOD;
    struct model m;
    struct weights *weights;
    begin(&m, vae_preset("tiny"));
    test_quiet(true);
    refused(open_with(m.path, good, "1", false, &m), "is missing");
    refused(open_with(m.path, good, "1", true, &m), "stranger");
    refused(open_with(m.path, good, "2", false, &m), "format 2");
    refused(open_with(m.path, "name=x d=8", "1", false, &m), "configuration");
    refused(open_with(m.path,
                      "name=x d=8 h=32 w=32 stages=2 channels=8,8 top=8 latent=0,2 classes=9 "
                      "embedding=8 sigma_floor=0",
                      "1", false, &m),
            "fewer than its 9 classes");
    what_is_beyond_measure_is_refused(&m, good);
    refused(open_with(m.path,
                      "name=x d=8 h=32 w=32 stages=2 channels=8,8 top=8 latent=0,2 classes=65537 "
                      "embedding=8 sigma_floor=0",
                      "1", false, &m),
            "at most 65536 classes");
    refused(open_with(m.path,
                      "name=x d=8 h=32 w=32 stages=2 channels=8,8 top=8 latent=0,2 classes=1 "
                      "embedding=8 sigma_floor=0",
                      "1", false, &m),
            "more than its 1 classes");
    refused(open_with(m.path,
                      "name=x d=8 h=30 w=32 stages=2 channels=8,8 top=8 latent=0,2 classes=2 "
                      "embedding=8 sigma_floor=0",
                      "1", false, &m),
            "configuration");
    CHECK(weights_open("no-such-file.safetensors", &weights) == RT_ERROR_IO && weights == NULL);
    CHECK(save(&m, WEIGHTS_F32) == RT_OK); // tiny's, read into a model of other shapes
    struct model other;
    begin(&other, vae_preset("small"));
    CHECK(weights_open(m.path, &weights) == RT_OK);
    CHECK(weights_read(weights, other.parameters, other.trained, other.state) == RT_ERROR_INVALID);
    weights_close(&weights);
    end(&other);
    const uint32_t not_numbers[] = {0x7f800000u, 0xff800000u, 0x7fffffffu, 0xffffffffu, 0x7f800001u};
    for (size_t i = 0; i < sizeof not_numbers / sizeof not_numbers[0]; i++)
        for (int storage = 0; storage < 2; storage++) {
            memcpy(&m.trained[5], &not_numbers[i], sizeof m.trained[5]);
            refused(save(&m, (enum weights_storage)storage), "finite");
        }
    test_quiet(false);
    end(&m);
}

// --- older files

static bool is_later(const char *name, bool parts) {
    return strncmp(name, "density.kernel", 14) == 0 || strcmp(name, "density.width") == 0 ||
           (!parts && (strcmp(name, "density.centre") == 0 || strcmp(name, "density.weight") == 0));
}

// A file without the density's kernels, or without its parts, too.
static void write_older(const struct model *m, bool parts) {
    struct safetensors_writer *writer;
    char config[WEIGHTS_CONFIG_TEXT];
    uint64_t shape[5];
    weights_config_text(&m->vae.config, config);
    CHECK(safetensors_begin(m->path, &writer) == RT_OK);
    safetensors_add_metadata(writer, "mograph.weights", "1");
    safetensors_add_metadata(writer, "mograph.config", config);
    safetensors_add_metadata(writer, "mograph.classes", "a/b/c/d/e/f");
    for (uint32_t i = 0; i < parameters_count(m->parameters); i++) {
        const struct parameter *p = parameters_get(m->parameters, i);
        uint32_t rank = weights_shape(p, shape);
        if (!is_later(p->name, parts)) // in any order: what was trained is not looked at
            safetensors_add(writer, p->name, SAFETENSORS_F32, rank, shape,
                            (p->state ? m->state : m->trained) + p->offset);
    }
    CHECK(safetensors_commit(&writer) == RT_OK);
}

// They are read, and what they do not know is zero, whatever was there.
static void older_files_are_read(void) {
    struct model m;
    begin(&m, vae_preset("tiny"));
    float *trained = calloc(trained_count(&m), sizeof *trained),
          *state = calloc(state_count(&m), sizeof *state);
    for (uint64_t i = 0; i < state_count(&m); i++)
        m.state[i] = 1.0f;
    for (int parts = 0; parts < 2; parts++) {
        struct weights *weights;
        write_older(&m, parts == 1);
        memset(state, 0x40, state_count(&m) * sizeof *state);
        if (!CHECK(weights_open(m.path, &weights) == RT_OK))
            break;
        CHECK(weights_read(weights, m.parameters, trained, state) == RT_OK);
        for (uint32_t i = 0; i < parameters_count(m.parameters); i++) {
            const struct parameter *p = parameters_get(m.parameters, i);
            for (uint64_t k = 0; p->state && k < p->count; k++)
                CHECK(state[p->offset + k] == (is_later(p->name, parts == 1) ? 0.0f : 1.0f));
        }
        weights_close(&weights);
    }
    free(trained);
    free(state);
    end(&m);
}

int main(void) {
    test_begin();
    a_round_trip_keeps_every_bit("tiny");
    a_round_trip_keeps_every_bit("small");
    parts_have_one_text();
    what_is_no_model_of_ours_is_refused();
    older_files_are_read();
    return test_end();
}

// Turns noise into clips and clips into noise with trained weights.
#include "model/sample/generator.h"

#include "runtime/log.h"
#include "runtime/transfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A clip none of whose numbers is brighter (of 255) is black.
enum { BLACK = 6 };

struct generator {
    struct op_library *library;
    const struct weights *weights;
    struct evaluator *evaluator;
    struct vae_inputs inputs;
    struct rt_arena *activations;
    struct prior prior;
};

// --- creation

static uint64_t bytes_of(const struct evaluator *e) {
    return evaluator_parameter_bytes(e) + evaluator_activation_bytes(e) + evaluator_input_bytes(e) +
           vae_inputs_bytes(evaluator_shapes(e), evaluator_device(e));
}

// The largest batch that leaves half of the memory to others.
static enum rt_status create_evaluator(struct generator *g, uint32_t batch) {
    for (;; batch /= 2) {
        enum rt_status status =
            evaluator_create(g->library, weights_config(g->weights), batch, &g->evaluator);
        if (status != RT_OK || batch < 2 ||
            bytes_of(g->evaluator) <= rt_device_free_bytes(g->library->device) / 2)
            return status;
        evaluator_destroy(&g->evaluator);
    }
}

static enum rt_status attach(struct generator *g) {
    struct rt_device *device = g->library->device;
    enum rt_status status = vae_inputs_create(&g->inputs, g->library, evaluator_shapes(g->evaluator));
    if (status == RT_OK)
        status = rt_arena_create(device, RT_MEMORY_DEVICE, evaluator_activation_bytes(g->evaluator),
                                 "activations", &g->activations);
    return status == RT_OK ? evaluator_attach(g->evaluator, g->activations, &g->inputs) : status;
}

static enum rt_status load(struct generator *g) {
    struct rt_device *device = g->library->device;
    const struct parameters *p = evaluator_parameters(g->evaluator);
    uint64_t trained = parameters_trained_count(p), state = parameters_state_count(p);
    float *values = malloc((trained + state) * sizeof *values);
    enum rt_status status = values != NULL ? RT_OK : rt_no_memory("weights");
    if (status == RT_OK)
        status = weights_read(g->weights, p, values, values + trained);
    if (status == RT_OK)
        status =
            rt_buffer_upload(device, parameters_slab(p, PARAMETERS_VALUE), values, trained * sizeof *values);
    if (status == RT_OK)
        status = rt_buffer_upload(device, parameters_state_slab(p), values + trained, state * sizeof *values);
    free(values);
    return status == RT_OK ? prior_load(&g->prior, g->evaluator) : status;
}

// Clips of each class in training, "51/51/34"; all the same where the file does not say.
static void read_shares(struct generator *g) {
    uint32_t classes = weights_config(g->weights)->classes, read = 0;
    const char *at = weights_metadata(g->weights, WEIGHTS_CLIPS);
    double sum = 0.0, *shares = g->prior.shares;
    while (at != NULL && read < classes) {
        char *end;
        double count = strtod(at, &end);
        if (end == at || !(count >= 0.0) || !isfinite(count))
            break;
        sum += shares[read++] = count;
        at = *end == '/' ? end + 1 : NULL;
    }
    for (uint32_t i = 0; i < classes; i++)
        shares[i] = read == classes && sum > 0.0 ? shares[i] / sum : 1.0 / classes;
}

enum rt_status generator_create(struct op_library *library, const struct weights *weights, uint32_t batch,
                                struct generator **out) {
    struct generator *g = *out = calloc(1, sizeof *g);
    if (g == NULL)
        return rt_no_memory("a generator");
    *g = (struct generator){.library = library, .weights = weights};
    enum rt_status status = create_evaluator(g, batch > 0 ? batch : 1);
    if (status == RT_OK)
        status = prior_create(&g->prior, evaluator_shapes(g->evaluator));
    if (status == RT_OK)
        status = attach(g);
    if (status == RT_OK)
        status = load(g);
    if (status != RT_OK) {
        generator_destroy(out);
        return status;
    }
    read_shares(g);
    return RT_OK;
}

void generator_destroy(struct generator **handle) {
    struct generator *g = *handle;
    if (g == NULL)
        return;
    evaluator_destroy(&g->evaluator);
    vae_inputs_destroy(&g->inputs);
    rt_arena_destroy(&g->activations);
    prior_destroy(&g->prior);
    free(g);
    *handle = NULL;
}

// --- views

const struct vae_config *generator_config(const struct generator *g) {
    return evaluator_config(g->evaluator);
}

const struct weights *generator_weights(const struct generator *g) {
    return g->weights;
}

const struct noise_space *generator_space(const struct generator *g) {
    return &g->prior.space;
}

const struct prior *generator_prior(const struct generator *g) {
    return &g->prior;
}

const struct vae_level *generator_level(const struct generator *g, uint32_t level) {
    return evaluator_level(g->evaluator, level);
}

struct evaluator *generator_evaluator(const struct generator *g) {
    return g->evaluator;
}

uint32_t generator_batch(const struct generator *g) {
    return evaluator_batch(g->evaluator);
}

size_t generator_clip_bytes(const struct generator *g) {
    const struct vae_config *c = generator_config(g);
    return (size_t)c->d * c->h * c->w * 3;
}

// --- decoding

static enum rt_status refuse(const struct generator *g, const char *what) {
    rt_log(RT_LOG_ERROR, "%s on \"%s\": see whether `mograph doctor` finds it sound, then try other weights",
           what, rt_device_describe(g->library->device)->name);
    return RT_ERROR_DRIVER;
}

static enum rt_status refuse_black(const struct generator *g, const float *noise) {
    if (evaluator_noise_is_usual(g->evaluator, noise))
        return refuse(g, "a clip came out black");
    rt_log(RT_LOG_ERROR, "a clip came out black, of a z " EVALUATOR_UNUSUAL);
    return RT_ERROR_DRIVER;
}

static bool is_black(const uint8_t *rgb, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (rgb[i] > BLACK)
            return false;
    return true;
}

enum rt_status generator_decode(struct generator *g, const float *noise, const float *weights, uint32_t count,
                                uint8_t *rgb) {
    uint32_t batch = generator_batch(g), classes = generator_config(g)->classes;
    size_t bytes = generator_clip_bytes(g);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i += batch)
        status = evaluator_decode(g->evaluator, noise + (size_t)i * g->prior.space.count,
                                  weights + (size_t)i * classes, count - i < batch ? count - i : batch,
                                  rgb + i * bytes);
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        if (is_black(rgb + i * bytes, bytes))
            status = refuse_black(g, noise + (size_t)i * g->prior.space.count);
    return status;
}

// --- encoding

// What one batch of the same clip under several classes gave.
struct trials {
    uint32_t count;
    uint8_t *rgb;            // [count][d][h][w][3]
    uint32_t *classes;       // [count]
    float *noise, *nll, *kl; // [count][space.count], [count], [count][level_count]
};

static bool trials_create(struct trials *t, const struct generator *g, uint32_t count) {
    t->count = count;
    t->rgb = malloc(count * generator_clip_bytes(g));
    t->classes = malloc(count * sizeof *t->classes);
    t->noise = malloc((size_t)count * g->prior.space.count * sizeof *t->noise);
    t->nll = malloc(count * sizeof *t->nll);
    t->kl = malloc((size_t)count * g->prior.space.level_count * sizeof *t->kl);
    return t->rgb != NULL && t->classes != NULL && t->noise != NULL && t->nll != NULL && t->kl != NULL;
}

static void trials_destroy(struct trials *t) {
    free(t->rgb);
    free(t->classes);
    free(t->noise);
    free(t->nll);
    free(t->kl);
}

static struct generator_encoding encoding_of(const struct trials *t, uint32_t i, uint32_t levels) {
    struct generator_encoding encoding = {.class = t->classes[i], .nll = (double)t->nll[i]};
    encoding.elbo = -encoding.nll;
    for (uint32_t l = 0; l < levels; l++) {
        encoding.kl[l] = (double)t->kl[i * levels + l];
        encoding.elbo -= encoding.kl[l];
    }
    return encoding;
}

static bool all_finite(const float *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

// Encodes the trials of classes `first` to `first + count` and keeps the best so far.
static enum rt_status try_classes(struct generator *g, struct trials *t, uint32_t first, uint32_t count,
                                  float *noise, struct generator_encoding *best) {
    for (uint32_t i = 0; i < count; i++)
        t->classes[i] = first + i;
    const struct evaluator_clips clips = {count, t->rgb, t->classes};
    const struct evaluation evaluation = {.nll = t->nll, .kl = t->kl, .noise = t->noise};
    enum rt_status status =
        evaluator_encode(g->evaluator, &clips, NULL, g->prior.space.level_count, &evaluation);
    for (uint32_t i = 0; i < count && status == RT_OK; i++) {
        const float *found = t->noise + (size_t)i * g->prior.space.count;
        struct generator_encoding encoding = encoding_of(t, i, g->prior.space.level_count);
        if (!isfinite(encoding.elbo) || !all_finite(found, g->prior.space.count))
            return refuse(g, "a clip was encoded to numbers that are not finite");
        if (encoding.elbo > best->elbo) {
            *best = encoding;
            memcpy(noise, found, g->prior.space.count * sizeof *noise);
        }
    }
    return status;
}

enum rt_status generator_encode(struct generator *g, const uint8_t *rgb, uint32_t class, float *noise,
                                struct generator_encoding *out) {
    bool any = class == GENERATOR_ANY_CLASS;
    uint32_t end = any ? generator_config(g)->classes : class + 1, first = any ? 0 : class;
    uint32_t batch = end - first < generator_batch(g) ? end - first : generator_batch(g);
    struct trials trials = {0};
    *out = (struct generator_encoding){.elbo = -HUGE_VAL};
    enum rt_status status = trials_create(&trials, g, batch) ? RT_OK : rt_no_memory("encoding a clip");
    for (uint32_t i = 0; i < batch && status == RT_OK; i++)
        memcpy(trials.rgb + i * generator_clip_bytes(g), rgb, generator_clip_bytes(g));
    for (; first < end && status == RT_OK; first += batch)
        status = try_classes(g, &trials, first, end - first < batch ? end - first : batch, noise, out);
    trials_destroy(&trials);
    return status;
}

// Draws points of the noise space for a seed and classes.
#include "model/sample/prior.h"

#include "model/noise/draw.h"
#include "runtime/transfer.h"

#include <stdlib.h>
#include <string.h>

enum rt_status prior_create(struct prior *prior, const struct vae *shapes) {
    const struct vae_config *c = &shapes->config;
    *prior = (struct prior){0};
    noise_space_init(&prior->space, shapes->levels, shapes->level_count);
    prior->shares = malloc(c->classes * sizeof *prior->shares);
    prior->work = malloc(2 * (size_t)c->top * sizeof *prior->work);
    if (!density_create(&prior->density, c->classes, c->top) || prior->shares == NULL || prior->work == NULL)
        return rt_no_memory("what points are drawn from");
    for (uint32_t i = 0; i < c->classes; i++)
        prior->shares[i] = 1.0 / c->classes;
    return RT_OK;
}

void prior_destroy(struct prior *prior) {
    density_destroy(&prior->density);
    free(prior->shares);
    free(prior->work);
    *prior = (struct prior){0};
}

// --- the densities on the device

static struct rt_buffer state_buffer(const struct evaluator *e, const char *name) {
    const struct parameters *p = evaluator_parameters(e);
    for (uint32_t i = 0; i < parameters_count(p); i++)
        if (strcmp(parameters_get(p, i)->name, name) == 0)
            return parameters_buffer(p, i, PARAMETERS_VALUE);
    return (struct rt_buffer){0};
}

// Between the host and the tensors of the model.
static enum rt_status move_density(const struct evaluator *e, const struct density *d, bool to_device) {
    size_t means = (size_t)d->classes * d->dim;
    const struct {
        const char *name;
        float *values;
        size_t count;
    } tensors[] = {{VAE_DENSITY_MEAN, d->mean, means},
                   {VAE_DENSITY_CHOLESKY, d->factor, means * d->dim},
                   {VAE_DENSITY_CENTRE, d->centre, means * DENSITY_PARTS},
                   {VAE_DENSITY_WEIGHT, d->weight, (size_t)d->classes * DENSITY_PARTS},
                   {VAE_DENSITY_KERNEL, d->kernel, means * DENSITY_KERNELS},
                   {VAE_DENSITY_KERNEL_WEIGHT, d->kernel_weight, (size_t)d->classes * DENSITY_KERNELS},
                   {VAE_DENSITY_WIDTH, d->width, d->classes}};
    enum rt_status status = RT_OK;
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0] && status == RT_OK; i++) {
        struct rt_buffer buffer = state_buffer(e, tensors[i].name);
        size_t bytes = tensors[i].count * sizeof(float);
        status = to_device ? rt_buffer_upload(evaluator_device(e), buffer, tensors[i].values, bytes)
                           : rt_buffer_download(evaluator_device(e), buffer, tensors[i].values, bytes);
    }
    return status;
}

enum rt_status prior_load(struct prior *prior, const struct evaluator *evaluator) {
    return move_density(evaluator, &prior->density, false);
}

enum rt_status prior_store(const struct evaluator *evaluator, const struct density *density) {
    return move_density(evaluator, density, true);
}

// --- drawing

uint32_t prior_draw_class(const struct prior *prior, uint64_t seed) {
    uint32_t classes = prior->density.classes;
    double at = (double)draw_uniform(seed, DRAW_CLASS, 0, 0), sum = 0.0;
    for (uint32_t i = 0; i < classes; i++) {
        sum += prior->shares[i];
        if (at < sum)
            return i;
    }
    return classes - 1;
}

void prior_draw(const struct prior *prior, const struct point_draw *how, const float *weights, float *noise) {
    noise_draw(&prior->space, how->seed, noise);
    noise_scale(&prior->space, how->temperature, how->fine, noise);
    noise_shape(&prior->density, weights, noise, noise, prior->work);
}

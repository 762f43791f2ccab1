// Allocates the buffers that a model reads, binds them to models, and marks dropped levels.
#include "model/net/vae_inputs.h"

#include "runtime/align.h"
#include "runtime/layout.h"
#include "runtime/transfer.h"

#include <string.h>

static uint64_t clip_bytes(const struct vae *vae) {
    const struct vae_config *c = &vae->config;
    return (uint64_t)vae->n * c->d * c->h * c->w * 4 * sizeof(float);
}

static uint64_t eps_bytes(const struct vae_level *level, uint32_t n) {
    return (uint64_t)n * level->d * level->h * level->w * level->c * sizeof(float);
}

static uint64_t gate_bytes(const struct vae_level *level, uint32_t n) {
    return (uint64_t)n * level->c * sizeof(float);
}

struct input_list {
    struct vae_inputs *inputs;
    const struct vae *vae;
};

static void list_device(void *owner, struct rt_layout *layout) {
    const struct input_list *list = owner;
    rt_layout_add(layout, &list->inputs->clip, clip_bytes(list->vae));
    for (uint32_t i = 0; i < list->vae->level_count; i++)
        rt_layout_add(layout, &list->inputs->eps[i], eps_bytes(&list->vae->levels[i], list->vae->n));
}

static void list_host(void *owner, struct rt_layout *layout) {
    const struct input_list *list = owner;
    rt_layout_add(layout, &list->inputs->classes, rt_align_up(list->vae->n * sizeof(uint32_t), 16));
    for (uint32_t i = 1; i < list->vae->level_count; i++)
        rt_layout_add(layout, &list->inputs->drops[i], gate_bytes(&list->vae->levels[i], list->vae->n));
}

uint64_t vae_inputs_bytes(const struct vae *vae, const struct rt_device *device) {
    struct vae_inputs counted;
    return rt_layout_bytes(device, list_device, &(struct input_list){&counted, vae});
}

static enum rt_status clear(struct rt_device *device, struct rt_buffer buffer) {
    static const uint8_t zeros[4096];
    enum rt_status status = RT_OK;
    for (uint64_t at = 0; at < buffer.size_bytes && status == RT_OK; at += sizeof zeros) {
        uint64_t size = buffer.size_bytes - at < sizeof zeros ? buffer.size_bytes - at : sizeof zeros;
        status = rt_buffer_upload(device, rt_buffer_slice(buffer, at, size), zeros, size);
    }
    return status;
}

enum rt_status vae_inputs_create(struct vae_inputs *inputs, struct op_library *library,
                                 const struct vae *vae) {
    *inputs = (struct vae_inputs){.n = vae->n, .level_count = vae->level_count};
    memcpy(inputs->levels, vae->levels, sizeof inputs->levels);
    inputs->zeros = library->zeros;
    struct input_list list = {inputs, vae};
    enum rt_status status = rt_layout_create(library->device, RT_MEMORY_DEVICE, "inputs of a batch",
                                             list_device, &list, &inputs->device);
    if (status == RT_OK)
        status = rt_layout_create(library->device, RT_MEMORY_HOST, "classes and dropped levels", list_host,
                                  &list, &inputs->host);
    if (status != RT_OK) {
        vae_inputs_destroy(inputs);
        return status;
    }
    memset(rt_buffer_map(inputs->classes), 0, inputs->classes.size_bytes);
    for (uint32_t i = 0; i < vae->level_count && status == RT_OK; i++)
        status = clear(library->device, inputs->eps[i]);
    for (uint32_t i = 0; i < vae->n && status == RT_OK; i++)
        vae_inputs_drop_levels(inputs, i, vae->level_count);
    return status;
}

void vae_inputs_destroy(struct vae_inputs *inputs) {
    rt_arena_destroy(&inputs->device);
    rt_arena_destroy(&inputs->host);
}

void vae_inputs_bind(const struct vae_inputs *inputs, const struct vae *vae) {
    if (vae->classes != GRAPH_NONE)
        graph_bind(vae->graph, vae->classes, inputs->classes);
    if (vae->clip != GRAPH_NONE)
        graph_bind(vae->graph, vae->clip, inputs->clip);
    for (uint32_t i = 0; i < vae->level_count; i++) {
        const struct vae_level *level = &vae->levels[i];
        graph_bind(vae->graph, level->eps, inputs->eps[i]);
        if (level->drop == GRAPH_NONE)
            continue;
        graph_bind(vae->graph, level->drop, inputs->drops[i]);
        graph_bind(vae->graph, level->zeros, rt_buffer_slice(inputs->zeros, 0, gate_bytes(level, inputs->n)));
    }
}

void vae_inputs_drop_levels(const struct vae_inputs *inputs, uint32_t sample, uint32_t kept) {
    for (uint32_t i = 1; i < inputs->level_count; i++) {
        float *drop = rt_buffer_map(inputs->drops[i]);
        uint32_t c = inputs->levels[i].c;
        for (uint32_t k = 0; k < c; k++)
            drop[sample * c + k] = i <= kept ? 0.0f : -1.0f;
    }
}

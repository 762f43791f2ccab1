// A weights file: one safetensors file that is a model. Tensors carry PyTorch's names, layouts and shapes
// (convolutions OIDHW, transposed ones IODHW, linear layers [out][in]), channels as stored: padded to
// multiples of four. torch.nn.Module.load_state_dict takes them. Metadata: the model's configuration, the
// names of its classes, and whatever the caller adds.
#ifndef MOGRAPH_MODEL_WEIGHTS_WEIGHTS_H
#define MOGRAPH_MODEL_WEIGHTS_WEIGHTS_H

#include "model/files/safetensors.h"
#include "model/net/vae.h"

// How trained numbers are stored; state (running statistics, density) is always F32. BF16 rounds to nearest
// even and halves the file.
enum weights_storage { WEIGHTS_F32, WEIGHTS_BF16 };

// A pair that training adds: how many clips of each class there were, "51/51/34" in the order of the classes.
#define WEIGHTS_CLIPS "mograph.clips"
// Another: where rate control had got to at each level, "55.7/0.84/89.2",
// top first: what trains on begins there.
#define WEIGHTS_BETA "mograph.beta"

struct weights_content {
    const struct vae_config *config;
    const char *const *class_names; // [config->classes], without '/' in them
    const struct parameters *parameters;
    const float *trained, *state; // as the slabs hold them, on the host
    const struct safetensors_pair *pairs;
    uint32_t pair_count;
    enum weights_storage storage;
};

// Writes to a temporary name, syncs, renames. Errors: RT_ERROR_INVALID (a number that is not finite, by
// tensor), RT_ERROR_IO.
enum rt_status weights_save(const char *path, const struct weights_content *content);

struct weights;

// Reads a file and its configuration. Errors, with one line: RT_ERROR_IO, RT_ERROR_INVALID (no weights file
// of ours, an impossible configuration). The caller closes it.
enum rt_status weights_open(const char *path, struct weights **out);
// The same from the bytes of such a file, which are copied; `label` takes the path's place in messages.
enum rt_status weights_open_memory(const char *label, const void *bytes, size_t size, struct weights **out);
void weights_close(struct weights **weights);

const struct vae_config *weights_config(const struct weights *weights);
const char *weights_class_name(const struct weights *weights, uint32_t i);
// NULL when there is none.
const char *weights_metadata(const struct weights *weights, const char *key);
// 16 hexadecimal digits that follow from the tensors and the configuration (FNV-1a).
const char *weights_hash(const struct weights *weights);

// Fills host arrays of parameters_trained_count and parameters_state_count floats for parameters to which
// vae_init has added the tensors of weights_config, after parameters_layout. Refuses by name a tensor that is
// missing, one too many, or one of another shape.
enum rt_status weights_read(const struct weights *weights, const struct parameters *parameters,
                            float *trained, float *state);

#endif

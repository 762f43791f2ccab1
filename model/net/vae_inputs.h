// The buffers that a model reads from: clip, noise, dropped levels and classes of one batch. Models of one
// configuration and batch size that never run at the same time share them.
#ifndef MOGRAPH_MODEL_NET_VAE_INPUTS_H
#define MOGRAPH_MODEL_NET_VAE_INPUTS_H

#include "model/net/vae.h"

struct vae_inputs {
    struct rt_arena *device, *host;
    struct rt_buffer clip;                      // [n][d][h][w][4]
    struct rt_buffer eps[VAE_MAX_STAGES + 1];   // [n][d][h][w][c] of each level
    struct rt_buffer drops[VAE_MAX_STAGES + 1]; // [n][c], host-visible; none for the top
    struct rt_buffer classes;                   // u32 [n], host-visible
    struct rt_buffer zeros;                     // the library's
    uint32_t n, level_count;
    struct vae_level levels[VAE_MAX_STAGES + 1]; // shapes
};

// Bytes on the device for a batch of `vae`.
uint64_t vae_inputs_bytes(const struct vae *vae, const struct rt_device *device);

// Buffers for `vae`'s batch; `vae` may be in any mode. Gates start open, noise as zeros. The caller owns
// *inputs. Errors: RT_ERROR_OUT_OF_MEMORY.
enum rt_status vae_inputs_create(struct vae_inputs *inputs, struct op_library *library,
                                 const struct vae *vae);
void vae_inputs_destroy(struct vae_inputs *inputs);

// Gives the buffers to a model of the same configuration and batch.
// The embedding of VAE_BLEND is not among them.
void vae_inputs_bind(const struct vae_inputs *inputs, const struct vae *vae);

// Opens the first `open` levels below the top for a sample and shuts the rest.
void vae_inputs_drop_levels(const struct vae_inputs *inputs, uint32_t sample, uint32_t kept);

#endif

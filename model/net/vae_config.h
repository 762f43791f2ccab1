// What a model looks like: clip, stages, channels, latents. The presets, and fitting one to other clips.
#ifndef MOGRAPH_MODEL_NET_VAE_CONFIG_H
#define MOGRAPH_MODEL_NET_VAE_CONFIG_H

#include "shaders/op_args.h"

enum { VAE_MAX_STAGES = 6 };

struct vae_config {
    const char *name;
    uint32_t d, h, w;                  // of a clip: frames, height, width
    uint32_t stages;                   // each halves d, h and w
    uint32_t channels[VAE_MAX_STAGES]; // after each stage of the encoder, multiples of 4
    uint32_t top;                      // numbers of the top latent, a multiple of 4
    uint32_t latent[VAE_MAX_STAGES]; // latent channels at the decoder's level of stage i (0: none), used ones
    uint32_t classes;
    uint32_t embedding; // width of a class's embedding, a multiple of 4
    // The top latent and the embedding add a bias to every voxel of the decoder's coarse grids:
    // of those with at most so many voxels. "placed" in files.
    uint32_t spatial_bias_voxels;
    // Width of the mapping (Karras et al. 2019), a hidden layer between the condition
    // (top latent, embedding) and FiLM: what a number of the top means may differ from kind to kind.
    // A multiple of 4; 0: none. "mapped" in files.
    uint32_t mapping_width;
    uint32_t mapping_layers; // hidden layers of that width; 0 counts as 1, as in files that do not name it
    // FiLM by the style (the condition and the mapping's last layer) behind each BatchNorm of the decoder's
    // residual blocks. "styled" in files.
    uint32_t styled_blocks; // 0 or 1
    // Fourier features (shaders/fourier) on grids with a spatial bias: waves in so many poses, which the
    // style writes. waves: a multiple of 4, poses: even; both 0: none.
    uint32_t waves, poses;
    float sigma_floor; // smallest deviation of the likelihood, of a number in 0 to 1; 0: 0.03
    // How modes that train store activations and their gradients, OP_F32 or OP_BF16: not part of what is
    // saved. Clips, latents, vectors, parameters and sums are fp32 in either case.
    enum op_dtype storage;
};

// "tiny" (32x32x8, for tests), "small" and "base" (128x128x32),
// "article" (one latent, no levels). NULL: no such preset.
const struct vae_config *vae_preset(const char *name);
// The i-th preset, NULL behind the last.
const struct vae_config *vae_preset_at(uint32_t i);

// Makes a configuration one of clips of d frames, h rows and w columns. Clips that cannot be halved as often
// do without the finest stages: what is left is the inside of the model that it was, so that weights learnt
// on small clips are where those of larger ones can begin (grow.h). Where that would leave too few stages the
// configuration is one that vae_check refuses.
void vae_fit(struct vae_config *config, uint32_t d, uint32_t h, uint32_t w);

// Hidden layers of the mapping: 0 where there is none.
uint32_t vae_mapping_layers(const struct vae_config *config);

// The parts by which the vector reaches the decoder's layers: spatial bias, mapping, styled blocks, waves.
void vae_copy_style(struct vae_config *to, const struct vae_config *from);
bool vae_same_mapping(const struct vae_config *a, const struct vae_config *b);

// What is impossible about the configuration, NULL: nothing.
const char *vae_fault(const struct vae_config *config);
// False, with one line logged, when something is.
bool vae_check(const struct vae_config *config);

#endif

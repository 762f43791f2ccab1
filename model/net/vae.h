// The model: a ladder VAE over clips, a U-Net whose skip connections are stochastic, so that it generates
// from noise alone (Sonderby et al. 2016, "Ladder Variational Autoencoders"; Kingma & Welling 2014).
//
//   encoder   clip -> conv k4 s2 stages with BatchNorm, a residual block each from the second on
//   top       a vector: q(z_top | deepest features, means of the early ones), p(z_top | class)
//   decoder   z_top and class -> mapping -> style; 4x4 start -> conv_transpose k4 s2 stages, every level and
//             the blocks in it scaled and shifted (FiLM) by the style; z_top also adds to the coarse grids,
//             voxel by voxel, and the style waves that it moves: where things are
//   levels    at chosen decoder levels p(z_l | decoder state),
//             q = p + residual from the encoder's features there
//
// Nothing deterministic passes from encoder to decoder. All noise is one flat vector of standard normal
// numbers per sample: z = mu + sigma eps at every level, with mu and sigma of the posterior while training
// and of the prior when sampling; encoding inverts the prior's.
#ifndef MOGRAPH_MODEL_NET_VAE_H
#define MOGRAPH_MODEL_NET_VAE_H

#include "model/graph/graph.h"
#include "model/net/vae_config.h"

enum vae_mode {
    VAE_TRAIN,        // posterior samples, batch statistics, losses; its backward pass trains
    VAE_TRAIN_FROZEN, // the same with frozen statistics: the second phase
    VAE_ESTIMATE,     // the forward pass of VAE_TRAIN alone, to re-estimate running statistics
    VAE_EVALUATE,     // posterior samples, frozen statistics, losses, and the noise that encodes a clip
    VAE_GENERATE,     // prior samples, frozen statistics: noise to clips
    VAE_BLEND,        // the same with what the class says given as numbers: also what no class says
    VAE_ADVERSARY,    // VAE_GENERATE with a backward pass that begins at the output
};

// One level of latents: level 0 is the top.
struct vae_level {
    uint32_t eps; // input, noise [n][d][h][w][c], bound by the caller
    uint32_t kl;  // [n], nats; d_kl is the level's weight. GRAPH_NONE when generating
    // Level dropout: what the posterior adds to the prior's mean is scaled by 1 + drop. 0 keeps it;
    // -1, with an eps of zeros, leaves the prior's mean. Inputs [n][c]; `zeros` is what its name says.
    // GRAPH_NONE at the top and when generating.
    uint32_t drop, zeros;
    uint32_t mean;       // of the posterior, [n][d][h][w][c]; VAE_EVALUATE only
    uint32_t noise;      // the eps that takes the prior to the same z; VAE_EVALUATE, VAE_TRAIN_FROZEN only
    uint32_t d, h, w, c; // c as stored; c_used of them carry noise
    uint32_t c_used;
};

// A model for one batch size and mode. Values are bound with graph_bind; several share one set of parameters.
struct vae {
    struct vae_config config;
    enum vae_mode mode;
    uint32_t n;
    struct graph *graph;
    uint32_t clip;               // input [n][d][h][w][4], 0 to 1; GRAPH_NONE when generating
    uint32_t classes;            // input u32 [n]; GRAPH_NONE in VAE_BLEND
    uint32_t embedding;          // input [n][config.embedding]; VAE_BLEND only
    uint32_t calibration;        // state f32 [4], see reconstruction.h; GRAPH_NONE when generating
    uint32_t output;             // [n][d][h][w][4], 0 to 1; GRAPH_NONE in VAE_TRAIN and VAE_ESTIMATE
    uint32_t squared_error, nll; // [n]; d_nll weighs the samples
    uint32_t level_count;
    struct vae_level levels[VAE_MAX_STAGES + 1];
};

// State tensors that belong to the model but to no operation of the graph, so that they are kept with it:
// a mixture of Gaussians per class over the noise of the top latent (density.h), its "density.mean"
// [classes][top], "density.cholesky" [classes][top][top], "density.centre" [classes][DENSITY_PARTS][top],
// "density.weight" [classes][DENSITY_PARTS], "density.kernel" [classes][DENSITY_KERNELS][top],
// "density.kernel_weight" [classes][DENSITY_KERNELS] and "density.width" [classes][1]; zeros until it is
// fitted.
#define VAE_DENSITY "density." // what their names begin with
#define VAE_DENSITY_MEAN "density.mean"
#define VAE_DENSITY_CHOLESKY "density.cholesky" // the factors; triangles before there were parts
#define VAE_DENSITY_CENTRE "density.centre"
#define VAE_DENSITY_WEIGHT "density.weight"
#define VAE_DENSITY_KERNEL "density.kernel"
#define VAE_DENSITY_KERNEL_WEIGHT "density.kernel_weight"
#define VAE_DENSITY_WIDTH "density.width"
#define VAE_CALIBRATION "likelihood.calibration"

// The table [classes][embedding] of what each class says: rows of it,
// and what lies between them, are what VAE_BLEND takes.
#define VAE_EMBEDDING "embedding.weight"

// True for the modes that draw from the prior and take no clip.
bool vae_mode_generates(enum vae_mode mode);
// True for the modes with a backward pass.
bool vae_mode_trains(enum vae_mode mode);

// Writes the model down, finishes its graph (with the backward pass where the mode has one) and plans its
// memory. `parameters` gets the tensors and must outlive the model. Errors: RT_ERROR_INVALID,
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status vae_init(struct vae *vae, const struct vae_config *config, enum vae_mode mode, uint32_t n,
                        const struct op_target *target, struct parameters *parameters, uint64_t chunk_bytes);
void vae_finish(struct vae *vae);

// Whether a parameter is trained and part of what finds the top latent of a clip.
bool vae_is_of_encoder(const struct parameter *parameter);

// Standard normal numbers that one sample takes, over all levels.
uint32_t vae_noise_count(const struct vae *vae);

#endif

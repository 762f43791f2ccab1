// The model: a ladder VAE over clips, a U-Net whose skip connections are stochastic, so that it generates
// from noise alone (Sonderby et al. 2016, "Ladder Variational Autoencoders"; Kingma & Welling 2014).
//
//   encoder   clip -> conv k4 s2 stages with BatchNorm, a residual block each from the second on
//   top       a vector: q(z_top | deepest features, means of the early ones), p(z_top | class)
//   decoder   z_top and class -> 4x4 start -> conv_transpose k4 s2 stages, every level scaled and shifted
//             (FiLM) by z_top; it also adds to the coarse grids, voxel by voxel: where things are
//   levels    at chosen decoder levels p(z_l | decoder state),
//             q = p + residual from the encoder's features there
//
// Nothing deterministic passes from encoder to decoder. All noise is one flat vector of standard normal
// numbers per sample: z = mu + sigma eps at every level, with mu and sigma of the posterior while training
// and of the prior when sampling; encoding inverts the prior's.
#ifndef MOGRAPH_MODEL_NET_VAE_H
#define MOGRAPH_MODEL_NET_VAE_H

#include "model/graph/graph.h"

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

// False, with one line logged, when the configuration is impossible.
bool vae_check(const struct vae_config *config);

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
    uint32_t output;             // [n][d][h][w][4], 0 to 1
    uint32_t squared_error, nll; // [n]; d_nll weighs the samples
    uint32_t level_count;
    struct vae_level levels[VAE_MAX_STAGES + 1];
};

// State tensors that belong to the model but to no operation of the graph, so that they are kept with it:
// a mixture of Gaussians per class over the noise of the top latent (density.h), its "density.mean"
// [classes][top], "density.cholesky" [classes][top][top], "density.centre" [classes][DENSITY_PARTS][top] and
// "density.weight" [classes][DENSITY_PARTS]; zeros until it is fitted.
#define VAE_DENSITY "density." // what their names begin with
#define VAE_DENSITY_MEAN "density.mean"
#define VAE_DENSITY_CHOLESKY "density.cholesky" // the factors; triangles before there were parts
#define VAE_DENSITY_CENTRE "density.centre"
#define VAE_DENSITY_WEIGHT "density.weight"
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

// Standard normal numbers that one sample takes, over all levels.
uint32_t vae_noise_count(const struct vae *vae);

#endif

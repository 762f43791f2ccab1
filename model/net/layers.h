// The layers a network is written with: each adds its parameters and operations to a graph and returns the
// result. A refusal is kept by the graph (graph_status); layers may go on with whatever they get.
//
// Names are PyTorch's: layer_conv3d(net, "encoder.1.conv", ...) owns encoder.1.conv.weight and
// encoder.1.conv.bias.
#ifndef MOGRAPH_MODEL_NET_LAYERS_H
#define MOGRAPH_MODEL_NET_LAYERS_H

#include "model/graph/graph.h"
#include "shaders/activation/activation.h"

// A value with its shape [n][d][h][w][c]; vectors have d = h = w = 1.
struct tensor {
    uint32_t value;
    uint32_t d, h, w, c;
    enum op_dtype dtype; // OP_F32 or OP_BF16; layers give back what they take
};

struct net {
    struct graph *graph;
    uint32_t n;     // samples
    bool frozen;    // BatchNorm uses its running statistics
    bool io_layer;  // weights added now read or write pictures or positions: no hidden_weight
    float lr_scale; // of hidden weights added now, as a part of Muon's learning rate; 0: all of it
};

uint64_t tensor_count(const struct net *net, struct tensor x);
bool tensor_same_shape(struct tensor a, struct tensor b);

// An input that the caller binds, [n][d][h][w][c] fp32.
struct tensor layer_input(struct net *net, const char *name, uint32_t d, uint32_t h, uint32_t w, uint32_t c);

// A convolution's kernel, stride and padding along all axes; `flat`: 1, 1 and 0 along time.
struct conv_shape {
    uint32_t kernel, stride, padding;
    bool bias; // not before BatchNorm, which takes any constant away
    bool flat;
    float bias_start;
    bool from_zero; // the weights start at 0
};

// He initialisation (He et al. 2015).
struct tensor layer_conv3d(struct net *net, const char *name, struct tensor x, uint32_t cout,
                           struct conv_shape shape);
// Transposed, k4 s2 p1: twice the size along every axis.
struct tensor layer_up(struct net *net, const char *name, struct tensor x, uint32_t cout);
// Blocks of 2x2x2 voxels to channels of one voxel, c to 8 c channels, and back (Shi et al. 2016).
struct tensor layer_space_to_depth(struct net *net, struct tensor x);
struct tensor layer_depth_to_space(struct net *net, struct tensor x);
// BatchNorm, with SiLU when `activate`.
struct tensor layer_batch_norm(struct net *net, const char *name, struct tensor x, bool activate);
// Pre-activation residual block (He et al. 2016): x + conv(silu(norm(conv(silu(norm(x)))))), 3x3x3. The
// second convolution starts at 0, so that a fresh block passes x on.
struct tensor layer_residual(struct net *net, const char *name, struct tensor x);
// FiLM's numbers (Perez et al. 2018): as one layer writes them, [n][2 c], and its halves, [n][c] each, which
// are cut on first use.
struct film {
    struct tensor both, scale, shift;
};
// The same with FiLM between each norm and its SiLU.
struct tensor layer_styled_residual(struct net *net, const char *name, struct tensor x,
                                    const struct film films[2]);
// Of the whole sample, d h w c elements, to [n][cout]. `gain` scales the start: 0 starts at nothing.
struct tensor layer_linear(struct net *net, const char *name, struct tensor x, uint32_t cout, float gain);
// A learned row of `dim` per class for ids u32 [n].
struct tensor layer_embedding(struct net *net, const char *name, uint32_t ids, uint32_t classes,
                              uint32_t dim);
struct tensor layer_activation(struct net *net, struct tensor x, enum op_activation_kind kind);
// x where it is positive, slope x elsewhere (Maas et al. 2013).
struct tensor layer_leaky_relu(struct net *net, struct tensor x, float slope);
// a + alpha b.
struct tensor layer_add(struct net *net, struct tensor a, struct tensor b, float alpha);
// Mean over voxels, [n][c], fp32.
struct tensor layer_mean(struct net *net, struct tensor x);
struct tensor layer_concat(struct net *net, struct tensor a, struct tensor b);
// The first and the last c / 2 channels.
void layer_halves(struct net *net, struct tensor x, struct tensor *first, struct tensor *second);
// Scale and shift for c channels by a linear layer of `style` that starts at 0.
struct film layer_film_numbers(struct net *net, const char *name, uint32_t c, struct tensor style);
void layer_film_halves(struct net *net, struct film *film);
// x (1 + scale) + shift.
struct tensor layer_film(struct net *net, const char *name, struct tensor x, struct film by);
// Fourier features of a grid under the poses [n][10 poses] that a layer wrote, times `gain` (fourier.h);
// [n][d][h][w][2 waves poses]. Their frequencies are drawn once and kept.
struct wave_shape {
    uint32_t d, h, w;
    uint32_t waves, poses;
    float gain;
    enum op_dtype dtype;
};
struct tensor layer_fourier(struct net *net, const char *name, struct tensor pose, struct wave_shape shape);
// The same numbers in another storage type.
struct tensor layer_cast(struct net *net, struct tensor x, enum op_dtype dtype);
// The same elements under another shape.
struct tensor layer_reshape(struct net *net, struct tensor x, uint32_t d, uint32_t h, uint32_t w, uint32_t c);

#endif

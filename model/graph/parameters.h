// The parameters of a network: named tensors in two flat slabs, so that one optimiser step, one norm and one
// checkpoint serve them all.
//
//   trained: hidden weights (see `hidden_weight`), other weights that weight decay applies to, then biases,
//            scales and the like; each starts at a multiple of 4 floats, gaps hold zeros and stay zeros.
//            Five slabs of the same layout: value, gradient, m, v, and ema.
//   state:   what is carried along but not trained: the running statistics of BatchNorm.
#ifndef MOGRAPH_MODEL_GRAPH_PARAMETERS_H
#define MOGRAPH_MODEL_GRAPH_PARAMETERS_H

#include "runtime/memory.h"

#include <stdbool.h>

struct parameters;

// How a tensor is laid out in memory, and so how it becomes PyTorch's in a file.
enum parameter_layout {
    PARAMETER_VECTOR,         // [c]                  PyTorch: the same
    PARAMETER_CONV,           // [kd][kh][kw][in][out] PyTorch: [out][in][kd][kh][kw]
    PARAMETER_CONV_TRANSPOSE, // [kd][kh][kw][in][out] PyTorch: [in][out][kd][kh][kw]
    PARAMETER_LINEAR,         // [in][out]            PyTorch: [out][in]
    PARAMETER_TABLE,          // [rows][c]            PyTorch: the same
};

enum parameter_start {
    PARAMETER_ZEROS,
    PARAMETER_ONES,
    PARAMETER_NORMAL, // normal with standard deviation `scale`
    PARAMETER_VALUE,  // all `scale`
    // Rows of cycles a clip along x, y and t: in the plane at any angle, from half a cycle to `scale`, alike
    // on a logarithmic scale; over time normal with standard deviation `scale_time`.
    PARAMETER_WAVES,
};

struct parameter {
    char name[96]; // PyTorch's name: "encoder.0.conv.weight"
    enum parameter_layout layout;
    uint32_t kernel[3]; // taps of the convolution layouts
    uint32_t in, out;   // channels as stored (padded); VECTOR: out; TABLE: rows in `in`
    enum parameter_start start;
    float scale, scale_time;
    bool decay;         // weight decay applies
    bool hidden_weight; // between hidden layers: Muon (muon.h) may turn it as a whole; decays, too
    float lr_scale;     // a hidden weight's part of Muon's learning rate; 0: all of it
    bool state;         // not trained
    uint64_t count;     // floats
    uint64_t offset;    // floats into its slab, after parameters_layout
};

enum parameters_slab {
    PARAMETERS_VALUE,
    PARAMETERS_GRADIENT,
    PARAMETERS_M,
    PARAMETERS_V,
    PARAMETERS_EMA,
    PARAMETERS_SLABS
};

// The caller owns *out.
enum rt_status parameters_create(struct parameters **out);
void parameters_destroy(struct parameters **parameters);

// Adds a tensor; *index is its place, `count` and `offset` are filled in. A name that is there already gives
// the tensor that has it, when all else agrees: several graphs share one set. Errors: RT_ERROR_INVALID (it
// disagrees), RT_ERROR_OUT_OF_MEMORY.
enum rt_status parameters_add(struct parameters *parameters, const struct parameter *parameter,
                              uint32_t *index);

uint32_t parameters_count(const struct parameters *parameters);
const struct parameter *parameters_get(const struct parameters *parameters, uint32_t index);
// NULL when there is none of that name.
const struct parameter *parameters_find(const struct parameters *parameters, const char *name);

// Fixes the offsets; nothing can be added afterwards.
void parameters_layout(struct parameters *parameters);

// Floats of a trained slab, of its first part that is matrices,
// of its first part that decays, and of the state slab.
uint64_t parameters_trained_count(const struct parameters *parameters);
uint64_t parameters_hidden_count(const struct parameters *parameters);
uint64_t parameters_decay_count(const struct parameters *parameters);
uint64_t parameters_state_count(const struct parameters *parameters);

// Bytes that parameters_allocate takes, after parameters_layout.
uint64_t parameters_bytes(const struct parameters *parameters, const struct rt_device *device, bool train);

// Allocates the slabs on a device: all of them to train, or value
// and state to run. Their contents are undefined.
enum rt_status parameters_allocate(struct parameters *parameters, struct rt_device *device, bool train);

// A whole slab; the zero buffer where it was not allocated.
struct rt_buffer parameters_slab(const struct parameters *parameters, enum parameters_slab slab);
struct rt_buffer parameters_state_slab(const struct parameters *parameters);
// One tensor in a slab; a state tensor has only its value.
struct rt_buffer parameters_buffer(const struct parameters *parameters, uint32_t index,
                                   enum parameters_slab slab);

// Starting values by each tensor's `start`, seeded:
// trained and state arrays of the counts above, on the host.
void parameters_start_values(const struct parameters *parameters, uint64_t seed, float *trained,
                             float *state);

#endif

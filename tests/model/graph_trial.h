// Runs a finished graph by its references and on a device from the same random values, for tests of networks.
#ifndef MOGRAPH_TESTS_MODEL_GRAPH_TRIAL_H
#define MOGRAPH_TESTS_MODEL_GRAPH_TRIAL_H

#include "model/graph/graph.h"

enum { GRAPH_TRIAL_MAX = 16 };

// The caller fills in the first part.
struct graph_trial {
    struct graph *graph;
    struct parameters *parameters;
    uint32_t inputs[GRAPH_TRIAL_MAX], input_count; // values that are bound
    uint32_t seeds[GRAPH_TRIAL_MAX], seed_count;   // values whose gradient is given
    uint32_t classes;                              // u32 inputs are below this

    double **values, **gradients; // one array per value: what the references computed
    float *trained, *state;       // the parameters
    struct rt_arena *arena, *bound;
};

// Fills inputs, seeds and parameters with random numbers (parameters with their starting values, disturbed,
// so that layers that start at zero count), everything else with NaN.
void graph_trial_begin(struct graph_trial *trial, uint64_t seed);
void graph_trial_end(struct graph_trial *trial);

// Runs the references, forward or both passes.
void graph_trial_reference(struct graph_trial *trial, bool backward);

// Places the graph on the device in memory full of NaN, uploads what is given,
// runs both passes (or the forward one).
void graph_trial_run(struct graph_trial *trial, struct op_library *library, bool backward);

// Compares a value, or a gradient, on the device with the reference's: at most `tolerance` of the largest.
void graph_trial_check(const struct graph_trial *trial, struct rt_device *device, uint32_t value,
                       bool gradient, double tolerance);

// True for inputs that want a gradient and for trained parameters: where gradients end up.
bool graph_trial_is_leaf(const struct graph_trial *trial, uint32_t value);
// How many tensors are trained.
uint32_t graph_trial_trained(const struct graph_trial *trial);

#endif

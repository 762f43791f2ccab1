// Private to graph*.c. Memory is spoken of as slots: an activation, a gradient, a parameter, scratch. A step
// is an operation over slots; the forward and the backward pass are two lists of steps. Values and slots are
// numbered from GRAPH_FIRST; number 0 stands for none of them.
#ifndef MOGRAPH_MODEL_GRAPH_GRAPH_PRIVATE_H
#define MOGRAPH_MODEL_GRAPH_GRAPH_PRIVATE_H

#include "model/graph/graph.h"

enum slot_kind {
    SLOT_PLANNED,   // placed by the plan
    SLOT_BOUND,     // the caller's buffer
    SLOT_PARAMETER, // a parameter's or state tensor's value
    SLOT_PARAMETER_GRADIENT,
};

struct slot {
    enum slot_kind kind;
    enum op_dtype dtype;
    uint64_t count;       // elements
    uint32_t parameter;   // index, for the parameter kinds
    uint32_t first, last; // steps that touch it; first > last: none
    bool keep;            // until the end of the step
    uint64_t offset_bytes;
    struct rt_buffer buffer; // of bound and planned slots
};

struct value {
    char name[96];
    uint32_t slot;
    uint32_t gradient; // slot, GRAPH_NONE before the backward pass reaches it
    bool wants_gradient;
    bool keep_gradient, seeded;
};

enum step_kind { STEP_OPERATION, STEP_ZERO, STEP_COPY };

struct step {
    enum step_kind kind;
    enum op_id id;
    unsigned char params[OP_MAX_PARAMS];
    uint32_t slots[OP_MAX_ARGS]; // OPERATION: of its arguments
    uint32_t from, to;           // COPY: both; ZERO: to
    struct op_signature signature;
};

struct node { // a forward operation, by values
    uint32_t args[OP_MAX_ARGS];
    uint32_t step;
};

struct graph {
    struct op_target target;
    struct parameters *parameters;
    enum rt_status status;
    bool finished;
    bool hold_parameters;
    struct value *values;
    struct slot *slots;
    struct step *steps; // forward, then backward
    struct node *nodes;
    uint32_t value_count, value_capacity;
    uint32_t slot_count, slot_capacity;
    uint32_t step_count, step_capacity;
    uint32_t node_count, node_capacity;
    uint32_t forward_steps;
    uint64_t bytes, bytes_unplanned;
};

// Latches and logs; always returns GRAPH_NONE.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
uint32_t
graph_refuse(struct graph *graph, enum rt_status status, const char *format, ...);

uint32_t graph_add_slot(struct graph *graph, enum slot_kind kind, enum op_dtype dtype, uint64_t count);

// Appends an empty step; NULL, latched, when memory is out.
struct step *graph_add_step(struct graph *graph, enum step_kind kind);

// Appends an operation; `slots` in the order of its signature,
// scratch slots are added. False when it was refused.
bool graph_add_operation(struct graph *graph, enum op_id id, const void *params, const uint32_t *slots);

// Appends the backward steps (graph_backward.c).
void graph_derive(struct graph *graph);

#endif

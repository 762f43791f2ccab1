// A network as a list of operations, and its backward pass derived from that list.
//
// Values are the arguments of operations. A node applies one operation. The backward pass mirrors the nodes:
// ops.def says which operations give a forward operation's gradients, and the names of their arguments say
// where those come from (op_link). Gradients of a value that is used twice are added.
// Everything that lives only during a step is placed by one plan, with overlapping lifetimes; nothing is
// allocated while a step runs.
#ifndef MOGRAPH_MODEL_GRAPH_GRAPH_H
#define MOGRAPH_MODEL_GRAPH_GRAPH_H

#include "model/graph/parameters.h"
#include "runtime/align.h"
#include "shaders/op.h"

struct graph;

// Values are numbered from GRAPH_FIRST to graph_value_end - 1. No value is 0, which is what an argument is
// that a form leaves out.
enum { GRAPH_NONE = 0, GRAPH_FIRST = 1 };

// `parameters` is shared with other graphs and must outlive this one. The target decides scratch sizes.
enum rt_status graph_create(const struct op_target *target, struct parameters *parameters,
                            struct graph **out);
void graph_destroy(struct graph **graph);

// Adding functions return the value's index, and GRAPH_NONE once something was refused; the first refusal is
// logged and kept (graph_status), so that a network can be written down without a test behind every line.

// A value that a node will write. `name` is for messages and is copied.
uint32_t graph_activation(struct graph *graph, const char *name, enum op_dtype dtype, uint64_t count);
// A value that the caller provides in a buffer (graph_bind). Gradients reach it only when `wants_gradient`.
uint32_t graph_input(struct graph *graph, const char *name, enum op_dtype dtype, uint64_t count,
                     bool wants_gradient);
// A parameter or state tensor.
uint32_t graph_parameter(struct graph *graph, const struct parameter *parameter);
// Parameters that are added from here on are constants: no gradient of theirs is computed.
void graph_hold_parameters(struct graph *graph);

// Applies an operation, its arguments filled in by name:
//   GRAPH_APPLY(graph, film_forward, &params, .src = x, .scale = scale, .shift = shift, .dst = y);
// Scratch is the plan's. Arguments that are absent with these params may be left out; any other is refused by
// name.
#define GRAPH_APPLY(graph, op, params, ...)                                                                  \
    graph_apply((graph), OP_##op, op_##op##_untyped(params), OP_VALUES(op, __VA_ARGS__))

// The same for an operation that is data: the values of its arguments without scratch, in the order of its
// list.
void graph_apply(struct graph *graph, enum op_id id, const void *params, const uint32_t *values);

// Keeps a value (and, with `gradient`, its gradient) until the end of the step, for the caller to read.
void graph_keep(struct graph *graph, uint32_t value, bool gradient);

// Says that the caller provides d_value before the backward pass: where a loss begins.
void graph_seed(struct graph *graph, uint32_t value);

enum rt_status graph_status(const struct graph *graph);

// Fuses what follows convolutions into them (graph_fuse.c), for a network that only runs forward: behind the
// last operation, before graph_finish. Of values that are not kept, some are then never computed.
void graph_fuse(struct graph *graph);

// Derives the backward pass (when `train`) and plans the memory, cut into blocks of `chunk_bytes` (0: one
// block). Nothing can be added afterwards.
enum rt_status graph_finish(struct graph *graph, bool train, uint64_t chunk_bytes);

// Bytes of activations, gradients and scratch, after graph_finish; and what they would be without overlap.
uint64_t graph_bytes(const struct graph *graph);
uint64_t graph_bytes_unplanned(const struct graph *graph);
// Multiplications and additions of one forward pass and of one backward pass.
double graph_forward_flops(const struct graph *graph);
double graph_backward_flops(const struct graph *graph);

// One forward operation, for tables. Texts live as long as the graph.
struct graph_row {
    const char *operation, *shapes;
    const char *result;  // name of the value it writes
    uint64_t parameters; // trained numbers it uses
    double flops;
};
uint32_t graph_row_count(const struct graph *graph);
struct graph_row graph_row(const struct graph *graph, uint32_t i);

// Gives the memory for the plan: at least graph_bytes, from an arena made for it. Several graphs that never
// run at the same time may share one.
void graph_set_memory(struct graph *graph, struct rt_arena *arena);
// The same from `offset_bytes` of an arena on: a multiple of RT_ALIGNMENT, such that what lies behind it is
// in one block or it is a multiple of the chunk_bytes of graph_finish.
void graph_set_memory_at(struct graph *graph, struct rt_arena *arena, uint64_t offset_bytes);
// The buffer of an input.
void graph_bind(struct graph *graph, uint32_t value, struct rt_buffer buffer);

// Where a value and its gradient are. Valid after graph_set_memory; of an activation that was not kept, only
// while the node that needs it runs. The zero buffer when there is none.
struct rt_buffer graph_value_buffer(const struct graph *graph, uint32_t value);
struct rt_buffer graph_gradient_buffer(const struct graph *graph, uint32_t value);

void graph_record_forward(const struct graph *graph, struct op_recorder *recorder);
// Parameters' gradients are overwritten, not added to.
void graph_record_backward(const struct graph *graph, struct op_recorder *recorder);

// The same passes by the operations' references, in double precision on the host: the judge of the
// derivation. values and gradients have one array per value (graph_value_end), of graph_value_elements
// doubles; gradients may be NULL for the forward pass.
uint32_t graph_value_end(const struct graph *graph);
uint64_t graph_value_elements(const struct graph *graph, uint32_t value);
enum op_dtype graph_value_dtype(const struct graph *graph, uint32_t value);
const char *graph_value_name(const struct graph *graph, uint32_t value);
// True for parameters and state, of PyTorch's name.
bool graph_value_is_parameter(const struct graph *graph, uint32_t value);
bool graph_has_gradient(const struct graph *graph, uint32_t value);
enum rt_status graph_reference(const struct graph *graph, bool backward, double *const *values,
                               double *const *gradients);

#endif

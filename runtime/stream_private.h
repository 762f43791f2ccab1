// Private to stream.c (recording, submitting), stream_order.c (what may run side by side) and stream_bake.c
// (nodes to command buffers).
#ifndef MOGRAPH_RUNTIME_STREAM_PRIVATE_H
#define MOGRAPH_RUNTIME_STREAM_PRIVATE_H

#include "runtime/device_private.h"
#include "runtime/stream.h"

enum node_kind { NODE_DISPATCH, NODE_COPY, NODE_FILL, NODE_WRITE, NODE_HOST };

struct node {
    enum node_kind kind;
    uint32_t level; // see stream_order.c
    const struct rt_kernel *kernel;
    uint8_t push[RT_MAX_PUSH_BYTES];
    uint32_t push_bytes;
    uint32_t groups[2];
    struct rt_buffer src, dst; // copy, fill, write
    uint32_t fill_value;
    void *words; // of a write, owned
    enum rt_status (*host_fn)(void *user);
    void (*host_release)(void *user);
    void *host_user;
    double flops, bytes, estimated_ns;
};

// A range of addresses that a record touches.
struct touched {
    uint64_t begin, end;
    bool written;
    uint32_t next; // of the same level, index + 1, 0: none
};

// Records that may run side by side.
struct level {
    uint32_t touched; // the first, index + 1, 0: none
    bool host;        // a host record, which stands alone
};

// What a record reads and writes; address 0 is nothing.
struct accesses {
    const struct rt_buffer *reads, *writes;
    uint32_t read_count, write_count;
};

// A run of the sorted nodes that is one submission, or one host node.
struct segment {
    VkCommandBuffer commands; // VK_NULL_HANDLE for a host node
    uint32_t first, count;    // in `order`
    double estimated_ns;
};

struct rt_stream {
    struct rt_device *device;
    bool profile, aside;
    enum rt_status status; // first error while recording
    struct node *nodes;
    uint32_t node_count, node_capacity;
    struct touched *touched;
    uint32_t touched_count, touched_capacity;
    struct level *levels;
    uint32_t level_count, level_capacity;
    uint32_t level_fence; // no record comes before this level: a host record stands there
    uint32_t *order;      // the nodes by level, for the last bake
    bool baked;
    double baked_speed;
    struct segment *segments;
    uint32_t segment_count;
    VkQueryPool queries; // two timestamps per node
    uint32_t query_capacity;
    VkSemaphore timeline;
    uint64_t timeline_value; // last value that a submission will signal
    uint64_t submitted_from; // value before the last submit
    uint64_t submit_time_ns;
    double submit_estimated_ns;
};

// stream_order.c: gives a new node its level; false when memory is out.
bool rt_stream_place(struct rt_stream *stream, struct node *node, const struct accesses *accesses);
bool rt_stream_place_host(struct rt_stream *stream, struct node *node);
// Fills `order`; false when memory is out.
bool rt_stream_sort(struct rt_stream *stream);
void rt_stream_forget_order(struct rt_stream *stream);

const char *rt_node_name(const struct node *node);
// Estimated time of a record on this device before it was ever measured.
double rt_estimate_ns(const struct rt_device *device, double flops, double bytes);
// Turns the nodes into segments. Frees what an earlier bake made.
enum rt_status rt_stream_bake(struct rt_stream *stream);
void rt_stream_unbake(struct rt_stream *stream);

#endif

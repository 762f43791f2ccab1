// Streams: work that is recorded once and replayed.
//
// Recording functions return nothing and latch the first error in the stream; rt_stream_submit reports it.
// Barriers follow from the ranges that each record reads and writes. Submissions are cut by estimated work so
// that none keeps the device longer than about 100 ms: drivers kill jobs that run for seconds.
#ifndef MOGRAPH_RUNTIME_STREAM_H
#define MOGRAPH_RUNTIME_STREAM_H

#include "runtime/kernel.h"
#include "runtime/memory.h"

struct rt_stream;

struct rt_stream_params {
    bool profile; // time every record with timestamps; adds a barrier before each
    bool aside;   // runs while other work does: its time says nothing about the device
};

// `params` may be NULL. The caller owns *out.
enum rt_status rt_stream_create(struct rt_device *device, const struct rt_stream_params *params,
                                struct rt_stream **out);

// Waits for running work, frees, nulls.
void rt_stream_destroy(struct rt_stream **stream);

struct rt_device *rt_stream_device(struct rt_stream *stream);

// Starts a recording, dropping the one before. Waits for running work first.
void rt_stream_begin(struct rt_stream *stream);

enum { RT_MAX_ACCESS = 16 };

struct rt_dispatch {
    const struct rt_kernel *kernel;
    const void *push; // copied; push_bytes <= RT_MAX_PUSH_BYTES, a multiple of 4
    uint32_t push_bytes;
    uint64_t groups; // workgroups in all; kernels rebuild the index from x and y (common/grid.glsl)
    struct rt_buffer reads[RT_MAX_ACCESS]; // buffers with address 0 are skipped
    struct rt_buffer writes[RT_MAX_ACCESS];
    uint32_t read_count, write_count;
    double flops, bytes; // estimated work, for cutting submissions and for profiles
};

void rt_stream_dispatch(struct rt_stream *stream, const struct rt_dispatch *dispatch);

// dst[0..src.size) = src. dst is at least as large; the two do not overlap.
void rt_stream_copy(struct rt_stream *stream, struct rt_buffer src, struct rt_buffer dst);

// Fills with a 32-bit value; the size is a multiple of 4.
void rt_stream_fill(struct rt_stream *stream, struct rt_buffer dst, uint32_t value);

enum { RT_MAX_WRITE_BYTES = 65536 };

// Writes words that are part of the recording: dst.size_bytes of them, a multiple of 4, are copied now.
void rt_stream_write(struct rt_stream *stream, struct rt_buffer dst, const uint32_t *words);

// Calls fn(user) on the submitting thread when all earlier records are done and no later one has begun. A
// non-OK result stops the replay. `release` (may be NULL) frees `user` when the recording goes away.
void rt_stream_host(struct rt_stream *stream, enum rt_status (*fn)(void *user), void (*release)(void *user),
                    void *user);

// Latches an error of the layer above: logs the line and makes the next submit return `status`.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void rt_stream_fail(struct rt_stream *stream, enum rt_status status, const char *format, ...);

// The same for an error that was logged where it was found.
void rt_stream_latch(struct rt_stream *stream, enum rt_status status);

// The first error latched since rt_stream_begin, RT_OK when there is none.
enum rt_status rt_stream_status(const struct rt_stream *stream);

// Runs the recording once; returns when it is queued (or, with host records, when it is done).
enum rt_status rt_stream_submit(struct rt_stream *stream);

// Waits for the last submit. Errors: RT_ERROR_DEVICE_LOST (logged with the kernels that were running),
// RT_ERROR_TIMEOUT, RT_ERROR_VALIDATION when the validation layer has spoken.
enum rt_status rt_stream_wait(struct rt_stream *stream, uint64_t timeout_ns);

// Submit and wait without a limit.
enum rt_status rt_stream_run(struct rt_stream *stream);

// One row of a profile: the time of record i in the last finished run.
struct rt_profile_row {
    const char *name;               // the kernel, "copy", "fill" or "write"
    const struct rt_kernel *kernel; // NULL for the others
    double ns, flops, bytes;
};

// Number of timed records; rows are valid after rt_stream_wait in a stream created with `profile`.
uint32_t rt_stream_profile_count(const struct rt_stream *stream);
enum rt_status rt_stream_profile(struct rt_stream *stream, uint32_t i, struct rt_profile_row *row);

// How many submissions one replay takes, and how many barriers it holds (for tests and traces).
uint32_t rt_stream_submission_count(const struct rt_stream *stream);
uint32_t rt_stream_barrier_count(const struct rt_stream *stream);

#endif

// Plans how rows and channels are shared out among invocations.
#include "shaders/op_rows.h"

#include "runtime/align.h"
#include "shaders/common/rows_finish_push.h"
#include "shaders/common/rows_merge_push.h"

// A CPU device wants work for each of its threads and nothing more; a GPU tens of thousands of invocations to
// hide memory latency. A chunk of fewer than 16 rows would make its partials cost more than its rows.
enum { LANE_LOCAL = 64, LANE_ITEMS = 64 * LANE_LOCAL, TILE_ITEMS = 64 * 1024, MIN_CHUNK_ROWS = 16 };

struct op_rows op_rows_plan(const struct op_target *target, uint32_t groups, uint32_t rows, uint32_t c) {
    bool lane = target->family == OP_FAMILY_LANE;
    uint64_t wanted = (uint64_t)(lane ? LANE_ITEMS : TILE_ITEMS) / ((uint64_t)groups * (c / 4));
    uint64_t most = rt_div_up(rows, MIN_CHUNK_ROWS);
    uint64_t chunks = wanted < 1 ? 1 : wanted > most ? most : wanted;
    uint64_t chunk_rows = rt_div_up(rows, chunks);
    // Lanes walk a chunk each. Chunks a power of two apart would meet in a few sets of a CPU's cache.
    if (lane && chunks > 1)
        chunk_rows |= 1;
    return (struct op_rows){groups, rows, c / 4, (uint32_t)rt_div_up(rows, chunk_rows), (uint32_t)chunk_rows};
}

bool op_check_rows(struct op_refusal *refusal, uint32_t n, uint32_t voxels, uint32_t c) {
    // In two steps: the product of all three may exceed 64 bits.
    uint64_t rows = (uint64_t)n * voxels;
    return op_in_range(refusal, "n", n, 1, INT32_MAX) &&
           op_in_range(refusal, "voxels", voxels, 1, INT32_MAX) &&
           op_check_count(refusal, "one channel", rows) && op_check_count(refusal, "the tensor", rows * c);
}

uint64_t op_rows_scratch(const struct op_rows *rows, uint32_t width) {
    uint64_t records = 0, chunks = rows->chunks;
    for (; chunks > OP_ROWS_FAN; chunks = rt_div_up(chunks, OP_ROWS_FAN))
        records += chunks;
    return (records + chunks) * rows->groups * width;
}

struct rt_buffer op_rows_records(const struct op_rows *rows, uint32_t width, struct rt_buffer scratch) {
    return rt_buffer_slice(scratch, 0, (uint64_t)rows->groups * rows->chunks * width * sizeof(float));
}

struct op_partials op_rows_merge(struct op_recorder *recorder, enum op_kernel kernel,
                                 const struct op_rows *rows, uint32_t width, struct rt_buffer scratch) {
    uint32_t chunks = rows->chunks;
    uint64_t record_bytes = (uint64_t)rows->groups * width * sizeof(float);
    struct rt_buffer src = op_rows_records(rows, width, scratch);
    uint64_t end = src.size_bytes;
    while (chunks > OP_ROWS_FAN) {
        uint32_t merged = (uint32_t)rt_div_up(chunks, OP_ROWS_FAN);
        struct rt_buffer dst = rt_buffer_slice(scratch, end, merged * record_bytes);
        struct push_rows_merge push = {.src = src.address,
                                       .dst = dst.address,
                                       .groups = rows->groups,
                                       .chunks = chunks,
                                       .merged = merged,
                                       .width4 = width / 4};
        op_dispatch(recorder, OP_LAUNCH(kernel, push, OP_SPEC(OP_ROWS_FAN),
                                        .items = (uint64_t)rows->groups * merged * (width / 4),
                                        .reads = {src}, .writes = {dst}));
        end += dst.size_bytes;
        src = dst;
        chunks = merged;
    }
    return (struct op_partials){src, chunks};
}

void op_rows_sum(struct op_recorder *recorder, const struct op_rows *rows, uint32_t width,
                 struct rt_buffer scratch, const struct op_rows_outputs *outputs) {
    struct op_partials partials = op_rows_merge(recorder, KERNEL_rows_sum, rows, width, scratch);
    struct push_rows_finish push = {.src = partials.buffer.address,
                                    .total = outputs->total.address,
                                    .first = outputs->first.address,
                                    .second = outputs->second.address,
                                    .groups = rows->groups,
                                    .chunks = partials.count,
                                    .width4 = width / 4,
                                    .first4 = outputs->first_width / 4,
                                    .accumulate = outputs->accumulate,
                                    .factor = outputs->factor};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_rows_finish, push, .items = (uint64_t)rows->groups * (width / 4),
                                    .reads = {partials.buffer},
                                    .writes = {outputs->first, outputs->second, outputs->total}));
}

// Walking a tensor [groups][rows][c]: one item is four channels of one chunk of rows of one group,
// so that what belongs to a channel is loaded once per item and sums over rows stay in registers.
// Neighbouring items are neighbouring channels.
//
//   for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
//       Span span = row_span(push.rows, item);
//       for (uint r = 0, at = span.at; r < span.count; r++, at += span.step) ... load4(push.src, at) ...
//   }
#include "shaders/common/rows_push.h"

struct Span {
    uint quad, chunk, group;
    uint at, step; // where the first row lies and how far the next one is, in groups of four elements
    uint count;    // rows
};

uint row_items(op_rows rows) {
    return rows.groups * rows.chunks * rows.c4;
}

Span row_span(op_rows rows, uint item) {
    Span span;
    span.quad = item % rows.c4;
    span.chunk = item / rows.c4 % rows.chunks;
    span.group = item / rows.c4 / rows.chunks;
    uint first;
    if (LANE) { // a CPU reads on: chunks are contiguous
        first = span.chunk * rows.chunk_rows;
        span.count = min(rows.chunk_rows, rows.rows - first);
        span.step = rows.c4;
    } else { // a GPU reads side by side: the rows of neighbouring chunks are neighbours
        first = span.chunk;
        span.count = (rows.rows - first + rows.chunks - 1) / rows.chunks;
        span.step = rows.chunks * rows.c4;
    }
    span.at = (span.group * rows.rows + first) * rows.c4 + span.quad;
    return span;
}

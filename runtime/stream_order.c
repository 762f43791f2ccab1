// Orders records into levels by what they read and write.
#include "runtime/stream_private.h"

#include "runtime/array.h"

#include <stdlib.h>

// A record's level is the longest chain of records that it has to wait for. Records of one level are
// independent of each other, whatever lies between them in the recording: the device may run them side by
// side, and barriers stand between levels only. A network has many short chains (a gradient of a weight, a
// matrix of the optimiser); one after another they would leave a GPU idle most of the time.

static bool touch(struct rt_stream *stream, uint32_t level, struct rt_buffer buffer, bool writes) {
    if (!rt_array_reserve((void **)&stream->touched, stream->touched_count, &stream->touched_capacity,
                          sizeof *stream->touched))
        return false;
    stream->touched[stream->touched_count] = (struct touched){.begin = buffer.address,
                                                              .end = buffer.address + buffer.size_bytes,
                                                              .written = writes,
                                                              .next = stream->levels[level].touched};
    stream->levels[level].touched = ++stream->touched_count;
    return true;
}

// A hazard: a record of this level touches the same bytes, and one of the two writes.
static bool conflicts(const struct rt_stream *stream, const struct level *level, struct rt_buffer buffer,
                      bool writes) {
    uint64_t begin = buffer.address, end = begin + buffer.size_bytes;
    for (uint32_t i = level->touched; i != 0; i = stream->touched[i - 1].next) {
        const struct touched *other = &stream->touched[i - 1];
        if ((writes || other->written) && begin < other->end && other->begin < end)
            return true;
    }
    return false;
}

// The level behind the last one that `accesses` conflict with.
static uint32_t level_behind(const struct rt_stream *stream, const struct accesses *accesses) {
    for (uint32_t above = stream->level_count; above > stream->level_fence; above--) {
        const struct level *level = &stream->levels[above - 1];
        for (uint32_t i = 0; i < accesses->read_count; i++)
            if (accesses->reads[i].address != 0 && conflicts(stream, level, accesses->reads[i], false))
                return above;
        for (uint32_t i = 0; i < accesses->write_count; i++)
            if (accesses->writes[i].address != 0 && conflicts(stream, level, accesses->writes[i], true))
                return above;
    }
    return stream->level_fence;
}

static bool open_level(struct rt_stream *stream) {
    if (!rt_array_reserve((void **)&stream->levels, stream->level_count, &stream->level_capacity,
                          sizeof *stream->levels))
        return false;
    stream->levels[stream->level_count++] = (struct level){0};
    return true;
}

bool rt_stream_place(struct rt_stream *stream, struct node *node, const struct accesses *accesses) {
    node->level = level_behind(stream, accesses);
    bool placed = node->level < stream->level_count || open_level(stream);
    for (uint32_t i = 0; placed && i < accesses->read_count; i++)
        placed = accesses->reads[i].address == 0 || touch(stream, node->level, accesses->reads[i], false);
    for (uint32_t i = 0; placed && i < accesses->write_count; i++)
        placed = accesses->writes[i].address == 0 || touch(stream, node->level, accesses->writes[i], true);
    return placed;
}

bool rt_stream_place_host(struct rt_stream *stream, struct node *node) {
    node->level = stream->level_count;
    if (!open_level(stream))
        return false;
    stream->levels[node->level].host = true;
    stream->level_fence = stream->level_count;
    return true;
}

// Counts the nodes of each level, then deals them out: a stable sort.
bool rt_stream_sort(struct rt_stream *stream) {
    uint32_t *begin = calloc((size_t)stream->level_count + 1, sizeof *begin);
    free(stream->order);
    stream->order = malloc((stream->node_count ? stream->node_count : 1) * sizeof *stream->order);
    bool sorted = begin != NULL && stream->order != NULL;
    for (uint32_t i = 0; sorted && i < stream->node_count; i++)
        begin[stream->nodes[i].level + 1]++;
    for (uint32_t i = 0; sorted && i < stream->level_count; i++)
        begin[i + 1] += begin[i];
    for (uint32_t i = 0; sorted && i < stream->node_count; i++)
        stream->order[begin[stream->nodes[i].level]++] = i;
    free(begin);
    return sorted;
}

void rt_stream_forget_order(struct rt_stream *stream) {
    stream->touched_count = 0;
    stream->level_count = 0;
    stream->level_fence = 0;
}

// Between levels, but neither before nor behind a host record: it waits, and what follows starts anew.
uint32_t rt_stream_barrier_count(const struct rt_stream *stream) {
    uint32_t barriers = 0;
    for (uint32_t i = 1; i < stream->level_count; i++)
        barriers += !stream->levels[i].host && !stream->levels[i - 1].host;
    return barriers;
}

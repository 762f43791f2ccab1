// Launching kernels: the grid, the specialisation constants, and what is read and written.
#include "shaders/op_launch.h"

#include "runtime/align.h"

#include <string.h>

// Local size and workgroups for a kernel whose invocations stride over `items`.
static void grid_for_items(const struct op_target *target, uint64_t items, uint32_t *local_size,
                           uint64_t *group_count) {
    uint32_t local = target->max_invocations < 256 ? target->max_invocations : 256;
    uint64_t groups = rt_div_up(items, local);
    if (target->family == OP_FAMILY_LANE) {
        // A CPU device pays for every workgroup: few of them, each with a long loop.
        local = 64;
        groups = rt_div_up(items, local);
        groups = groups > 128 ? 128 : groups;
    }
    *local_size = local;
    *group_count = groups ? groups : 1;
}

static double buffer_bytes(const struct rt_buffer *buffers) {
    double bytes = 0.0;
    for (int i = 0; i < RT_MAX_ACCESS; i++)
        bytes += (double)buffers[i].size_bytes;
    return bytes;
}

void op_dispatch(struct op_recorder *recorder, const struct op_launch *launch) {
    const struct op_target *target = &recorder->library->target;
    uint32_t spec[RT_MAX_SPEC];
    uint64_t groups = launch->groups;
    for (int i = 0; i < 3; i++)
        spec[i] = launch->local[i] ? launch->local[i] : 1;
    if (launch->items > 0)
        grid_for_items(target, launch->items, &spec[0], &groups);
    spec[3] = target->family == OP_FAMILY_LANE;
    memcpy(spec + 4, launch->spec, launch->spec_count * sizeof *spec);
    struct rt_dispatch dispatch = {.push = launch->push,
                                   .push_bytes = launch->push_bytes,
                                   .groups = groups,
                                   .read_count = RT_MAX_ACCESS,
                                   .write_count = RT_MAX_ACCESS,
                                   .flops = launch->flops,
                                   .bytes = buffer_bytes(launch->reads) + buffer_bytes(launch->writes)};
    enum rt_status status = rt_kernel_get(recorder->library->device, &op_kernel_codes[launch->kernel], spec,
                                          launch->spec_count + 4, &dispatch.kernel);
    if (status != RT_OK) {
        rt_stream_latch(recorder->stream, status);
        return;
    }
    memcpy(dispatch.reads, launch->reads, sizeof dispatch.reads);
    memcpy(dispatch.writes, launch->writes, sizeof dispatch.writes);
    rt_stream_dispatch(recorder->stream, &dispatch);
}

// Records work, submits it in pieces and waits for it.
#include "runtime/stream_private.h"

#include "runtime/align.h"
#include "runtime/array.h"
#include "runtime/log.h"
#include "runtime/system/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GROUPS = 65535 };

enum rt_status rt_stream_create(struct rt_device *device, const struct rt_stream_params *params,
                                struct rt_stream **out) {
    *out = NULL;
    if (device->lost)
        return RT_ERROR_DEVICE_LOST;
    enum rt_status status = RT_OK;
    struct rt_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return rt_no_memory("a stream");
    stream->device = device;
    stream->profile = params != NULL && params->profile;
    stream->aside = params != NULL && params->aside;
    VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                      .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    VK_TRY(device->vk.vkCreateSemaphore(device->device, &info, NULL, &stream->timeline));
    *out = stream;
    return RT_OK;
fail:
    free(stream);
    return status;
}

static void drop_nodes(struct rt_stream *stream) {
    for (uint32_t i = 0; i < stream->node_count; i++) {
        free(stream->nodes[i].words);
        if (stream->nodes[i].host_release != NULL)
            stream->nodes[i].host_release(stream->nodes[i].host_user);
    }
    stream->node_count = 0;
    rt_stream_forget_order(stream);
}

// Waits in one way or another: nothing of a stream may run when its command buffers go.
static void settle(struct rt_stream *stream) {
    struct rt_device *device = stream->device;
    if (rt_stream_wait(stream, UINT64_MAX) != RT_OK && !device->lost)
        device->vk.vkDeviceWaitIdle(device->device);
}

void rt_stream_destroy(struct rt_stream **handle) {
    struct rt_stream *stream = *handle;
    if (stream == NULL)
        return;
    struct rt_device *device = stream->device;
    settle(stream);
    rt_stream_unbake(stream);
    drop_nodes(stream);
    device->vk.vkDestroyQueryPool(device->device, stream->queries, NULL);
    device->vk.vkDestroySemaphore(device->device, stream->timeline, NULL);
    free(stream->nodes);
    free(stream->touched);
    free(stream->levels);
    free(stream->order);
    free(stream);
    *handle = NULL;
}

struct rt_device *rt_stream_device(struct rt_stream *stream) {
    return stream->device;
}

void rt_stream_begin(struct rt_stream *stream) {
    settle(stream);
    rt_stream_unbake(stream);
    drop_nodes(stream);
    stream->status = stream->device->lost ? RT_ERROR_DEVICE_LOST : RT_OK;
}

void rt_stream_fail(struct rt_stream *stream, enum rt_status status, const char *format, ...) {
    if (stream->status != RT_OK)
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rt_log(RT_LOG_ERROR, "%s", text);
    stream->status = status;
}

void rt_stream_latch(struct rt_stream *stream, enum rt_status status) {
    if (stream->status == RT_OK)
        stream->status = status;
}

enum rt_status rt_stream_status(const struct rt_stream *stream) {
    return stream->status;
}

static void fail_memory(struct rt_stream *stream) {
    rt_stream_fail(stream, RT_ERROR_OUT_OF_MEMORY, "out of host memory while recording a stream");
}

static struct node *append_node(struct rt_stream *stream, enum node_kind kind) {
    if (stream->status != RT_OK)
        return NULL;
    if (!rt_array_reserve((void **)&stream->nodes, stream->node_count, &stream->node_capacity,
                          sizeof *stream->nodes)) {
        fail_memory(stream);
        return NULL;
    }
    stream->baked = false;
    struct node *node = &stream->nodes[stream->node_count++];
    *node = (struct node){.kind = kind};
    return node;
}

static void place(struct rt_stream *stream, struct node *node, const struct accesses *accesses) {
    if (!rt_stream_place(stream, node, accesses))
        fail_memory(stream);
}

static void set_work(struct rt_stream *stream, struct node *node, double flops, double bytes) {
    node->flops = flops;
    node->bytes = bytes;
    node->estimated_ns = rt_estimate_ns(stream->device, flops, bytes);
}

void rt_stream_dispatch(struct rt_stream *stream, const struct rt_dispatch *dispatch) {
    struct node *node = append_node(stream, NODE_DISPATCH);
    if (node == NULL)
        return;
    if (dispatch->push_bytes > RT_MAX_PUSH_BYTES || dispatch->push_bytes % 4 != 0 || dispatch->groups == 0 ||
        dispatch->groups > (uint64_t)MAX_GROUPS * MAX_GROUPS) {
        stream->node_count--;
        rt_stream_fail(stream, RT_ERROR_INVALID, "kernel %s: %u push bytes, %llu workgroups",
                       rt_kernel_name(dispatch->kernel), dispatch->push_bytes,
                       (unsigned long long)dispatch->groups);
        return;
    }
    node->kernel = dispatch->kernel;
    memcpy(node->push, dispatch->push, dispatch->push_bytes);
    node->push_bytes = dispatch->push_bytes;
    // Rows of equal length: the last one may be partly idle, which kernels test for.
    uint64_t rows = rt_div_up(dispatch->groups, MAX_GROUPS);
    node->groups[0] = (uint32_t)rt_div_up(dispatch->groups, rows);
    node->groups[1] = (uint32_t)rows;
    set_work(stream, node, dispatch->flops, dispatch->bytes);
    place(stream, node,
          &(struct accesses){dispatch->reads, dispatch->writes, dispatch->read_count, dispatch->write_count});
    if (stream->device->trace)
        rt_log(RT_LOG_TRACE, "record %s groups %ux%u %.3g flops level %u", rt_kernel_name(dispatch->kernel),
               node->groups[0], node->groups[1], dispatch->flops, node->level);
}

void rt_stream_copy(struct rt_stream *stream, struct rt_buffer src, struct rt_buffer dst) {
    struct node *node = append_node(stream, NODE_COPY);
    if (node == NULL)
        return;
    if (src.address == 0 || dst.size_bytes < src.size_bytes) {
        stream->node_count--;
        rt_stream_fail(stream, RT_ERROR_INVALID, "copy of %llu bytes into a buffer of %llu",
                       (unsigned long long)src.size_bytes, (unsigned long long)dst.size_bytes);
        return;
    }
    dst.size_bytes = src.size_bytes;
    node->src = src;
    node->dst = dst;
    set_work(stream, node, 0.0, 2.0 * (double)src.size_bytes);
    place(stream, node, &(struct accesses){&src, &dst, 1, 1});
}

void rt_stream_fill(struct rt_stream *stream, struct rt_buffer dst, uint32_t value) {
    struct node *node = append_node(stream, NODE_FILL);
    if (node == NULL)
        return;
    if (dst.address == 0 || dst.size_bytes % 4 != 0) {
        stream->node_count--;
        rt_stream_fail(stream, RT_ERROR_INVALID, "fill of %llu bytes", (unsigned long long)dst.size_bytes);
        return;
    }
    node->dst = dst;
    node->fill_value = value;
    set_work(stream, node, 0.0, (double)dst.size_bytes);
    place(stream, node, &(struct accesses){NULL, &dst, 0, 1});
}

void rt_stream_write(struct rt_stream *stream, struct rt_buffer dst, const uint32_t *words) {
    struct node *node = append_node(stream, NODE_WRITE);
    if (node == NULL)
        return;
    if (dst.address == 0 || dst.size_bytes == 0 || dst.size_bytes % 4 != 0 ||
        dst.size_bytes > RT_MAX_WRITE_BYTES) {
        stream->node_count--;
        rt_stream_fail(stream, RT_ERROR_INVALID, "write of %llu bytes", (unsigned long long)dst.size_bytes);
        return;
    }
    node->dst = dst;
    node->words = malloc(dst.size_bytes);
    if (node->words == NULL) {
        fail_memory(stream);
        return;
    }
    memcpy(node->words, words, dst.size_bytes);
    set_work(stream, node, 0.0, (double)dst.size_bytes);
    place(stream, node, &(struct accesses){NULL, &dst, 0, 1});
}

void rt_stream_host(struct rt_stream *stream, enum rt_status (*fn)(void *user), void (*release)(void *user),
                    void *user) {
    struct node *node = append_node(stream, NODE_HOST);
    if (node == NULL) {
        if (release != NULL)
            release(user);
        return;
    }
    node->host_fn = fn;
    node->host_release = release;
    node->host_user = user;
    if (!rt_stream_place_host(stream, node)) // the submissions before are waited for
        fail_memory(stream);
}

// The first submission that did not finish; NULL when all did.
static const struct segment *first_unfinished(const struct rt_stream *stream) {
    struct rt_device *device = stream->device;
    uint64_t reached = 0, value = stream->submitted_from;
    if (device->vk.vkGetSemaphoreCounterValue(device->device, stream->timeline, &reached) < 0)
        reached = value;
    for (uint32_t i = 0; i < stream->segment_count; i++)
        if (stream->segments[i].commands != VK_NULL_HANDLE && ++value > reached)
            return &stream->segments[i];
    return NULL;
}

// Names the kernels of the first submission that did not finish.
static enum rt_status report_lost(struct rt_stream *stream) {
    static const char advice[] = "restart the program, and see `mograph doctor` when it happens again";
    const char *name = stream->device->info.name;
    const struct segment *segment = first_unfinished(stream);
    stream->device->lost = true;
    if (segment == NULL) {
        rt_log(RT_LOG_ERROR, "device \"%s\" was lost between two submissions; %s", name, advice);
        return RT_ERROR_DEVICE_LOST;
    }
    const uint32_t *order = stream->order + segment->first;
    rt_log(RT_LOG_ERROR, "device \"%s\" was lost between kernels %s and %s; %s", name,
           rt_node_name(&stream->nodes[order[0]]), rt_node_name(&stream->nodes[order[segment->count - 1]]),
           advice);
    return RT_ERROR_DEVICE_LOST;
}

static enum rt_status submit_segment(struct rt_stream *stream, const struct segment *segment) {
    struct rt_device *device = stream->device;
    uint64_t signal = stream->timeline_value + 1;
    VkTimelineSemaphoreSubmitInfo timeline = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
                                              .signalSemaphoreValueCount = 1,
                                              .pSignalSemaphoreValues = &signal};
    VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                         .pNext = &timeline,
                         .commandBufferCount = 1,
                         .pCommandBuffers = &segment->commands,
                         .signalSemaphoreCount = 1,
                         .pSignalSemaphores = &stream->timeline};
    VkResult result = device->vk.vkQueueSubmit(device->queue, 1, &info, VK_NULL_HANDLE);
    if (result == VK_ERROR_DEVICE_LOST)
        return report_lost(stream);
    if (result < 0)
        return rt_vk_fail("vkQueueSubmit", result);
    stream->timeline_value = signal;
    stream->submit_estimated_ns += segment->estimated_ns;
    return RT_OK;
}

static enum rt_status run_host_node(struct rt_stream *stream, const struct segment *segment) {
    enum rt_status status = rt_stream_wait(stream, UINT64_MAX);
    if (status != RT_OK)
        return status;
    const struct node *node = &stream->nodes[stream->order[segment->first]];
    return node->host_fn(node->host_user);
}

static double estimated_ms(const struct rt_stream *stream) {
    double ns = 0.0;
    for (uint32_t i = 0; i < stream->segment_count; i++)
        ns += stream->segments[i].estimated_ns;
    return ns * 1e-6;
}

enum rt_status rt_stream_submit(struct rt_stream *stream) {
    enum rt_status status = stream->status;
    if (status == RT_OK && stream->device->lost)
        status = RT_ERROR_DEVICE_LOST;
    if (status == RT_OK)
        status = rt_stream_wait(stream, UINT64_MAX); // command buffers are not for simultaneous use
    // Cut again when the device turned out twice slower than it was taken for.
    bool stale = stream->baked && stream->device->speed > 2.0 * stream->baked_speed;
    if (status == RT_OK && (!stream->baked || stale))
        status = rt_stream_bake(stream);
    if (status == RT_OK && stream->device->trace)
        rt_log(RT_LOG_TRACE, "submit %u records in %u submissions, estimated %.1f ms", stream->node_count,
               rt_stream_submission_count(stream), estimated_ms(stream));
    stream->submitted_from = stream->timeline_value;
    stream->submit_time_ns = sys_nanoseconds();
    stream->submit_estimated_ns = 0.0;
    for (uint32_t i = 0; i < stream->segment_count && status == RT_OK; i++) {
        const struct segment *segment = &stream->segments[i];
        status = segment->commands != VK_NULL_HANDLE ? submit_segment(stream, segment)
                                                     : run_host_node(stream, segment);
    }
    return status;
}

// Learns how the guesses of rt_estimate_ns compare with this device. Slowly upward, at once downward never:
// one disturbed run must not shrink submissions for good, so it is a moving average within bounds.
static void learn_speed(struct rt_stream *stream) {
    if (stream->aside || stream->submit_estimated_ns < 1e6) // too short to tell
        return;
    double estimated_base = stream->submit_estimated_ns / stream->baked_speed;
    double measured = (double)(sys_nanoseconds() - stream->submit_time_ns) / estimated_base;
    measured = measured < 0.01 ? 0.01 : measured > 50.0 ? 50.0 : measured;
    stream->device->speed = 0.5 * stream->device->speed + 0.5 * measured;
}

enum rt_status rt_stream_wait(struct rt_stream *stream, uint64_t timeout_ns) {
    struct rt_device *device = stream->device;
    if (device->lost)
        return RT_ERROR_DEVICE_LOST;
    if (stream->submitted_from == stream->timeline_value)
        return RT_OK;
    VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                .semaphoreCount = 1,
                                .pSemaphores = &stream->timeline,
                                .pValues = &stream->timeline_value};
    VkResult result = device->vk.vkWaitSemaphores(device->device, &info, timeout_ns);
    if (result == VK_TIMEOUT)
        return RT_ERROR_TIMEOUT;
    if (result == VK_ERROR_DEVICE_LOST)
        return report_lost(stream);
    if (result < 0)
        return rt_vk_fail("vkWaitSemaphores", result);
    learn_speed(stream);
    stream->submitted_from = stream->timeline_value;
    return device->context->validation_count > 0 ? RT_ERROR_VALIDATION : RT_OK;
}

enum rt_status rt_stream_run(struct rt_stream *stream) {
    enum rt_status status = rt_stream_submit(stream);
    return status == RT_OK ? rt_stream_wait(stream, UINT64_MAX) : status;
}

uint32_t rt_stream_profile_count(const struct rt_stream *stream) {
    return stream->queries != VK_NULL_HANDLE ? stream->node_count : 0;
}

enum rt_status rt_stream_profile(struct rt_stream *stream, uint32_t i, struct rt_profile_row *row) {
    struct rt_device *device = stream->device;
    enum rt_status status = RT_OK;
    const struct node *node = &stream->nodes[i];
    uint64_t ticks[2] = {0, 0};
    *row = (struct rt_profile_row){
        .name = rt_node_name(node), .kernel = node->kernel, .flops = node->flops, .bytes = node->bytes};
    if (node->kind == NODE_HOST)
        return RT_OK;
    VK_TRY(device->vk.vkGetQueryPoolResults(device->device, stream->queries, i * 2, 2, sizeof ticks, ticks,
                                            sizeof ticks[0],
                                            VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
    row->ns = (double)(ticks[1] - ticks[0]) * (double)device->info.timestamp_period_ns;
fail:
    return status;
}

uint32_t rt_stream_submission_count(const struct rt_stream *stream) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < stream->segment_count; i++)
        count += stream->segments[i].commands != VK_NULL_HANDLE;
    return count;
}

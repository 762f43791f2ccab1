// Turns a recording into command buffers: barriers, timestamps, pieces of bounded length.
#include "runtime/kernel_private.h"
#include "runtime/memory_private.h"
#include "runtime/stream_private.h"

#include <stdlib.h>

// A submission should keep the device about this long: Windows resets it after 2 s, recent amdgpu too.
static const double SEGMENT_NS = 100e6;

// First guesses of sustained speed by kind of device, low on purpose; `device->speed` corrects them by what
// is measured. Flops: what plain fp32 kernels reach, not what the data sheet says.
double rt_estimate_ns(const struct rt_device *device, double flops, double bytes) {
    double gflops = 500, gbytes = 50, launch_ns = 5000;
    if (device->info.type == RT_DEVICE_DISCRETE) {
        gflops = 2000;
        gbytes = 150;
    } else if (device->info.type == RT_DEVICE_CPU) {
        gflops = 20;
        gbytes = 3;
        launch_ns = 20000;
    } else if (device->info.type == RT_DEVICE_INTEGRATED) {
        gflops = 200;
        gbytes = 20;
    }
    return flops / gflops + bytes / gbytes + launch_ns;
}

const char *rt_node_name(const struct node *node) {
    switch (node->kind) {
    case NODE_DISPATCH:
        return rt_kernel_name(node->kernel);
    case NODE_COPY:
        return "copy";
    case NODE_FILL:
        return "fill";
    case NODE_WRITE:
        return "write";
    case NODE_HOST:
        break;
    }
    return "host";
}

void rt_stream_unbake(struct rt_stream *stream) {
    struct rt_device *device = stream->device;
    for (uint32_t i = 0; i < stream->segment_count; i++)
        if (stream->segments[i].commands != VK_NULL_HANDLE)
            device->vk.vkFreeCommandBuffers(device->device, device->command_pool, 1,
                                            &stream->segments[i].commands);
    free(stream->segments);
    stream->segments = NULL;
    stream->segment_count = 0;
    stream->baked = false;
}

static void emit_barrier(struct rt_device *device, VkCommandBuffer commands) {
    VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
                                                VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT};
    VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
    device->vk.vkCmdPipelineBarrier(commands, stages, stages, 0, 1, &barrier, 0, NULL, 0, NULL);
}

static void emit_node(struct rt_device *device, VkCommandBuffer commands, const struct node *node) {
    VkDeviceSize src, dst;
    switch (node->kind) {
    case NODE_DISPATCH:
        device->vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, node->kernel->pipeline);
        if (node->push_bytes > 0)
            device->vk.vkCmdPushConstants(commands, device->pipeline_layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                          node->push_bytes, node->push);
        device->vk.vkCmdDispatch(commands, node->groups[0], node->groups[1], 1);
        break;
    case NODE_COPY: {
        VkBuffer from = rt_buffer_vk(node->src, &src), to = rt_buffer_vk(node->dst, &dst);
        VkBufferCopy region = {.srcOffset = src, .dstOffset = dst, .size = node->src.size_bytes};
        device->vk.vkCmdCopyBuffer(commands, from, to, 1, &region);
        break;
    }
    case NODE_FILL: {
        VkBuffer to = rt_buffer_vk(node->dst, &dst);
        device->vk.vkCmdFillBuffer(commands, to, dst, node->dst.size_bytes, node->fill_value);
        break;
    }
    case NODE_WRITE: {
        VkBuffer to = rt_buffer_vk(node->dst, &dst);
        device->vk.vkCmdUpdateBuffer(commands, to, dst, node->dst.size_bytes, node->words);
        break;
    }
    case NODE_HOST:
        break;
    }
}

static void emit_labelled(struct rt_stream *stream, VkCommandBuffer commands, uint32_t index, bool barrier) {
    struct rt_device *device = stream->device;
    const struct node *node = &stream->nodes[index];
    bool labels = device->has_labels;
    if (labels) {
        VkDebugUtilsLabelEXT label = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT,
                                      .pLabelName = rt_node_name(node)};
        vkCmdBeginDebugUtilsLabelEXT(commands, &label);
    }
    if (barrier)
        emit_barrier(device, commands);
    if (stream->queries != VK_NULL_HANDLE) {
        device->vk.vkCmdResetQueryPool(commands, stream->queries, index * 2, 2);
        device->vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, stream->queries,
                                       index * 2);
    }
    emit_node(device, commands, node);
    if (stream->queries != VK_NULL_HANDLE)
        device->vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, stream->queries,
                                       index * 2 + 1);
    if (labels)
        vkCmdEndDebugUtilsLabelEXT(commands);
}

static enum rt_status record_segment(struct rt_stream *stream, struct segment *segment) {
    struct rt_device *device = stream->device;
    enum rt_status status = RT_OK;
    VkCommandBufferAllocateInfo allocate = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                            .commandPool = device->command_pool,
                                            .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                            .commandBufferCount = 1};
    VK_TRY(device->vk.vkAllocateCommandBuffers(device->device, &allocate, &segment->commands));
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VK_TRY(device->vk.vkBeginCommandBuffer(segment->commands, &begin));
    const uint32_t *order = stream->order + segment->first;
    for (uint32_t i = 0; i < segment->count; i++) {
        // Submissions on one queue start in order but may overlap: each begins by waiting for the one before.
        bool new_level = i == 0 || stream->nodes[order[i]].level != stream->nodes[order[i - 1]].level;
        emit_labelled(stream, segment->commands, order[i], new_level || stream->profile);
    }
    // What the host reads after the wait must have left the device's caches.
    VkMemoryBarrier to_host = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
    device->vk.vkCmdPipelineBarrier(segment->commands,
                                    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                                    VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &to_host, 0, NULL, 0, NULL);
    VK_TRY(device->vk.vkEndCommandBuffer(segment->commands));
fail:
    return status;
}

static bool holds_host(const struct rt_stream *stream, const struct segment *segment) {
    return stream->nodes[stream->order[segment->first]].kind == NODE_HOST;
}

// Whether the last segment takes another node.
static bool takes(const struct rt_stream *stream, const struct node *node, double ns) {
    if (stream->segment_count == 0 || node->kind == NODE_HOST)
        return false;
    const struct segment *last = &stream->segments[stream->segment_count - 1];
    return !holds_host(stream, last) && last->estimated_ns + ns <= SEGMENT_NS;
}

// Cuts the sorted nodes: a host node stands alone, and estimated work closes a segment.
static void cut_segments(struct rt_stream *stream) {
    for (uint32_t i = 0; i < stream->node_count; i++) {
        const struct node *node = &stream->nodes[stream->order[i]];
        double ns = node->estimated_ns * stream->device->speed;
        if (!takes(stream, node, ns))
            stream->segments[stream->segment_count++] = (struct segment){.first = i};
        struct segment *last = &stream->segments[stream->segment_count - 1];
        last->count++;
        last->estimated_ns += ns;
    }
}

static enum rt_status ensure_queries(struct rt_stream *stream) {
    struct rt_device *device = stream->device;
    enum rt_status status = RT_OK;
    if (!stream->profile || device->info.timestamp_period_ns == 0.0f ||
        stream->node_count * 2 <= stream->query_capacity)
        return RT_OK;
    device->vk.vkDestroyQueryPool(device->device, stream->queries, NULL);
    stream->queries = VK_NULL_HANDLE;
    stream->query_capacity = 0;
    VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                  .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                  .queryCount = stream->node_count * 2};
    VK_TRY(device->vk.vkCreateQueryPool(device->device, &info, NULL, &stream->queries));
    stream->query_capacity = stream->node_count * 2;
fail:
    return status;
}

enum rt_status rt_stream_bake(struct rt_stream *stream) {
    rt_stream_unbake(stream);
    enum rt_status status = ensure_queries(stream);
    if (status != RT_OK)
        return status;
    stream->segments = calloc(stream->node_count ? stream->node_count : 1, sizeof *stream->segments);
    if (stream->segments == NULL || !rt_stream_sort(stream))
        return rt_no_memory("a stream");
    cut_segments(stream);
    for (uint32_t i = 0; i < stream->segment_count && status == RT_OK; i++)
        if (!holds_host(stream, &stream->segments[i]))
            status = record_segment(stream, &stream->segments[i]);
    stream->baked = status == RT_OK;
    stream->baked_speed = stream->device->speed;
    return status;
}

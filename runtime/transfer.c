// Copies between host and device: straight where memory is mapped, through staging where it is not.
#include "runtime/transfer.h"

#include "runtime/device_private.h"
#include "runtime/log.h"
#include "runtime/stream.h"

#include <string.h>

enum { STAGING_BYTES = 8 << 20 };

static enum rt_status ensure_staging(struct rt_device *device, struct rt_buffer *staging) {
    if (device->staging == NULL) {
        enum rt_status status =
            rt_arena_create(device, RT_MEMORY_HOST, STAGING_BYTES, "staging", &device->staging);
        if (status != RT_OK)
            return status;
    }
    *staging = rt_arena_buffer(device->staging, 0, STAGING_BYTES);
    return RT_OK;
}

static enum rt_status copy_now(struct rt_device *device, struct rt_buffer src, struct rt_buffer dst) {
    struct rt_stream *stream;
    enum rt_status status = rt_stream_create(device, NULL, &stream);
    if (status != RT_OK)
        return status;
    rt_stream_begin(stream);
    rt_stream_copy(stream, src, dst);
    status = rt_stream_run(stream);
    rt_stream_destroy(&stream);
    return status;
}

// One staged piece at a time, in either direction; `upload` or `download` is NULL.
static enum rt_status copy_staged(struct rt_device *device, struct rt_buffer buffer, const char *upload,
                                  char *download, uint64_t size_bytes) {
    struct rt_buffer staging;
    enum rt_status status = ensure_staging(device, &staging);
    for (uint64_t at = 0; at < size_bytes && status == RT_OK; at += STAGING_BYTES) {
        uint64_t bytes = size_bytes - at < STAGING_BYTES ? size_bytes - at : STAGING_BYTES;
        struct rt_buffer piece = rt_buffer_slice(buffer, at, bytes),
                         stage = rt_buffer_slice(staging, 0, bytes);
        if (upload != NULL) {
            memcpy(rt_buffer_map(stage), upload + at, bytes);
            status = copy_now(device, stage, piece);
        } else if (download != NULL) {
            status = copy_now(device, piece, stage);
            if (status == RT_OK)
                memcpy(download + at, rt_buffer_map(stage), bytes);
        }
    }
    return status;
}

static enum rt_status check_transfer(const struct rt_device *device, struct rt_buffer buffer,
                                     uint64_t size_bytes) {
    if (device->lost)
        return RT_ERROR_DEVICE_LOST;
    if (size_bytes <= buffer.size_bytes)
        return RT_OK;
    rt_log(RT_LOG_ERROR, "transfer of %llu bytes to or from a buffer of %llu bytes",
           (unsigned long long)size_bytes, (unsigned long long)buffer.size_bytes);
    return RT_ERROR_INVALID;
}

enum rt_status rt_buffer_upload(struct rt_device *device, struct rt_buffer buffer, const void *data,
                                uint64_t size_bytes) {
    enum rt_status status = check_transfer(device, buffer, size_bytes);
    if (status != RT_OK)
        return status;
    void *mapped = rt_buffer_map(buffer);
    if (mapped == NULL)
        return copy_staged(device, buffer, data, NULL, size_bytes);
    memcpy(mapped, data, size_bytes);
    return RT_OK;
}

enum rt_status rt_buffer_download(struct rt_device *device, struct rt_buffer buffer, void *data,
                                  uint64_t size_bytes) {
    enum rt_status status = check_transfer(device, buffer, size_bytes);
    if (status != RT_OK)
        return status;
    const void *mapped = rt_buffer_map(buffer);
    if (mapped == NULL)
        return copy_staged(device, buffer, NULL, data, size_bytes);
    memcpy(data, mapped, size_bytes);
    return RT_OK;
}

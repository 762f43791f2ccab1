// Transfers: blocking copies between the host and a buffer.
#ifndef MOGRAPH_RUNTIME_TRANSFER_H
#define MOGRAPH_RUNTIME_TRANSFER_H

#include "runtime/memory.h"

// Both copy at most buffer.size_bytes, through staging where memory is not visible.
enum rt_status rt_buffer_upload(struct rt_device *device, struct rt_buffer buffer, const void *data,
                                uint64_t size_bytes);
enum rt_status rt_buffer_download(struct rt_device *device, struct rt_buffer buffer, void *data,
                                  uint64_t size_bytes);

#endif

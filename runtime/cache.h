// Caches of a device on disk. The pipeline cache: a device loads it when it is opened and saves it when it
// is closed.
#ifndef MOGRAPH_RUNTIME_CACHE_H
#define MOGRAPH_RUNTIME_CACHE_H

#include "runtime/device.h"

#include <stddef.h>

// Writes the path of the cache's file, whether or not it exists yet; false when there is nowhere to keep one
// (neither XDG_CACHE_HOME nor HOME is an absolute path).
bool rt_cache_path(const struct rt_device *device, char *path, size_t size);

// The payload of a device's file of a kind ("pipelines", "tiles"); NULL where there is none or it is
// damaged, which is logged. The caller frees. Writing replaces the file in one step; what cannot be kept
// is not.
unsigned char *rt_cache_read(const struct rt_device *device, const char *kind, size_t *size);
void rt_cache_write(const struct rt_device *device, const char *kind, const void *payload, size_t size);

// Never fails: a missing, damaged or foreign file gives an empty cache.
void rt_cache_load(struct rt_device *device);
void rt_cache_save(struct rt_device *device);

#endif

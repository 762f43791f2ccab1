// Caches of a device on disk: $XDG_CACHE_HOME/mograph/<device UUID>-<driver version>.<kind>, kind
// "pipelines" for the pipeline cache.
// Layout: 8 bytes magic, 8 bytes size, 8 bytes FNV-1a of the payload,
// payload (of the pipeline cache: the driver's own blob). Drivers check their blob's header, not its body,
// so the checksum is what keeps a damaged file away from them.
#include "runtime/cache.h"

#include "runtime/device_private.h"
#include "runtime/hash.h"
#include "runtime/log.h"
#include "runtime/system/folders.h"
#include "runtime/system/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[8] = "mograph1";
enum { HEADER_BYTES = 24, MAX_CACHE_BYTES = 64 << 20 };

// Writes the file's path, creating its folder when `create`; false when there is nowhere to keep it.
static bool locate(const struct rt_device *device, const char *kind, bool create, char *path, size_t size) {
    char caches[496], folder[512];
    if (!sys_cache_folder(caches, sizeof caches))
        return false;
    if (create && !sys_make_private_folder(caches) && errno != EEXIST)
        return false;
    snprintf(folder, sizeof folder, "%s/mograph", caches);
    if (create && !sys_make_private_folder(folder) && errno != EEXIST)
        return false;
    int length =
        snprintf(path, size, "%s/%s-%08x.%s", folder, device->info.uuid, device->info.driver_version, kind);
    return length > 0 && (size_t)length < size;
}

bool rt_cache_path(const struct rt_device *device, char *path, size_t size) {
    return locate(device, "pipelines", false, path, size);
}

// Reads the payload of a sound file; NULL otherwise. The caller frees.
static unsigned char *read_payload(const char *path, size_t *size) {
    FILE *file = sys_fopen(path, "rb");
    if (file == NULL)
        return NULL;
    unsigned char header[HEADER_BYTES], *payload = NULL;
    uint64_t bytes = 0, hash = 0;
    if (fread(header, 1, sizeof header, file) == sizeof header && memcmp(header, MAGIC, 8) == 0) {
        memcpy(&bytes, header + 8, 8);
        memcpy(&hash, header + 16, 8);
        if (bytes > 0 && bytes <= MAX_CACHE_BYTES)
            payload = malloc(bytes);
    }
    if (payload != NULL && (fread(payload, 1, bytes, file) != bytes || fgetc(file) != EOF ||
                            rt_hash_bytes(RT_HASH_START, payload, bytes) != hash)) {
        rt_log(RT_LOG_WARNING, "cache %s is damaged and was ignored", path);
        free(payload);
        payload = NULL;
    }
    fclose(file);
    *size = bytes;
    return payload;
}

unsigned char *rt_cache_read(const struct rt_device *device, const char *kind, size_t *size) {
    char path[640];
    return locate(device, kind, false, path, sizeof path) ? read_payload(path, size) : NULL;
}

void rt_cache_load(struct rt_device *device) {
    size_t size = 0;
    unsigned char *payload = rt_cache_read(device, "pipelines", &size);
    VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                      .initialDataSize = payload ? size : 0,
                                      .pInitialData = payload};
    if (device->vk.vkCreatePipelineCache(device->device, &info, NULL, &device->pipeline_cache) < 0)
        device->pipeline_cache = VK_NULL_HANDLE; // pipelines build without one, only slower
    free(payload);
}

static bool write_file(const char *path, const void *payload, uint64_t bytes) {
    FILE *file = sys_fopen(path, "wb");
    if (file == NULL)
        return false;
    uint64_t hash = rt_hash_bytes(RT_HASH_START, payload, bytes);
    bool ok = fwrite(MAGIC, 1, 8, file) == 8 && fwrite(&bytes, 1, 8, file) == 8 &&
              fwrite(&hash, 1, 8, file) == 8 && fwrite(payload, 1, bytes, file) == bytes;
    return fclose(file) == 0 && ok;
}

void rt_cache_write(const struct rt_device *device, const char *kind, const void *payload, size_t size) {
    char path[640], temporary[680];
    if (!locate(device, kind, true, path, sizeof path))
        return;
    // A process of its own name: two runs that end together must not write into one file.
    snprintf(temporary, sizeof temporary, "%s.%" PRIu64, path, sys_process_number());
    if (!write_file(temporary, payload, size) || !sys_rename(temporary, path))
        sys_remove_file(temporary);
}

void rt_cache_save(struct rt_device *device) {
    size_t size = 0;
    if (device->pipeline_cache == VK_NULL_HANDLE || device->lost || device->kernel_count == 0)
        return;
    if (device->vk.vkGetPipelineCacheData(device->device, device->pipeline_cache, &size, NULL) < 0 ||
        size == 0 || size > MAX_CACHE_BYTES)
        return;
    unsigned char *payload = malloc(size);
    if (payload == NULL)
        return;
    if (device->vk.vkGetPipelineCacheData(device->device, device->pipeline_cache, &size, payload) ==
        VK_SUCCESS)
        rt_cache_write(device, "pipelines", payload, size);
    free(payload);
}

// FNV-1a with 64 bits (Fowler, Noll & Vo; draft-eastlake-fnv): names what files and names hold. Kept in
// files, so it never changes; not for adversaries.
#ifndef MOGRAPH_RUNTIME_HASH_H
#define MOGRAPH_RUNTIME_HASH_H

#include <stddef.h>
#include <stdint.h>

#define RT_HASH_START UINT64_C(14695981039346656037)

// Goes on from `hash`, RT_HASH_START at first, over more bytes.
static inline uint64_t rt_hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

#endif

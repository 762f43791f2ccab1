// Safetensors: named tensors in one file, readable by PyTorch and NumPy without running code.
// Format: https://github.com/huggingface/safetensors (8 bytes header
// length, little-endian; a JSON header; data).
//
// The reader is strict: every rule of the format is checked on the header alone, before room for anything it
// announces is allocated; then the data are read. What nobody asks for needs only to be well-formed, whatever
// its type; what is asked for (safetensors_load) has the type and the shape asked for and finite values. The
// writer refuses what the reader would refuse, and gives the same bytes for the same content, whatever the
// order of the calls.
//
// Errors: RT_ERROR_INVALID for content, RT_ERROR_IO for what the system says, RT_ERROR_OUT_OF_MEMORY. Each is
// logged in one line: file, tensor, rule. Outputs are NULL after a failure. Not thread-safe per object; an
// open file may be read from several threads.
#ifndef MOGRAPH_MODEL_FILES_SAFETENSORS_H
#define MOGRAPH_MODEL_FILES_SAFETENSORS_H

#include "runtime/status.h"

#include <stddef.h>
#include <stdint.h>

// Limits of ours, not of the format.
#define SAFETENSORS_MAX_RANK 8
#define SAFETENSORS_MAX_HEADER_BYTES (UINT64_C(16) << 20)
#define SAFETENSORS_MAX_FILE_BYTES (UINT64_C(4) << 30)

// All types of the format as of safetensors 0.8 (its enum Dtype). The numbers of the first eight are part of
// the hash of weights (weights_hash): new ones are added behind.
enum safetensors_dtype {
    SAFETENSORS_U8,
    SAFETENSORS_F16,
    SAFETENSORS_BF16,
    SAFETENSORS_I32,
    SAFETENSORS_F32,
    SAFETENSORS_F64,
    SAFETENSORS_I64,
    SAFETENSORS_U64,
    // Types that nothing here asks for: sizes are known, values are not judged.
    SAFETENSORS_BOOL,
    SAFETENSORS_F4, // two to a byte
    SAFETENSORS_F6_E2M3,
    SAFETENSORS_F6_E3M2,
    SAFETENSORS_I8,
    SAFETENSORS_F8_E5M2,
    SAFETENSORS_F8_E4M3,
    SAFETENSORS_F8_E8M0,
    SAFETENSORS_F8_E4M3FNUZ,
    SAFETENSORS_F8_E5M2FNUZ,
    SAFETENSORS_I16,
    SAFETENSORS_U16,
    SAFETENSORS_U32,
    SAFETENSORS_C64, // two F32
    SAFETENSORS_DTYPE_COUNT
};

// "F32", as the file says it.
const char *safetensors_dtype_name(enum safetensors_dtype dtype);
// Of an element; a tensor takes a whole number of bytes.
uint32_t safetensors_dtype_bits(enum safetensors_dtype dtype);

struct safetensors_tensor {
    const char *name; // UTF-8
    enum safetensors_dtype dtype;
    uint32_t rank;                        // 0 for a scalar
    uint64_t shape[SAFETENSORS_MAX_RANK]; // outermost first
    uint64_t count;                       // elements; 0 if any of `shape` is
    uint64_t offset_bytes, size_bytes;    // within the data
    const void *data;                     // dense, little-endian; the format promises no alignment: memcpy
};

struct safetensors_pair {
    const char *key, *value; // UTF-8
};

// --- reading ---

struct safetensors;

// Reads a whole file into memory, so that nothing changes under the caller.
enum rt_status safetensors_open(const char *path, struct safetensors **out);
// The same from memory, which is copied. `label` takes the path's place in messages.
enum rt_status safetensors_open_memory(const char *label, const void *bytes, size_t size_bytes,
                                       struct safetensors **out);
// Everything below lives until then.
void safetensors_close(struct safetensors **file);

// Tensors in the order of their data, metadata in the order of their keys (strcmp).
uint32_t safetensors_count(const struct safetensors *file);
const struct safetensors_tensor *safetensors_at(const struct safetensors *file, uint32_t i);
uint32_t safetensors_metadata_count(const struct safetensors *file);
struct safetensors_pair safetensors_metadata_at(const struct safetensors *file, uint32_t i);

// NULL when there is none; nothing is logged.
const struct safetensors_tensor *safetensors_find(const struct safetensors *file, const char *name);
const char *safetensors_metadata(const struct safetensors *file, const char *key);

// Copies one tensor to `dst`, which has room for shape[0] x ... x shape[rank - 1] elements. Refuses, by name,
// a tensor that is missing, has another type or shape, or holds a value that is not finite; `dst` is then
// untouched.
enum rt_status safetensors_load(const struct safetensors *file, const char *name,
                                enum safetensors_dtype dtype, uint32_t rank, const uint64_t *shape,
                                void *dst);

// --- writing ---

struct safetensors_writer;

// Nothing is written before the commit.
enum rt_status safetensors_begin(const char *path, struct safetensors_writer **out);
// Names, shapes and strings are copied; `data` (little-endian, dense) must live until the commit. The first
// error is kept, and the commit reports it.
void safetensors_add(struct safetensors_writer *writer, const char *name, enum safetensors_dtype dtype,
                     uint32_t rank, const uint64_t *shape, const void *data);
void safetensors_add_metadata(struct safetensors_writer *writer, const char *key, const char *value);
// Checks everything, writes to a temporary name, syncs, renames (atomic_file.h) and destroys the writer, also
// after a failure; an old file is then as it was.
enum rt_status safetensors_commit(struct safetensors_writer **writer);
void safetensors_discard(struct safetensors_writer **writer);

#endif

// The clips of a data set as uint8, where a step can read them: all of them on the device when they fit, else
// the next batch, which a reader thread fetches while the step before runs.
#ifndef MOGRAPH_MODEL_CLIP_STORE_H
#define MOGRAPH_MODEL_CLIP_STORE_H

#include "model/sampler.h"
#include "runtime/memory.h"

// Where clips come from. `read` fills rgb [d][h][w][3] and may be called from several threads at once; false,
// with a line logged, when a clip cannot be read.
struct clip_source {
    uint32_t count;
    uint32_t d, h, w;
    const uint32_t *classes; // [count]
    bool (*read)(void *user, uint32_t clip, uint8_t *rgb);
    // Told while a whole set is loaded, one call at a time, by any thread; false stops. May be NULL.
    bool (*progress)(void *user, uint32_t done, uint32_t total);
    void *user;
};

struct clip_store;

// Bytes that the set takes on the device, and a batch of it.
uint64_t clip_source_bytes(const struct clip_source *source);
uint64_t clip_batch_bytes(const struct clip_source *source, uint32_t batch);
// Whether the set is kept whole: it fits one buffer and leaves at least half of the free memory.
bool clip_store_fits(const struct rt_device *device, const struct clip_source *source);

// Loads the set, or starts the reader thread at `first_step`. The sampler is copied by value and must have
// been initialised; the source must outlive the store. Errors: RT_ERROR_OUT_OF_MEMORY, RT_ERROR_IO (a clip).
enum rt_status clip_store_create(struct rt_device *device, const struct clip_source *source,
                                 const struct sampler *sampler, uint64_t first_step, bool stream,
                                 struct clip_store **out);
void clip_store_destroy(struct clip_store **store);

// The buffer that op_clip_to_tensor reads, and how many clips it holds.
struct rt_buffer clip_store_buffer(const struct clip_store *store);
uint32_t clip_store_count(const struct clip_store *store);

// Makes the clips of `step` readable and fills items[batch], whose `clip` counts in the buffer; classes[i] is
// the class of item i. Steps must be asked for in order when the set is streamed.
enum rt_status clip_store_prepare(struct clip_store *store, uint64_t step, struct sampler_item *items,
                                  uint32_t *classes);

#endif

// The clips of a data set as uint8, where a step can read them: all of them on the device when they fit, else
// the next batch, which a reader thread fetches while the step before runs.
#ifndef MOGRAPH_MODEL_CLIPS_CLIP_STORE_H
#define MOGRAPH_MODEL_CLIPS_CLIP_STORE_H

#include "model/clips/clip_source.h"
#include "model/clips/sampler.h"
#include "runtime/memory.h"

struct clip_store;

// Bytes that so many clips take on the device.
uint64_t clip_store_bytes(const struct clip_source *source, uint32_t count);
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

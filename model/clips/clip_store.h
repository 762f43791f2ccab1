// The clips of a data set as uint8, where a step can read them. Where they fit, all of them are on the
// device: in one buffer that steps read from, or, where no buffer is that large, in several, from which the
// next step's batch is gathered while a step runs. Else they are streamed: a thread reads some batches ahead,
// and the device copies one while it works on the one before.
#ifndef MOGRAPH_MODEL_CLIPS_CLIP_STORE_H
#define MOGRAPH_MODEL_CLIPS_CLIP_STORE_H

#include "model/clips/clip_source.h"
#include "model/clips/sampler.h"
#include "runtime/memory.h"

struct clip_store;

struct clip_store_plan {
    bool streamed;
    bool gathered;  // kept whole, in several buffers
    uint64_t bytes; // on the device
};

// How the clips are kept beside `others` bytes that are yet to be allocated; `stream`: streamed even if they
// fit, as clips that are renewed must be. Where the device's memory is the host's own, at least half of what is free is left.
struct clip_store_plan clip_store_plan(const struct rt_device *device, const struct clip_source *source,
                                       uint32_t batch, uint64_t others, bool stream);

// Loads the set, or starts to read at `first_step`. The sampler is copied by value and must have
// been initialised; one that renews clips wants a plan that streams. The source must outlive the store. Errors:
// RT_ERROR_OUT_OF_MEMORY, RT_ERROR_IO (a clip), RT_ERROR_INVALID.
enum rt_status clip_store_create(struct rt_device *device, const struct clip_source *source,
                                 const struct sampler *sampler, uint64_t first_step,
                                 const struct clip_store_plan *plan, struct clip_store **out);
void clip_store_destroy(struct clip_store **store);

// The buffer that op_clip_to_tensor reads, and how many clips it holds.
struct rt_buffer clip_store_buffer(const struct clip_store *store);
uint32_t clip_store_count(const struct clip_store *store);

// Makes the clips of `step` readable and fills items[batch], whose `clip` counts in the buffer; classes[i] is
// the class of item i. What was submitted with the clips of the step before must be done. Steps must be asked
// for in order when the set is streamed.
enum rt_status clip_store_prepare(struct clip_store *store, uint64_t step, struct sampler_item *items,
                                  uint32_t *classes);
// Behind a step: what was sent ahead is there, since the device did it first. Errors: as rt_stream_wait.
enum rt_status clip_store_settle(struct clip_store *store);
// How long the last clip_store_prepare waited for clips.
double clip_store_waited_ms(const struct clip_store *store);

#endif

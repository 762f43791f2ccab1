// Reading ahead: a thread that fetches the clips of the next steps while the device is busy with one, and tells
// the source which it will want after them.
#ifndef MOGRAPH_MODEL_CLIPS_CLIP_READER_H
#define MOGRAPH_MODEL_CLIPS_CLIP_READER_H

#include "model/clips/clip_source.h"
#include "model/clips/sampler.h"
#include "runtime/status.h"

enum { CLIP_READER_SLOTS = 4 }; // batches that have a place: the one in use, and those ahead

struct clip_reader;

// Starts to read the batches of `first_step` and on. Step s goes to places[s % count], each
// [batch][d][h][w][3]; count is 2 to CLIP_READER_SLOTS. The sampler must have been initialised and is the
// reader's from now on; it, the source and the places must outlive the reader. Errors:
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status clip_reader_create(const struct clip_source *source, struct sampler *sampler,
                                  uint64_t first_step, uint8_t *const *places, uint32_t count,
                                  struct clip_reader **out);
void clip_reader_destroy(struct clip_reader **reader);

// Waits until the batch of `step` is in its place; its items[batch]. The places of the steps before it are
// read into from now on. The same step may be asked for again, later ones only in order. Errors: RT_ERROR_IO
// (a clip), RT_ERROR_INVALID.
enum rt_status clip_reader_take(struct clip_reader *reader, uint64_t step, struct sampler_item *items);
// Waits until the batch of a step to come, whose place is free, is in it; false when it cannot be read.
bool clip_reader_wait(struct clip_reader *reader, uint64_t step);

#endif

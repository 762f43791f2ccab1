// Particle clips in memory for one part of a set: drawn when they are first read, and, where they are
// renewed, drawn ahead on all processors, so that whoever reads them finds them there.
#ifndef MOGRAPH_CLI_TRAIN_PARTICLE_POOL_H
#define MOGRAPH_CLI_TRAIN_PARTICLE_POOL_H

#include "cli/data/particle_set.h"
#include "model/clips/clip_source.h"
#include "model/clips/sampler.h"

struct particle_pool;

// The kinds as data sets have them, by name: 0 <= i < PARTICLE_KINDS.
const char *particle_pool_kind(uint32_t i);

// Bytes of memory that a pool takes.
uint64_t particle_pool_bytes(const struct particle_set *set, bool val, double renew);

// The training clips of a set, or those for validation, by kind and number, as a folder's are. Its clips
// beyond `count` are new ones: their numbers are the set's clips and on. `renew`: what part of them an epoch
// replaces. The set is copied. NULL with one line when memory is out.
struct particle_pool *particle_pool_create(const struct particle_set *set, bool val, double renew,
                                           struct cli_error *error);
void particle_pool_destroy(struct particle_pool **pool);

// Where its clips are read, from any thread, until it is destroyed: the same number gives the same bytes,
// whatever was read before.
const struct clip_source *particle_pool_source(const struct particle_pool *pool);

// Draws all clips as the sampler has them in an epoch, with a bar; where they are renewed, threads that draw
// ahead start then. Nobody may read meanwhile. Ends early, as done, when an interrupt is requested.
bool particle_pool_fill(struct particle_pool *pool, const struct sampler *sampler, uint64_t epoch,
                        struct cli_error *error);

#endif

// Philox4x32-10 and what is made of its words: the same bits as common/philox.glsl, which says how.
#ifndef MOGRAPH_SHADERS_COMMON_PHILOX_H
#define MOGRAPH_SHADERS_COMMON_PHILOX_H

#include <stdint.h>

// Ten rounds of Philox4x32 (Salmon et al. 2011) on a counter under a key. words may be counter.
void op_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

// Four numbers in [0, 1), 24 bits each: exact. No kernel draws these.
void op_philox_uniform(const uint32_t words[4], float values[4]);

// Four standard normal numbers (Box & Muller 1958), each at most 5.77 in size;
// within 1e-6 of the exact transform.
void op_philox_normal(const uint32_t words[4], float values[4]);

#endif

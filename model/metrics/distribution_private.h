// What the figures of distribution.h share.
#ifndef MOGRAPH_MODEL_METRICS_DISTRIBUTION_PRIVATE_H
#define MOGRAPH_MODEL_METRICS_DISTRIBUTION_PRIVATE_H

#include "model/metrics/distribution.h"

#include <stdbool.h>

// False, with one line logged, when the sets cannot be compared.
bool features_usable(struct features a, struct features b);
enum rt_status features_out_of_memory(void); // logs it
double features_distance(struct features a, uint32_t i, struct features b, uint32_t j);

#endif

// Private to Muon: its definition in double precision, and valid inputs for it.
#ifndef MOGRAPH_SHADERS_MUON_MUON_REFERENCE_H
#define MOGRAPH_SHADERS_MUON_MUON_REFERENCE_H

#include "shaders/muon/muon.h"

void muon_by_definition(const struct op_muon *params, const struct op_muon_arrays *args);
void muon_valid_inputs(const struct op_muon *params, const struct op_muon_arrays *args);

#endif

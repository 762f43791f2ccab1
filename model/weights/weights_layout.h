// A tensor between our layout and PyTorch's, and the configuration as text: for weights*.c, and for whoever
// tells PyTorch what a model is.
#ifndef MOGRAPH_MODEL_WEIGHTS_WEIGHTS_LAYOUT_H
#define MOGRAPH_MODEL_WEIGHTS_WEIGHTS_LAYOUT_H

#include "model/graph/parameters.h"
#include "model/net/vae.h"

#include <stddef.h>

enum { WEIGHTS_CONFIG_TEXT = 512, WEIGHTS_STYLE_TEXT = 128 };

// PyTorch's shape of a tensor; the rank.
uint32_t weights_shape(const struct parameter *p, uint64_t shape[5]);
// Copies between the layouts; `to_pytorch` says which way. The arrays do not overlap.
void weights_convert(const struct parameter *p, bool to_pytorch, const float *from, float *to);

// The decoder's parts by which the vector reaches its layers (vae_copy_style), as the configuration names
// them: "placed=1024 mapped=256 mapping_layers=3 styled=1 waves=48 poses=2", "" for none. Back: in any order,
// what is not named is not there; false when it is no such text.
void weights_style_text(const struct vae_config *config, char text[WEIGHTS_STYLE_TEXT]);
bool weights_style_parse(const char *text, struct vae_config *config);

// "name=small d=32 ...", and back; false when it is not such a text or the model is impossible.
void weights_config_text(const struct vae_config *config, char text[WEIGHTS_CONFIG_TEXT]);
// `name` receives the name that the configuration then points at, *fault what is impossible about it: NULL
// where the text is none.
bool weights_config_parse(const char *text, struct vae_config *config, char name[32], const char **fault);

#endif

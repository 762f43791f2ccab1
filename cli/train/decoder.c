// Chooses the decoder's parts: as the command line or config.json has them, as the weights to begin with, or
// as the preset.
#include "cli/train/decoder.h"

#include "cli/check.h"
#include "cli/generate/weights_path.h"
#include "model/weights/weights.h"

#include <stdio.h>
#include <string.h>

#define NONE "none"

// What presets had before config.json kept it.
static const char *parts_of_old(const char *preset) {
    static const char *const old[][2] = {{"tiny", "placed=128 mapped=16"},
                                         {"small", "placed=1024 mapped=128"},
                                         {"base", "placed=128 mapped=256"}};
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        if (strcmp(preset, old[i][0]) == 0)
            return old[i][1];
    return NONE;
}

static bool take_text(const char *text, struct vae_config *model, struct cli_error *error) {
    return weights_style_parse(strcmp(text, NONE) == 0 ? "" : text, model) ||
           cli_usage(error,
                     "--decoder \"%.100s\" names no parts of a decoder: give some of "
                     "\"placed=1024 mapped=256 mapping_layers=3 styled=1 waves=48 poses=2\", or " NONE,
                     text);
}

// A model is the one that its weights are of: other parts would have to be learnt first.
static bool take_weights(const char *which, struct vae_config *model, struct cli_error *error) {
    char path[PATH_CAPACITY];
    struct weights *weights = NULL;
    bool opened = weights_path_find(which, path, error) &&
                  (cli_check(error, weights_open(path, &weights), "reading %s", path) ||
                   cli_error_add(error, "--init %.400s cannot be taken", which));
    if (opened)
        vae_copy_style(model, weights_config(weights));
    weights_close(&weights);
    return opened;
}

bool train_choose_decoder(struct train_values *v, struct vae_config *model, char text[WEIGHTS_STYLE_TEXT],
                          struct cli_error *error) {
    bool chosen = v->decoder != NULL  ? take_text(v->decoder, model, error)
                  : v->resume != NULL ? take_text(parts_of_old(model->name), model, error)
                  : v->init != NULL   ? take_weights(v->init, model, error)
                                      : true;
    if (!chosen)
        return false;
    weights_style_text(model, text);
    if (text[0] == '\0')
        snprintf(text, WEIGHTS_STYLE_TEXT, "%s", NONE);
    v->decoder = text;
    return true;
}

// The window and the sound of a program that was built without SDL: there are none.
#include "cli/demo/sound.h"
#include "cli/demo/view.h"

#define WITHOUT "this program was built without SDL"

const struct demo_view_ops *window_view(void) {
    return NULL;
}

bool window_view_possible(void) {
    return false;
}

bool window_print_screens(struct cli_error *error) {
    return cli_fail(error, NULL, WITHOUT ", which knows the screens");
}

bool sound_start(struct sound **sound, enum sound_source source, struct cli_error *error) {
    (void)source;
    *sound = NULL;
    return cli_fail(error, NULL, WITHOUT ", which opens the sound");
}

void sound_stop(struct sound **sound) {
    *sound = NULL;
}

bool sound_levels(struct sound *sound, double *level, double *bass) {
    (void)sound;
    *level = *bass = 0.0;
    return false;
}

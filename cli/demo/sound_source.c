// What there is to listen to.
#include "cli/demo/sound.h"

const char *sound_source_name(enum sound_source source) {
    switch (source) {
    case SOUND_MICROPHONE:
        return "microphone";
    case SOUND_SYSTEM:
        return "system's sound";
    default:
        return "off";
    }
}

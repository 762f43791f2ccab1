// The microphone, or what the system plays: how loud it is, and how much of it is bass. Nothing is stored.
#ifndef MOGRAPH_CLI_DEMO_SOUND_H
#define MOGRAPH_CLI_DEMO_SOUND_H

#include "cli/error.h"

struct sound;

enum sound_source {
    SOUND_OFF,
    SOUND_MICROPHONE,
    SOUND_SYSTEM,  // what the system plays
    SOUND_SOURCES, // how many there are
};

// "microphone", "system's sound", "off".
const char *sound_source_name(enum sound_source source);

// Listens to `source`; the caller stops it. Fails in one line where there is none.
bool sound_start(struct sound **sound, enum sound_source source, struct cli_error *error);
void sound_stop(struct sound **sound);
// At this moment, each 0 to 1, relative to the loudest of the last seconds. False: the device went away.
bool sound_levels(struct sound *sound, double *level, double *bass);

#endif

// The microphone, or what the system plays: how loud it is, and how much of it is bass. Nothing is stored.
#ifndef MOGRAPH_CLI_DEMO_SOUND_H
#define MOGRAPH_CLI_DEMO_SOUND_H

#include "cli/error.h"

struct sound;

// Opens the system's default source; the caller stops it. Fails in one line where there is none.
bool sound_start(struct sound **sound, struct cli_error *error);
void sound_stop(struct sound **sound);
// At this moment, each 0 to 1, relative to the loudest of the last seconds.
void sound_levels(struct sound *sound, double *level, double *bass);

#endif

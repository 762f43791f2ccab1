// A microphone for tests: SDL's "disk" driver plays a file of clicks, at the pace of one.
#ifndef MOGRAPH_TESTS_DEMO_CLICKS_H
#define MOGRAPH_TESTS_DEMO_CLICKS_H

#include "tests/test.h"

enum { CLICKS_RATE = 44100 }; // samples a second, as cli/demo/sound.c takes them

// The i-th sample, -1 to 1: a click of 80 Hz twice a second, 120 to the minute.
double clicks_sample(uint32_t i);
// From here on the microphone of SDL. Writes the file's name; the caller removes it.
void clicks_play(char name[TEST_TEMPORARY], uint32_t seconds);

#endif

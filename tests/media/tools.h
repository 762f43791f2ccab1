// What the tests of clips share: a scratch folder, other programs, and how much two clips differ.
#ifndef MOGRAPH_TESTS_MEDIA_TOOLS_H
#define MOGRAPH_TESTS_MEDIA_TOOLS_H

#include "cli/media/clip.h"
#include "cli/media/paths.h"

// Makes a folder of its own for this program and enters it, so that files go by their bare names. scratch_end
// leaves and removes it.
void scratch_begin(void);
void scratch_end(void);

// Runs a shell command; a failure ends the program: what tests need must be installed (setup.sh test).
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void tool(const char *format, ...);

// The same, and yields what it wrote on stdout; the caller frees.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
uint8_t *
tool_output(size_t *size, const char *format, ...);

void write_file(const char *path, const void *bytes, size_t size);
size_t file_size(const char *path);

// A particle clip of 128x128x32: the kind and the clip's number.
void draw_clip(struct clip *clip, uint32_t kind, uint32_t number);
// Random bytes, the worst case for any encoder.
void noise_clip(struct clip *clip, uint32_t frames, uint32_t height, uint32_t width);
// clip_read that counts a failure and prints the reason.
bool read_clip(const char *path, struct clip *clip);

bool clips_equal(const struct clip *a, const struct clip *b);
// Peak signal to noise ratio in dB over all frames, after a Gaussian blur of both at `sigma` (0: none).
double clip_psnr(const struct clip *a, const struct clip *b, double sigma);

#endif

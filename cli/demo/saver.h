// The last seconds that were shown, and their way into a file while the show goes on.
#ifndef MOGRAPH_CLI_DEMO_SAVER_H
#define MOGRAPH_CLI_DEMO_SAVER_H

#include "cli/error.h"

#include <stdint.h>

#define SAVER_SECONDS 10.0 // that are kept

struct saver;

// `comment` goes into the files, and lives as long. The caller destroys it.
bool saver_create(struct saver **saver, uint32_t height, uint32_t width, double fps, const char *comment,
                  struct cli_error *error);
// Waits for a file that is being written. Yields the number of files that were, and with *error the first
// failure there was.
uint32_t saver_destroy(struct saver **saver, struct cli_error *error);

// Takes a picture in, and lets the oldest one go.
void saver_add(struct saver *saver, const uint8_t *rgb);
// Begins to write what is kept to the current folder, under a name of the time; `extension` is ".gif" or what
// else cli/media/write.h knows. Fails when a file is being written, or nothing is kept.
bool saver_save(struct saver *saver, const char *extension, struct cli_error *error);

enum saver_state { SAVER_IDLE, SAVER_BUSY, SAVER_DONE, SAVER_FAILED };
// What became of it: DONE and FAILED are told once. `text` gets the file's name, or what failed.
enum saver_state saver_poll(struct saver *saver, char text[CLI_ERROR_TEXT]);

#endif

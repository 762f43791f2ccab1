// What is in a data set, and what about it will train badly.
#ifndef MOGRAPH_CLI_DATA_INFO_H
#define MOGRAPH_CLI_DATA_INFO_H

#include "cli/data/make.h"
#include "cli/data/scan.h"

// Of one kind.
struct kind_info {
    uint32_t train, val;    // clips that can be read
    double brightness;      // mean of all values, 0 to 1
    double motion;          // mean absolute difference of neighbouring frames, 0 to 1
    uint32_t dark, clipped; // clips that are nearly black, or largely white
    uint32_t still;         // clips in which nothing moves
};

struct data_info {
    struct data_set set;
    struct kind_info *kinds; // [set.kind_count]
    struct data_size smallest, largest;
    uint32_t unreadable;
};

// Reads every clip. `unreadable` is told of each that fails. The caller calls data_info_finish.
bool data_info_read(struct data_info *info, const char *folder,
                    void (*unreadable)(void *user, const char *text), void *user,
                    const struct data_progress *progress, struct cli_error *error);
void data_info_finish(struct data_info *info);

// Calls `warn` with one line for everything that will train badly,
// and what to do; yields how many there were.
uint32_t data_info_warnings(const struct data_info *info, void (*warn)(void *user, const char *text),
                            void *user);

#endif

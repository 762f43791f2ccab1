// What the data set of a run consists of: kinds, and the names, sizes and contents of all clips. A run that
// goes on is the same run only on the same data.
#ifndef MOGRAPH_CLI_TRAIN_DATA_RECORD_H
#define MOGRAPH_CLI_TRAIN_DATA_RECORD_H

#include "cli/data/scan.h"

// Zero-initialise. Lines "kind NAME", then "HASH BYTES PART/KIND/CLIP" by part, kind and name; where the set
// lies is no part of it. Of particles that are drawn, "drawn VALUE KEY" for each setting. Control characters
// and backslashes of names are written as \xNN.
struct data_record {
    char *text;
    char hash[17]; // of the text: 16 hexadecimal digits (FNV-1a), which a run's config.json keeps
};

// Reads every clip's bytes once, showing progress. Fails on what cannot be read or is no plain file.
bool data_record_make(struct data_record *record, const struct data_set *set, struct cli_error *error);
// Takes over such a text, `size` characters; NULL, for want of memory, leaves a record without one.
void data_record_take(struct data_record *record, char *text, size_t size);
// The record that a run keeps in `path`; one without text when there is none that can be read.
void data_record_load(struct data_record *record, const char *path);
void data_record_destroy(struct data_record *record);

// How `now` differs from `before`.
struct data_difference {
    bool kinds; // other kinds, not only other clips
    // By name: "the kind \"burst\" is gone, the kind \"zurst\" is new"; "" when nothing differs.
    char text[600];
};
struct data_difference data_record_compare(const struct data_record *before, const struct data_record *now);

#endif

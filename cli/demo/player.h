// Plays the instrument: a thread decodes clips ahead of time, and whoever shows asks for the picture of a
// moment.
//
// An anchor is a moment and the whole clip of the point there. The picture of a moment lies between two of
// them: each clip at the motion's frame (model/sample/timeline.h), both mixed in linear light by how near their
// moments are. On a fast device anchors are a frame apart, so every frame is decoded from its own point; on a
// slow one they are as far apart as a clip takes. The way through the noise space keeps its pace in either
// case, and the motion never waits.
#ifndef MOGRAPH_CLI_DEMO_PLAYER_H
#define MOGRAPH_CLI_DEMO_PLAYER_H

#include "cli/demo/instrument.h"
#include "cli/error.h"

// What decodes: the model on a device, or a test's. All three are called by the player's thread alone.
struct player_decoder {
    // Makes it ready; the prior lives until `end`. `end` is called whatever this returns.
    bool (*begin)(void *user, const struct prior **prior, struct cli_error *error);
    // One point to a clip rgb [frames][height][width][3].
    bool (*decode)(void *user, const float *noise, const float *weights, uint8_t *rgb,
                   struct cli_error *error);
    void (*end)(void *user);
    void *user;
    uint32_t frames, height, width; // of a clip
    uint32_t kinds;
};

struct player_options {
    double fps;
    uint64_t seed;
    double (*seconds)(void *user); // the clock, which decoding and pictures share
    void *clock;                   // its user
};

// What there is to say of it.
struct player_figures {
    uint64_t decoded;      // clips
    double clip_seconds;   // that decoding one takes, of late
    double decoded_second; // clips decoded in a second, of late
    double apart;          // seconds between the last two anchors
    double part;           // of the way between two key points
    double speed, temperature;
    bool arc, listens;
    double beat_period; // 0: none
    uint32_t from, to;  // kinds of the key points
    bool dragged;
    double map_x, map_y;
};

struct player;

enum player_state { PLAYER_STARTING, PLAYER_PLAYING, PLAYER_FAILED };

// Starts the thread. Moment 0 is that of the first clip. The caller stops it.
bool player_start(struct player **player, const struct player_decoder *decoder,
                  const struct player_options *options, struct cli_error *error);
// Waits for what is being decoded, and ends the thread.
void player_stop(struct player **player);

// With PLAYER_FAILED *error says why.
enum player_state player_state(struct player *player, struct cli_error *error);
// The moment: seconds since the first clip was there.
double player_now(struct player *player);

void player_apply(struct player *player, const struct demo_event *event);
void player_hear(struct player *player, double level, double bass);

// The picture of a moment: rgb [height][width][3]. False while there is none.
bool player_frame(struct player *player, double moment, uint8_t *rgb);
void player_figures(struct player *player, struct player_figures *figures);

#endif

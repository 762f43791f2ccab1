// Plays the instrument: a thread decodes clips ahead of time, and whoever shows asks for the picture of a
// moment.
//
// An anchor is a moment and the whole clip of the point there. The picture of a moment lies between two
// anchors: both clips at the motion's frame, mixed in linear light by how near their moments are (mixer.h).
// On a fast device anchors are a frame apart, so every frame is decoded from its own point; on a slow one
// they are as far apart as a clip takes. The way through the noise space keeps its pace in either case, and
// the motion never waits.
#ifndef MOGRAPH_CLI_DEMO_PLAYER_H
#define MOGRAPH_CLI_DEMO_PLAYER_H

#include "cli/demo/instrument.h"
#include "cli/error.h"

// What decodes: the model on a device, or a test's. The functions are called by one thread alone.
struct player_decoder {
    // Makes it ready; the prior lives until `end`, which is called whatever this returns.
    bool (*begin)(void *user, const struct prior **prior, struct cli_error *error);
    // One point to a clip rgb [frames][height][width][3].
    bool (*decode)(void *user, const float *noise, const float *weights, uint8_t *rgb,
                   struct cli_error *error);
    void (*end)(void *user);
    void *user;
    uint32_t frames, height, width; // of a clip
};

struct player_options {
    double fps;
    uint64_t seed;
    double (*seconds)(void); // the clock: terminal_seconds, or a test's
};

// What there is to say of it.
struct player_figures {
    uint64_t decoded;    // clips
    double clip_seconds; // that decoding one takes, of late
    double apart;        // seconds between the last two anchors
    uint64_t waits;      // times that z stood still because a clip came late
    double position;     // t, of the way between two key points
    double travelled;    // ways between key points, in all
    uint32_t from, to;   // their kinds
    double speed, temperature, beat_period;
    bool arc, listens, dragged;
    double map_x, map_y;
};

enum player_state { PLAYER_STARTING, PLAYER_PLAYING, PLAYER_FAILED };

struct player;

// Starts the thread. Moment 0 is that of the first clip. Error messages of the thread are found by way of
// error->cause. The caller stops it.
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

// Frame `frame` of the course, which is that of the moment frame / fps: rgb [height][width][3]. Frames never
// go back. False while there is none.
bool player_frame(struct player *player, uint64_t frame, uint8_t *rgb);
void player_figures(struct player *player, struct player_figures *figures);

#endif

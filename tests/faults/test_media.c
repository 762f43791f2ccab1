// Reading and writing a clip in every format: each call of ours failing once. What a codec allocates itself
// is not ours to fail; ffmpeg is a program that may not start.
#include "cli/media/read.h"
#include "cli/media/write.h"
#include "tests/faults/faults.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct format {
    const char *name;        // of the file in a folder
    unsigned files;          // in that folder when nothing else is left
    bool allocates;          // when written; the other is ffmpeg
    unsigned read_tolerated; // of system calls: a look whether a video is one
    unsigned
        write_tolerated; // a name taken by rename where there are no links, and what the folder's entry needs
};

static const struct format formats[] = {
    {"clip.gif", 1, true, 0, 3}, {"clip.webp", 1, true, 0, 3}, {"clip.png", 1, true, 0, 3},
    {"clip", 3, true, 0, 9},     {"clip.mp4", 1, false, 1, 3},
};

struct rig {
    struct clip clip;
    char path[64], folder[32];
    unsigned files;
    bool force;
};

static bool read_it(void *user, uint64_t *digest) {
    struct rig *rig = user;
    struct clip clip;
    struct cli_error error = {.status = 0};
    fault_watch(true);
    bool ok = clip_read(rig->path, &clip, &error);
    fault_watch(false);
    if (error.text[0] != '\0')
        fault_say(error.text);
    if (ok)
        *digest = fault_digest(0, clip.rgb, clip.frames * clip_frame_bytes(&clip));
    clip_destroy(&clip);
    return ok;
}

// A file, or a folder of files; what else lies there stays and is counted.
static void remove_target(const struct rig *rig) {
    char path[96];
    for (uint32_t t = 0; t < rig->clip.frames; t++) {
        snprintf(path, sizeof path, "%s/%04u.png", rig->path, t + 1);
        unlink(path);
    }
    if (rmdir(rig->path) != 0)
        unlink(rig->path);
}

static uint64_t target_digest(const struct rig *rig) {
    char first[96];
    snprintf(first, sizeof first, "%s/0001.png", rig->path);
    return path_is_folder(rig->path) ? fault_file_digest(first) : fault_file_digest(rig->path);
}

// The clip is written whole or not at all, and what stood there before stays.
static bool write_it(void *user, uint64_t *digest) {
    struct rig *rig = user;
    struct cli_error error = {.status = 0};
    bool before = access(rig->path, F_OK) == 0;
    fault_watch(true);
    bool ok = clip_write(&rig->clip, rig->path, rig->force, &error);
    fault_watch(false);
    if (error.text[0] != '\0')
        fault_say(error.text);
    *digest = target_digest(rig);
    CHECK(fault_files(rig->folder) == (ok || (before && rig->force) ? rig->files : 0));
    if (!rig->force)
        remove_target(rig);
    return ok;
}

static void read_and_write(const struct format *format, struct rig *rig) {
    struct cli_error error = {.status = 0};
    char name[64];
    snprintf(rig->folder, sizeof rig->folder, "in-%s", format->name);
    snprintf(rig->path, sizeof rig->path, "%s/%s", rig->folder, format->name);
    rig->files = format->files;
    CHECK(mkdir(rig->folder, 0777) == 0 && clip_write(&rig->clip, rig->path, false, &error));
    snprintf(name, sizeof name, "reading %s", format->name);
    struct fault_trial trial = {name, read_it, rig, 0};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    trial.tolerated = format->read_tolerated;
    fault_try(&trial, FAULT_SYSTEM, EMFILE);
    remove_target(rig);
    for (int force = 0; force < 2; force++) {
        rig->force = force;
        snprintf(name, sizeof name, "writing %s%s", format->name, force ? " over another" : "");
        trial = (struct fault_trial){name, write_it, rig, 0};
        if (format->allocates)
            fault_try(&trial, FAULT_MEMORY, ENOMEM);
        trial.tolerated = format->write_tolerated;
        fault_try(&trial, FAULT_SYSTEM, ENOSPC);
    }
    remove_target(rig);
}

int main(void) {
    test_begin();
    scratch_begin();
    struct rig rig = {.clip = {0}};
    noise_clip(&rig.clip, 2, 8, 8);
    rig.clip.comment = "what a file says of itself: \xc3\xa9, <tags> & more";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        read_and_write(&formats[i], &rig);
    clip_destroy(&rig.clip);
    scratch_end();
    return test_end();
}

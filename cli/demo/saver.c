// Keeps a ring of pictures, and writes a copy of it on a thread.
#include "cli/demo/saver.h"

#include "cli/media/write.h"
#include "runtime/system/files.h"
#include "runtime/system/machine.h"
#include "runtime/system/threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME = 64 };

struct saver {
    struct clip ring; // frames, of which `count` are there; the next goes to `next`
    uint32_t count, next, written;
    double fps;
    const char *comment;
    // What is being written.
    struct clip clip;
    char path[NAME];
    pthread_t thread;
    bool busy; // there is a thread to be joined
    pthread_mutex_t lock;
    bool ended, done; // under the lock
    struct cli_error error, first_error;
};

bool saver_create(struct saver **out, uint32_t height, uint32_t width, double fps, const char *comment,
                  struct cli_error *error) {
    struct saver *s = *out = calloc(1, sizeof *s);
    if (s == NULL)
        return cli_no_memory(error, "what is saved");
    s->fps = fps;
    s->comment = comment;
    pthread_mutex_init(&s->lock, NULL);
    if (clip_create(&s->ring, (uint32_t)(SAVER_SECONDS * fps + 0.5), height, width, error))
        return true;
    pthread_mutex_destroy(&s->lock);
    free(s);
    *out = NULL;
    return false;
}

void saver_add(struct saver *s, const uint8_t *rgb) {
    memcpy(clip_frame_at(&s->ring, s->next), rgb, clip_frame_bytes(&s->ring));
    s->next = (s->next + 1) % s->ring.frames;
    s->count += s->count < s->ring.frames;
}

// --- writing

static void *run(void *user) {
    struct saver *s = user;
    sys_thread_yield_to_others();
    bool done = clip_write(&s->clip, s->path, false, &s->error);
    clip_destroy(&s->clip);
    pthread_mutex_lock(&s->lock);
    s->done = done;
    s->ended = true;
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

// "mograph-20261128-214503.gif"; a second one in the same second gets "-2" behind it.
static void choose_name(struct saver *s, const char *extension) {
    char moment[32] = "";
    time_t now = time(NULL);
    struct tm local;
    if (sys_local_time(now, &local))
        strftime(moment, sizeof moment, "%Y%m%d-%H%M%S", &local);
    snprintf(s->path, sizeof s->path, "mograph-%s%.8s", moment, extension);
    for (int i = 2; i < 100 && sys_exists(s->path); i++)
        snprintf(s->path, sizeof s->path, "mograph-%s-%d%.8s", moment, i, extension);
}

// The oldest first.
static bool copy_ring(struct saver *s, struct cli_error *error) {
    uint32_t oldest = s->count < s->ring.frames ? 0 : s->next;
    s->clip = (struct clip){0};
    if (!clip_create(&s->clip, s->count, s->ring.height, s->ring.width, error))
        return false;
    for (uint32_t i = 0; i < s->count; i++)
        memcpy(clip_frame_at(&s->clip, i), clip_frame_at(&s->ring, (oldest + i) % s->ring.frames),
               clip_frame_bytes(&s->ring));
    clip_set_fps(&s->clip, s->fps);
    s->clip.comment = s->comment;
    return true;
}

bool saver_save(struct saver *s, const char *extension, struct cli_error *error) {
    if (s->busy)
        return cli_fail(error, NULL, "%s is still being written", s->path);
    if (s->count == 0)
        return cli_fail(error, NULL, "there is nothing to save yet");
    choose_name(s, extension);
    if (!copy_ring(s, error))
        return false;
    s->ended = s->done = false;
    s->error = (struct cli_error){.cause = error->cause};
    int code = sys_thread_start(&s->thread, run, s);
    s->busy = code == 0;
    if (s->busy)
        return true;
    clip_destroy(&s->clip);
    return cli_fail(error, s->path, "cannot write: %s", strerror(code));
}

// --- what became of it

static enum saver_state conclude(struct saver *s, char text[CLI_ERROR_TEXT]) {
    pthread_join(s->thread, NULL);
    s->busy = false;
    s->written += s->done;
    if (!s->done && s->first_error.text[0] == '\0')
        s->first_error = s->error;
    snprintf(text, CLI_ERROR_TEXT, "%s", s->done ? s->path : s->error.text);
    return s->done ? SAVER_DONE : SAVER_FAILED;
}

enum saver_state saver_poll(struct saver *s, char text[CLI_ERROR_TEXT]) {
    text[0] = '\0';
    if (!s->busy)
        return SAVER_IDLE;
    pthread_mutex_lock(&s->lock);
    bool ended = s->ended;
    pthread_mutex_unlock(&s->lock);
    return ended ? conclude(s, text) : SAVER_BUSY;
}

uint32_t saver_destroy(struct saver **handle, struct cli_error *error) {
    struct saver *s = *handle;
    char text[CLI_ERROR_TEXT];
    if (s == NULL)
        return 0;
    if (s->busy)
        conclude(s, text);
    if (s->first_error.text[0] != '\0')
        *error = s->first_error;
    uint32_t written = s->written;
    pthread_mutex_destroy(&s->lock);
    clip_destroy(&s->ring);
    free(s);
    *handle = NULL;
    return written;
}

// The loop of the demo.
#include "cli/demo/show.h"

#include "cli/demo/model_decoder.h"
#include "cli/demo/pace.h"
#include "cli/demo/saver.h"
#include "cli/demo/sound.h"
#include "cli/demo/status.h"
#include "cli/interrupt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGE_SECONDS 4.0

static const char *const extensions[] = {".gif", ".webp", ".mp4"}; // as SHOW_FORMATS

enum { FORMATS = sizeof extensions / sizeof extensions[0], EVENTS = 16 };

struct show {
    struct work *work;
    const struct show_options *options;
    struct player *player;
    struct demo_view *view;
    struct saver *saver;
    struct sound *sound;
    enum sound_source source;
    struct pace pace;
    struct player_figures figures;
    uint8_t *rgb;
    bool status, help, quit;
    int format;
    char comment[CLIP_COMMENT_BYTES];
    char line[STATUS_TEXT], message[CLI_ERROR_TEXT];
    double message_until;
    double began, first_picture; // of the clock; 0: none yet
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
say(struct show *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(s->message, sizeof s->message, format, args);
    va_end(args);
    s->message_until = terminal_seconds() + MESSAGE_SECONDS;
}

// --- keys

static void save(struct show *s, struct cli_error *error) {
    struct cli_error failed = {.cause = error->cause};
    if (saver_save(s->saver, extensions[s->format], &failed))
        say(s, "saving the last seconds as %s", extensions[s->format]);
    else
        say(s, "%s", failed.text);
}

static void stop_listening(struct show *s) {
    const struct demo_event deaf = {.action = DEMO_LISTEN, .number = SOUND_OFF};
    sound_stop(&s->sound);
    s->source = SOUND_OFF;
    player_apply(s->player, &deaf);
}

static void listen(struct show *s, struct cli_error *error) {
    enum sound_source next = (enum sound_source)((s->source + 1) % SOUND_SOURCES);
    struct cli_error failed = {.cause = error->cause};
    stop_listening(s);
    if (next != SOUND_OFF && !sound_start(&s->sound, next, &failed)) {
        say(s, "%s", failed.text);
        return;
    }
    const struct demo_event event = {.action = DEMO_LISTEN, .number = (int)next};
    s->source = next;
    player_apply(s->player, &event);
    say(s, "listening: %s", sound_source_name(next));
}

static void on_event(struct show *s, const struct demo_event *event, struct cli_error *error) {
    switch (event->action) {
    case DEMO_QUIT:
        s->quit = true;
        return;
    case DEMO_HELP:
        s->help = !s->help;
        return;
    case DEMO_STATUS:
        s->status = !s->status;
        return;
    case DEMO_SAVE:
        save(s, error);
        return;
    case DEMO_SAVE_FORMAT:
        s->format = (s->format + 1) % FORMATS;
        say(s, "S saves as %s", extensions[s->format]);
        return;
    case DEMO_LISTEN:
        listen(s, error);
        return;
    default:
        player_apply(s->player, event);
        status_message(s->player, &s->work->kinds, event, s->message, sizeof s->message);
        s->message_until = terminal_seconds() + MESSAGE_SECONDS;
        return;
    }
}

// Waits for what comes, until `until` of the clock.
static void wait(struct show *s, double until, struct cli_error *error) {
    struct demo_event events[EVENTS];
    do {
        int count = s->options->view->poll(s->view, until - terminal_seconds(), events, EVENTS);
        for (int i = 0; i < count; i++)
            on_event(s, &events[i], error);
        s->quit = s->quit || interrupt_requested();
    } while (!s->quit && terminal_seconds() < until - 5e-4);
}

// --- pictures

static void look_after(struct show *s) {
    char text[CLI_ERROR_TEXT];
    double level, bass;
    enum saver_state saved = saver_poll(s->saver, text);
    if (saved == SAVER_DONE)
        say(s, "saved %s", text);
    else if (saved == SAVER_FAILED)
        say(s, "not saved: %s", text);
    if (s->sound != NULL && !sound_levels(s->sound, &level, &bass)) {
        stop_listening(s);
        say(s, "the sound device went away");
    } else if (s->sound != NULL) {
        player_hear(s->player, level, bass);
    }
}

static bool show_picture(struct show *s, const uint8_t *rgb, struct cli_error *error) {
    bool message = terminal_seconds() < s->message_until && s->message[0] != '\0';
    const struct demo_picture picture = {.rgb = rgb,
                                         .height = s->options->view_options.height,
                                         .width = s->options->view_options.width,
                                         .status = s->status && rgb != NULL ? s->line : NULL,
                                         .message = message ? s->message : NULL,
                                         .help = s->help,
                                         .map = s->figures.dragged,
                                         .map_x = s->figures.map_x,
                                         .map_y = s->figures.map_y};
    return s->options->view->show(s->view, &picture, error);
}

static struct status status_of(const struct show *s) {
    double now = player_now(s->player);
    return (struct status){.device = rt_device_describe(s->work->device.device)->name,
                           .view = s->options->view->name,
                           .kinds = &s->work->kinds,
                           .figures = &s->figures,
                           .pace = &s->pace,
                           .source = s->source,
                           .seconds = now,
                           .first_picture = s->first_picture - s->began};
}

static bool next_picture(struct show *s, struct cli_error *error) {
    uint64_t frame = pace_frame(&s->pace, player_now(s->player));
    look_after(s);
    player_figures(s->player, &s->figures);
    if (!player_frame(s->player, frame, s->rgb))
        return cli_fail(error, NULL, "the player has no picture: please report this");
    saver_add(s->saver, s->rgb);
    if (s->status) {
        const struct status status = status_of(s);
        status_line(&status, s->line, sizeof s->line);
    }
    if (!show_picture(s, s->rgb, error))
        return false;
    pace_shown(&s->pace, frame, player_now(s->player));
    if (s->first_picture == 0.0)
        s->first_picture = terminal_seconds();
    return true;
}

// Until there is a first picture. `error` may come from the player's thread.
static bool await_first(struct show *s, struct cli_error *error) {
    enum player_state state;
    while ((state = player_state(s->player, error)) == PLAYER_STARTING && !s->quit) {
        say(s, "the first picture is being made");
        if (!show_picture(s, NULL, error))
            return false;
        wait(s, terminal_seconds() + 0.05, error);
    }
    s->message_until = 0.0;
    return state != PLAYER_FAILED;
}

// A terminal that goes away cannot be written to or read from a moment before the signal that says so is
// there.
static bool is_interrupted(void) {
    const struct timespec moment = {.tv_nsec = 50000000};
    if (!interrupt_requested())
        nanosleep(&moment, NULL);
    return interrupt_requested();
}

static bool loop(struct show *s, struct cli_error *error) {
    if (!await_first(s, error))
        return false;
    double start = terminal_seconds() - player_now(s->player);
    pace_begin(&s->pace, s->options->fps);
    while (!s->quit) {
        if (player_state(s->player, error) == PLAYER_FAILED || !next_picture(s, error))
            return false;
        wait(s, start + pace_due(&s->pace), error);
        s->quit = s->quit || (s->options->seconds > 0.0 && pace_due(&s->pace) >= s->options->seconds);
    }
    return true;
}

// --- the beginning and the end

static bool view_and_loop(struct show *s, struct cli_error *error) {
    if (!s->options->view->begin(&s->view, &s->options->view_options, error))
        return false;
    cli_cause_hold(error->cause, true); // lines would tear the picture
    bool done = loop(s, error);
    done = is_interrupted() || done;
    s->options->view->end(&s->view);
    cli_cause_hold(error->cause, false);
    return done;
}

static bool begin(struct show *s, struct cli_error *error) {
    const struct vae_config *c = weights_config(s->work->weights);
    const struct player_decoder decoder = model_decoder(s->work);
    const struct player_options options = {
        .fps = s->options->fps, .seed = s->options->seed, .seconds = terminal_seconds};
    char what[64];
    snprintf(what, sizeof what, "played live, seed %llu", (unsigned long long)s->options->seed);
    work_comment(s->work, what, s->comment);
    s->rgb = calloc((size_t)c->h * c->w, 3);
    return (s->rgb != NULL || cli_no_memory(error, "a picture")) &&
           saver_create(&s->saver, c->h, c->w, s->options->fps, s->comment, error) &&
           player_start(&s->player, &decoder, &options, error);
}

// What could not be saved is a failure of a show that went well, too.
static bool end(struct show *s, bool done, struct cli_error *error) {
    struct cli_error unsaved = {.cause = error->cause};
    sound_stop(&s->sound);
    if (done && s->options->stats && s->first_picture > 0.0) {
        player_figures(s->player, &s->figures);
        const struct status status = status_of(s);
        done = status_print(&status, error);
    }
    player_stop(&s->player);
    saver_destroy(&s->saver, &unsaved);
    free(s->rgb);
    if (done && unsaved.text[0] != '\0')
        done = cli_fail(error, NULL, "not saved: %s", unsaved.text);
    if (done && interrupt_signal() != 0)
        error->status = 128 + interrupt_signal();
    return done;
}

bool show_run(struct work *work, const struct show_options *options, struct cli_error *error) {
    struct show *s = calloc(1, sizeof *s);
    if (s == NULL)
        return cli_no_memory(error, "the show");
    s->work = work;
    s->options = options;
    s->began = work->started;
    s->format = options->save_format;
    s->status = options->status;
    interrupt_catch();
    bool done = begin(s, error) && view_and_loop(s, error);
    done = end(s, done, error);
    free(s);
    return done;
}

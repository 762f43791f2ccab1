// mograph play: any clip in the terminal, at its frame rate.
#include "cli/command.h"
#include "cli/dataset.h"
#include "cli/interrupt.h"
#include "cli/media/read.h"
#include "cli/screen_picture.h"
#include "cli/terminal.h"

struct play_values {
    bool once;
};

static const struct option options[] = {
    {OPTION_FIELD(struct play_values, once), .name = "once", .help = "play once instead of over and over"},
    {0}};

// Plays until the end, a key or a signal. The schedule is absolute:
// a slow terminal drops frames and keeps time.
static bool play(struct screen *screen, const struct clip *clip, bool once) {
    struct screen_picture picture = {0};
    double due = terminal_seconds();
    bool ok = true, stop = false;
    for (uint32_t t = 0; ok && !stop; t++) {
        if (t == clip->frames) {
            t = 0;
            if (once)
                break;
        }
        double now = terminal_seconds(), end = due + clip->duration_ms[t] / 1000.0;
        if (now < end || clip->frames == 1)
            ok = screen_picture_show(&picture, screen, clip_frame_at(clip, t), clip->height, clip->width,
                                     NULL, 0);
        else if (now > end + 1) // stopped for long, as by Ctrl-Z: go on from here
            end = now;
        due = end;
        for (double left; !stop && (left = due - terminal_seconds()) > 0;)
            stop = screen_wait(screen, left) || interrupt_requested();
        stop = stop || interrupt_requested();
    }
    screen_picture_finish(&picture);
    return ok;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct play_values *v = values;
    (void)arg_count;
    struct clip clip;
    if (!terminal_is_interactive(stdout))
        return cli_fail(error, NULL, "play needs a terminal on its standard output");
    if (!dataset_tell_frames(args[0], error) || !clip_read(args[0], &clip, error))
        return false;
    interrupt_catch();
    struct screen screen;
    bool ok = screen_begin(&screen);
    if (ok) {
        ok = play(&screen, &clip, v->once);
        screen_end(&screen);
    }
    clip_destroy(&clip);
    return ok || cli_fail(error, NULL, "play: the terminal cannot be written to, or memory is short");
}

const struct command cmd_play = {
    .name = "play",
    .summary = "play a clip in the terminal",
    .text = "CLIP is a GIF, a WebP, a PNG, a folder of PNGs or a video; "
            "it is shown in 24-bit colour, two pixels a\n"
            "character, as large as the terminal allows. q or Ctrl-C ends it.\n",
    .args = "CLIP",
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .values_size = sizeof(struct play_values),
    .run = run,
};

// Words and figures of the demo.
#include "cli/demo/status.h"

#include "cli/json.h"

#include <stdio.h>

static const char *kind_name(const struct kinds *kinds, uint32_t kind) {
    return kind < kinds->count ? kinds->names[kind] : "?";
}

// Of the whole show: it is short enough, and steady.
static double decoded_per_second(const struct status *s) {
    return s->seconds > 0.0 ? (double)s->figures->decoded / s->seconds : 0.0;
}

void status_line(const struct status *s, char *text, size_t size) {
    const struct player_figures *f = s->figures;
    char beat[32] = "";
    if (f->beat_period > 0.0)
        snprintf(beat, sizeof beat, "  %.0f bpm", 60.0 / f->beat_period);
    snprintf(text, size,
             "%.40s  %.1f ms a clip  %.1f shown %.1f decoded a second  %.20s > %.20s t %.2f  speed %.2f "
             "temperature %.1f %s%s%s%s",
             s->device, 1000.0 * f->clip_seconds, pace_per_second(s->pace), decoded_per_second(s),
             kind_name(s->kinds, f->from), kind_name(s->kinds, f->to), f->position, f->speed, f->temperature,
             f->arc ? "slerp" : "lerp", beat, f->listens ? "  listens: " : "",
             f->listens ? sound_source_name(s->source) : "");
}

void status_message(struct player *player, const struct kinds *kinds, const struct demo_event *event,
                    char *text, size_t size) {
    struct player_figures f;
    player_figures(player, &f);
    text[0] = '\0';
    switch (event->action) {
    case DEMO_KIND:
        if (event->number >= 0 && (uint32_t)event->number < kinds->count)
            snprintf(text, size, "to %.60s", kind_name(kinds, (uint32_t)event->number));
        else
            snprintf(text, size, "there are %u kinds", kinds->count);
        return;
    case DEMO_NEW_Z:
        snprintf(text, size, "another %.60s", kind_name(kinds, f.to));
        return;
    case DEMO_FASTER:
    case DEMO_SLOWER:
        snprintf(text, size, "speed %.2f", f.speed);
        return;
    case DEMO_WARMER:
    case DEMO_COOLER:
        snprintf(text, size, "temperature %.1f", f.temperature);
        return;
    case DEMO_INTERPOLATION:
        snprintf(text, size, "%s", f.arc ? "slerp: along the arc" : "lerp: straight on");
        return;
    case DEMO_TAP:
        if (f.beat_period > 0.0)
            snprintf(text, size, "%.0f beats a minute", 60.0 / f.beat_period);
        else
            snprintf(text, size, "no beat; tap on for one");
        return;
    default:
        return;
    }
}

// Where the instrument has come to, and how it was set.
static void add_instrument(cJSON *root, const struct status *s) {
    const struct player_figures *f = s->figures;
    cJSON_AddNumberToObject(root, "travelled", f->travelled);
    cJSON_AddStringToObject(root, "from", kind_name(s->kinds, f->from));
    cJSON_AddStringToObject(root, "to", kind_name(s->kinds, f->to));
    cJSON_AddNumberToObject(root, "speed", f->speed);
    cJSON_AddNumberToObject(root, "temperature", f->temperature);
    cJSON_AddStringToObject(root, "interpolation", f->arc ? "slerp" : "lerp");
    cJSON_AddNumberToObject(root, "bpm", f->beat_period > 0.0 ? 60.0 / f->beat_period : 0.0);
    cJSON_AddStringToObject(root, "listens_to", sound_source_name(s->source));
}

bool status_print(const struct status *s, struct cli_error *error) {
    const struct player_figures *f = s->figures;
    const struct pace *p = s->pace;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "device", s->device);
    cJSON_AddStringToObject(root, "view", s->view);
    cJSON_AddNumberToObject(root, "first_picture_seconds", s->first_picture);
    cJSON_AddNumberToObject(root, "seconds", s->seconds);
    cJSON_AddNumberToObject(root, "shown", (double)p->shown);
    cJSON_AddNumberToObject(root, "shown_per_second", s->seconds > 0.0 ? (double)p->shown / s->seconds : 0.0);
    cJSON_AddNumberToObject(root, "late", (double)p->late);
    cJSON_AddNumberToObject(root, "worst_late_ms", 1000.0 * p->worst);
    cJSON_AddNumberToObject(root, "skipped", (double)p->skipped);
    cJSON_AddNumberToObject(root, "decoded", (double)f->decoded);
    cJSON_AddNumberToObject(root, "decoded_per_second", decoded_per_second(s));
    cJSON_AddNumberToObject(root, "ms_per_clip", 1000.0 * f->clip_seconds);
    cJSON_AddNumberToObject(root, "waits", (double)f->waits);
    add_instrument(root, s);
    return json_print_and_delete(root, error);
}

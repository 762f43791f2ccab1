// A ring of clips with their moments.
#include "cli/demo/anchors.h"

#include <stdlib.h>

bool anchors_create(struct anchors *a, size_t clip_bytes) {
    *a = (struct anchors){.first = 0};
    bool done = true;
    for (int i = 0; i < ANCHORS_MAX; i++)
        done = (a->rgb[i] = malloc(clip_bytes)) != NULL && done;
    return done;
}

void anchors_destroy(struct anchors *a) {
    for (int i = 0; i < ANCHORS_MAX; i++)
        free(a->rgb[i]);
    *a = (struct anchors){.first = 0};
}

static size_t place(const struct anchors *a, uint64_t i) {
    return (size_t)((a->first + i) % ANCHORS_MAX);
}

bool anchors_full(const struct anchors *a) {
    return a->count == ANCHORS_MAX;
}

uint8_t *anchors_room(const struct anchors *a) {
    return a->rgb[place(a, a->count)];
}

void anchors_add(struct anchors *a, double from, double time) {
    size_t at = place(a, a->count++);
    a->from[at] = from;
    a->time[at] = time;
}

double anchors_last(const struct anchors *a) {
    return a->time[place(a, a->count - 1)];
}

// The way to the second one has begun, and is over: then the first is of no more use.
static bool first_is_past(const struct anchors *a, double time) {
    return a->count > 2 && a->from[place(a, 2)] <= time;
}

bool anchors_at(struct anchors *a, double time, struct anchors_view *view) {
    if (a->count == 0)
        return false;
    while (first_is_past(a, time)) {
        a->first++;
        a->count--;
    }
    size_t one = place(a, 0), two = place(a, 1);
    *view = (struct anchors_view){.to = a->rgb[one], .share = 1.0};
    if (a->count == 1 || time <= a->from[two])
        return true;
    view->to = a->rgb[two];
    if (time < a->time[two] - 1e-6) {
        view->from = a->rgb[one];
        view->share = (time - a->from[two]) / (a->time[two] - a->from[two]);
    }
    return true;
}

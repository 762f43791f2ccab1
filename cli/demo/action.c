// The table of keys.
#include "cli/demo/action.h"

const struct demo_key demo_keys[] = {
    {DEMO_KIND, {'1'}, "1 to 9", "go to that kind"},
    {DEMO_NEW_Z, {' '}, "space", "a new z of this kind"},
    {DEMO_FASTER, {DEMO_KEY_RIGHT}, "right", "travel faster"},
    {DEMO_SLOWER, {DEMO_KEY_LEFT}, "left", "travel slower"},
    {DEMO_WARMER, {DEMO_KEY_UP}, "up", "more temperature: wilder"},
    {DEMO_COOLER, {DEMO_KEY_DOWN}, "down", "less temperature: more usual"},
    {DEMO_INTERPOLATION, {'l'}, "L", "lerp or slerp"},
    {DEMO_TAP, {'t'}, "T", "tap the beat; morphs land on it"},
    {DEMO_LISTEN, {'m'}, "M", "listen: microphone, system, off"},
    {DEMO_DRAG, {0}, "mouse", "drag through a map of z"},
    {DEMO_SAVE, {'s'}, "S", "save the last seconds"},
    {DEMO_SAVE_FORMAT, {'g'}, "G", "save as GIF, WebP or MP4"},
    {DEMO_STATUS, {'i'}, "I", "a line of figures"},
    {DEMO_FULL_SCREEN, {'f'}, "F", "full screen"},
    {DEMO_SCALING, {'x'}, "X", "whole pixels or smooth"},
    {DEMO_HELP, {'h', '?'}, "H", "this help"},
    {DEMO_QUIT, {'q', DEMO_KEY_ESCAPE}, "Q", "quit"},
};

const int demo_key_count = sizeof demo_keys / sizeof demo_keys[0];

bool demo_action_of_key(int key, struct demo_event *event) {
    int lower = key >= 'A' && key <= 'Z' ? key - 'A' + 'a' : key;
    *event = (struct demo_event){.action = DEMO_NONE};
    if (key >= '1' && key <= '9') {
        *event = (struct demo_event){.action = DEMO_KIND, .number = key - '1'};
        return true;
    }
    for (int i = 0; i < demo_key_count; i++)
        for (int k = 0; k < 3; k++)
            if (lower != 0 && demo_keys[i].keys[k] == lower)
                event->action = demo_keys[i].action;
    return event->action != DEMO_NONE;
}

// Listening through SDL: a file of clicks in place of a microphone, silence, and systems without sound.
//
//     build/tests/test_sound [SOURCE SECONDS]
//
// By hand: what is heard on 1, the microphone, or 2, the system's sound.
#include "cli/demo/sound.h"
#include "tests/demo/clicks.h"
#include "tests/test.h"

#include <SDL.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct heard {
    uint32_t polls, level_peaks, bass_peaks;
    double level_max;
    bool there; // the device, until the end
};

static void count_peak(double value, bool *high, uint32_t *peaks) {
    if (!*high && value > 0.5) {
        *high = true;
        ++*peaks;
    } else if (value < 0.25) {
        *high = false;
    }
}

static struct heard listen(enum sound_source source, uint32_t milliseconds, bool prints) {
    struct sound *sound;
    struct cli_error error = {0};
    struct heard heard = {.there = true};
    if (!CHECK(sound_start(&sound, source, &error))) {
        fprintf(stderr, "%s\n", error.text);
        return heard;
    }
    bool level_high = false, bass_high = false;
    for (uint32_t start = SDL_GetTicks(); SDL_GetTicks() - start < milliseconds; SDL_Delay(10)) {
        double level, bass;
        heard.there = sound_levels(sound, &level, &bass) && heard.there;
        CHECK(level >= 0 && level <= 1 && bass >= 0 && bass <= 1);
        if (prints)
            printf("%u %.3f %.3f\n", SDL_GetTicks() - start, level, bass);
        heard.polls++;
        heard.level_max = fmax(heard.level_max, level);
        count_peak(level, &level_high, &heard.level_peaks);
        count_peak(bass, &bass_high, &heard.bass_peaks);
    }
    sound_stop(&sound);
    CHECK(sound == NULL);
    return heard;
}

static void test_clicks(void) {
    char name[TEST_TEMPORARY];
    clicks_play(name, 10);
    struct heard heard = listen(SOUND_MICROPHONE, 3000, false);
    CHECK(heard.there && heard.polls > 50);
    CHECK(heard.level_peaks >= 5 && heard.level_peaks <= 7);
    CHECK(heard.bass_peaks >= 5 && heard.bass_peaks <= 7);
    remove(name);
}

static void test_silence(void) {
    SDL_setenv("SDL_AUDIODRIVER", "dummy", 1);
    struct heard heard = listen(SOUND_MICROPHONE, 300, false);
    CHECK(heard.there && heard.level_max == 0);
}

// What cannot be listened to is one line, and nothing is left of it.
static void test_refusals(void) {
    struct sound *sound;
    struct cli_error error = {0};
    CHECK(!sound_start(&sound, SOUND_SYSTEM, &error) && sound == NULL && error.status == CLI_FAILED);
    CHECK(strstr(error.text, "hears what the system plays") != NULL);
    SDL_setenv("SDL_AUDIODRIVER", "there-is-none", 1);
    CHECK(!sound_start(&sound, SOUND_MICROPHONE, &error) && sound == NULL);
    CHECK(strstr(error.text, "no sound system") != NULL && strchr(error.text, '\n') == NULL);
    CHECK(SDL_WasInit(SDL_INIT_AUDIO) == 0);
    sound_stop(&sound);
    for (int i = 0; i < SOUND_SOURCES; i++)
        CHECK(sound_source_name((enum sound_source)i)[0] != '\0');
}

int main(int argc, char **argv) {
    test_begin();
    if (argc == 3) {
        listen((enum sound_source)atoi(argv[1]), (uint32_t)atoi(argv[2]) * 1000, true);
        return test_end();
    }
    test_clicks();
    test_silence();
    test_refusals();
    return test_end();
}

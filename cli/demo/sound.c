// Listening through SDL, which loads what the system has.
#include "cli/demo/sound.h"

#include "cli/demo/sound_levels.h"
#include "cli/demo/system_function.h"

#include <SDL.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 44100, CHUNK = 512 };

// What the pulse library listens to when no device is named: SDL lists no monitors before 2.0.16, and never
// says which of them belongs to what plays.
static const char pulse_variable[] = "PULSE_SOURCE";

struct sound {
    SDL_AudioDeviceID device; // 0: none
    struct sound_levels levels;
};

// Whether `name` has `part`, which is in lower case.
static bool has(const char *name, const char *part) {
    for (size_t length = strlen(part); *name != '\0'; name++) {
        size_t i = 0;
        while (i < length && tolower((unsigned char)name[i]) == part[i])
            i++;
        if (i == length)
            return true;
    }
    return false;
}

// A recording device that hears what plays, as drivers name them.
static const char *monitor_name(void) {
    static const char *const parts[] = {"monitor of", "stereo mix", "loopback", "what u hear", "blackhole"};
    int count = SDL_GetNumAudioDevices(1);
    for (int i = 0; i < count; i++) {
        const char *name = SDL_GetAudioDeviceName(i, 1);
        for (size_t p = 0; name != NULL && p < sizeof parts / sizeof parts[0]; p++)
            if (has(name, parts[p]))
                return name;
    }
    return NULL;
}

// Which device to open: NULL in `name` for SDL's own choice. False: the system's sound cannot be heard here.
static bool choose(enum sound_source source, const char **name) {
    const char *driver = SDL_GetCurrentAudioDriver();
    *name = NULL;
    if (driver != NULL && strcmp(driver, "pulseaudio") == 0) {
        const char *wanted = source == SOUND_SYSTEM ? "@DEFAULT_MONITOR@" : "@DEFAULT_SOURCE@";
        return SDL_setenv(pulse_variable, wanted, 1) == 0;
    }
    if (source == SOUND_SYSTEM)
        *name = monitor_name();
    return source == SOUND_MICROPHONE || *name != NULL;
}

static void say_nothing(const char *file, int line, const char *function, int status, const char *format,
                        ...) {
    (void)file, (void)line, (void)function, (void)status, (void)format;
}

// Without a sound card ALSA writes a dozen lines over the terminal; SDL's one line says as much.
static void quiet_alsa(void) {
    int (*set_handler)(void (*handler)(const char *, int, const char *, int, const char *, ...));
    if (system_function("libasound.so.2", "snd_lib_error_set_handler", &set_handler))
        set_handler(say_nothing);
}

static bool begin(struct cli_error *error) {
    if (SDL_WasInit(SDL_INIT_AUDIO) != 0)
        return true;
    quiet_alsa();
    SDL_LogSetAllPriority(SDL_NUM_LOG_PRIORITIES);  // its log would tear the terminal's picture, too
    SDL_SetHint("SDL_AUDIO_INCLUDE_MONITORS", "1"); // by its name: it is younger than some SDL
    return SDL_InitSubSystem(SDL_INIT_AUDIO) == 0 ||
           cli_fail(error, NULL, "there is no sound system: %s", SDL_GetError());
}

static bool open_device(struct sound *sound, enum sound_source source, struct cli_error *error) {
    const char *name;
    if (!begin(error))
        return false;
    if (!choose(source, &name))
        return cli_fail(error, NULL, "no recording device here hears what the system plays");
    SDL_AudioSpec want = {.freq = RATE, .format = AUDIO_F32SYS, .channels = 1, .samples = CHUNK};
    sound->device = SDL_OpenAudioDevice(name, 1, &want, NULL, 0);
    if (sound->device == 0)
        return cli_fail(error, NULL, "the %s cannot be opened: %s", sound_source_name(source),
                        SDL_GetError());
    sound_levels_init(&sound->levels, RATE);
    SDL_PauseAudioDevice(sound->device, 0);
    return true;
}

bool sound_start(struct sound **sound, enum sound_source source, struct cli_error *error) {
    *sound = calloc(1, sizeof **sound);
    if (*sound == NULL)
        return cli_no_memory(error, "the sound");
    if (open_device(*sound, source, error))
        return true;
    sound_stop(sound);
    return false;
}

void sound_stop(struct sound **sound) {
    if (*sound == NULL)
        return;
    if ((*sound)->device != 0)
        SDL_CloseAudioDevice((*sound)->device);
    if (SDL_WasInit(SDL_INIT_AUDIO) != 0)
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(*sound);
    *sound = NULL;
}

bool sound_levels(struct sound *sound, double *level, double *bass) {
    float samples[1024];
    for (;;) {
        uint32_t bytes = SDL_DequeueAudio(sound->device, samples, sizeof samples);
        if (bytes == 0)
            break;
        sound_levels_feed(&sound->levels, samples, bytes / sizeof samples[0]);
    }
    *level = sound->levels.level;
    *bass = sound->levels.bass;
    return SDL_GetAudioDeviceStatus(sound->device) != SDL_AUDIO_STOPPED;
}

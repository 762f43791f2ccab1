// Functions of libraries that SDL has loaded, or would load: for what SDL does not pass on.
#ifndef MOGRAPH_CLI_DEMO_SYSTEM_FUNCTION_H
#define MOGRAPH_CLI_DEMO_SYSTEM_FUNCTION_H

#include <SDL.h>

#include <stdbool.h>
#include <string.h>

// Writes the address of function `name` of `library` to the function pointer at `function`. False: this
// system has none. The library stays loaded: handlers are called from there.
static inline bool system_function(const char *library, const char *name, void *function) {
    void *object = SDL_LoadObject(library);
    void *address = object != NULL ? SDL_LoadFunction(object, name) : NULL;
    if (address == NULL)
        return false;
    memcpy(function, &address, sizeof address); // SDL has it as an object's address, which C cannot convert
    return true;
}

#endif

// Formats messages and hands them to the callback.
#include "runtime/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static rt_log_fn log_callback;
static void *log_user;

void rt_log_set_callback(rt_log_fn fn, void *user) {
    log_callback = fn;
    log_user = user;
}

void rt_log(enum rt_log_level level, const char *format, ...) {
    if (log_callback == NULL)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_callback(log_user, level, text);
}

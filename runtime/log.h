// The log: one callback for the whole process, the only global state of the library.
#ifndef MOGRAPH_RUNTIME_LOG_H
#define MOGRAPH_RUNTIME_LOG_H

enum rt_log_level {
    RT_LOG_ERROR, // one line per failure: what, where, what to do
    RT_LOG_WARNING,
    RT_LOG_INFO,
    RT_LOG_TRACE, // only with MOGRAPH_TRACE=1
};

// `text` is one line without a newline, valid during the call only.
typedef void (*rt_log_fn)(void *user, enum rt_log_level level, const char *text);

// Sets the callback; NULL (the default) drops all messages. Not thread-safe: set it before any other call.
void rt_log_set_callback(rt_log_fn fn, void *user);

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void rt_log(enum rt_log_level level, const char *format, ...);

#endif

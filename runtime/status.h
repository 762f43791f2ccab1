// Outcomes of runtime calls.
//
// Rule for the whole runtime: whoever first finds an error logs one line about it (log.h, RT_LOG_ERROR: what,
// where, what to do) and returns a status; callers only pass the status on. A status is never a surprise in
// disguise: functions that cannot fail return void.
#ifndef MOGRAPH_RUNTIME_STATUS_H
#define MOGRAPH_RUNTIME_STATUS_H

enum rt_status {
    RT_OK = 0,
    RT_ERROR_INVALID,       // the caller asked for something impossible (a shape, a name, a size)
    RT_ERROR_NO_LOADER,     // no Vulkan loader on this system
    RT_ERROR_NO_DEVICE,     // a loader, but no driver or no device that matches
    RT_ERROR_UNSUPPORTED,   // the device or driver lacks something that was asked for
    RT_ERROR_OUT_OF_MEMORY, // host or device memory
    RT_ERROR_DEVICE_LOST,   // sticky: every later call on this device returns it
    RT_ERROR_TIMEOUT,       // a wait ended before the device did
    RT_ERROR_VALIDATION,    // MOGRAPH_VALIDATE is on and the layer spoke
    RT_ERROR_MISMATCH,      // MOGRAPH_CHECK is on and an operation disagreed with its reference
    RT_ERROR_IO,            // a file could not be read or written
    RT_ERROR_DRIVER,        // any other error of the Vulkan driver
};

// A short English phrase for a status, never NULL.
const char *rt_status_text(enum rt_status status);

// Logs the one line about an allocation on the host that failed, "out of host memory for a stream", and gives
// RT_ERROR_OUT_OF_MEMORY to return. Inline, so that analyzers see that it is never RT_OK.
void rt_log_no_memory(const char *what);
static inline enum rt_status rt_no_memory(const char *what) {
    rt_log_no_memory(what);
    return RT_ERROR_OUT_OF_MEMORY;
}

#endif

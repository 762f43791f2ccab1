// Names of the status values.
#include "runtime/status.h"

#include "runtime/log.h"

const char *rt_status_text(enum rt_status status) {
    switch (status) {
    case RT_OK:
        return "success";
    case RT_ERROR_INVALID:
        return "invalid request";
    case RT_ERROR_NO_LOADER:
        return "no Vulkan loader";
    case RT_ERROR_NO_DEVICE:
        return "no Vulkan device";
    case RT_ERROR_UNSUPPORTED:
        return "unsupported";
    case RT_ERROR_OUT_OF_MEMORY:
        return "out of memory";
    case RT_ERROR_DEVICE_LOST:
        return "device lost";
    case RT_ERROR_TIMEOUT:
        return "timeout";
    case RT_ERROR_VALIDATION:
        return "validation message";
    case RT_ERROR_MISMATCH:
        return "mismatch with the reference";
    case RT_ERROR_IO:
        return "input/output error";
    case RT_ERROR_DRIVER:
        return "driver error";
    }
    return "unknown status";
}

void rt_log_no_memory(const char *what) {
    rt_log(RT_LOG_ERROR, "out of host memory for %s", what);
}

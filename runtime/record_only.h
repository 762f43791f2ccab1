// Devices that record and never submit. Private to runtime/.
#ifndef MOGRAPH_RUNTIME_RECORD_ONLY_H
#define MOGRAPH_RUNTIME_RECORD_ONLY_H

#include "runtime/device_private.h"

// Makes an open device one whose driver compiles pipelines and does nothing else. To be called once, when its
// calls are loaded and before anything is made on it.
void rt_record_only(struct rt_device *device);

#endif

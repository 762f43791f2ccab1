// Linked into the demo in place of tests/faults/faults.c: the device is lost at the submission whose number
// MOGRAPH_LOSE_AT says, as when somebody pulls out a card.
#include "tests/faults/faults.h"

#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan_core.h>

static long submissions;
static bool lost;

bool fault_now(enum fault_kind kind, const char *call, int *code) {
    const char *at = getenv("MOGRAPH_LOSE_AT");
    (void)kind;
    *code = VK_ERROR_DEVICE_LOST;
    submissions += strcmp(call, "vkQueueSubmit") == 0;
    lost = lost || (at != NULL && submissions >= atol(at));
    return lost;
}

int fault_code(void) {
    return VK_ERROR_DEVICE_LOST;
}

bool fault_has_been(void) {
    return lost;
}

void fault_object(int change) {
    (void)change;
}

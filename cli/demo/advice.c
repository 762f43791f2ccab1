// Asks whether there is a driver, and knows what brings one.
#include "cli/demo/advice.h"

#include "runtime/open.h"
#include "runtime/system/console.h"

#include <stddef.h>

const char *const advice_text =
    "there is no Vulkan driver; it is installed so:\n"
    "  Debian, Ubuntu  sudo apt install mesa-vulkan-drivers   (NVIDIA: nvidia-driver)\n"
    "  Fedora          sudo dnf install mesa-vulkan-drivers   (NVIDIA: akmod-nvidia of RPM Fusion)\n"
    "  Arch            sudo pacman -S vulkan-radeon, vulkan-intel, nvidia-utils, or vulkan-swrast without a GPU\n"
    "  Windows         the driver from the maker of the GPU: AMD, Intel or NVIDIA\n"
    "  macOS           MoltenVK, with the Vulkan SDK of vulkan.lunarg.com\n";

bool advice_is_needed(void) {
    struct rt_context *context = NULL;
    enum rt_status status = rt_context_create(NULL, &context);
    bool none = status == RT_OK && rt_context_device_count(context) == 0;
    rt_context_destroy(&context);
    return none || status == RT_ERROR_NO_LOADER || status == RT_ERROR_NO_DEVICE;
}

bool advice_box(const char *title, const char *text) {
    return sys_alert(title, text);
}

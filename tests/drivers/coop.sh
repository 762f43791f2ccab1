#!/bin/sh
# Judges family coop where it can run: by the Debian 13 of chroot.sh, whose glslc and Vulkan headers know cooperative
# matrices, and whose lavapipe (Mesa 26.1) has them in vectors of 256 bits: sh tests/drivers/coop.sh CHROOT.
# As root, behind chroot.sh, whose build it goes on with; some ten minutes on two cores.
set -eu

[ $# -ge 1 ] || { echo "usage: sh tests/drivers/coop.sh CHROOT" >&2; exit 2; }
chroot=$1

# In the build folder, with nothing of this environment.
inside() {
    nice chroot "$chroot" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin MOGRAPH_KERNELS=coop \
        VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.json sh -c 'cd /build/mograph/build && exec "$@"' sh "$@"
}

inside cmake --build . --target test_ops test_coop test_trainer >"$chroot/build/coop.log" || {
    tail -n 20 "$chroot/build/coop.log" >&2
    exit 1
}
printf 'coop: its self-test and the range of fp16\n'
inside tests/test_coop
printf 'coop: every row of every operation\n'
inside tests/test_ops --family coop
printf 'coop: training, its loss scale and its checkpoints\n'
inside tests/test_trainer

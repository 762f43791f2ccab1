#!/bin/sh
# Family coop where it can run: builds mograph in the Debian 13 of chroot.sh, whose glslc and Vulkan headers know
# cooperative matrices, and judges it on that system's lavapipe, which has them in vectors of 256 bits.
# Then its pipelines are compiled for Intel and NVIDIA, and none may spill:
#   sh tests/drivers/coop.sh CHROOT
# As root; some ten minutes on two cores.
set -eu

chroot=$1
source=$(cd "$(dirname "$0")/../.." && pwd)
packages="cmake ninja-build glslc libvulkan-dev libvulkan-volk-dev libcjson-dev libgif-dev libspng-dev libwebp-dev
libstb-dev libsdl2-dev python3"

say() {
    printf 'coop: %s\n' "$*"
}

# inside COMMAND...: in the chroot, in its build folder, with nothing of this environment but what is said here.
inside() {
    nice chroot "$chroot" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        MOGRAPH_KERNELS=coop MESA_SHADER_CACHE_DISABLE=true sh -c 'cd /mograph/build && exec "$@"' sh "$@"
}

# compile DEVICE SHIM ICD VARIABLE=VALUE: the pipelines of preset small, and that none of them spills.
compile() {
    inside mkdir -p "$1"
    inside env "LD_PRELOAD=/opt/shims/$2" "VK_DRIVER_FILES=/usr/share/vulkan/icd.d/$3" "$4" \
        tests/pipelines "$1" small 2>"$chroot/mograph/build/$1/log" || {
        cat "$chroot/mograph/build/$1/log" >&2
        exit 1
    }
    inside python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1] + "/pipelines.jsonl")]
coop = [row for row in rows if row["kernel"].startswith("conv_") and "_coop" in row["kernel"]]
bad = [row for row in coop if row["spills"] or row["scratch_bytes"]]
for row in bad:
    print(row["kernel"], row["specialisation"], "spills", row["spills"], "scratch", row["scratch_bytes"])
print(f"coop: {sys.argv[1]}: {len(coop)} pipelines with cooperative matrices, {len(bad)} spill")
sys.exit(bool(bad) or not coop)
' "$1"
}

say "building in $chroot"
mkdir -p "$chroot/mograph/build"
# shellcheck disable=SC2086
inside apt-get -q update >"$chroot/mograph/log"
# shellcheck disable=SC2086
inside apt-get -q install -y --no-install-recommends $packages >>"$chroot/mograph/log"
(cd "$source" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$chroot/mograph"
inside cmake -S .. -B . -G Ninja -DCMAKE_BUILD_TYPE=Release >>"$chroot/mograph/log"
inside ninja test_ops test_coop test_trainer pipelines >>"$chroot/mograph/log"

say "every row of every operation, the family's own test, and the trainer, on lavapipe"
lavapipe="env VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.json"
# shellcheck disable=SC2086
for test in "tests/test_coop" "tests/test_ops --family coop" "tests/test_trainer"; do
    say "$test"
    inside $lavapipe $test
done

compile dg2 libintel_noop_drm_shim.so intel_icd.json INTEL_STUB_GPU_PLATFORM=dg2
compile bmg libintel_noop_drm_shim.so intel_icd.json INTEL_STUB_GPU_PLATFORM=bmg
compile tu102 libnouveau_noop_drm_shim.so nouveau_icd.json NOUVEAU_CHIPSET=162
compile ga102 libnouveau_noop_drm_shim.so nouveau_icd.json NOUVEAU_CHIPSET=172
say "all is well"

#!/bin/sh
# Compiles every pipeline for a GPU that need not be here, and judges what its driver says of them:
#   sh tests/drivers/run.sh DEVICE PROGRAM [FOLDER]
# DEVICE is the name of a file in limits/, PROGRAM is build/tests/pipelines. What the driver said stays in FOLDER, if one
# is given. PRESETS="small base" in the environment leaves out all else; CHROOT is where chroot.sh has made its Debian.
set -eu

[ $# -ge 2 ] || { echo "usage: sh tests/drivers/run.sh DEVICE PROGRAM [FOLDER]" >&2; exit 2; }
device=$1
program=$2
here=$(cd "$(dirname "$0")" && pwd)
chroot=${CHROOT:-$here/../../build-drivers/chroot}
scratch=$(mktemp -d)
inside=
trap 'rm -rf "$scratch" $inside' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    printf 'drivers: %s\n' "$*" >&2
    exit 1
}

failed() {
    cat "$scratch/log" >&2
    fail "$device: $*"
}

# Mesa's driver for AMD needs no hardware when it is told what to compile for, up to Mesa 25.
radv() {
    # shellcheck disable=SC2086
    env MOGRAPH_KERNELS=tile RADV_FORCE_FAMILY="$1" MOGRAPH_DEVICE="null hardware" MESA_SHADER_CACHE_DISABLE=true \
        "$program" tile "$folder" ${PRESETS:-} 2>"$scratch/log" ||
        failed "this takes mesa-vulkan-drivers of Mesa 25, which knows RADV_FORCE_FAMILY=$1"
}

# in_chroot FAMILY ICD VARIABLE=VALUE...
in_chroot() {
    family=$1
    shift
    [ -e "$chroot/opt/shims/done" ] || fail "$chroot has no drivers: sh setup.sh drivers makes it, CHROOT says where it is"
    [ "$(id -u)" -eq 0 ] || fail "a chroot is root's"
    inside=$(mktemp -d -p "$chroot/tmp")
    cp "$program" "$inside/pipelines"
    mkdir "$inside/out"
    at=${inside#"$chroot"}
    # shellcheck disable=SC2086
    chroot "$chroot" env -i HOME=/root MESA_SHADER_CACHE_DISABLE=true MOGRAPH_KERNELS=tile "$@" \
        "$at/pipelines" "$family" "$at/out" ${PRESETS:-} 2>"$scratch/log" || failed "see above"
    cp "$inside/out"/* "$folder"
}

icds=/usr/share/vulkan/icd.d

# A card's driver on a kernel that does nothing: nvidia FAMILY CHIPSET, intel FAMILY PLATFORM.
nvidia() {
    in_chroot "$1" LD_PRELOAD=/opt/shims/libnouveau_noop_drm_shim.so NOUVEAU_CHIPSET="$2" VK_DRIVER_FILES=$icds/nouveau_icd.json
}

intel() {
    in_chroot "$1" LD_PRELOAD=/opt/shims/libintel_noop_drm_shim.so INTEL_STUB_GPU_PLATFORM="$2" VK_DRIVER_FILES=$icds/intel_icd.json
}

folder=${3:-$scratch/out}
mkdir -p "$folder"
case $device in
polaris10 | navi21 | navi31 | gfx1200) radv "$device" ;;
gp102) nvidia tile 132 ;;
tu102) nvidia tile 162 ;;
ga102-coop) nvidia coop 172 ;;
tu102-coop) nvidia coop 162 ;;
tgl | dg2 | bmg) intel tile "$device" ;;
dg2-coop | bmg-coop) intel coop "${device%-coop}" ;;
navi31-coop) in_chroot coop RADV_FORCE_FAMILY=navi31 VK_DRIVER_FILES=/opt/mesa25/radeon_icd.json ;;
*) fail "no device is called \"$device\": see $here/limits" ;;
esac
PYTHONDONTWRITEBYTECODE=1 "${PYTHON:-python3}" "$here/check.py" "$here/limits/$device.toml" "$folder"

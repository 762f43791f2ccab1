#!/bin/sh
# Compiles every pipeline for a GPU that need not be here, and judges what its driver says of them:
#   sh tests/drivers/run.sh DEVICE PROGRAM [FOLDER]
# DEVICE is the name of a file in limits/, PROGRAM is build/tests/pipelines. What the driver said stays in FOLDER, if one
# is given. PRESETS="small base" in the environment leaves out all else; CHROOT is where chroot.sh has made its Debian.
set -eu

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

# Mesa's driver for AMD needs no hardware when it is told what to compile for, up to Mesa 25.
radv() {
    icd=/usr/share/vulkan/icd.d/radeon_icd.json
    [ -e "$icd" ] || icd=/usr/share/vulkan/icd.d/radeon_icd.x86_64.json
    [ -e "$icd" ] || fail "no driver for AMD ($icd): install mesa-vulkan-drivers"
    # shellcheck disable=SC2086
    env -u MOGRAPH_DEVICE -u MOGRAPH_KERNELS RADV_FORCE_FAMILY="$1" VK_DRIVER_FILES="$icd" VK_ICD_FILENAMES="$icd" \
        MESA_SHADER_CACHE_DISABLE=true "$program" "$folder" ${PRESETS:-} 2>"$scratch/log" || {
        cat "$scratch/log" >&2
        fail "$device: RADV_FORCE_FAMILY=$1 wants a Mesa 25 that knows the card"
    }
}

# In the chroot, on a kernel that does nothing: shim SHIM ICD VARIABLE VALUE.
shim() {
    [ -e "$chroot/opt/shims/$1" ] || fail "$chroot has no drivers: sh setup.sh drivers makes it, CHROOT says where it is"
    [ "$(id -u)" -eq 0 ] || fail "a chroot is root's"
    inside=$(mktemp -d "$chroot/tmp/mograph-XXXXXX")
    cp "$program" "$inside/pipelines"
    mkdir "$inside/out"
    at=${inside#"$chroot"}
    # shellcheck disable=SC2086
    chroot "$chroot" env -i HOME=/root "$3=$4" "LD_PRELOAD=/opt/shims/$1" "VK_DRIVER_FILES=/usr/share/vulkan/icd.d/$2" \
        MESA_SHADER_CACHE_DISABLE=true "$at/pipelines" "$at/out" ${PRESETS:-} 2>"$scratch/log" || {
        cat "$scratch/log" >&2
        fail "$device: see above"
    }
    mv "$inside/out"/* "$folder"
}

folder=${3:-$scratch/out}
mkdir -p "$folder"
case $device in
polaris10 | navi21 | navi31 | gfx1200) radv "$device" ;;
gp102) shim libnouveau_noop_drm_shim.so nouveau_icd.json NOUVEAU_CHIPSET 132 ;;
tu102) shim libnouveau_noop_drm_shim.so nouveau_icd.json NOUVEAU_CHIPSET 162 ;;
tgl | dg2 | bmg) shim libintel_noop_drm_shim.so intel_icd.json INTEL_STUB_GPU_PLATFORM "$device" ;;
*) fail "no device is called \"$device\": polaris10, navi21, navi31, gfx1200, gp102, tu102, tgl, dg2 or bmg" ;;
esac
PYTHONDONTWRITEBYTECODE=1 python3 "$here/check.py" "$here/limits/$device.toml" "$folder"

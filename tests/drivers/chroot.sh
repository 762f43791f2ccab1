#!/bin/sh
# Makes a Debian 13 in which Mesa's drivers compile for GPUs that are not here, and builds tests/drivers/pipelines in it:
#   sh tests/drivers/chroot.sh FOLDER MIRROR
# As root. The system is made once, in two minutes; the program is brought up to date each time. Nothing is mounted.
set -eu

[ $# -ge 2 ] || { echo "usage: sh tests/drivers/chroot.sh FOLDER MIRROR" >&2; exit 2; }
folder=$1
mirror=$2
top=$(cd "$(dirname "$0")/../.." && pwd)

# NVIDIA's and Intel's drivers come from trixie-backports: NAK's cycles and waves are there, and a Pascal that conforms.
drivers="mesa-vulkan-drivers/trixie-backports libvulkan1 ca-certificates"
# The kernels that do nothing (drm-shim) are built from the source of trixie's own Mesa, a year older, as is AMD's driver
# that needs none: RADV_FORCE_FAMILY is gone from Mesa 26.
shims="gcc g++ libc6-dev meson ninja-build pkgconf python3-mako python3-yaml python3-packaging bison flex libdrm-dev
libelf-dev glslang-tools zlib1g-dev libexpat1-dev xz-utils"
# Debian 13's glslc knows cooperative matrices, which Debian 12's does not.
program="cmake ninja-build glslc libvulkan-dev libvulkan-volk-dev libcjson-dev libgif-dev libspng-dev libwebp-dev libstb-dev"

say() {
    printf 'chroot: %s\n' "$*"
}

make_system() {
    say "Debian 13 with Mesa's drivers, in $folder"
    # shellcheck disable=SC2086
    mmdebstrap --quiet --variant=minbase --include="$(echo $drivers $shims $program | tr -s ' \n' ,)" trixie "$folder" \
        "deb $mirror trixie main" "deb-src $mirror trixie main" "deb $mirror trixie-backports main" >"$folder.log" 2>&1
    if [ -r /etc/resolv.conf ]; then
        cp /etc/resolv.conf "$folder/etc/resolv.conf"
    fi
}

# Neither Rust nor LLVM is touched.
build_shims() {
    say "the kernels that do nothing, from Mesa's source"
    mkdir -p "$folder/build/mesa" "$folder/opt/shims" "$folder/opt/mesa25"
    cat >"$folder/build/mesa/make.sh" <<'END'
set -eu
cd /build/mesa
apt-get -q update
apt-get -q source --download-only mesa/trixie
tar xf mesa_*.orig.tar.xz
cd mesa-*/
meson setup ../objects --buildtype=release -Dplatforms= -Dglx=disabled -Degl=disabled -Dgbm=disabled \
    -Dgles1=disabled -Dgles2=disabled -Dopengl=false -Dllvm=disabled -Dvalgrind=disabled -Dlibunwind=disabled \
    -Dzstd=disabled -Dlmsensors=disabled -Dshared-glapi=disabled -Dgallium-va=disabled -Dgallium-vdpau=disabled \
    -Dxmlconfig=disabled -Dshader-cache=disabled -Dtools=drm-shim,intel -Dvulkan-drivers= -Dgallium-drivers=nouveau
ninja -C ../objects src/nouveau/drm-shim/libnouveau_noop_drm_shim.so src/intel/tools/libintel_noop_drm_shim.so
cp ../objects/src/nouveau/drm-shim/*.so ../objects/src/intel/tools/*.so /opt/shims/
cd /opt/mesa25
apt-get -q download mesa-vulkan-drivers/trixie
dpkg-deb --extract mesa-vulkan-drivers_*.deb .
rm mesa-vulkan-drivers_*.deb
library=$(find /opt/mesa25 -name libvulkan_radeon.so)
sed "s#\"library_path\": \".*\"#\"library_path\": \"$library\"#" usr/share/vulkan/icd.d/radeon_icd*.json >radeon_icd.json
END
    chroot "$folder" nice sh /build/mesa/make.sh >>"$folder.log" 2>&1
    rm -rf "$folder/build/mesa"
}

build_program() {
    say "the program"
    mkdir -p "$folder/build/mograph"
    (cd "$top" && tar cf - CMakeLists.txt CMakePresets.json CHANGELOG.md LICENSE README.md cli model runtime shaders tests weights) |
        tar xf - -C "$folder/build/mograph"
    # shellcheck disable=SC2016
    chroot "$folder" nice sh -c 'cd /build/mograph && cmake -G Ninja -B build -DCMAKE_BUILD_TYPE=Release &&
        cmake --build build --target pipelines' >>"$folder.log" 2>&1
}

# What was begun and not ended is nothing to build on.
finished=no
trap '[ $finished = yes ] || { say "failed; the end of $folder.log:"; tail -n 5 "$folder.log"; }' EXIT
if [ ! -e "$folder/opt/shims/done" ]; then
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    make_system
    build_shims
    touch "$folder/opt/shims/done"
fi
build_program
finished=yes

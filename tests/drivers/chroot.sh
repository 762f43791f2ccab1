#!/bin/sh
# Makes a Debian 13 with Mesa's GPU drivers and kernels that do nothing (drm-shim), so that pipelines are compiled for
# cards that are not here: sh tests/drivers/chroot.sh FOLDER MIRROR. As root; minutes once, at once when it is there.
set -eu

folder=$1
mirror=$2

# The drivers come from trixie-backports: NAK's cycles and waves are there, and a Pascal that conforms.
# The shims are built from the source of trixie's own Mesa, a year older: the kernels' interface is the same.
drivers="mesa-vulkan-drivers/trixie-backports libvulkan1 ca-certificates"
tools="gcc g++ libc6-dev meson ninja-build pkgconf python3-mako python3-yaml python3-packaging bison flex libdrm-dev
libelf-dev glslang-tools zlib1g-dev libexpat1-dev xz-utils"

say() {
    printf 'chroot: %s\n' "$*"
}

make_system() {
    say "Debian 13 with Mesa's drivers, in $folder"
    # shellcheck disable=SC2086
    mmdebstrap --quiet --variant=minbase --include="$(echo $drivers $tools | tr -s ' \n' ,)" trixie "$folder" \
        "deb $mirror trixie main" "deb-src $mirror trixie main" "deb $mirror trixie-backports main" >"$folder.log" 2>&1
    if [ -r /etc/resolv.conf ]; then
        cp /etc/resolv.conf "$folder/etc/resolv.conf"
    fi
}

# Nothing but the shims: neither Rust nor LLVM is touched.
build_shims() {
    say "the kernels that do nothing, from Mesa's source"
    mkdir -p "$folder/build" "$folder/opt/shims"
    cat >"$folder/build/shims.sh" <<'END'
set -eu
cd /build
apt-get -q update
apt-get -q source --download-only mesa/trixie
tar xf mesa_*.orig.tar.xz
cd mesa-*/
meson setup /build/objects --buildtype=release -Dplatforms= -Dglx=disabled -Degl=disabled -Dgbm=disabled \
    -Dgles1=disabled -Dgles2=disabled -Dopengl=false -Dllvm=disabled -Dvalgrind=disabled -Dlibunwind=disabled \
    -Dzstd=disabled -Dlmsensors=disabled -Dshared-glapi=disabled -Dgallium-va=disabled -Dgallium-vdpau=disabled \
    -Dxmlconfig=disabled -Dshader-cache=disabled -Dtools=drm-shim,intel -Dvulkan-drivers= -Dgallium-drivers=nouveau
ninja -C /build/objects src/nouveau/drm-shim/libnouveau_noop_drm_shim.so src/intel/tools/libintel_noop_drm_shim.so
cp /build/objects/src/nouveau/drm-shim/*.so /build/objects/src/intel/tools/*.so /opt/shims/
END
    chroot "$folder" nice sh /build/shims.sh >>"$folder.log" 2>&1
    rm -rf "$folder/build"
}

# What was begun and not ended is nothing to build on.
if [ ! -e "$folder/opt/shims/done" ]; then
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    trap '[ -e "$folder/opt/shims/done" ] || { say "failed; the end of $folder.log:"; tail -n 5 "$folder.log"; }' EXIT
    make_system
    build_shims
    touch "$folder/opt/shims/done"
fi
say "$folder is there"

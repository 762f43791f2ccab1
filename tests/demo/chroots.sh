#!/bin/sh
# The portable file alone in fresh Debians, by hand and as root: sh tests/demo/chroots.sh ARCHIVE.zip FOLDER [RELEASE...]
#
# In each of Debian 11, 12 and 13 (bullseye, bookworm, trixie; debootstrap makes them in FOLDER, minbase): without a
# driver the program advises what to install, with Mesa's lavapipe and nothing else it records a GIF. Debian 11's own
# lavapipe offers Vulkan 1.0, which must be said in one line; it records there with Mesa 22.3, built from Debian 12's
# source within (a quarter of an hour). What is finished in FOLDER is used again.
set -u
here=$(cd "$(dirname "$0")" && pwd)
archive=$(realpath "$1")
mkdir -p "$2"
base=$(cd "$2" && pwd)
shift 2
[ $# -gt 0 ] || set -- bullseye bookworm trixie
mirror=${MOGRAPH_MIRROR:-http://deb.debian.org}/debian
[ "$(id -u)" -eq 0 ] || { echo "chroots.sh: debootstrap and chroot take root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "chroots.sh: debootstrap is missing" >&2; exit 1; }

mograph=
. "$here/../cli/common.sh"

# inside ROOT COMMAND...: in that system, with nothing of this one's surroundings.
inside() {
    root=$1
    shift
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

# make NAME FUNCTION ARGUMENT...: FUNCTION fills $base/NAME, anew if it was left half-made.
make() {
    root=$base/$1
    shift
    if [ ! -e "$root.finished" ]; then
        rm -rf "$root"
        echo "making $root" >&2
        "$@" >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
        touch "$root.finished"
    fi
}

bare() {
    debootstrap --variant=minbase "$1" "$root" "$mirror"
}

with_driver() {
    cp -a "$base/$1" "$root" && inside "$root" apt-get -qq update &&
        inside "$root" apt-get -qq -y --no-install-recommends install mesa-vulkan-drivers libvulkan1
}

# Mesa's lavapipe alone; it asks for a younger libdrm than it uses.
with_newer_mesa() {
    cp -a "$base/$1-driver" "$root.build" && inside "$root.build" sh -euc "
        apt-get -qq -y --no-install-recommends install ca-certificates wget meson ninja-build g++ python3-mako \
            python3-setuptools bison flex pkg-config llvm-11-dev libelf-dev zlib1g-dev libexpat1-dev libdrm-dev libzstd-dev \
            glslang-tools cmake
        cd /root
        wget -q $mirror/pool/main/m/mesa/mesa_22.3.6.orig.tar.gz
        echo '737cb8e5d380ce1a0ad01fb8b74db7f27303435c353e753d2302e8cf3927bad2  mesa_22.3.6.orig.tar.gz' | sha256sum -c
        tar xf mesa_22.3.6.orig.tar.gz
        cd mesa-22.3.6
        sed -i 's/2\.4\.109/2.4.104/' meson.build
        sed -i 's/drmGetDeviceFromDevId(device, 0, &dev_ptr)/-1/' src/loader/loader.c
        meson setup b -Dbuildtype=release -Dprefix=/opt/mesa -Dplatforms= -Dvulkan-drivers=swrast -Dgallium-drivers=swrast \
            -Dglx=disabled -Degl=disabled -Dgbm=disabled -Dopengl=false -Dgles1=disabled -Dgles2=disabled -Dllvm=enabled \
            -Dshared-llvm=enabled -Ddri3=disabled -Dgallium-va=disabled -Dgallium-vdpau=disabled -Dgallium-xa=disabled
        ninja -C b
        ninja -C b install" && cp -a "$base/$1-driver" "$root" && cp -a "$root.build/opt/mesa" "$root/opt/" &&
        rm -rf "$root.build"
}

# demo STATUS ROOT ARGUMENT...: the archive unpacked afresh in ROOT, and started there.
demo() {
    wanted=$1 root=$2
    shift 2
    rm -rf "$root/demo" && mkdir "$root/demo" && unzip -q "$archive" -d "$root/demo"
    name=$(basename "$archive" .zip)
    last="mograph-demo $* in $root"
    inside "$root" sh -c "cd /demo/$name && \"\$@\"" sh "$@" >out 2>err
    status=$?
    check [ "$status" -eq "$wanted" ]
}

# records ROOT [NAME=VALUE...]: a GIF of two seconds, and nothing but the C library in the program.
records() {
    into=$1
    shift
    demo 0 "$into" sha256sum -c --quiet SHA256SUMS
    demo 0 "$into" ldd ./mograph-demo
    check [ "$(grep -c -v -E 'linux-vdso|ld-linux|lib(c|m|dl|pthread|rt)\.so' out)" -eq 0 ]
    demo 0 "$into" env "$@" ./mograph-demo --record out.gif --seconds 2
    gif=$into/demo/$name/out.gif
    check [ "$(head -c 6 "$gif")" = GIF89a ]
    check [ "$(wc -c <"$gif")" -gt 100000 ]
    printf '%s: %s, %s bytes\n' "$into" "$(grep -m 1 'device 0' err)" "$(wc -c <"$gif")"
}

for release in "$@"; do
    make "$release" bare "$release"
    demo 1 "$base/$release" ./mograph-demo --record out.gif --seconds 2
    for system in Debian Fedora Arch Windows macOS; do
        says err "$system"
    done
    check [ ! -e "$base/$release/demo/$name/out.gif" ]

    make "$release-driver" with_driver "$release"
    if [ "$release" = bullseye ]; then
        demo 1 "$base/$release-driver" ./mograph-demo --record out.gif --seconds 2
        check [ "$(wc -l <err)" -eq 1 ]
        says err "offers Vulkan 1.0, 1.2 is needed"
        make "$release-mesa" with_newer_mesa "$release"
        records "$base/$release-mesa" VK_ICD_FILENAMES=/opt/mesa/share/vulkan/icd.d/lvp_icd.x86_64.json
    else
        records "$base/$release-driver"
    fi
done
finish

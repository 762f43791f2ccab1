#!/bin/sh
# Builds for Windows what Debian has no MinGW-w64 package of: sh cli/package/windows_deps.sh PREFIX [MIRROR SUITE].
# The sources are Debian's own, fetched by apt, which checks their signatures; everything becomes a static library.
set -eu
cd "$(dirname "$0")/../.."

prefix=$1
mirror=${2:-http://deb.debian.org/debian}
suite=${3:-bookworm}
target=x86_64-w64-mingw32
gcc=$target-gcc-posix
mkdir -p "$prefix/lib" "$prefix/include" "$prefix/sources" "$prefix/licences"
prefix=$(cd "$prefix" && pwd)
toolchain=$PWD/cli/package/windows.cmake
parallel=$(nproc)

say() {
    printf 'windows_deps: %s\n' "$*"
}

# Lists of sources of our own, so that the system's stay as they are.
apt() {
    apt-get -o Dir::Etc::sourcelist="$prefix/sources/apt.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$prefix/sources/lists" -o APT::Sandbox::User="$(id -un)" -qq "$@"
}

# The newest version that the release has, unpacked as sources/NAME with Debian's patches.
fetch() {
    [ ! -e "$prefix/sources/$1" ] || return 0
    say "apt-get source $1"
    (cd "$prefix/sources" && apt source "$1" >/dev/null && mv "$1"-*/ "$1")
    cp "$prefix/sources/$1/debian/copyright" "$prefix/licences/$1"
}

# library NAME OPTIONS FILE...: FILEs of the folder we stand in, as libNAME.a.
library() {
    name=$1 options=$2
    shift 2
    rm -rf "objects-$name"
    mkdir "objects-$name"
    for file in "$@"; do
        # shellcheck disable=SC2086
        $gcc -O2 -ffunction-sections -fdata-sections $options -c "$file" -o "objects-$name/$(basename "$file" .c).o"
    done
    rm -f "$prefix/lib/lib$name.a"
    $target-ar rcsD "$prefix/lib/lib$name.a" "objects-$name"/*.o
}

build_cjson() {
    mkdir -p "$prefix/include/cjson"
    library cjson "-DCJSON_HIDE_SYMBOLS" cJSON.c
    cp cJSON.h "$prefix/include/cjson"
}

build_giflib() {
    library gif "" dgif_lib.c egif_lib.c gifalloc.c gif_err.c gif_hash.c openbsd-reallocarray.c
    cp gif_lib.h "$prefix/include"
}

build_libspng() {
    library spng "-DSPNG_STATIC" spng/spng.c
    cp spng/spng.h "$prefix/include"
}

cmake_build() {
    {
        cmake -S . -B build-windows -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_C_FLAGS="-ffile-prefix-map=$prefix= -ffunction-sections -fdata-sections ${options:-}" \
            -DCMAKE_INSTALL_PREFIX="$prefix" -DBUILD_SHARED_LIBS=OFF "$@"
        cmake --build build-windows --parallel "$parallel" --target install
    } >build.log 2>&1
}

build_libwebp() {
    set --
    for tool in ANIM_UTILS CWEBP DWEBP GIF2WEBP IMG2WEBP VWEBP WEBPINFO WEBPMUX EXTRAS; do
        set -- "$@" "-DWEBP_BUILD_$tool=OFF"
    done
    cmake_build -DWEBP_BUILD_LIBWEBPMUX=ON "$@"
}

# Windows drawn by OpenGL or in software, sound and events: mograph-demo.exe is to stay small.
# Its way to another SDL would keep all of its functions in the program, called or not.
build_libsdl2() {
    sed -i 's/^#define SDL_DYNAMIC_API 1/#define SDL_DYNAMIC_API 0/' src/dynapi/SDL_dynapi.h
    set --
    for part in DISKAUDIO DUMMYAUDIO DUMMYVIDEO HAPTIC HIDAPI JOYSTICK OFFSCREEN OPENGLES POWER RENDER_D3D \
        SENSOR TEST VIRTUAL_JOYSTICK VULKAN; do
        set -- "$@" "-DSDL_$part=OFF"
    done
    options="-DSDL_HAVE_YUV=0 -DSDL_HAVE_RLE=0"
    cmake_build -DSDL_SHARED=OFF -DSDL_STATIC=ON -DCMAKE_BUILD_TYPE=MinSizeRel "$@"
}

# Headers of the host that hold no word of its C library.
copy_headers() {
    for file in volk.h volk.c vulkan vk_video; do
        cp -r "/usr/include/$file" "$prefix/include/"
    done
    mkdir -p "$prefix/include/stb"
    cp /usr/include/stb/*.h "$prefix/include/stb/"
}

packages="cjson giflib libspng libwebp libsdl2"
if [ ! -e "$prefix/sources/lists" ]; then
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
        >"$prefix/sources/apt.list"
    mkdir -p "$prefix/sources/lists/partial"
    apt update
fi
copy_headers
for package in $packages; do
    [ ! -e "$prefix/sources/$package/mograph-done" ] || continue
    fetch "$package"
    say "$package"
    (cd "$prefix/sources/$package" && "build_$package" && touch mograph-done)
done
say "done: $prefix"

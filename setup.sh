#!/bin/sh
# Sets mograph up: sh setup.sh deps | build | demo | portable | lint | test | windows | windows-test | drivers.
# Safe to run twice, from any folder.
set -eu
cd "$(dirname "$0")"

# What is needed to build, to run anywhere, to run the tests and to lint, as Debian and Ubuntu name it.
BUILD_PACKAGES="cmake ninja-build gcc libc6-dev glslc libvulkan-dev libvulkan-volk-dev libcjson-dev libgif-dev
libspng-dev libwebp-dev libstb-dev libsdl2-dev"
RUN_PACKAGES="libvulkan1 mesa-vulkan-drivers"
TEST_PACKAGES="vulkan-validationlayers python3 python3-numpy python3-torch python3-scipy
python3-skimage ffmpeg imagemagick gifsicle groff-base zsh fish dpkg-dev file xvfb xdotool openbox"

LINT_PACKAGES="clang clang-format clang-tidy shellcheck"

# What makes the demo's archive, beside what builds: cli/demo/README.md.
PORTABLE_PACKAGES="binutils g++ patch pkg-config zip"

# What builds for Windows, and what runs that here.
WINDOWS_PACKAGES="gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix libz-mingw-w64-dev dpkg-dev zip"
WINE_PACKAGES="wine wine64 xvfb xauth"

# What makes the Debian in which GPU drivers compile without their GPUs: tests/drivers/README.md.
DRIVERS_PACKAGES="mmdebstrap debian-archive-keyring python3"

say() {
    printf 'setup: %s\n' "$*"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || { say "run this as root, or install sudo: $*"; exit 1; }
        sudo "$@"
    fi
}

# The distribution's release, "debian 12"; empty where this script cannot install.
release() {
    [ -r /etc/os-release ] && command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC1091
    case $(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}") in
    "debian 12") echo "debian 12" ;;
    "debian 13") echo "debian 13" ;;
    "ubuntu 24.04") echo "ubuntu 24.04" ;;
    esac
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

has_gpu() {
    [ -e /proc/driver/nvidia/version ] || ls /dev/dri/renderD* >/dev/null 2>&1
}

# "URI" of the first apt source that offers the given suite, from both forms of source lists:
# one line ("deb [options] URI suite component...") and stanzas ("URIs:", "Suites:").
mirror_of() {
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$list" ] || continue
        sed -n 's/^[[:space:]]*deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}//p' "$list" |
            awk -v suite="$1" '$2 == suite { print $1; exit }'
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -r "$list" ] || continue
        awk -v suite="$1" '
            function offer(   i, n, parts) {
                n = split(suites, parts, " ")
                for (i = 1; i <= n && enabled; i++)
                    if (parts[i] == suite) { split(uris, parts, " "); print parts[1]; break }
                uris = suites = ""; enabled = 1
            }
            BEGIN { enabled = 1 }
            /^[[:space:]]*$/ { offer(); next }
            tolower($1) == "uris:" { $1 = ""; uris = $0 }
            tolower($1) == "suites:" { $1 = ""; suites = $0 }
            tolower($1) == "enabled:" && tolower($2) == "no" { enabled = 0 }
            END { offer() }' "$list"
    done
}

# Debian 12's own Mesa (22.3) runs lavapipe six to eight times slower than the one in backports. Where lavapipe is
# all there is, that matters; a GPU's driver is left alone.
needs_backports() {
    [ "$(release)" = "debian 12" ] || return 1
    has_gpu && return 1
    mesa=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers 2>/dev/null || echo 0)
    dpkg --compare-versions "$mesa" lt 24
}

add_backports() {
    [ -z "$(mirror_of bookworm-backports | head -n 1)" ] || return 0
    mirror=$(mirror_of bookworm | head -n 1)
    if [ -z "$mirror" ]; then
        say "no apt source offers bookworm, so backports cannot be added: Mesa stays old and slow"
        return 1
    fi
    list=/etc/apt/sources.list.d/mograph-backports.list
    say "adding bookworm-backports ($list), for a Mesa that is several times faster without a GPU"
    echo "deb $mirror bookworm-backports main" | as_root tee "$list" >/dev/null
}

update_lists() {
    [ -z "${updated:-}" ] || return 0
    updated=yes
    say "apt-get update"
    as_root apt-get -qq update
}

apt_install() {
    update_lists
    say "apt-get install $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null
}

list_packages() {
    say "this system is not one that apt can set up here; mograph needs, in Debian's names:"
    echo "$@" | fold -s -w 100 | sed 's/^/    /'
}

# libsdl2-dev takes libdrm-dev, whose version must be that of libdrm2: a newer Mesa has brought a newer one.
new_drm=libdrm-dev/bookworm-backports
needs_new_drm() {
    [ "$(release)" = "debian 12" ] || return 1
    case $(dpkg-query -W -f '${Version}' libdrm2 2>/dev/null) in
    *~bpo12*) ! installed libdrm-dev ;;
    *) return 1 ;;
    esac
}

deps() {
    if [ -z "$(release)" ]; then
        list_packages "$@"
        return 0
    fi
    if needs_backports; then
        say "no GPU here (no /dev/dri/renderD*, no /proc/driver/nvidia): mesa-vulkan-drivers comes from backports"
        if add_backports; then
            # Not "-t bookworm-backports", which would take every library from there and break others' exact needs.
            newer="mesa-vulkan-drivers/bookworm-backports"
            if installed libdrm-dev; then
                newer="$newer $new_drm"
            fi
            apt_install $newer
        fi
    fi
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    case $missing in
    *libsdl2-dev*)
        if needs_new_drm; then
            missing="$missing $new_drm"
        fi
        ;;
    esac
    [ -z "$missing" ] || apt_install $missing
}

# configure PRESET FOLDER [OPTION...]
configure() {
    preset=$1 folder=$2
    shift 2
    if [ ! -e "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        set -- -G Ninja "$@"
    fi
    cmake --preset "$preset" "$@"
}

# build PRESET FOLDER [OPTION...]
build() {
    configure "$@"
    cmake --build "$2" --parallel "$(nproc)"
}

build_release() {
    if [ "${CI:-}" = true ]; then
        build release build -DMOGRAPH_WERROR=ON
    else
        build release build
    fi
}

# --- lint

# Files of ours, by the ending of their names; build folders lie elsewhere.
sources() {
    find cli model runtime shaders tests weights -type f -name "*.$1" | sort
}

lint_tools() {
    lacking=
    for tool in $LINT_PACKAGES; do
        command -v "$tool" >/dev/null || lacking="$lacking $tool"
    done
    [ -z "$lacking" ] || { say "lint needs$lacking"; exit 1; }
}

# One file a process, which also keeps the analyzer of clang 14 from false alarms about va_list.
# What only Windows has cannot be read here.
tidy() {
    if ! sources c | grep -v _windows | xargs -n 1 -P "$(nproc)" clang-tidy -p build-clang --quiet >build-clang/tidy.log 2>&1; then
        grep -v '^[0-9]* warnings\{0,1\} generated\.$' build-clang/tidy.log
        return 1
    fi
}

lint() {
    lint_tools
    say "the layout: clang-format"
    { sources c; sources h; } | xargs clang-format --dry-run -Werror
    say "the scripts: shellcheck"
    sources sh | xargs shellcheck setup.sh
    say "builds without a warning: gcc and clang"
    build release build -DMOGRAPH_WERROR=ON
    build clang build-clang
    say "clang-tidy"
    tidy
    say "nothing to find fault with"
}

# --- tests

run_tests() {
    folder=$1
    shift
    ctest --test-dir "$folder" -j 2 --output-on-failure --no-tests=error "$@"
}

# The whole suite; what uses a device once more under the validation layer; all but PyTorch's part once more under the
# sanitizers. What a Vulkan driver leaks cannot be told from our own once it is unloaded, so leaks count only where no
# device is used. NVIDIA's driver maps memory where AddressSanitizer keeps its shadow gap. What Mesa frees at every step
# would fill the usual quarantine, and with it 10 GB of memory.
DEVICE_ASAN_OPTIONS=detect_leaks=0:protect_shadow_gap=0:quarantine_size_mb=16
run_all_tests() {
    say "the suite"
    run_tests build
    # The suite has had Mesa's CPU driver on all cores. What follows looks at our side of Vulkan, and the driver's threads
    # cost a small model more than they give: it computes where it is called.
    export LP_NUM_THREADS=0
    say "the validation layer: any message fails"
    MOGRAPH_VALIDATE=1 run_tests build -L device
    say "AddressSanitizer and UndefinedBehaviorSanitizer"
    build asan build-asan
    run_tests build-asan -L cpu
    ASAN_OPTIONS=$DEVICE_ASAN_OPTIONS run_tests build-asan -L device
}

# --- Windows

# The libraries that Debian has no MinGW-w64 package of come from its sources, once.
build_windows() {
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    sh cli/package/windows_deps.sh build-windows/deps "$(mirror_of "$suite" | head -n 1)" "$suite"
    build windows build-windows
    cmake --build build-windows --target mograph-windows-zip
}

# Under Wine, which passes Vulkan on to the drivers of this system.
test_windows() {
    WINEPREFIX=${WINEPREFIX:-$PWD/build-windows/wine}
    export WINEPREFIX WINEDEBUG=-all
    say "the Windows half of runtime/system, and the program, under Wine"
    xvfb-run -a sh -c 'wine build-windows/tests/test_system.exe && sh tests/cli/windows.sh build-windows wine'
}

# --- drivers

# Debian's own mirror of this system, where it is a Debian.
judge_drivers() {
    mirror=
    case $(release) in
    debian*) mirror=$(mirror_of "$(. /etc/os-release && echo "$VERSION_CODENAME")" | head -n 1) ;;
    esac
    sh tests/drivers/all.sh "$PWD/build-drivers" build/tests/pipelines ${mirror:+"$mirror"}
}

# A looped morph through all six kinds with the weights that ship, played once where there is a terminal.
demo() {
    build/mograph morph burst fountain orbit ripple snow vortex --loop --scale 2 --force -o morph.gif
    if [ -t 0 ] && [ -t 1 ]; then
        build/mograph play --once morph.gif
    fi
    say "morph.gif is a morph through six kinds of clips; \`build/mograph play morph.gif\` plays it. Try next:"
    cat <<'END'
    build/mograph generate --kind vortex -n 6 -o vortices.gif
    build/mograph morph burst:3 snow:8 --style sheet -o sheet.gif
    build/mograph reconstruct morph.gif -o again.gif
END
}

case ${1:-} in
deps)
    deps $BUILD_PACKAGES $RUN_PACKAGES
    ;;
build)
    deps $BUILD_PACKAGES $RUN_PACKAGES
    build_release
    say "built: build/mograph"
    ;;
demo)
    deps $BUILD_PACKAGES $RUN_PACKAGES
    build_release
    demo
    ;;
portable)
    deps $BUILD_PACKAGES $PORTABLE_PACKAGES
    configure release build
    cmake --build build --target mograph-demo-zip
    ;;
lint)
    deps $BUILD_PACKAGES $LINT_PACKAGES
    lint
    ;;
test)
    deps $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES
    if [ -n "$(release)" ]; then
        deps $LINT_PACKAGES
        lint
    fi
    build_release
    run_all_tests
    ;;
windows)
    deps $BUILD_PACKAGES $WINDOWS_PACKAGES
    build_windows
    say "built: build-windows/mograph.exe and build-windows/mograph-demo.exe, and their archive beside them"
    ;;
windows-test)
    deps $BUILD_PACKAGES $RUN_PACKAGES $WINDOWS_PACKAGES $WINE_PACKAGES
    build_windows
    test_windows
    ;;
drivers)
    [ "$(id -u)" -eq 0 ] || { say "drivers run in a chroot, which is root's to make: run this as root"; exit 1; }
    deps $BUILD_PACKAGES $RUN_PACKAGES $DRIVERS_PACKAGES
    build_release
    judge_drivers
    ;;
*)
    echo "usage: sh setup.sh deps|build|demo|portable|lint|test|windows|windows-test|drivers" >&2
    exit 2
    ;;
esac

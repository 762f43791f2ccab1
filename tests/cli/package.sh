#!/bin/sh
# package.sh CMAKE CPACK BUILD: what `cmake --install` and the packages hold, and that it runs where they put it.
cmake=$1
cpack=$2
build=$3
mograph=
. "$(dirname "$0")/common.sh"

# done_by COMMAND...: must succeed.
done_by() {
    last="$*"
    "$@" >out 2>err
    status=$?
    check [ "$status" -eq 0 ]
}

# whole ROOT: everything is there, and the program is one.
whole() {
    for file in bin/mograph share/man/man1/mograph.1 share/bash-completion/completions/mograph \
        share/zsh/vendor-completions/_mograph share/fish/vendor_completions.d/mograph.fish share/mograph/weights/README.md share/mograph/weights/particles-small.safetensors \
        share/doc/mograph/LICENSE; do
        last="$1/$file"
        check [ -s "$1/$file" ]
    done
    done_by "$1/bin/mograph" --version
    says out "^mograph [0-9]"
}

done_by "$cmake" --install "$build" --prefix "$folder/installed"
whole installed
check [ ! -e installed/lib/mograph ]

done_by "$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$folder/deb"
done_by dpkg-deb -x deb/*.deb unpacked
whole unpacked/usr
done_by dpkg-deb -f deb/*.deb Depends
for package in libvulkan1 libc6 libgif7 libspng0 libcjson1 libwebp7; do
    says out "$package"
done

# The archive's own libraries serve, not the system's: moved anywhere.
done_by "$cpack" --config "$build/CPackConfig.cmake" -G TGZ -B "$folder/tgz"
mkdir elsewhere
done_by tar -xzf tgz/*.tar.gz -C elsewhere
root=$(echo elsewhere/mograph-*)
whole "$root"
done_by ldd "$root/bin/mograph"
grep -e gif -e spng -e webp -e cjson -e "libz" out >libraries
last="libraries of the archive"
check [ "$(wc -l <libraries)" -ge 6 ]
check [ "$(grep -vc "elsewhere/.*/lib" libraries)" -eq 0 ]
for package in libcjson-dev libgif-dev libspng-dev libwebp-dev zlib1g; do
    check [ -s "$root/share/doc/mograph/licences/$package" ]
done
check [ ! -e "$(echo "$root"/lib*/mograph/libc.so*)" ]

finish

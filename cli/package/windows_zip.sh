#!/bin/sh
# Makes the archive for Windows: sh cli/package/windows_zip.sh BUILD ARCHIVE.zip DEPS, from the top of the sources.
set -eu
build=$1 archive=$2 deps=$3

# The file that people hand on has a limit, as on Linux (tests/demo/check_portable.sh).
[ "$(wc -c <"$build/mograph-demo.exe")" -le 15000000 ] ||
    { echo "mograph-demo.exe has more than 15,000,000 bytes: build less of SDL into it (windows_deps.sh)" >&2; exit 1; }
name=$(basename "$archive" .zip)
staging=$build/archive
folder=$staging/$name
export LC_ALL=C TZ=UTC
umask 022

rm -rf "$staging"
mkdir -p "$folder/licences" "$folder/share/mograph/weights"
for program in mograph mograph-demo; do
    cp "$build/$program.exe" "$folder/"
done
cp weights/*.safetensors weights/*.md "$folder/share/mograph/weights/"
sed 's/$/\r/' cli/package/windows_readme.txt >"$folder/README.txt"
cp LICENSE "$folder/licences/mograph"

# Everything that is linked in, as Debian keeps the licences of its packages.
cp "$deps"/licences/* "$folder/licences/"
for package in libstb-dev libvulkan-dev libvulkan-volk-dev libz-mingw-w64-dev mingw-w64-x86-64-dev gcc-mingw-w64-base; do
    cp "/usr/share/doc/$package/copyright" "$folder/licences/$package"
done
for licence in "$folder"/licences/*; do
    mv "$licence" "$licence.txt"
done

chmod 644 "$folder"/licences/* "$folder"/share/mograph/weights/*
sh cli/package/pack.sh "$folder" "$archive"

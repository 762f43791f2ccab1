#!/bin/sh
# Makes the archive for Windows: sh cli/package/windows_zip.sh BUILD ARCHIVE.zip DEPS, from the top of the sources.
#
# The same content gives the same bytes: files stand in the order of their names, and their times are SOURCE_DATE_EPOCH
# or a fixed day.
set -eu
build=$1 archive=$2 deps=$3

command -v zip >/dev/null || { echo "mograph-windows-zip takes the program zip (Debian: zip)" >&2; exit 1; }
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
(cd "$folder" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort | xargs sha256sum >SHA256SUMS)
find "$folder" -exec touch -d "@${SOURCE_DATE_EPOCH:-1767225600}" {} +

rm -f "$archive" "$archive.sha256"
(cd "$staging" && find "$name" -type f | sort | zip -q -X -9 -@ "$archive")
(cd "$(dirname "$archive")" && sha256sum "$(basename "$archive")" >"$(basename "$archive").sha256")
printf '%s: %s bytes, SHA-256 %s\n' "$archive" "$(wc -c <"$archive")" "$(cut -d' ' -f1 "$archive.sha256")"

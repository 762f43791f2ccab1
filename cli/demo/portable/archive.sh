#!/bin/sh
# Makes the archive of the portable file: sh archive.sh PROGRAM ARCHIVE.zip VERSION SOURCES PORTABLE
set -eu
program=$1 archive=$2 version=$3 sources=$4 portable=$5

name=$(basename "$archive" .zip)
staging=$portable/archive
folder=$staging/$name
export LC_ALL=C TZ=UTC
umask 022

rm -rf "$staging"
mkdir -p "$folder/licences"
cp "$program" "$folder/mograph-demo"

# The page has the program's own table of keys: rows of {ACTION, {KEY...}, "what it is called", "what it does"}.
sed -n 's/^ *{DEMO_[A-Z_]*, {.*}, "\([^"]*\)", "\([^"]*\)"},$/\1|\2/p' "$sources/cli/demo/action.c" |
    awk -F '|' '{ printf "  %-8s %s\n", $1, $2 }' >"$staging/keys"
[ -s "$staging/keys" ] || { echo "cli/demo/action.c has no table of keys that archive.sh can read" >&2; exit 1; }
sed -e "s/@VERSION@/$version/" -e "/^@KEYS@$/{
r $staging/keys
d
}" "$sources/cli/demo/portable/README.txt" >"$folder/README.txt"
cp "$sources/LICENSE" "$folder/licences/mograph.txt"

# Everything that is linked in: as Debian keeps the licences of its packages, and as sources bring them.
for package in libgif-dev libstb-dev libvulkan-dev libvulkan-volk-dev libwebp-dev zlib1g-dev; do
    cp "$portable/sysroot/usr/share/doc/$package/copyright" "$folder/licences/${package%-dev}.txt"
done
cp "$portable/sources/cjson/LICENSE" "$folder/licences/cjson.txt"
cp "$portable/sources/libspng/LICENSE" "$folder/licences/libspng.txt"
cat "$portable/sources/libsdl2/LICENSE.txt" "$portable/sources/libsdl2/src/video/yuv2rgb/LICENSE" \
    >"$folder/licences/libsdl2.txt"

chmod 644 "$folder/README.txt" "$folder"/licences/*
chmod 755 "$folder/mograph-demo"
sh "$sources/cli/package/pack.sh" "$folder" "$archive"

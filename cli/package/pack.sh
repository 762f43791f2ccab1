#!/bin/sh
# Packs a folder: sh pack.sh FOLDER ARCHIVE.zip. It gets check sums of all its files, the archive one beside it.
#
# The same content gives the same bytes: files stand in the order of their names, their times are SOURCE_DATE_EPOCH or
# a fixed day, and nothing of who packed them is kept.
set -eu
folder=$1 archive=$2
export LC_ALL=C TZ=UTC

command -v zip >/dev/null || { echo "an archive takes the program zip: install it (Debian: zip)" >&2; exit 1; }
(cd "$folder" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort | xargs sha256sum >SHA256SUMS)
find "$folder" -exec touch -d "@${SOURCE_DATE_EPOCH:-1767225600}" {} +

rm -f "$archive" "$archive.sha256"
(cd "$(dirname "$folder")" && find "$(basename "$folder")" -type f | sort | zip -q -X -9 -@ "$archive")
(cd "$(dirname "$archive")" && sha256sum "$(basename "$archive")" >"$(basename "$archive").sha256")
printf '%s: %s bytes, SHA-256 %s\n' "$archive" "$(wc -c <"$archive")" "$(cut -d' ' -f1 "$archive.sha256")"

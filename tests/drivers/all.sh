#!/bin/sh
# Judges every pipeline on every device of limits/ and writes RESULTS.md: sh tests/drivers/all.sh FOLDER PROGRAM [MIRROR].
# As root. The chroot and what the drivers said stay in FOLDER, for the next run and for whoever wants to look.
set -eu

folder=$1
program=$2
here=$(cd "$(dirname "$0")" && pwd)
CHROOT=$folder/chroot
export CHROOT
status=0

sh "$here/chroot.sh" "$CHROOT" "${3:-http://deb.debian.org/debian}"
for device in polaris10 navi21 navi31 gfx1200 gp102 tu102 tgl dg2 bmg; do
    printf 'drivers: %s\n' "$device"
    rm -rf "${folder:?}/$device"
    sh "$here/run.sh" "$device" "$program" "$folder/$device" || status=1
done
PYTHONDONTWRITEBYTECODE=1 python3 "$here/report.py" "$folder"
sed -n '/^| GPU/,/^$/p' "$here/RESULTS.md"
exit $status

#!/bin/sh
# Judges every pipeline on every device of limits/ and writes RESULTS.md: sh tests/drivers/all.sh FOLDER PROGRAM [MIRROR].
# As root. The chroot and what the drivers said stay in FOLDER, for the next run and for whoever wants to look.
set -eu

[ $# -ge 2 ] || { echo "usage: sh tests/drivers/all.sh FOLDER PROGRAM [MIRROR]" >&2; exit 2; }
folder=$1
program=$2
here=$(cd "$(dirname "$0")" && pwd)
CHROOT=$folder/chroot
export CHROOT
status=0

sh "$here/chroot.sh" "$CHROOT" "${3:-http://deb.debian.org/debian}"
here_devices="polaris10 navi21 navi31 gfx1200"
chroot_devices="gp102 tu102 tgl dg2 bmg navi31-coop tu102-coop ga102-coop dg2-coop bmg-coop"

# judge PROGRAM DEVICE...
judge() {
    by=$1
    shift
    for device in "$@"; do
        printf 'drivers: %s\n' "$device"
        rm -rf "${folder:?}/$device"
        sh "$here/run.sh" "$device" "$by" "$folder/$device" || status=1
    done
}

sh "$here/coop.sh" "$CHROOT" || status=1
# shellcheck disable=SC2086
judge "$program" $here_devices
# shellcheck disable=SC2086
judge "$CHROOT/build/mograph/build/tests/pipelines" $chroot_devices
# shellcheck disable=SC2086
PYTHONDONTWRITEBYTECODE=1 python3 "$here/report.py" "$folder" $here_devices $chroot_devices
sed -n '/^| GPU/,/^$/p' "$here/RESULTS.md"
exit $status

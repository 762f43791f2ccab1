#!/bin/sh
# Whether a program can be handed to any Linux: sh check_portable.sh PROGRAM MAX_BYTES [FOLDER...]
#
# It needs no library but the C library, no symbol of it that is younger than glibc 2.31 (Debian 11), has no more than
# MAX_BYTES, is stripped, and names none of the FOLDERs that it was built in. Every fault is one line; status 1.
set -eu
export LC_ALL=C
program=$1 max_bytes=$2
shift 2
faults=0

fault() {
    echo "check_portable: $program $*" >&2
    faults=$((faults + 1))
}

# Libraries that it asks for at its start. SDL and Vulkan are loaded later, where the system has them.
for library in $(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $library in
    libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-x86-64.so.2) ;;
    *) fault "needs $library" ;;
    esac
done

if readelf -d "$program" | grep -E '\((RPATH|RUNPATH)\)' >/dev/null; then
    fault "looks for libraries in a folder of the machine that built it"
fi

# Versions of symbols: "GLIBC_2.34" is one; GLIBC_ABI_DT_RELR and its like are demands of a loader of 2.36.
versions=$(readelf -V -W "$program" | grep -o 'Name: [A-Za-z0-9_.]*' | sed 's/Name: //' | sort -u)
[ -n "$versions" ] || fault "asks for no version of any symbol: is it a program that loads the C library?"
for version in $versions; do
    number=${version#GLIBC_2.}
    case $number in
    *[!0-9.]* | "") fault "needs $version" ;;
    *) [ "${number%%.*}" -le 31 ] || fault "needs $version: $(objdump -T "$program" | grep -F "$version" |
        awk '{ print $NF }' | head -n 3 | tr '\n' ' ')" ;;
    esac
done

size=$(wc -c <"$program")
[ "$size" -le "$max_bytes" ] || fault "has $size bytes, more than $max_bytes"
if readelf -S -W "$program" | grep -E '\.(symtab|debug_info)' >/dev/null; then
    fault "is not stripped"
fi

for folder in "$@"; do
    # grep -c, not -q: it reads to the end, and strings is not cut off.
    if [ "$(strings -a "$program" | grep -c -F -- "$folder")" -gt 0 ]; then
        fault "names $folder, where it was built"
    fi
done

[ "$faults" -eq 0 ] || exit 1
printf 'portable: %s bytes; glibc %s; %s\n' "$size" \
    "$(echo "$versions" | sed 's/GLIBC_//' | sort -t. -k1,1n -k2,2n | tail -n 1)" \
    "$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')"

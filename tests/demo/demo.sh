#!/bin/sh
# demo.sh MOGRAPH_DEMO UNTRAINED_WEIGHTS FULL_DISK: what the demo does without anybody who watches.
mograph=$1
untrained=$2
full_disk=$3
. "$(dirname "$0")/../cli/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # FULL_DISK comes first

"$untrained" w.safetensors plain || exit 1

# The command line.
run 0 --version
says out '^mograph-demo [0-9]'
run 0 --help
says out '^usage: mograph-demo \[OPTION'
for option in --weights --device --list --seed --fps --record --seconds --stats --force --screens; do
    says out "$option"
done
for bad in "--sedd 3" "--seed x" "--fps 0" "--seconds -1" "--save-format png" "--screen 99" "burst"; do
    # shellcheck disable=SC2086 # words
    run 2 $bad
    check [ "$(wc -l <err)" -eq 1 ]
    check grep -q '^mograph-demo: ' err
done
run 0 --list
says out 'usable'

# Weights that are none: one line, whatever is asked for.
head -c 100 w.safetensors >cut.safetensors
for weights in nowhere cut.safetensors .; do
    for how in "--record x.gif" "--terminal"; do
        # shellcheck disable=SC2086 # words
        run 1 -w "$weights" $how
        check [ "$(wc -l <err)" -eq 1 ]
    done
done
check [ ! -e x.gif ]

# Recording: the same seed, the same bytes; another one, others. Every format that needs no other program.
run 0 -w w.safetensors --record a.gif --seconds 0.6 -q
run 0 -w w.safetensors --record b.gif --seconds 0.6 -q
check [ ! -s err ]
check cmp a.gif b.gif
run 0 -w w.safetensors --record b.gif --seconds 0.6 -q --force --seed 2
check [ "$(cksum <a.gif)" != "$(cksum <b.gif)" ]
says a.gif 'mograph-demo --seconds 0.6'
run 0 -w w.safetensors --record frames --seconds 0.6 --fps 10
check [ "$(find frames -name '*.png' | wc -l)" -eq 6 ]
run 0 -w w.safetensors --record b.webp --seconds 0.2 -q --scale 2
run 0 -w w.safetensors --record b.png --seconds 0.2 -q

# What there is stays, what cannot be is refused before the work, a full disk leaves nothing.
run 1 -w w.safetensors --record a.gif --seconds 0.6
says err 'a.gif: .*--force'
run 1 -w w.safetensors --record a.bmp
says err 'cannot write this kind of file'
run 2 -w w.safetensors --record c.gif --seconds 1e8
LD_PRELOAD=$full_disk run 1 -w w.safetensors --record c.gif --seconds 0.2 -q
says err 'No space left on device'
check [ "$(find . -name '*c.gif*' | wc -l)" -eq 0 ]

# The model that is inside.
run 0 --record inside.gif --seconds 0.04
says err '1 frames of 128x128 in inside.gif'

# Without a driver: a line for each system, and a failure.
export VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent
for how in "--record d.gif" "--list" "--terminal"; do
    # shellcheck disable=SC2086 # words
    run 1 -w w.safetensors $how
    for system in 'apt install mesa-vulkan-drivers' 'dnf install mesa-vulkan-drivers' 'pacman -S' Windows MoltenVK; do
        says err "$system"
    done
done
unset VK_DRIVER_FILES VK_ICD_FILENAMES

# Without a window and without a terminal it says what can be done.
run 1 -w w.safetensors --terminal
says err '--record FILE'

finish

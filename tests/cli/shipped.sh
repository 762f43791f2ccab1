#!/bin/sh
# shipped.sh MOGRAPH PYTHON WEIGHTS: the weights that come with the program, and their cards.
mograph=$1
python=$2
weights=$3
. "$(dirname "$0")/common.sh"

for file in "$weights"/*.safetensors; do
    name=$(basename "$file" .safetensors)
    last="$name"
    check [ "$(wc -c <"$file")" -le $((16 * 1024 * 1024)) ]
    check [ -s "$weights/$name.png" ]
    run 0 generate -w "$name" -n 1 --json -o "$name.gif"
    hash=$("$python" -c "import json, sys; print(json.load(open(sys.argv[1]))['weights']['hash'])" out)
    check [ "${#hash}" -eq 16 ]
    last="the hash in the card of $name"
    check grep -q "$hash" "$weights/$name.md"
done

# The default, without -w: what the README shows first, shortened.
for folder_of_copy in one two; do
    mkdir $folder_of_copy
    run 0 morph burst fountain orbit ripple snow vortex --loop --steps 2 --dwell 1 -o $folder_of_copy/morph.gif
done
check cmp -s one/morph.gif two/morph.gif
for kind in burst fountain orbit ripple snow vortex; do
    run 0 generate --kind $kind -n 1 -o $kind.png
done

finish

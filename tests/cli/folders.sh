#!/bin/sh
# folders.sh MOGRAPH PYTHON [KILLS]: data sets from folders as users have them: circles of links, systems' files, hidden
# kinds, the target itself, names that are no UTF-8; what is not taken is named by every command. KILLS (default 20)
# times an import that replaces a data set is killed -9: nothing that existed is lost.
mograph=$1
python=$2
kills=${3:-20}
. "$(dirname "$0")/common.sh"

# A clip of eight frames, once.
ffmpeg -nostdin -v error -f lavfi -i testsrc=s=32x32:r=25:d=0.32 clip.webp || exit 1

# put CLIP...: the clip, under these names.
put() {
    for name; do
        mkdir -p "$(dirname "$name")"
        cp clip.webp "$name"
    done
}

import() {
    run "$1" dataset import --size 32x32x8 "$2" -o "$3" $4
}

# One line on stderr, no word on stdout.
refuses() {
    pattern=$1
    shift
    run 1 "$@"
    says err "^mograph: .*$pattern"
    check [ "$(wc -l <err)" -eq 1 ]
    check [ ! -s out ]
}

# --- walking

put circle/k/a.webp circle/k/b.webp
ln -s . circle/k/self
import 3 circle one
says out "^imported 2, skipped 1, left out 0;"
says err "^mograph: skipped .*/circle/k/self: a circle: it leads back to .*/circle/k$"
ln -s . circle/k/self2
last="two circles" # a search without an end is ended
timeout -s KILL 30 "$mograph" dataset import circle --size 32x32x8 -o two >out 2>err
status=$?
check [ "$status" -eq 3 ]
says out "^imported 2, skipped 2, left out 0;"
run 3 dataset info circle
says err "^mograph: skipped circle/k/self2: a circle"
run 0 dataset info two
says out "^k  *1  *1 "

mkdir -p frames/k/clip1 frames/k/clip2
for clip in frames/k/clip1 frames/k/clip2; do
    ffmpeg -nostdin -v error -f lavfi -i testsrc=s=32x32:r=25:d=0.32 $clip/%03d.png || exit 1
done
echo x >frames/k/clip1/Thumbs.db
echo x >frames/k/clip2/desktop.ini
import 0 frames still
says out "^imported 2, skipped 0, left out 2;"
says err "left out .*/frames/k/clip1: hidden, or of the system: Thumbs.db$"
run 0 dataset info frames
says out "^k  *2  *0 "
says err "left out frames/k/clip2: hidden, or of the system: desktop.ini$"
echo x >frames/k/clip2/readme.txt
run 3 dataset info frames
says err "skipped frames/k/clip2: a folder in a kind's folder"

put .h/a.webp .h/b.webp h2/a.webp h2/b.webp
run 0 dataset import --size 32x32x8 .h h2 -o dotted
says out "^imported 4, skipped 0, left out 0;"
run 0 dataset info dotted
says out "^h  *1  *1 "
says out "^h2  *1  *1 "

put own/k/a.webp own/k/b.webp
for force in "" -f -f; do
    import 0 own own/mine $force
    says out "^imported 2, skipped 0, left out "
done
run 0 dataset info own/mine
says out "^all  *1  *1$"
run 0 dataset info own
says out "^all  *2  *0$"
says err "left out own/mine: a data set that mograph made$"

# What is skipped is told by all who read a data set, with status 3 when all else is done.
put told/train/k/a.webp told/train/l/a.webp told/val/k/b.webp told/val/l/b.webp told/test/k/a.webp
echo x >told/train/k/notes.txt
ln told/train/k/a.webp told/val/k/a.webp
run 3 dataset info told
for said in "told/test: neither train/ nor val/" "told/train/k/notes.txt: not a clip" \
    "told/val/k/a.webp: the same file as told/train/k/a.webp"; do
    says err "^mograph: skipped $said"
done
run 3 train told --preset tiny --batch 2 --dry-run
says err "^mograph: skipped told/test: neither train/ nor val/"
run 3 classifier train told --steps 2
says err "^mograph: skipped told/train/k/notes.txt: not a clip"
run 3 train told --preset tiny --batch 2 --epochs 1 -o told-run
says err "^mograph: skipped told/val/k/a.webp: the same file"
run 3 eval told -w told-run --n 1
says err "^mograph: skipped told/train/k/notes.txt: not a clip"

# --- names

latin=$(printf 'lat\351in')
put names/b/a.webp "names/$latin/a.webp"
refuses 'names/lat?in/a.webp: "lat?in" cannot be a kind' dataset import names --size 32x32x8 -o never
check [ ! -e never ]
refuses 'names: "lat?in" cannot be a kind' train names --preset tiny --batch 2 -o never
check [ ! -e never ]
refuses 'names: "lat?in" cannot be a kind' classifier train names
put names/val/b/a.webp "names/val/$latin/a.webp"
mkdir names/train && mv names/b "names/$latin" names/train
refuses 'names: "lat?in" cannot be a kind' eval names -w told-run
run 0 dataset info names
says out "^lat?in "
says out "^warning: .mograph train. refuses this data set"
put case/Rain/a.webp case/rain/a.webp
refuses '"Rain" and "rain" differ in nothing but case' dataset import case --size 32x32x8 -o never
refuses '"Rain" and "rain" differ in nothing but case' train case --preset tiny -o never

put "$(printf 'red/\033[31mred/a.webp')"
run 0 dataset info red
says out "^?\[31mred "
check [ "$(cat out err | tr -d '\n\t -~' | wc -c)" -eq 0 ]

# Sources, data sets and runs with any names: what is stored is JSON and UTF-8.
put "files/k/$latin.webp" "$(printf 'files/k/\033[1m.webp')"
import 0 files "set-$latin"
check [ "$(cat out err | tr -d '\n\t -~' | wc -c)" -eq 0 ]
run 0 train "set-$latin" --preset tiny --batch 1 --epochs 1 -o "run-$latin"
run 3 classifier train told --steps 2 --json -o "$latin.safetensors"
cp out classifier.json
for file in "set-$latin/manifest.json" "run-$latin/config.json" classifier.json; do
    check "$python" -c "import json, sys; json.load(open(sys.argv[1], encoding='utf-8'))" "$file"
done
check iconv -f UTF-8 -t UTF-8 -o utf8 "run-$latin/report.html"
run 0 train --resume "run-$latin" "set-$latin" --epochs 2

# --- what can be judged before the work

put untrained/val/k/a.webp untrained/training/k/a.webp
refuses "untrained: no training clips: there is no train/ beside val/" train untrained --preset tiny -o never
check [ ! -e never ]
refuses "untrained: no training clips" classifier train untrained
refuses "untrained: no training clips" eval untrained -w told-run
mkdir -p short/k
ffmpeg -nostdin -v error -f lavfi -i testsrc=s=32x32:r=25:d=0.04 short/k/a.png || exit 1
refuses "short/k/a.png is 32x32x1: .*dataset import --size 32x32x8. brings clips to a size and length" train short --preset tiny -o never

# --- replacing

put source/k/a.webp source/k/b.webp source/l/a.webp
import 0 source set
mkdir -p set.replaced/train/k
echo precious >set.replaced/train/k/0001.webp
import 0 source set -f
says err "set.replaced is an old data set .* or yours: nothing uses it"
check grep -q precious set.replaced/train/k/0001.webp
rm -r set.replaced
for what in "echo precious >kept" "mkfifo kept" "ln -s set kept" "mkdir -p kept/.git && echo precious >kept/.git/x" \
    "cp -r set kept && echo precious >kept/notes.txt"; do
    eval "$what"
    ls -lR kept set >before
    refuses "kept: " dataset import source --size 32x32x8 -o kept -f
    refuses "kept: " dataset particles --size 32x32x8 --clips 1 -o kept -f
    ls -lR kept set >after
    check cmp before after
    check [ ! -e kept.partial ]
    rm -rf kept
done

# Two at once: one of them works, the other says why not, and nothing is mixed.
for i in 1 2 3 4; do
    "$mograph" dataset import source --size 32x32x8 -o shared -f >"out$i" 2>"err$i" &
    eval "pid$i=$!"
done
done=0
for i in 1 2 3 4; do
    eval "wait \$pid$i"
    status=$?
    last="import $i of 4 at once"
    done=$((done + (status == 0)))
    check [ "$status" -eq 0 -o "$(grep -c "^mograph: shared.partial: another mograph" "err$i")" -eq 1 ]
done
check [ "$done" -ge 1 ]
run 0 dataset info shared
says out "^all  *2  *1$"
check [ ! -e shared.partial ]

# Killed at any moment: the old set or the new one, whole, and the next run cleans up.
sum_of() {
    (cd "$1" && find . -type f ! -name .mograph-partial -exec cksum {} + | sort | cksum)
}
import 0 source fresh
run 0 dataset import source/k --size 32x32x8 -o old
for kill in $(seq "$kills"); do
    rm -rf victim
    cp -r old victim
    "$mograph" dataset import source --size 32x32x8 -o victim -f >out 2>err &
    sleep "$("$python" -c "import random; print(random.Random($kill).uniform(0, 0.12))")"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
    last="kill $kill"
    now=$(sum_of victim)
    check [ "$now" = "$(sum_of old)" -o "$now" = "$(sum_of fresh)" ]
    import 0 source victim -f
    check [ "$(sum_of victim)" = "$(sum_of fresh)" ]
    check [ ! -e victim.partial -a ! -e victim/.mograph-partial ]
done
finish

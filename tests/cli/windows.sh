#!/bin/sh
# windows.sh BUILD RUNNER: mograph.exe and mograph-demo.exe of a build folder as a user of Windows meets them, run by RUNNER
# (wine): names of all languages, both slashes, long paths, devices' names, exit statuses, Ctrl-C, runs that go on.
build=$(cd "$1" && pwd)
runner=$(command -v "$2") || exit 1
programs=$(mktemp -d) || exit 1
for program in mograph mograph-demo; do
    printf '#!/bin/sh\nexec "%s" "%s/%s.exe" "$@"\n' "$runner" "$build" "$program" >"$programs/$program"
    chmod +x "$programs/$program"
done
mograph=$programs/mograph
demo=$programs/mograph-demo
. "$(dirname "$0")/common.sh"
trap 'rm -rf "$folder" "$programs"' EXIT

# One line of complaint with this in it, status 1, and no such file.
refuses() {
    pattern=$1
    file=$2
    shift 2
    run 1 "$@"
    says err "^mograph: .*$pattern"
    check [ ! -e "$file" ]
}

# The first bytes of a file.
begins() {
    check [ "$(head -c "${#2}" "$1")" = "$2" ]
}

# --- the machine

run 0 --version
says out '^mograph [0-9.]*$'
run 2 nonsense
run 2 generate --no-such-option
run 0 devices
says out "usable"
run 0 doctor
says out "^system .*Windows "
says out "^all [0-9]* operations agree"
says out "^cache .*/mograph/.*pipelines"

# --- names

run 0 generate --kind burst -n 2 -o "花火 🎆.gif"
begins "花火 🎆.gif" GIF89a
mkdir -p "夏/祭り"
run 0 morph burst vortex --loop -o '夏\祭り\踊り.webp'
begins "夏/祭り/踊り.webp" RIFF
run 0 reconstruct '夏/祭り\踊り.webp' -o back.png
run 1 morph burst vortex -o '夏\祭り\踊り.webp'
says err "exists already"
run 0 morph burst vortex -f -o '夏\祭り\踊り.webp'
run 0 morph burst "花火 🎆.gif" -o frames
check [ "$(find frames -name '*.png' | wc -l)" -gt 8 ]
run 0 morph burst snow -f -o frames
check [ -z "$(find . -name '.*PID*' -o -name '.frames*' -o -name '*.old')" ]

long=
for part in 1 2 3 4; do
    long=$long$(printf "%0100d" $part)/
done
mkdir -p "$long"
run 0 generate --kind snow -o "${long}deep.gif"
begins "${long}deep.gif" GIF89a
run 0 morph "${long}deep.gif" burst -o "$(pwd | sed 's|/|\\|g; s|^|Z:|')\\${long}deeper.gif"
begins "${long}deeper.gif" GIF89a

for name in NUL con.gif 'sub\aux.webp' COM3.png; do
    mkdir -p sub
    refuses "device" "$name" generate --kind snow -f -o "$name"
done
refuses "cannot write" a generate --kind snow -o a:b.gif
refuses "cannot write" nowhere generate --kind snow -o 'nowhere\x.gif'
refuses "ffmpeg is needed" x.mp4 generate --kind snow -o x.mp4

# --- training: two runs of which one is stopped give the same weights

run 0 dataset particles --size 32x32x8 --clips 6 -o 集合
mkdir -p "元/猫" "元/犬"
cp "夏/祭り/踊り.webp" "元/猫/一.webp"
cp "花火 🎆.gif" "元/犬/二.gif"
run 0 dataset import 元 --size 32x32x8 -o 動物
run 0 dataset info 動物
says out "猫"
run 0 train 集合 --preset tiny --batch 4 --epochs 3 -o 'runs\一度'
check [ -s runs/一度/report.html ]
run 0 train 集合 --preset tiny --batch 4 --epochs 3 --steps 7 -o runs/二度
run 0 train --resume 'runs\二度'
check cmp runs/一度/weights.safetensors runs/二度/weights.safetensors
run 1 train 集合 --preset tiny -o runs/一度
says err "there is a run already"
run 0 generate -w runs/一度 -n 2 -o trained.gif

# Ctrl-C, which Wine makes of SIGINT: a checkpoint, and the status of the signal.
"$mograph" train 集合 --preset tiny --batch 4 --epochs 4000 -o runs/三度 >out 2>err &
pid=$!
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ ! -e runs/三度/metrics.csv ] || [ "$(wc -l <runs/三度/metrics.csv)" -lt 3 ] || break
    sleep "$((second > 0))" # a second each
done
# While it is written, nobody else writes there.
run 1 train --resume runs/三度
says err "another mograph is writing here"
kill -INT "$pid"
wait "$pid"
status=$?
last="mograph train, Ctrl-C"
check [ "$status" -eq 130 ]
check [ -n "$(find runs/三度/checkpoints -name 'step-*.safetensors')" ]
run 0 train --resume runs/三度 --epochs 1

# --- the demo

last="mograph-demo --list"
"$demo" --list >out 2>err
status=$?
check [ "$status" -eq 0 ]
says out "usable"
last="mograph-demo --record"
"$demo" --record 録画.gif --seconds 1 >out 2>err
status=$?
check [ "$status" -eq 0 ]
begins 録画.gif GIF89a
"$demo" --record 録画.gif --seconds 1 >out 2>err
status=$?
check [ "$status" -eq 1 ]
finish

#!/bin/sh
# run_data.sh MOGRAPH PYTHON FULL_DISK: a run is its data and its folder. What it goes on with, who may write to it, and
# what is refused before any work. FULL_DISK is preloaded for a disk that is full.
mograph=$1
python=$2
full_disk=$3
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # FULL_DISK comes first

# Ends with STATUS and one line (behind warnings and the device's).
# refuses STATUS PATTERN ARGUMENT...
refuses() {
    wanted=$1
    pattern=$2
    shift 2
    run "$wanted" "$@"
    says err "^mograph: .*$pattern"
    check [ "$(grep -vc '^mograph: device ' err)" -eq 1 ]
}

run 0 dataset particles -o d --size 32x32x8 --clips 2 --format png
tiny="--preset tiny --batch 6 --epochs 100"
run 0 train d $tiny --steps 1 -o r
check "$python" -c "
import json
kept = json.load(open('r/config.json'))
assert len(kept['data-hash']) == 16 and int(kept['data-hash'], 16) > 0
lines = open('r/data.txt').read().splitlines()
assert len(lines) == 6 + 12 and lines[0] == 'kind burst' and lines[6].endswith(' train/burst/0001'), lines
"
cp r/config.json first.json

# The same data, also elsewhere and by another name: the run goes on.
run 0 train --resume r --steps 2
check cmp -s r/config.json first.json
cp -r d moved
run 0 train moved --resume r --steps 3
says r/config.json '"data":.*/moved"'
check [ "$(grep -c data-hash r/config.json)" -eq 1 ]
run 0 train --resume r --data d --steps 4
check cmp -s r/config.json first.json

# Clips that are streamed make the same run, and what steps wait for them is said, by train and by the bench.
run 0 train moved $tiny --steps 3 --stream -o streamed
says err "^mograph: waited for clips: [0-9.]* s of [0-9.]* s"
run 0 train moved $tiny --steps 3 -o resident
check [ "$(grep -c "waited for clips" err)" -eq 0 ]
check "$python" -c "
import csv
a, b = (list(csv.reader(open(run + '/metrics.csv'))) for run in ('streamed', 'resident'))
same = [i for i, name in enumerate(a[0]) if name not in ('seconds', 'time')]
assert len(a) == 4 and [[row[i] for i in same] for row in a] == [[row[i] for i in same] for row in b], (a, b)
"
run 0 bench train --preset tiny --data moved --stream --batch 3 --steps 1 --no-profile
says out "^waited  .* ms a step for clips"
run 2 bench train --preset tiny --data moved --size 64x64x8
says err "clips of 32x32x8: leave --size out"

# Other kinds: a kind renamed, gone, or new. --data is no leave for that.
changes() { # COMMAND...: the data set with a change, in d
    rm -rf d
    cp -r moved d
    "$@"
}
rename() {
    mv d/train/burst d/train/zurst
    mv d/val/burst d/val/zurst
}
cp -r r kept
changes rename
refuses 1 'the kind "burst" is gone, the kind "zurst" is new; a run keeps its kinds.*--init r' train --resume r
refuses 1 'the kind "burst" is gone' train --resume r --data d
changes rm -r d/train/snow d/val/snow
refuses 1 'the kind "snow" is gone' train --resume r
changes cp -r d/train/burst d/train/another
refuses 1 'the kind "another" is new' train --resume r

# Other clips: one gone, new, edited, moved between the parts; a frame of a clip.
changes rm -r d/train/snow/0001
refuses 1 '"train/snow/0001" is gone; --data DATA says that it may change' train --resume r
changes cp -r d/train/snow/0001 d/train/snow/0007
refuses 1 '"train/snow/0007" is new' train --resume r
changes cp d/train/orbit/0001/0001.png d/train/snow/0001/0002.png
refuses 1 '"train/snow/0001" has changed' train --resume r
changes mv d/val/snow/0001 d/train/snow/0002
refuses 1 '"val/snow/0001" is gone, "train/snow/0002" is new' train --resume r
check cmp -s r/metrics.csv kept/metrics.csv
check [ "$(ls r/checkpoints)" = "$(ls kept/checkpoints)" ]

# With the user's word it goes on, and from then on these are its data.
run 0 train --resume r --data d --steps 5
check [ "$(cat r/config.json)" != "$(cat first.json)" ]
says r/data.txt "train/snow/0002"
run 0 train --resume r --steps 6
check [ ! -s out ]
rm r/data.txt
rm -r d/train/snow/0002
refuses 1 "its list is gone" train --resume r
rm -rf r
cp -r kept r

# A run from before the hash: accepted with one warning, and kept from then on.
changes true
"$python" - <<'PY'
import json
kept = json.load(open("r/config.json"))
del kept["data-hash"]
json.dump(kept, open("r/config.json", "w"))
PY
rm r/data.txt
run 0 train --resume r --steps 5
says err "r is from a version that did not keep what the data consist of"
check [ "$(grep -c 'from a version' err)" -eq 1 ]
run 0 train --resume r --steps 6
check [ "$(grep -c 'from a version' err)" -eq 0 ]
changes rename
refuses 1 'the kind "burst" is gone' train --resume r

# A configuration of another run brings options, not its data.
run 0 train d --config r/config.json --epochs 1 --steps 1 -o configured
check [ "$(grep data-hash configured/config.json)" != "$(grep data-hash r/config.json)" ]

# Without training clips there is nothing to train on.
changes true
mkdir none
cp -r d/val none/val
refuses 1 "none: no training clips: there is no train/ beside val/" train none $tiny -o no
cp -r d/train none/training
refuses 1 "there is no train/ beside val/" train none $tiny -o no
mv none/training none/Train
refuses 1 "there is no train/ beside val/" train none $tiny --dry-run
mkdir -p none/train/burst
refuses 1 "train/ holds none" train none $tiny -o no
refuses 1 "train/ holds none" classifier train none
check [ ! -e no ] && check [ ! -e none/classifier.safetensors ]
changes mv d/train/snow d/val/hail
run 0 train d $tiny --steps 1 -o warned
says err 'the kind "hail" has no training clips'
changes true

# A learning rate that is too high is no fault of the device.
run 1 train d --preset tiny --batch 1 --epochs 8 --every 1 --save-every 1 --lr 1 --warmup 0 --adversary-from 0.2 -o wild
says err "lower --lr; the last good checkpoint is wild/checkpoints"
check [ "$(grep -c doctor err)" -eq 0 ]

# Clips that a model cannot take, by name and with a way on; also those that are only read later.
mkdir -p still/k
cp d/train/snow/0001/0001.png still/k/a.png
refuses 1 'still/k/a.png.*multiples of 2.*mograph dataset import --size 32x32x8' train still $tiny -o no
changes rm d/val/snow/0001/0008.png
refuses 1 'd/val/snow/0001 is 32x32x7, the model takes 32x32x8: .mograph dataset import' train d $tiny -o no
changes rm d/train/snow/0001/0008.png
refuses 1 'd/train/snow/0001 is 32x32x7' train d $tiny --stream -o no
changes mkfifo d/val/snow/pipe.webp
run 3 train d $tiny --steps 1 -o piped # passed over by name: nothing waits for a pipe
says err 'skipped d/val/snow/pipe.webp: neither a file nor a folder'
check [ ! -e no ]
changes true

# Folders that cannot be: judged before the work, and nothing is left of them.
refuses 1 "there is a run already: go on with it by --resume r" train d $tiny -o r
refuses 1 "the folder is not empty" train d $tiny -o moved
refuses 1 "first.json: .*Not a directory" train d $tiny -o first.json
refuses 1 "first.json.*Not a directory" train d $tiny -o first.json/r
refuses 1 "among the clips of" train d $tiny -o d/train/r
refuses 1 "among the clips of" train d/train $tiny -o d/train/runs/r
refuses 1 "no device matches" train d $tiny -o deep/er/r --device "no such device"
refuses 1 "no such weights" train d $tiny -o deep/er/r --init nothing
check [ ! -e deep ] && check [ ! -e d/train/r ] && check [ ! -e d/train/runs ]
run 0 train d $tiny --steps 1 -o d/run # beside train/ and val/ it is in nobody's way
run 0 train --resume d/run --steps 2
says err "left out .*/d/run: a run of"
rm -r d/run

early() { # before there is a device
    refuses "$@" --device "no such device"
    check [ "$(grep -c 'no device' err)" -eq 0 ]
}
early 1 "no such weights" train d $tiny -o no --init nothing
echo "no weights" >text.safetensors
early 1 "text.safetensors.*--init .* cannot be taken" train d $tiny -o no --init text.safetensors
early 1 "there is a run already" train d $tiny -o r
early 1 "another folder\|Not a directory" train d $tiny -o first.json
early 1 "multiples of 4" train d $tiny -o no --top 6
check [ ! -e no ]
for source in "particles --clips 1" "import moved"; do
    refuses 1 "1024x1024 pixels and 1024 frames are too much" dataset $source --size 1024x1024x1024 -o large
    check [ ! -e large ] && check [ ! -e large.partial ]
done

# A disk that is full when a run begins: nothing is left, and the next one begins.
last="train with a full disk"
FULL_DISK_FOR=config.json LD_PRELOAD=$full_disk "$mograph" train d $tiny --steps 1 -o full/r >out 2>err
status=$?
check [ "$status" -eq 1 ]
says err "config.json.*No space left on device"
check [ ! -e full ]

# One writer at a time; the lock dies with its process.
"$mograph" train d $tiny -o two >out 2>err &
first=$!
for _ in $(seq 200); do
    [ -s two/metrics.csv ] && break
    sleep 0.1
done
refuses 1 "two: another mograph is writing here" train d $tiny --seed 2 -o two
check [ "$(grep -c '^mograph: device' err)" -eq 0 ]
refuses 1 "two: another mograph is writing here" train --resume two
run 0 train --resume two --dry-run
kill -9 $first
wait $first 2>/dev/null
run 0 train --resume two --steps 3
# The same folder by another name, and one that is moved away under a run.
"$mograph" train d $tiny --epochs 300 -o taken >out 2>taken.err &
first=$!
for _ in $(seq 200); do
    [ -s taken/metrics.csv ] && break
    sleep 0.1
done
ln -s taken alias
refuses 1 "alias: another mograph is writing here" train --resume alias
mv taken elsewhere
mkdir taken # another run's by now
wait $first
status=$?
last="train, whose folder is moved"
check [ "$status" -eq 1 ]
check grep -q "taken: the run's folder was moved or replaced" taken.err
check [ -z "$(ls -A taken)" ]
run 0 train --resume elsewhere --steps 3
"$python" - "$mograph" $tiny <<'PY' # the same at one moment: one wins, the others are refused
import subprocess, sys
runs = [subprocess.Popen([sys.argv[1], "train", "d", *sys.argv[2:], "--steps", "2", "--seed", str(seed), "-o", "race"],
                         stderr=subprocess.PIPE, text=True) for seed in (1, 2, 3)]
ends = sorted((run.communicate()[1], run.returncode)[1] for run in runs)
assert ends == [0, 1, 1], ends
rows = open("race/metrics.csv").read().splitlines()
assert len(rows) == 3 and len({row.count(",") for row in rows}) == 1, rows
PY
status=$?
last="three runs in one folder"
check [ "$status" -eq 0 ]

finish

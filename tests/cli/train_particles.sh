#!/bin/sh
# train_particles.sh MOGRAPH PYTHON: training on clips that are drawn while it trains. The same run whether it was
# stopped or not, the same as on the folder where nothing is renewed, and what is refused.
mograph=$1
python=$2
. "$(dirname "$0")/common.sh"

tiny="--preset tiny --batch 5 --epochs 5 --every 2"
drawn=particles:size=32x32x8,clips=4,val=0.3,layout-seed=2,seed=3,phase=0.5

# Unbroken, and stopped twice within an epoch: the same bits. 18 clips, 18 steps; a batch lies in two epochs.
run 0 train "$drawn,renew=0.5" $tiny -o whole
run 0 train "$drawn,renew=0.5" $tiny --steps 6 -o parts
run 0 train --resume parts --steps 11
run 0 train --resume parts
for name in weights.safetensors metrics.csv checkpoints/step-0000000018.safetensors samples/0005-samples.gif \
    samples/0005-reconstructions.gif; do
    check cmp -s "whole/$name" "parts/$name"
done
check [ "$(wc -l <whole/metrics.csv)" -eq 19 ]
says whole/report.html "<b>particles</b>"
says whole/report.html "50% of the clips are new in every epoch"
check "$python" -c "
import json
kept = json.load(open('whole/config.json'))['data']
assert kept.startswith('particles:size=32x32x8,clips=4,layouts=4,layout-seed=2,seed=3,val=0.3,renew=0.5,tint=1,'), kept
assert ',phase=0.5,' in kept
lines = open('whole/data.txt').read().splitlines()
assert lines[0] == 'kind burst' and lines[5] == 'kind vortex' and lines[6] == 'drawn 32x32x8 size', lines
"

# Nothing renewed: the run on the folder that the same settings write. Renewed clips make another one.
run 0 dataset particles -o folder --size 32x32x8 --clips 4 --val 0.3 --layout-seed 2 --seed 3 --phase 0.5
run 0 train folder $tiny -o of-folder
run 0 train "$drawn,renew=0" $tiny -o fixed
for name in weights.safetensors samples/0005-reconstructions.gif samples/0005-morph.gif; do
    check cmp -s "of-folder/$name" "fixed/$name"
done
last="renew=0.5 beside renew=0"
check [ "$(head -n 4 fixed/metrics.csv | cut -d, -f1-5)" = "$(head -n 4 whole/metrics.csv | cut -d, -f1-5)" ]
check [ "$(sed -n 12p fixed/metrics.csv | cut -d, -f1-5)" != "$(sed -n 12p whole/metrics.csv | cut -d, -f1-5)" ]

# A run keeps its settings: others only with the user's word, also those of a folder; kinds never change.
run 0 train --resume parts --data folder --dry-run
cp -r parts edited
sed -i 's/,phase=0.5,/,phase=0.25,/' edited/config.json
run 1 train --resume edited
says err 'the data set is not the one of this run: "phase" has changed; --data DATA says that it may change'
cp -r fixed other
run 0 train --resume other --data "$drawn,renew=0,layouts=2" --epochs 6 --steps 19
says other/data.txt "^drawn 2 layouts$"
says other/config.json "layouts=2"
mkdir -p "particles:mine/train/one" "particles:mine/val/one"
cp folder/train/snow/0001.webp "particles:mine/train/one/1.webp"
run 0 train "./particles:mine" --preset tiny --batch 1 --epochs 1 --dry-run
says out "in 1 kinds"
run 1 train --resume fixed --data "./particles:mine"
says err 'the kind "burst" is gone'

# Clips that one batch needs again and again are drawn when they are read; nobody waits for all.
run 0 train particles:size=32x32x8,clips=2000 --preset tiny --batch 2 --epochs 1 --steps 1 --overfit-batch -o overfit
check [ "$(grep -c drawing err)" -eq 0 ]

# The plan; what a step waits for.
run 0 train "$drawn" $tiny --dry-run
says out "drawn clips, beside it .* MiB (25% of those for training are new in every epoch)"
says out "streamed, some batches ahead"
run 0 bench train --preset tiny --data "$drawn,renew=1" --batch 2,4 --steps 4
says out "waited ms"
run 2 bench train --preset tiny --data "$drawn" --size 64x64x8
says err "clips of 32x32x8: leave --size out"

# Ctrl-C while clips are drawn: the run's folder stays, and the run begins when it goes on.
last="train, stopped while clips are drawn"
"$python" - "$mograph" <<'PY'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
run = subprocess.Popen([sys.argv[1], "train", "particles:size=32x32x8,clips=20000", "--preset", "tiny", "--batch", "2",
                        "--epochs", "1", "-o", "stopped"], stderr=open("err", "w"))
for _ in range(3000):
    time.sleep(0.02)
    if os.path.exists("stopped/config.json") and "drawing" in open("err").read():
        break
run.send_signal(signal.SIGINT)
sys.exit(run.wait(120))
PY
status=$?
check [ "$status" -eq 130 ]
check [ -z "$(ls stopped/checkpoints)" ]
run 0 train --resume stopped --dry-run

# What cannot be: one line, before there is a device, and nothing is left.
refuses() { # STATUS PATTERN SPEC
    run "$1" train "$3" --preset tiny -o no --device "no such device"
    says err "^mograph: .*$2"
    check [ "$(wc -l <err)" -eq 1 ]
    check [ ! -e no ]
}
refuses 2 'particles: no setting is called "colour"; there are size, clips,' particles:colour=1
refuses 2 'particles: clips is "0": give a whole number from 1 to 100000' particles:clips=0
refuses 2 'particles: clips is ""' particles:clips=
refuses 2 'particles: phase is given twice' particles:phase=1,clips=2,phase=0
refuses 2 'particles: phase wants a number from 0 to 1' particles:phase=2
refuses 2 'particles: renew is "2": give a number from 0 to 1' particles:renew=2
refuses 1 'particles: 4x4x4 is not a size for clips' particles:size=4x4x4
refuses 1 'particles: size=36x32x8: .* multiples of 2.*size=32x32x8 is one that it takes' particles:size=36x32x8
refuses 1 'out of memory for clips that are drawn: .* lower clips' particles:size=1024x1024x256,clips=100000
refuses 1 'particles: no such folder' particles
run 1 train particles:size=32x32x8,clips=2000,renew=1 --preset tiny --epochs 1000000 --dry-run
says err "more than can be numbered"

finish

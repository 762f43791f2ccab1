#!/bin/sh
# recipe.sh MOGRAPH TRAIN: weights/train.sh, which makes the weights that ship, with a model of seconds: stopped by a
# signal, by its clock and by kill -9, gone on with, and what it puts where, and when.
mograph=$1
recipe=$2
. "$(dirname "$0")/common.sh"
export MOGRAPH="$mograph" RECIPE_SMOKE=1 RECIPE_WORK="$folder/work" RECIPE_WEIGHTS="$folder/weights" OUT="$folder/new"
here=$RECIPE_WEIGHTS/particles-tiny.safetensors

# recipe STATUS ARGUMENT...
recipe() {
    wanted=$1
    shift
    last="train.sh $*"
    sh "$recipe" "$@" >out 2>err
    status=$?
    check [ "$status" -eq "$wanted" ]
}

# Nothing lies in the weights' folder but whole files of one run.
untouched() {
    check [ "$(ls -A "$RECIPE_WEIGHTS")" = particles-tiny.safetensors ]
    check cmp -s "$here" old.safetensors
}

# wait_for FILE
wait_for() {
    for _ in $(seq 300); do
        [ ! -s "$1" ] || break
        sleep 0.1
    done
}

# What is refused.
recipe 1 tpu
says err "usage: "
recipe 1 cpu gpu
MOGRAPH=nothing recipe 1 cpu
says err "there is no nothing"
RECIPE_SEED=20261129 recipe 1 cpu
says err "the seed of the judging set"
for seed in 020261129 1e3 -1 1234567890; do
    RECIPE_SEED=$seed recipe 1 cpu
    says err "RECIPE_SEED=$seed: a number"
done
for rates in "0.001 fast" 0 1.2.3 " "; do
    RECIPE_RATES=$rates recipe 1 cpu
    says err "RECIPE_RATES=$rates: learning rates"
done
check [ ! -e work ]

# Weights of before that the judging set does not fit, as those of another size.
mkdir weights
echo "of another time" >old.safetensors
cp old.safetensors "$here"

# Stopped by a signal in the first stage: the run has its checkpoint, and nothing was put anywhere.
RECIPE_STEPS=150 sh "$recipe" cpu >out 2>err &
wait_for work/tiny/half/metrics.csv
kill -TERM $!
wait $!
status=$?
last="train.sh cpu, stopped"
check [ "$status" -eq 143 ]
says err "stopped; .*--resume goes on"
check [ -n "$(ls work/tiny/half/checkpoints)" ]
check [ ! -e work/tiny/half.done ]
untouched
recipe 1 cpu
says err "there is a run in .*--resume"

# Killed with all that it has started, and stopped by its clock.
setsid sh "$recipe" cpu --resume >out 2>err &
sleep 1
group=$!
kill -9 "-$group"
wait "$group" 2>/dev/null
for _ in $(seq 100); do # who waits for a disk ends when it has answered
    kill -0 "-$group" 2>/dev/null || break
    sleep 0.1
done
untouched
RECIPE_SLICE=1 recipe 3 cpu --resume
says err "the time is over, and there is more to do: .*--resume"
untouched

# To the end: every step once, in order. Weights that no figure stands against are not replaced.
recipe 0 cpu --resume
says err "before cannot be judged by this set: only --install replaces them"
says err "tiny, adversary2: 0.* of the goals"
says err "those of before stay; --resume --install takes"
untouched
check [ "$(cut -d, -f1 work/tiny/half/metrics.csv | sed 1d | sort -n | uniq | wc -l)" -eq 150 ]
check [ "$(sed 1d work/tiny/half/metrics.csv | wc -l)" -eq 150 ]
check [ -n "$(ls new/particles-tiny-adversary2.safetensors)" ]
check cmp -s new/particles-tiny.md work/tiny/new/particles-tiny.md

# Only where it is asked for, and then all of it.
recipe 0 cpu --resume --install
says err "particles-tiny is installed in "
check [ "$(ls -A weights | tr '\n' ' ')" = \
    "morph.gif particles-tiny-real.png particles-tiny.md particles-tiny.png particles-tiny.safetensors " ]
run 0 generate -w "$here" --kind snow -n 1 --json -o snow.gif
hash=$(sed -n 's/.*"hash":[^"]*"\([0-9a-f]*\)".*/\1/p' out)
check grep -q "Hash $hash\." weights/particles-tiny.md
check grep -q "^Judged by particles: seed 20261129, 4 layouts, .* 4 clips a kind of 32x32x8" weights/particles-tiny.md
check grep -q "^| foreground PSNR, dB | 21 |" weights/particles-tiny.md
check grep -q "^- half: 150 steps in " weights/particles-tiny.md
# The card's commands are those of the runs.
check grep -q "^mograph dataset particles --seed 20261129 .* -o judge$" weights/particles-tiny.md
check grep -q "^mograph train particles:size=16x16x4,clips=4,.* --preset tiny --batch 4 --epochs 50 " weights/particles-tiny.md

# Weights of before that the set fits stand beside the new ones, and give way to better ones only.
cp work/tiny/adversary2/weights.safetensors "$here"
cp "$here" old.safetensors
cp work/tiny/whole/weights.safetensors "$here"
recipe 0 cpu --resume
says err "tiny, before: 0.* of the goals"
check grep -q "^|  | [a-z0-9]* [0-9a-f]* | before [0-9a-f]* | real clips |" work/tiny/new/particles-tiny.md
new=$(sed -n 's/.*, adversary2: \(0.*\) of the goals/\1/p' err)
old=$(sed -n 's/.*, before: \(0.*\) of the goals/\1/p' err)
if [ "$(echo "$new $old" | awk '{ print ($1 > $2) }')" = 1 ]; then
    says err "is installed"
    check cmp -s "$here" work/tiny/new/particles-tiny.safetensors
else
    says err "those of before stay"
    check cmp -s "$here" work/tiny/whole/weights.safetensors
fi

# Begun with the weights that are here: the card says how these were made, too.
rm -rf work
export RECIPE_INIT_WHOLE="$here"
RECIPE_SEED=7 recipe 0 cpu --install
check [ ! -e work/tiny/half ]
check grep -q "^mograph train particles:.*seed=7.*--init " weights/particles-tiny.md
check grep -q "^These began with the weights of before" weights/particles-tiny.md
check [ "$(grep -c "^mograph train particles:size=32x32x8" weights/particles-tiny.md)" -ge 3 ]
check grep -q "^- half: 150 steps in " weights/particles-tiny.md

# With the adversary's stage alone.
rm -rf work
unset RECIPE_INIT_WHOLE
RECIPE_INIT_ADVERSARY="$here" recipe 0 cpu --install
check [ ! -e work/tiny/whole ]
says err "tiny, adversary2: 0.* of the goals"
check grep -q "^mograph train particles:.* --init .* --adversary-from 0 " weights/particles-tiny.md
check grep -q "^- adversary: 3 steps in " weights/particles-tiny.md
check grep -q "^- adversary2: 3 steps in " weights/particles-tiny.md
check grep -q "^mograph train .* --init adversary .*--lr 0.002 .*-o adversary2$" weights/particles-tiny.md

finish

#!/bin/sh
# eval.sh MOGRAPH PYTHON: evaluation as a user meets it, of a model that has hardly learnt anything: what it says,
# that it says the same again, its cache, its folder, and what it refuses.
mograph=$1
python=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/common.sh"

# One line on stderr beside the device's, nothing on stdout.
refuses() {
    run "$@"
    check [ ! -s out ]
    check [ "$(grep -c -v -e '^mograph: device' err)" -eq 1 ]
}

run 0 dataset particles -o data --size 32x32x8 --clips 14 --val 0.5
run 0 train data --preset tiny --batch 6 --epochs 3 --every 3 -o model
w=model/weights.safetensors

# Figures, page and sheets.
run 0 eval data -w $w -o judged --json
says err "training the classifier"
mv out first.json
check cmp -s first.json judged/eval.json
for name in eval.html samples.gif neighbours.gif reconstructions.gif morphs.gif; do
    check [ -s "judged/$name" ]
done
check "$python" -B "$here/check_eval.py" first.json judged/eval.html

# The same again, from the cache and as tables.
run 0 eval data -w $w --json
check [ -z "$(grep 'training the classifier' err)" ]
check cmp -s out first.json
run 0 eval data -w model --n 2 --temperature 0.5 --seed 3
says out "Against 12 training clips, 2 of each kind"
says out "kind accuracy"

# A broken cache is replaced, one of other clips is not taken.
echo "not a classifier" >data/classifier.safetensors
run 0 eval data -w $w --json
says err "broken and will be replaced"
check cmp -s out first.json
rm data/train/burst/0001.webp
run 0 eval data -w $w --n 1 --json
says err "training the classifier"

# The classifier by itself: what it says, and that figures are then taken with it.
run 0 classifier train data --steps 30 --seed 2
says out "trained on 41 clips of 6 kinds; [0-9]* of 42 validation clips .*; in data/classifier.safetensors"
run 0 eval data -w $w --n 1 --json
check [ -z "$(grep 'training the classifier' err)" ]
cp out with-own.json
refuses 2 train data --preset classifier
says err "train: --preset classifier is a command of its own: .mograph classifier train DATA"
refuses 2 classifier train data --epochs 5

# In a file of its own: the same bytes, which the data set then need not hold; not of other clips, and not replaced.
run 0 classifier train data --steps 30 --seed 2 -o own.safetensors --json
check "$python" -c "
import json
made = json.load(open('out'))
assert made['out'] == 'own.safetensors' and made['kinds'] == 6, made
assert made['training_clips'] == 41 and made['validation_clips'] == 42 and 0 <= made['validation_accuracy'] <= 1, made"
check cmp -s own.safetensors data/classifier.safetensors
rm data/classifier.safetensors
run 0 eval data -w $w --n 1 --json --classifier own.safetensors
check [ -z "$(grep 'training the classifier' err)" ]
check cmp -s out with-own.json
check [ ! -e data/classifier.safetensors ]
refuses 1 classifier train data -o own.safetensors
says err "exists already; --force"
refuses 1 classifier train data -o nowhere/own.safetensors
says err "No such file"

# What is refused: one line that says why.
refuses 1 eval data # the weights that ship, or none
refuses 2 eval
refuses 1 eval data -w $w --n 8
says err "more than the 6 training clips of \"burst\""
refuses 1 eval nowhere -w $w
mkdir -p empty/train/a one/train/a one/val/a
refuses 1 eval empty -w $w
says err "no clips"
cp data/train/burst/0002.webp one/train/a && cp data/val/burst/*.webp one/val/a
refuses 1 eval one -w $w
says err "one kind only"
refuses 1 classifier train one
says err "one kind only"
mkdir -p part/train/a part/train/b
cp data/train/burst/0002.webp part/train/a && cp data/train/snow/0002.webp part/train/b
refuses 1 eval part -w $w
says err "no validation clips"
mkdir -p part/val/a part/val/b
cp data/train/burst/0003.webp part/val/a && cp data/train/snow/0003.webp part/val/b
refuses 1 eval part -w $w
says err "has not learnt the kind \"a\""
run 0 dataset particles -o large --size 64x32x8 --clips 2 --val 0.5
refuses 1 eval large -w $w
says err "32x32x8, these are of 64x32x8"
refuses 1 eval data -w nothing.safetensors
refuses 1 eval data -w first.json
run 1 eval data -w $w --n 1 --classifier nothing.safetensors
says err "nothing.safetensors: cannot open: No such file"
rm data/train/burst/0002.webp
run 1 eval data -w $w --n 1 --classifier own.safetensors
says err "own.safetensors: this is no classifier of these training clips"
echo "not a classifier" >broken.safetensors
run 1 eval data -w $w --n 1 --classifier broken.safetensors
says err "broken.safetensors"
refuses 1 eval data -w $w -o nowhere/judged

# What can be judged before the work is.
mkdir -p blocked/morphs.gif
refuses 1 eval data -w $w --n 1 -o blocked
says err "morphs.gif: is a folder"
check [ "$(ls -A blocked)" = morphs.gif ]
refuses 1 eval data -w $w --n 1 --classifier nothing.safetensors
check [ "$(grep -c 'reading clips' err)" -eq 0 ]

finish

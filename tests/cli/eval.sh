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
for name in eval.html samples.gif neighbours.gif reconstructions.gif morphs.gif samples.png real.png; do
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
says out "^Judged by particles: seed 1, 4 layouts, variety 1, 14 clips a kind of 32x32x8 ([0-9a-f]\{16\}), 2 clips"
run 0 eval data -w model --n 2 --markdown
says out "^|  | model | black clip |$"
refuses 2 eval data -w model --markdown --json

# Which set was judged: a hash of the clips tells sets apart, whatever the name. The name says how it was drawn,
# with parameters of their own; another folder has its own name.
set_of() { # FILE KEY
    "$python" -c "import json, sys; print(json.load(open(sys.argv[1]))['set'][sys.argv[2]])" "$1" "$2"
}
run 0 dataset particles -o other --size 32x32x8 --clips 4 --val 0.5 --seed 12 --layout-seed 5 --variety 0.35 --variety-of phase=0.1
run 0 eval other -w model --n 2 --json
cp out other.json
check [ "$(set_of other.json name)" = \
    "particles: seed 12, 4 layouts of seed 5, variety 0.35 phase=0.1, 4 clips a kind of 32x32x8" ]
check [ "$(set_of other.json hash)" != "$(set_of first.json hash)" ]
cp -r other "an other"
rm "an other/manifest.json"
run 0 eval "an other/." -w model --n 2 --json
cp out renamed.json
check [ "$(set_of renamed.json name)" = "an other" ]
check [ "$(set_of renamed.json hash)" = "$(set_of other.json hash)" ]

# Weights side by side: of one set by whatever name, in any order, from folders and files.
run 0 eval other -w model --n 2 --temperature 0.5 -o cooler
run 0 eval --table other.json renamed.json cooler
says out "^Judged by particles: seed 12, .*, 2 clips of each kind$"
says out "model [0-9a-f]\{8\}  model [0-9a-f]\{8\}  model [0-9a-f]\{8\} T=0.5  real clips"
says out "^  kind accuracy "
says out "^  vortex "
check [ "$(grep -c 'mograph: device' err)" -eq 0 ]
run 0 eval --table --markdown other.json cooler
says out "^|  | model [0-9a-f]* | model [0-9a-f]* T=0.5 | real clips |$"
run 0 eval --table --json other.json cooler
check "$python" -c "
import json
table, one, two = json.load(open('out')), json.load(open('other.json')), json.load(open('cooler/eval.json'))
assert table['evaluations'] == [one, two] and table['set'] == one['set'] and table['n'] == 2, table"

# Figures of different sets, or of other numbers of clips, never stand in one table; nor what does not say its set.
refuses 1 eval --table other.json first.json
says err "figures of different sets .*other.json is of particles: seed 12, .*first.json of particles: seed 1, "
refuses 1 eval --table --json first.json cooler
run 0 eval other -w model --n 1 -o fewer
refuses 1 eval --table other.json fewer
says err "other.json is of 2 of each kind, fewer/eval.json of 1"
"$python" -c "
import json
old = json.load(open('other.json'))
del old['set']
json.dump(old, open('old.json', 'w'))
old['real']['frechet'] += 1
old['set'] = json.load(open('other.json'))['set']
json.dump(old, open('classified.json', 'w'))"
refuses 1 eval --table other.json old.json
says err "old.json: it does not say which set .* eval. it again"
run 0 eval --table other.json classified.json
says err "different classifiers"
refuses 1 eval --table data/manifest.json
says err "manifest.json: this is not what .mograph eval --json. prints"
refuses 2 eval --table data
says err "data/eval.json: "
refuses 2 eval --table judged/eval.html
refuses 2 eval --table other.json -w model
says err "takes no -w"
refuses 2 eval --table other.json other.json other.json other.json other.json other.json other.json other.json
says err "at most 7"
refuses 2 eval data other -w model
says err "one data set at a time"

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

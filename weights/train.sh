#!/bin/sh
# Makes the weights that ship, from nothing: draws the judging set, trains at a quarter of the size, at half of
# it, at whole size, and there with adversaries, judges beside the weights of before, writes sheets and the card.
#
#   sh weights/train.sh cpu             # three hours; wants the machine to itself
#   sh weights/train.sh gpu             # nine minutes at most, then status 3: there is more to do
#   sh weights/train.sh cpu --resume    # goes on, whatever stopped it, and when
#
# The new weights replace those here when they reach more of the goals below, by the judging set; with
# --install in any case. Nothing else is written outside runs/recipe-cpu or -gpu and the output folder. From
# the environment:
#
#   MOGRAPH            the program (build/mograph)
#   OUT                the output folder: the newest weights whenever this stops (runs/recipe-*/out)
#   RECIPE_PRESETS     models, one after another (cpu: small; gpu: small base)
#   RECIPE_SLICE       seconds until it stops by itself; 0: never (cpu: 0; gpu: 540)
#   RECIPE_INIT_HALF   weights that the stage at half size begins with: OUT's of a machine that is gone.
#   RECIPE_INIT_WHOLE  The same of the stage at whole size. The stages before are then left out
#   RECIPE_INIT_ADVERSARY  The same of the stages with the adversary
#   RECIPE_RATES       learning rates of the stages with the adversary, one after another (0.001 0.001 0.002 0.002)
#   RECIPE_SEED        of the training clips (1): another one where weights go on, so that the clips are new
#   RECIPE_WORK        where it works (runs/recipe-cpu or -gpu)
#   RECIPE_WEIGHTS     where the weights go (weights)
#   RECIPE_SMOKE=1     a run of seconds of the preset tiny, to test this script; RECIPE_STEPS: steps a stage
set -u
cd "$(dirname "$0")/.." || exit 1

# --- the recipe. What is not said here is as `mograph train --help` has it.

recipe() {
    quarter_size=32x32x8 half_size=64x64x16 whole_size=128x128x32
    seed=${RECIPE_SEED:-1}
    clips=240 val=0.15              # training clips: `dataset particles` as it comes
    renew=0.2                       # part of them that every epoch replaces by new ones; '': a folder of them
    judge_seed=20261129             # that no run uses; all else of the judging set as by default
    judge="--seed $judge_seed"
    judge_n=30                      # of each kind
    quarter_options='' half_options='' whole_options='--store bf16'
    adversary_options='--store bf16 --adversary-from 0'
    adversary_rates=${RECIPE_RATES:-0.001 0.001 0.002 0.002} # a stage each, with a new discriminator
    shown=small                     # whose morph is the README's picture
    case $device in
    cpu) # two cores: 20, 55, 36 and four times 10 minutes, if nothing else runs
        presets=small slice=0
        quarter_steps=4500 quarter_batch=8
        half_steps=5500 half_batch=8 whole_steps=1200 whole_batch=8
        adversary_steps=306 adversary_batch=4
        look_steps=1000 save_steps=100 ;;
    gpu)
        presets='small base' slice=540
        quarter_steps=8000 quarter_batch=32
        half_steps=8000 half_batch=32 whole_steps=12000 whole_batch=32
        adversary_steps=306 adversary_batch=16
        look_steps=1000 save_steps=1000 ;;
    esac
}

# Nothing is learnt here; every line of this script runs.
smoke() {
    quarter_size=16x16x4 half_size=16x16x4 whole_size=32x32x8 presets=tiny shown=tiny
    clips=4 val=0.5 judge="--seed $judge_seed --size 32x32x8 --clips 4 --val 0.5" judge_n=2
    quarter_steps=0 half_steps=${RECIPE_STEPS:-3} whole_steps=${RECIPE_STEPS:-3} adversary_steps=${RECIPE_STEPS:-3}
    adversary_rates=${RECIPE_RATES:-0.001 0.002}
    quarter_batch=4 half_batch=4 whole_batch=4 adversary_batch=4 look_steps=${RECIPE_STEPS:-3} save_steps=3
}

# What the judging set asks for: a row of `mograph eval --table`, from where to where it counts as reached,
# and of what: of itself, of the last column (real clips), or above the last column (a black clip).
goals='kind accuracy|0.95||itself
diversity in a kind|0.8|1.2|itself
recall|0.6||real
coverage|0.6||real
motion|0.75|1.2|itself
sharpness|0.4|1.2|itself
brightest pixels|0.9|1.1|itself
foreground PSNR, dB|21||black
kinds: brightest pixels half-way|0.8||itself'

# --- running, and being stopped

say() { echo "train.sh: $*" >&2; }
die() { say "$*"; exit 1; }

child='' stopped='' timer='' clock='' preset=''

# The child is told by SIGTERM, which it takes for Ctrl-C: a terminal sends it SIGINT too, and a second signal
# of one kind would end it without a checkpoint.
interrupt() {
    stopped=${stopped:-$1}
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}

stop() {
    hand_over
    if [ "$stopped" = slice ]; then
        say "the time is over, and there is more to do: the same with --resume"
        exit 3
    fi
    say "stopped; the same with --resume goes on"
    exit "$stopped"
}

# run COMMAND...: its status. Does not come back when it was told to stop. Counts seconds in the file $clock.
run() {
    check_stopped
    began=$(date +%s)
    "$@" &
    child=$!
    [ -z "$stopped" ] || kill -TERM "$child" 2>/dev/null
    while :; do # a signal ends `wait`, not the child
        wait "$child"
        status=$?
        kill -0 "$child" 2>/dev/null || break
    done
    child=''
    [ -z "$clock" ] || echo $(($(date +%s) - began)) >>"$clock"
    check_stopped
    return "$status"
}

# Behind what was not waited for by run: a failure of its may be a signal.
check_stopped() {
    [ -z "$stopped" ] || stop
}

# One of our own that asks by the clock, and goes when this script has gone.
start_timer() {
    [ "$slice" -gt 0 ] || return 0
    deadline=$(($(date +%s) + slice))
    (
        trap - EXIT
        while [ "$(date +%s)" -lt "$deadline" ]; do
            sleep 1
            kill -0 $$ 2>/dev/null || exit 0
        done
        kill -USR1 $$
    ) >/dev/null 2>&1 &
    timer=$!
}

# --- stages

# draw NAME OPTION...: a data set appears when it is whole.
draw() {
    name=$1
    shift
    [ ! -e "$work/$name/manifest.json" ] || return 0
    record "$work/$name.command" dataset particles "$@" -o "$work/$name"
    run "$mograph" dataset particles "$@" -o "$work/$name" >&2 || die "the clips could not be drawn"
}

# training_data NAME SIZE: $data, which `mograph train` is given for clips of a size.
training_data() {
    if [ -n "$renew" ]; then
        data=particles:size=$2,clips=$clips,val=$val,seed=$seed,renew=$renew
    else
        draw "$1" --seed "$seed" --clips "$clips" --val "$val" --size "$2"
        data=$work/$1
    fi
}

# The command as somebody would type it who stands in the folder of the run.
record() { # FILE ARGUMENT...
    file=$1
    shift
    echo "mograph $*" | sed "s|$work/$preset/||g; s|$work/||g; s|--init [^ ]*/|--init |" >"$file"
}

# epochs STEPS: at least as many, with $batch of $count clips a step.
epochs() {
    echo $((($1 * batch + count - 1) / count))
}

# train_stage NAME STEPS BATCH OPTION...: on $data, into $work/$preset/NAME.
train_stage() {
    stage=$work/$preset/$1 steps=$2 batch=$3
    shift 3
    [ ! -e "$stage.done" ] || return 0
    clock=$stage.seconds
    if [ -f "$stage/config.json" ]; then
        run "$mograph" train --resume "$stage" || die "$stage: training failed, as the line above says"
    else
        rm -rf "$stage" "$clock"
        count=$("$mograph" train "$data" --preset "$preset" --batch "$batch" --dry-run 2>/dev/null |
            sed -n 's/.* on \([0-9]*\) clips of .*/\1/p')
        check_stopped
        [ -n "$count" ] || die "$stage: \`mograph train --dry-run\` cannot plan it"
        set -- train "$data" --preset "$preset" --batch "$batch" --epochs "$(epochs "$steps")" \
            --every "$(epochs $look_steps)" --save-every "$(epochs $save_steps)" "$@" -o "$stage"
        record "$stage.command" "$@"
        run "$mograph" "$@" || die "$stage: training failed, as the line above says"
    fi
    clock=''
    : >"$stage.done"
}

# The names of the stages with an adversary, in order.
adversary_stages() {
    number=0
    for _ in $adversary_rates; do
        number=$((number + 1))
        [ $number -eq 1 ] && echo adversary || echo adversary$number
    done
}

# judge NAME WEIGHTS: into $work/$preset/NAME-figures.
judge() {
    figures=$work/$preset/$1-figures
    [ ! -e "$figures.done" ] || return 0
    run "$mograph" eval "$work/judge" -w "$2" --n "$judge_n" -o "$figures" >/dev/null || return 1
    : >"$figures.done"
}

# The weights that are here now, on the same set.
judge_before() {
    before=''
    [ -f "$weights/particles-$preset.safetensors" ] || return 0
    here=$weights/particles-$preset.safetensors kept=$work/$preset/before.safetensors
    # Those of this run are not of before it: it has been here already.
    if cmp -s "$here" "$work/$preset/new/particles-$preset.safetensors"; then
        [ -f "$kept" ] || return 0
    elif ! cmp -s "$here" "$kept"; then
        rm -f "$work/$preset/before-figures.done"
        copy "$here" "$kept"
    fi
    if judge before "$kept"; then
        before=before
    else
        say "the weights of before cannot be judged by this set: only --install replaces them"
        before=none
    fi
}

# --- which are better

# reached TABLE COLUMN: the part of each goal that is reached, "name|from|to|value|part" a line, then the mean.
reached() {
    echo "$goals" | awk -F'|' -v column="$2" '
        function number(text) { gsub(/\342\210\222/, "-", text); return text + 0 }
        NR == FNR { name[++n] = $1; from[n] = $2; to[n] = $3; of[n] = $4; next }
        /^\|/ { 
            row = $2
            gsub(/^ +| +$/, "", row)
            value[row] = number($(column + 2))
            last[row] = number($(NF - 1))
        }
        END {
            for (i = 1; i <= n; i++) {
                v = value[name[i]]; black = of[i] == "black" ? last[name[i]] : 0
                least = of[i] == "real" ? from[i] * last[name[i]] : from[i]
                part = (v - black) / (least - black)
                if (to[i] != "" && v > to[i]) part = to[i] / v
                part = part > 1 ? 1 : part < 0 ? 0 : part
                sum += part
                printf "%s|%.3g|%s|%.3g|%.2f\n", name[i], least, to[i], v, part
            }
            printf "%.3f\n", sum / n
        }' - "$1"
}

# side_by_side [--markdown] NAME...: their figures in tables.
side_by_side() {
    names=$*
    set --
    for name in $names; do
        case $name in --*) set -- "$@" "$name" ;; *) set -- "$@" "$work/$preset/$name-figures" ;; esac
    done
    "$mograph" eval --table "$@"
}

# choose CANDIDATE...: the best of them is $best; $better: whether it reaches more than what was before.
choose() {
    table=$work/$preset/table.md best='' best_part=-1 better=yes column=0
    [ "$before" != none ] || better=no
    [ "$before" != before ] || set -- "$@" before
    side_by_side "$@" >&2 || die "the figures cannot be compared"
    side_by_side --markdown "$@" >"$table" 2>/dev/null
    check_stopped
    for name in "$@"; do
        column=$((column + 1))
        part=$(reached "$table" $column | tail -n 1)
        say "$preset, $name: $part of the goals"
        if [ "$name" = before ]; then
            [ "$(echo "$best_part $part" | awk '{ print ($1 > $2) }')" = 1 ] || better=no
        elif [ "$(echo "$best_part $part" | awk '{ print ($1 < $2) }')" = 1 ]; then
            best=$name best_part=$part best_column=$column
        fi
    done
}

# --- what comes out

result() { # KEY: a text of the chosen evaluation
    sed -n "s/^	\"$1\":	\"\(.*\)\",\$/\1/p" "$work/$preset/$best-figures/eval.json"
}

duration() { # FILE of seconds, a line a call
    awk '{ s += $1 } END { printf "%d h %02d min", s / 3600, s % 3600 / 60 }' "$1"
}

commands() { # STAGE...
    for name in "$@"; do
        [ ! -f "$work/$preset/$name.command" ] || cat "$work/$preset/$name.command"
    done
}

card_training() {
    echo 'Every line is one that `weights/train.sh '"$device"'` ran. A stage begins with the weights before it.'
    echo
    echo '```sh'
    commands quarter half whole
    # shellcheck disable=SC2046 # names
    [ "$best" = whole ] || commands $(adversary_stages)
    echo '```'
    echo
    echo "On $(result device):"
    for name in quarter half whole $(adversary_stages); do
        [ ! -e "$work/$preset/$name.done" ] || [ ! -f "$work/$preset/$name.seconds" ] ||
            echo "- $name: $(awk -F, 'END { print $1 + 1 }' "$work/$preset/$name/metrics.csv") steps in" \
                "$(duration "$work/$preset/$name.seconds")."
    done
    [ ! -f "$work/$preset/earlier" ] || { echo && echo 'These began with the weights of before, which were made so:' &&
        echo && cat "$work/$preset/earlier"; }
}

# keep_earlier WEIGHTS: how they were made, as the card beside them says.
keep_earlier() {
    earlier=${1%.safetensors}.md
    [ ! -f "$work/$preset/earlier" ] && [ -f "$earlier" ] || return 0
    sed -n '/^## Training/,/^## Figures/p' "$earlier" | sed '1,2d; $d' | sed '$d' >"$work/$preset/earlier"
}

card_goals() {
    echo '| goal | from | to | reached | part of it |'
    echo '|---|---|---|---|---|'
    reached "$work/$preset/table.md" "$best_column" | sed '$d; s/|/ | /g; s/^/| /; s/$/ |/; s/|  |/| – |/'
}

card() {
    beside=''
    [ "$before" != before ] || beside=before
    cat <<END
# particles-$preset

Preset \`$preset\`, clips of $whole_size, six kinds of particle clips (burst, fountain, orbit, ripple, snow,
vortex), stored as bf16. Hash $(result weights_hash). This page is written by \`sh weights/train.sh $device\`.

![Twelve samples of each kind, one frame](particles-$preset.png)

Twelve clips of each kind that no run has seen, for comparison:

![Twelve real clips of each kind, one frame](particles-$preset-real.png)

## Data

Drawn by this program, nothing else. The last line draws the judging set, whose seed no run uses:

\`\`\`sh
$(commands ../data-quarter ../data-half ../data-whole ../judge)
\`\`\`

## Training

$(card_training)

## Figures

\`mograph eval judge --n $judge_n\`${beside:+, and the same of the weights that were here before}.

$(side_by_side --markdown "$best" $beside 2>/dev/null)

\`mograph eval --help\` says what each figure is. A video is dark, so PSNR flatters: that is why
the black clip's stands beside it.

## Goals

$(card_goals)

What falls short of its goal falls short of it.

## Licence

MIT, as the program; the data is the program's own drawing.
END
}

copy() { # FILE FILE
    cp "$1" "$2" || die "$2 cannot be written"
}

# The folder with all that would be installed. Its mark comes last.
collect() {
    out=$work/$preset/new name=particles-$preset
    mkdir -p "$out"
    copy "$work/$preset/$best/weights.safetensors" "$out/$name.safetensors"
    copy "$work/$preset/$best-figures/samples.png" "$out/$name.png"
    copy "$work/$preset/$best-figures/real.png" "$out/$name-real.png"
    card >"$out/$name.md" || die "$out/$name.md cannot be written"
    check_stopped
    [ "$preset" != "$shown" ] ||
        run "$mograph" morph burst fountain orbit ripple snow vortex --loop --force -q \
            -w "$out/$name.safetensors" -o "$out/morph.gif" || die "the morph cannot be made"
}

# Copies first, then only names change.
install_weights() {
    [ "$(wc -c <"$out/particles-$preset.safetensors")" -le $most_bytes ] ||
        { say "particles-$preset is larger than 16 MiB and is not installed; it lies in $out"; return 0; }
    trap '' INT TERM HUP USR1
    mkdir -p "$weights"
    for file in "$out"/*; do
        if ! cp "$file" "$weights/.$(basename "$file").new"; then
            rm -f "$weights"/.*.new
            die "$weights cannot be written"
        fi
    done
    for file in "$out"/*; do
        file=$weights/$(basename "$file")
        mv -f "$weights/.${file##*/}.new" "$file" || die "$file cannot be written"
    done
    catch
    say "particles-$preset is installed in $weights; README.md has its figures by hand"
}

most_bytes=16777216

# put FILE NAME: into the output folder; what is larger than 16 MiB in pieces, which \`cat\` joins.
put() {
    mkdir -p "$output"
    rm -f "$output/$2" "$output/$2".a?
    if [ "$(wc -c <"$1")" -le $most_bytes ]; then
        cp "$1" "$output/.$2" && mv "$output/.$2" "$output/$2"
    else
        split -b $most_bytes "$1" "$output/$2."
    fi
}

# The newest weights there are, also of a stage that is not finished; and what was said of them.
hand_over() {
    newest=''
    for name in quarter half whole $(adversary_stages); do
        [ -z "$preset" ] || [ ! -f "$work/$preset/$name/weights.safetensors" ] || newest=$name
    done
    [ -z "$newest" ] || put "$work/$preset/$newest/weights.safetensors" "particles-$preset-$newest.safetensors"
    [ -z "$preset" ] || [ ! -e "$work/$preset/judged" ] ||
        put "$work/$preset/new/particles-$preset.md" "particles-$preset.md"
}

# --- all of it

# From nothing, or from what RECIPE_INIT_HALF or -WHOLE says.
train_without_adversary() {
    init=${RECIPE_INIT_HALF:-}
    if [ -z "$init${RECIPE_INIT_WHOLE:-}" ] && [ "$quarter_steps" -gt 0 ]; then
        training_data data-quarter "$quarter_size"
        # shellcheck disable=SC2086 # options
        train_stage quarter $quarter_steps $quarter_batch $quarter_options
        init=$work/$preset/quarter
    fi
    if [ -z "${RECIPE_INIT_WHOLE:-}" ]; then
        training_data data-half "$half_size"
        # shellcheck disable=SC2086 # options
        train_stage half $half_steps $half_batch ${init:+--init "$init"} $half_options
    fi
    training_data data-whole "$whole_size"
    # shellcheck disable=SC2086 # options
    train_stage whole $whole_steps $whole_batch --init "${RECIPE_INIT_WHOLE:-$work/$preset/half}" \
        $whole_options
    judge whole "$work/$preset/whole" || die "the weights cannot be judged"
}

# The last of the stages is $last, and is judged.
train_with_adversary() { # WEIGHTS to begin with
    training_data data-whole "$whole_size"
    begin=$1 round=0
    for rate in $adversary_rates; do
        round=$((round + 1))
        last=$(adversary_stages | sed -n "${round}p")
        # shellcheck disable=SC2086 # options
        train_stage "$last" $adversary_steps $adversary_batch --init "$begin" $adversary_options --lr "$rate"
        begin=$work/$preset/$last
    done
    judge "$last" "$begin" || die "the weights cannot be judged"
}

make_weights() {
    mkdir -p "$work/$preset"
    judge_before
    begin=${RECIPE_INIT_ADVERSARY:-} candidates=''
    keep_earlier "${begin:-${RECIPE_INIT_WHOLE:-${RECIPE_INIT_HALF:-}}}"
    if [ -z "$begin" ]; then
        train_without_adversary
        begin=$work/$preset/whole candidates=whole
    fi
    if [ "$adversary_steps" -gt 0 ]; then
        train_with_adversary "$begin"
        candidates="$candidates $last"
    fi
    # shellcheck disable=SC2086 # names
    choose $candidates
    collect
    : >"$work/$preset/judged"
    hand_over
    if [ "$install" = yes ] || [ "$better" = yes ]; then
        install_weights
    else
        say "particles-$preset: those of before stay; --resume --install takes $out"
    fi
}

catch() {
    trap 'interrupt 130' INT
    trap 'interrupt 143' TERM
    trap 'interrupt 129' HUP
    trap 'interrupt slice' USR1
}

device='' resume=no install=no
for argument in "$@"; do
    case $argument in
    cpu | gpu) [ -z "$device" ] || die "one of cpu and gpu"; device=$argument ;;
    --resume) resume=yes ;;
    --install) install=yes ;;
    *) die "usage: sh weights/train.sh cpu|gpu [--resume] [--install]" ;;
    esac
done
device=${device:-cpu}
recipe
[ -z "${RECIPE_SMOKE:-}" ] || smoke
presets=${RECIPE_PRESETS:-$presets} slice=${RECIPE_SLICE:-$slice}
mograph=${MOGRAPH:-build/mograph}
work=${RECIPE_WORK:-runs/recipe-$device} weights=${RECIPE_WEIGHTS:-weights}
output=${OUT:-$work/out}
[ -x "$mograph" ] || die "there is no $mograph: \`sh setup.sh build\` builds it"
echo "$adversary_rates" | awk '{ for (i = 1; i <= NF; i++) if (!($i ~ /^[0-9]*[.]?[0-9]+$/ && $i + 0 > 0)) exit 1; exit NF < 1 }' ||
    die "RECIPE_RATES=$adversary_rates: learning rates, as in \`0.001 0.002\`"
case $seed in
'' | *[!0-9]* | 0* | ??????????*) die "RECIPE_SEED=$seed: a number from 1 on, of at most nine digits" ;;
"$judge_seed") die "RECIPE_SEED=$seed is the seed of the judging set, which no run may see: take another" ;;
esac
[ "$resume" = yes ] || [ ! -e "$work" ] ||
    die "there is a run in $work: --resume goes on with it; remove the folder to begin anew"
mkdir -p "$work" || exit 1
catch
trap '[ -z "$timer" ] || kill "$timer" 2>/dev/null' EXIT
start_timer
# shellcheck disable=SC2086 # options
draw judge $judge
for preset in $presets; do
    make_weights
done

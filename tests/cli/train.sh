#!/bin/sh
# train.sh MOGRAPH PYTHON FULL_DISK [KILLS]: training as a user meets it: one batch learnt, runs that are killed,
# stopped, out of disk (by the library FULL_DISK) or misconfigured. KILLS (default 5) times a run is killed -9 and
# goes on.
mograph=$1
python=$2
full_disk=$3
kills=${4:-5}
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # FULL_DISK comes first

# The best PSNR of a run's training steps, from metrics.csv.
best_psnr() {
    "$python" - "$1/metrics.csv" <<'PY'
import csv, math, sys
print(int(max(10 * math.log10(1 / float(row["mse"])) for row in csv.DictReader(open(sys.argv[1])))))
PY
}

newest() {
    ls "$1"/checkpoints/step-*.safetensors | tail -n 1
}

run 0 dataset particles -o data --size 32x32x8 --clips 4
tiny="--preset tiny --batch 4 --save-every 1 --adversary-from 0.67" # the second phase, too

# Everything learns: one batch of two clips to 35 dB within 700 steps (18 training clips, 9 steps an epoch).
run 0 train data --preset tiny --batch 2 --epochs 77 --lr 0.005 --overfit-batch --save-every 1000 -o overfit
check [ "$(best_psnr overfit)" -ge 35 ]

# The plan, without a run.
run 0 train data $tiny --dry-run
says out "activations .* MiB"
check [ ! -e runs ]

# Every operation of a step agrees with its reference in the place that it has there.
export MOGRAPH_CHECK=1
run 0 train data $tiny --steps 2 --adversary-from 1 -o checked
unset MOGRAPH_CHECK

# A whole run, its folder, and the same run killed again and again: the same bits.
run 0 train data $tiny --epochs 12 --every 6 -o whole
for name in config.json metrics.csv weights.safetensors report.html samples/0012-samples.gif \
    samples/0012-reconstructions.gif samples/0012-morph.gif; do
    check [ -s "whole/$name" ]
done
check [ "$(wc -l <whole/metrics.csv)" -eq 55 ]
check [ "$(ls whole/checkpoints | wc -l)" -eq 2 ]
"$mograph" train data $tiny --epochs 12 --every 6 -o killed >out 2>err &
for _ in $(seq 100); do # before there is a configuration there is no run
    [ -s killed/config.json ] && break
    sleep 0.1
done
for kill in $(seq "$kills"); do
    sleep "$("$python" -c "import random; print(random.Random($kill).uniform(0.5, 6))")"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
    last="kill $kill"
    check [ -s killed/config.json ]
    "$mograph" train --resume killed >out 2>err &
done
wait $!
status=$?
check [ "$status" -eq 0 ]
for name in metrics.csv weights.safetensors "checkpoints/$(basename "$(newest whole)")" samples/0012-samples.gif; do
    check cmp -s "whole/$name" "killed/$name"
done

# interrupt SIGNAL RUN ROWS OPTION...: starts a run and sends it a signal once metrics.csv has more rows than ROWS.
interrupt() {
    last="train -o $2, then SIG$1"
    "$python" - "$mograph" "$@" <<'PY' # a shell would start a background job with SIGINT ignored
import signal, subprocess, sys, time
mograph, name, folder, rows = sys.argv[1:5]
signal.signal(signal.SIGINT, signal.SIG_DFL)
run = subprocess.Popen([mograph, "train", "data", *sys.argv[5:], "-o", folder], stderr=open("err", "w"))
for _ in range(3000):
    time.sleep(0.02)
    try:
        if sum(1 for _ in open(folder + "/metrics.csv")) > int(rows):
            break
    except OSError:
        pass
run.send_signal(getattr(signal, "SIG" + name))
sys.exit(run.wait(120))
PY
    status=$?
}

# Ctrl-C and SIGTERM: the step is finished, a checkpoint written, the status says which signal it was.
for signal in INT:130 TERM:143; do
    rm -rf stopped
    interrupt "${signal%:*}" stopped 3 $tiny --epochs 500 --every 1000
    check [ "$status" -eq "${signal#*:}" ]
    steps=$(($(wc -l <stopped/metrics.csv) - 1))
    check [ "$(newest stopped)" = "stopped/checkpoints/$(printf 'step-%010d' "$steps").safetensors" ]
done

# Weights of the second phase keep the statistics that they have learnt under, those that it began with.
statistics() {
    "$python" - "$1" <<'PY'
import hashlib, json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
tensors = {n: t["data_offsets"] for n, t in json.loads(data[8:8 + size]).items() if ".running_" in n}
assert tensors
print(hashlib.sha256(b"".join(data[8 + size + a:8 + size + b] for n, (a, b) in sorted(tensors.items()))).hexdigest())
PY
}
run 0 train data --preset tiny --batch 4 --epochs 2 --adversary-from 0 --init whole -o sharp
check [ "$(statistics sharp/weights.safetensors)" = "$(statistics whole/weights.safetensors)" ]
# Nor does their encoder move, but for a little weight decay: the decoder does.
# moved FILE FILE PREFIX: the largest difference of what is so named, in millionths of the largest number there.
moved() {
    "$python" - "$@" <<'PY'
import json, struct, sys
def read(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    return {n: struct.unpack("<%df" % ((b - a) // 4), data[8 + size + a:8 + size + b])
            for n, t in json.loads(data[8:8 + size]).items() if n.startswith(sys.argv[3]) and ".running_" not in n
            for a, b in [t["data_offsets"]]}
old, new = read(sys.argv[1]), read(sys.argv[2])
assert old and old.keys() == new.keys()
print(int(1e6 * max(abs(x - y) for n in old for x, y in zip(old[n], new[n])) / max(abs(x) for n in old for x in old[n])))
PY
}
check [ "$(moved whole/weights.safetensors sharp/weights.safetensors encoder.)" -lt 100 ]
check [ "$(moved whole/weights.safetensors sharp/weights.safetensors top.posterior.)" -lt 100 ]
check [ "$(moved whole/weights.safetensors sharp/weights.safetensors decoder.)" -gt 100 ]
run 0 train data --preset tiny --batch 4 --epochs 2 --init whole -o smooth
check [ "$(statistics smooth/weights.safetensors)" != "$(statistics whole/weights.safetensors)" ]

# A run that is all second phase keeps the densities of its weights; one that is stopped half-way has its own.
densities() {
    "$python" - "$1" <<'PY'
import hashlib, json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
tensors = json.loads(data[8:8 + size])
part = lambda name: data[8 + size + tensors[name]["data_offsets"][0]:8 + size + tensors[name]["data_offsets"][1]]
print(hashlib.sha256(part("density.kernel")).hexdigest() if any(part("density.width")) else "none")
PY
}
check [ "$(densities sharp/weights.safetensors)" = "$(densities whole/weights.safetensors)" ]
run 0 train data --preset tiny --batch 18 --epochs 4 --every 1 --steps 2 -o early
for weights in early smooth; do
    check [ "$(densities $weights/weights.safetensors)" != none ]
    check [ "$(densities $weights/weights.safetensors)" != "$(densities whole/weights.safetensors)" ]
done

# --every and --save-every that are not given: not every few steps, where an epoch has few (18 clips, by fours).
check grep -q '"every":	23,' sharp/config.json
check grep -q '"save-every":	12,' sharp/config.json

# A signal at a step that is looked at (with one step an epoch, every one is): the run that goes on misses nothing.
eager="--preset tiny --batch 18 --epochs 4 --every 1"
run 0 train data $eager -o eager
interrupt TERM eager-stopped 1 $eager
check [ "$(($(wc -l <eager-stopped/metrics.csv)))" -lt 5 ]
run 0 train --resume eager-stopped
check cmp -s eager/metrics.csv eager-stopped/metrics.csv
check cmp -s eager/weights.safetensors eager-stopped/weights.safetensors
check [ "$(ls eager/samples)" = "$(ls eager-stopped/samples)" ]

# The newest checkpoint is damaged: the one before serves. Both are: a clear end.
cp -r whole damaged
truncate -s 1000 "$(newest damaged)"
rm damaged/weights.safetensors
run 0 train --resume damaged
check cmp -s whole/weights.safetensors damaged/weights.safetensors
for file in damaged/checkpoints/*; do
    truncate -s 1000 "$file"
done
run 1 train --resume damaged
says err "no checkpoint of damaged can be read"

# A full disk: the last checkpoint stays whole, and nothing half-written is left beside it.
run 0 train data $tiny --epochs 12 --steps 3 --every 100 -o full
kept=$(newest full)
cp "$kept" kept
cp full/metrics.csv kept.csv
last="train --resume full, with a full disk"
LD_PRELOAD=$full_disk "$mograph" train --resume full >out 2>err
status=$?
check [ "$status" -eq 1 ]
says err "full/metrics.csv: cannot be written: No space left on device"
check cmp -s full/metrics.csv kept.csv
last="train --resume full, with a disk that is full for checkpoints"
FULL_DISK_FOR=step- LD_PRELOAD=$full_disk "$mograph" train --resume full >out 2>err
status=$?
check [ "$status" -eq 1 ]
says err "No space left on device"
check [ "$(head -n 4 full/metrics.csv)" = "$(cat kept.csv)" ]
says err "could not be written; the last good one is full/checkpoints/step-0000000003"
check cmp -s "$kept" kept
check [ "$(ls -A full/checkpoints | wc -l)" -eq 1 ]

# Weights to start from, and configurations.
cp whole/weights.safetensors start.safetensors
run 0 train data $tiny --epochs 2 --steps 3 --init start.safetensors -o again
beta=$(tr -c '[:print:]' '\n' <start.safetensors | grep -o 'mograph.beta":"[^"]*' | cut -d'"' -f3)
last="train --init goes on with beta $beta"
check [ "$(sed -n 2p again/metrics.csv | cut -d, -f9-11 | tr , /)" = "$beta" ]
rm start.safetensors # they are in the checkpoint by now
run 0 train data $tiny --epochs 1 --every 1 --store bf16 -o stored
check [ "$(wc -c <stored/weights.safetensors)" -lt "$(($(wc -c <whole/weights.safetensors) * 6 / 10))" ]
run 0 generate -w stored -n 1 -o stored.gif --force
run 0 train --resume again

# A run has the decoder's parts of the weights that it begins with, and keeps them; runs from before that are as
# presets were then.
run 0 train data $tiny --epochs 1 --adversary-from 1 --decoder "placed=128 mapped=16" -o plain
run 0 train data $tiny --epochs 2 --steps 3 --adversary-from 1 --init plain -o of-plain
says of-plain/config.json '"decoder":.*"placed=128 mapped=16"'
rm -r plain
run 0 train --resume of-plain --steps 4
sed -i '/"decoder":/d' of-plain/config.json
run 0 train --resume of-plain --steps 5
run 2 train data $tiny --decoder waves -o other
says err 'decoder "waves" names no parts of a decoder'
run 1 train data $tiny --decoder "placed=128 waves=4 poses=1" -o other
says err "even number of poses"
run 0 dataset particles -o half --size 16x16x4 --clips 2
run 0 train half $tiny --epochs 2 --steps 3 --adversary-from 1 -o small
run 0 train data $tiny --epochs 2 --steps 3 --init small/weights.safetensors -o grown
says whole/config.json '"ladder-from":.*0.4,'
says grown/config.json '"ladder-from":.*0,' # the levels have learnt already
run 0 train data $tiny --epochs 2 --steps 1 --init small --ladder-from 0.3 -o asked
says asked/config.json '"ladder-from":.*0.3,'
cp -r data fewer
rm -r fewer/*/burst fewer/manifest.json
run 0 train fewer $tiny --epochs 2 --steps 3 --init whole -o of-fewer-kinds
run 0 dataset particles -o wide --size 64x32x8 --clips 2
run 1 train wide $tiny --epochs 1 --init whole/weights.safetensors -o other
says err "decoder.1.fourier.conv.weight"
run 1 train data $tiny --epochs 1 --init nothing -o other
says err "nothing: there are no such weights"
check [ ! -e other ]
run 0 train data --config whole/config.json --epochs 1 -o configured
says configured/config.json '"preset":.*"tiny"'
says configured/config.json '"epochs":.*1,'
echo '{"epochs": "many"}' >bad.json
run 2 train data --config bad.json
says err 'bad.json: "epochs" must be a number'
echo '{"epoch": 1}' >bad.json
run 2 train data --config bad.json
says err '"epoch" is not an option'

# What cannot be.
run 2 train
says err "give a data set"
run 1 train nowhere
run 1 train data $tiny -o whole
says err "go on with it by --resume whole"
run 1 train --resume nowhere
run 2 train data --lr nan
run 0 dataset particles -o odd --size 36x32x8 --clips 2
run 1 train odd --preset tiny
says err "multiples of 2 to the power of stages"

finish

#!/bin/sh
# commands.sh MOGRAPH PYTHON: the program as a user meets it. Each line of a failure names what was run.
mograph=$1
python=$2
. "$(dirname "$0")/common.sh"

# A wrong command line: one line on stderr, nothing on stdout, exit status 2.
refuses() {
    pattern=$1
    shift
    run 2 "$@"
    says err "^mograph: .*$pattern"
    check [ "$(wc -l <err)" -eq 1 ]
    check [ ! -s out ]
}

run 0 --help
says out "^usage: mograph"
run 0 --version
says out '^mograph [0-9]*\.[0-9]*\.[0-9]*$'
run 2
says err "^usage: mograph"

# Every command that --help lists has a page of its own, and refuses what it does not know.
"$mograph" --help | sed -n 's/^  \([a-z ]*[a-z]\)   *.*/\1/p' >commands
check [ -s commands ]
while read -r command; do
    # shellcheck disable=SC2086
    run 0 $command --help
    says out "^usage: mograph $command"
    says out "--help"
    # shellcheck disable=SC2086
    refuses "no option --no-such-option" $command --no-such-option
done <commands

refuses 'did you mean "devices"' device
refuses 'did you mean "bench kernels"' bench kernel
refuses "needs a second word" bench
refuses "no command" nonsense
refuses "before a command" --nonsense
refuses "one argument too many" devices extra
refuses "did you mean --json" devices --jsno
refuses "needs a value" doctor --device
refuses "from 1 to 1000" bench kernels --repeat 0
refuses "from 1 to 1000" bench kernels --repeat 1e3
refuses "no operation" bench kernels --only no-such-operation
MOGRAPH_STATISTICS=nowhere/lines run 1 bench kernels --only cast
says err "^mograph: MOGRAPH_STATISTICS: nowhere/lines: cannot write here"
check [ "$(wc -l <err)" -eq 1 ]
refuses "from 1 to 1000" bench train --steps 0
refuses "tiny" bench train --preset enormous
refuses "no preset" info enormous
run 0 info tiny
says out "^encoder.0.conv .*conv3d_forward .*1x4x16x16x32 -> 1x4x16x16x8 "
says out "^memory .*to train.*to generate"

run 0 devices
says out "usable"
run 0 devices --json
check "$python" -c "
import json, sys
devices = json.load(open(sys.argv[1]))['devices']
assert devices and any(d['usable'] for d in devices)
for i, d in enumerate(devices):
    assert d['index'] == i and d['name'] and len(d['uuid']) == 36
    assert d['usable'] == (d['reason'] == '') == (d['kernels'] in ('tile', 'lane', 'coop'))
    assert d['matrices']
" out

run 0 info small --json
check "$python" -c "
import json, sys
model = json.load(open(sys.argv[1]))
assert model['parameters'] > 1e6 and 5e9 < model['train_flops_per_clip'] <= 15e9
first = next(layer for layer in model['layers'] if layer['parameters'] > 0)
assert first['layer'] == 'encoder.0.conv' and first['parameters'] == 512
" out
run 0 bench kernels --json --repeat 1 --only cast
check "$python" -c "
import json, sys
report = json.load(open(sys.argv[1]))
assert report['peak_gflops'] > 0 and report['peak_gb_per_s'] > 0
assert report['operations'] and all(row['median_ms'] > 0 for row in report['operations'])
assert report['plain_c_loop']['best_ms'] > 0
" out

run 0 bench train --preset tiny --batch 2 --steps 1 --each
says out "^tiny, batch 2, fp32, muon$"
says out "^step .* ms, median of 1 "
says out "^ *[0-9]*  conv_"
says out "^conv_.*%"
says out "^sum .* 100.0%"
run 0 bench train --preset tiny --batch 2 --steps 2 --adversary --precision bf16 --optimiser adamw --each --json
check "$python" -c "
import json, sys
report = json.load(open(sys.argv[1]))
assert report['preset'] == 'tiny' and report['batch'] == 2 and report['precision'] == 'bf16'
assert report['optimiser'] == 'adamw' and report['adversary']
assert 0 < report['best_ms'] <= report['median_ms'] <= report['worst_ms']
assert report['clips_per_s'] > 0 and report['gflops'] > 0
profile = report['profile']
kernels, records = profile['kernels'], profile['records']
names = [row['kernel'] for row in kernels]
assert len(set(names)) == len(names) and not any(name.startswith('muon') for name in names)
assert [row['ms'] for row in kernels] == sorted((row['ms'] for row in kernels), reverse=True)
assert sum(row['calls'] for row in kernels) == len(records)
assert abs(sum(row['share'] for row in kernels) - 1) < 1e-6
assert abs(sum(row['ms'] for row in records) - profile['ms']) < 1e-6 * profile['ms']
assert any(name.startswith('hinge') for name in names)
" out

run 0 doctor
says out "agree with their references"
check [ "$(grep -c ' ok$' out)" -ge 20 ]

# A device that is not there, and no driver at all.
run 1 doctor --device "no such device"
says err 'mograph: no device matches "no such device"'
MOGRAPH_KERNELS=wide run 1 doctor
says err "kernel families are tile, lane and coop"
for command in devices doctor; do
    VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent run 1 $command
    says err "install mesa-vulkan-drivers"
    check [ "$(wc -l <err)" -eq 1 ]
done

# An output that cannot be written is no success.
if [ -w /dev/full ]; then
    last="mograph devices >/dev/full"
    "$mograph" devices >/dev/full 2>err
    status=$?
    check [ "$status" -eq 1 ]
    says err "could not write"
fi

finish

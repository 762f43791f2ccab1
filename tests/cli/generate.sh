#!/bin/sh
# generate.sh MOGRAPH PYTHON FULL_DISK UNTRAINED: generate, morph, reconstruct, encode and decode as a user meets them,
# with weights that UNTRAINED writes: results repeat bit by bit, ways to the same clip agree, and every bad input is one
# clear line that leaves nothing behind. FULL_DISK is preloaded for a disk that is full.
mograph=$1
python=$2
full_disk=$3
untrained=$4
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" # FULL_DISK comes first

# One line of complaint (behind the device's, when it came that far), nothing on stdout, nothing new in the folder.
# refuses STATUS PATTERN ARGUMENT...
refuses() {
    wanted=$1
    pattern=$2
    shift 2
    find . ! -name out ! -name err ! -name before ! -name after | sort >before
    run "$wanted" "$@"
    says err "^mograph: .*$pattern"
    check [ "$(grep -vc '^mograph: device ' err)" -eq 1 ]
    check [ ! -s out ]
    find . ! -name out ! -name err ! -name before ! -name after | sort >after
    check cmp -s before after
}

# Pictures without a library: what the program's PNGs hold, rows of RGB.
cat >png.py <<'PY'
import zlib

def image(path):
    d, at, data, rows = open(path, "rb").read(), 8, b"", []
    while at < len(d):
        n = int.from_bytes(d[at:at + 4], "big")
        if d[at + 4:at + 8] == b"IHDR":
            width, height = int.from_bytes(d[at + 8:at + 12], "big"), int.from_bytes(d[at + 12:at + 16], "big")
        data += d[at + 8:at + 8 + n] if d[at + 4:at + 8] == b"IDAT" else b""
        at += 12 + n
    data, stride, above = zlib.decompress(data), 3 * width, [0] * (3 * width)
    for y in range(height):
        kind, row = data[y * (stride + 1)], list(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            a, b, c = row[x - 3] if x > 2 else 0, above[x], above[x - 3] if x > 2 else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        rows.append(row)
        above = row
    return rows

# A square of 32 pixels with its corner at (x, y).
def square(rows, x, y):
    return [row[3 * x:3 * (x + 32)] for row in rows[y:y + 32]]
PY

"$untrained" w.safetensors plain || exit 1
run 0 dataset particles -o data --size 32x32x8 --clips 2
clip=data/val/snow/$(ls data/val/snow | head -n 1)
other=data/val/orbit/$(ls data/val/orbit | head -n 1)
w="-w w.safetensors"

# --- generate

run 0 generate $w -o one.webp
says err "1 clip in one.webp"
check [ -s one.webp ]
run 0 generate $w -o again.webp
check cmp -s one.webp again.webp
run 0 generate $w --seeds 2 -o two.webp
check [ "$(cmp -s one.webp two.webp; echo $?)" -eq 1 ]

# -f replaces what the program makes, and nothing else: not a file or a device by a folder, nor a pipe by a file.
mkdir kept
echo precious >kept/plain
mkfifo kept/fifo kept/fifo.gif kept/fifo.webp kept/fifo.mp4 kept/z.safetensors
mknod kept/null c 1 3 2>/dev/null || mkfifo kept/null
ln -s plain kept/link
mkdir kept/notes && echo precious >kept/notes/notes.txt && cp one.webp kept/notes/1.png
for name in plain fifo null link notes fifo.gif fifo.webp fifo.mp4; do
    refuses 1 "kept/$name: is a.* not replaced" generate $w -q -f -o kept/$name
done
refuses 1 "kept/fifo.gif: is a device, a pipe or a socket" morph $w burst snow -q -f -o kept/fifo.gif
refuses 1 "kept/null: is a device, a pipe or a socket" reconstruct $w "$clip" -q -f -o kept/null
refuses 1 "kept/z.safetensors: is a device, a pipe or a socket" encode $w "$clip" -q -f -o kept/z.safetensors
refuses 1 "kept/plain: is a file" generate $w -q -o kept/plain # --force would not help
check grep -q precious kept/plain
check [ -z "$(find kept -name '.*')" ]

# Names are bytes, JSON is UTF-8.
latin=$(printf 'lat\351in')
for extension in gif webp png mp4; do
    run 0 generate $w -q -f --json -o "$latin.$extension"
    check "$python" -c "import json; json.load(open('out', encoding='utf-8'))"
done
run 0 encode $w "$latin.webp" -q --json -o "$latin.safetensors"
check "$python" -c "import json; json.load(open('out', encoding='utf-8'))"
run 0 decode $w "$latin.safetensors" -q --json -o "$latin-again.webp"
check "$python" -c "import json; json.load(open('out', encoding='utf-8'))"
run 0 reconstruct $w "$latin.webp" -q --json -o "$latin-twice.webp"
check "$python" -c "import json; json.load(open('out', encoding='utf-8'))"
run 0 morph $w "$latin.webp" snow -q --json -o "$latin-morph.webp"
check "$python" -c "import json; json.load(open('out', encoding='utf-8'))"
red=$(printf '\033[31mred')
run 0 generate $w -o "$red.webp"
run 0 morph $w "$red.webp" snow -o "$latin-red.webp"
check "$python" -c "
import sys, xml.dom.minidom
data = open(sys.argv[1], 'rb').read()
xmp = data[data.index(b'<x:xmpmeta'):]
assert '?[31mred' in xml.dom.minidom.parseString(xmp.rstrip(b'\\0')).toxml()
" "$latin-red.webp"
run 0 generate $w -q -o "$latin-frames"
touch "$latin-frames/Thumbs.db" "$latin-frames/.DS_Store"
run 0 morph $w "$latin-frames" snow -o "$latin-morph2.webp"
says err "left out lat?in-frames: hidden, or of the system: .DS_Store, Thumbs.db"
check [ "$(cat out err | tr -d '\n\t -~' | wc -c)" -eq 0 ]
rm -r kept "$latin"* "$red.webp"

# A kind's clip is the same alone, in a list, and as it is saved; z files lie beside.
run 0 generate $w --kind vortex --seeds 3,7-8 --save-z -o 'v-#.gif'
check [ "$(ls v-* | tr '\n' ' ')" = "v-3.gif v-3.z.safetensors v-7.gif v-7.z.safetensors v-8.gif v-8.z.safetensors " ]
run 0 generate $w --kind vortex --seeds 7 -o v.webp
run 0 decode $w v-7.z.safetensors -o decoded.webp
run 0 generate $w --kind vortex --seeds 7 -o frames
run 0 decode $w v-7.z.safetensors -o decoded-frames
check "$python" -c "
from png import image
for frame in range(1, 9):
    assert image(f'frames/{frame:04}.png') == image(f'decoded-frames/{frame:04}.png')
"
check [ "$(ls frames | wc -l)" -eq 8 ]

# All on one kind is that kind; between kinds is neither.
run 0 generate $w --mix vortex:2 --seeds 7 -o mixed
run 0 generate $w --mix vortex:1,snow:1 --seeds 7 -o between
check "$python" -c "
from png import image
assert image('mixed/0003.png') == image('frames/0003.png') != image('between/0003.png')
"

# Grids: 32 pixels a clip, 2 between and around; every pixel three times as wide and high with --scale.
size() {
    "$python" -c "
import sys
d = open(sys.argv[1], 'rb').read()
print(int.from_bytes(d[6:8], 'little'), int.from_bytes(d[8:10], 'little'))" "$1"
}
run 0 generate $w -n 5 -o five.gif --save-z
check [ "$(size five.gif)" = "104 70" ]
check [ -s five-5.z.safetensors ]
run 0 generate $w --grid 2x3 --scale 3 -o grid.gif
check [ "$(size grid.gif)" = "210 312" ]
run 0 generate $w -o small.gif
check [ "$(size small.gif)" = "32 32" ]

# The file says how it was made, and nothing about the machine.
run 0 generate $w --kind burst --seeds 7 -o "$folder/told.gif" --fps 20
last="comment of told.gif"
check grep -q -a -e "mograph generate --kind burst --seeds 7 --fps 20; burst:7; weights w.safetensors [0-9a-f]\{16\}" told.gif
check [ "$(grep -c -a -e "$folder" told.gif)" -eq 0 ]

# What scripts read.
run 0 generate $w --kind snow --seeds 18446744073709551615 -o 's-#.webp' --save-z --json
check "$python" -c "
import json
made = json.load(open('out'))
assert made['clips'] == [{'out': 's-18446744073709551615.webp', 'z': 's-18446744073709551615.z.safetensors',
                          'kind': 'snow', 'seed': 18446744073709551615}], made
assert len(made['weights']['hash']) == 16 and made['device'] and made['seconds'] > 0
"
run 0 generate $w -o quiet.gif --quiet
check [ ! -s out ] && check [ ! -s err ]
run 0 generate $w -o quiet.gif -f -q --seeds 5
check [ ! -s err ]

# --- encode, decode, reconstruct

run 0 encode $w "$clip" -o z.safetensors --json
check "$python" -c "
import json
made = json.load(open('out'))
assert made['out'] == 'z.safetensors' and made['kind'] and len(made['kl_nats']) == 3 and made['elbo_nats'] < 0
"
run 0 encode $w "$clip" -o z2.safetensors
check cmp -s z.safetensors z2.safetensors
run 0 decode $w z.safetensors -o z.png
run 0 reconstruct $w "$clip" "$other" -o r.png --json
# The reconstruction beside its original is what encode and decode give: r.png is a sheet of frames, each with a
# column of originals and one of reconstructions.
check "$python" - <<'PY'
import json, math
from png import image, square
z, r, squares = image("z.png"), image("r.png"), []
columns, cell = len(z[0]) // 3 // 32, 2 * 34 + 2
for frame in range(8):
    x, y = frame % (len(r[0]) // 3 // cell) * cell, frame // (len(r[0]) // 3 // cell) * cell
    original, made = square(r, x + 2, y + 2), square(r, x + 36, y + 2)
    assert made == square(z, frame % columns * 32, frame // columns * 32), frame
    squares += [((a - b) / 255) ** 2 for p, q in zip(original, made) for a, b in zip(p, q)]
told = json.load(open("out"))["clips"]
assert len(told) == 2 and abs(told[0]["psnr_db"] + 10 * math.log10(sum(squares) / len(squares))) < 1e-6
PY
run 0 reconstruct $w "$clip" -o r.gif --kind snow
says out "snow .*PSNR .* dB"

# --- morph

run 0 morph $w burst:3 vortex:7 -o m.gif
says err "32 frames of 32x32"
run 0 morph $w burst:3 vortex:7 -o m2.gif
check cmp -s m.gif m2.gif
run 0 morph $w burst:3 vortex:7 --steps 6 --dwell 1 -o m
check [ "$(ls m | wc -l)" -eq 8 ]
# A morph that is one clip long begins as the first source begins and ends as the second ends.
run 0 generate $w --kind burst --seeds 3 -o b
check "$python" -c "
from png import image
assert image('m/0001.png') == image('b/0001.png') and image('m/0008.png') == image('frames/0008.png')
assert image('m/0004.png') not in (image('b/0004.png'), image('frames/0004.png'))
"
run 0 morph $w burst:3 vortex:7 snow:1 --loop -o loop.gif --json
check "$python" -c "
import json
made = json.load(open('out'))
assert made['frames'] == 72 and made['sources'] == ['burst:3', 'vortex:7', 'snow:1'], made
"
for interp in slerp spline; do
    run 0 morph $w burst vortex snow --interp $interp --ease cubic --dwell 2 --steps 3 -o $interp.gif
    check [ "$(cmp -s loop.gif $interp.gif; echo $?)" -eq 1 ]
done
run 0 morph $w burst vortex --style strip --steps 3 -o strip.gif
says err "24 frames of 32x32"
run 0 morph $w burst vortex snow --style sheet --steps 4 -o sheet.gif
says err "8 frames of"
# Every kind of source at once.
run 0 morph $w "$clip" z.safetensors seed:4 v.webp snow burst:9 --style strip --steps 2 -o all.webp
says err "48 frames"
run 0 generate $w -n 1 --temperature 0 --kind burst -o still.webp
check [ -s still.webp ]

# --- where weights are found: the program's own, a run's folder

cp w.safetensors particles-small.safetensors
mkdir -p installed/bin installed/share/mograph/weights built/share/mograph/weights run
cp "$mograph" installed/bin/mograph
cp "$mograph" built/mograph
cp w.safetensors installed/share/mograph/weights/particles-small.safetensors
cp w.safetensors built/share/mograph/weights/particles-small.safetensors
cp w.safetensors run/weights.safetensors
for program in installed/bin/mograph built/mograph; do
    last="$program generate"
    "$program" generate -o "$(dirname $program)/found.webp" >out 2>err
    status=$?
    check [ "$status" -eq 0 ]
done
run 0 generate -w run -o by-run.webp
rm built/share/mograph/weights/particles-small.safetensors
last="built/mograph generate, without weights"
built/mograph generate -o none.gif >out 2>err
status=$?
check [ "$status" -eq 1 ]
says err "^mograph: no weights come with this program.*mograph train DATA"
check [ ! -e none.gif ]

# --- bad input

refuses 2 "say where to write" generate $w
refuses 2 "there is no kind \"brust\"; did you mean burst?; the kinds are burst, fountain" generate $w --kind brust -o x.gif
refuses 2 "seeds is empty" generate $w --seeds "" -o x.gif
refuses 2 "give a list like 1,4-9" generate $w --seeds 4-1 -o x.gif
refuses 2 "leave out -n" generate $w --seeds 1 -n 2 -o x.gif
refuses 2 "from 1 to 1024" generate $w -n 0 -o x.gif
refuses 2 "not both" generate $w --kind burst --mix burst:1 -o x.gif
refuses 2 "is no part of burst" generate $w --mix burst:0 -o x.gif
refuses 2 "give columns x rows" generate $w --grid 0x4 -o x.gif
refuses 2 "do not fit" generate $w --grid 2x2 -n 5 -o x.gif
refuses 2 "from 0 to 4" generate $w --temperature nan -o x.gif
refuses 1 "cannot write this kind of file" generate $w -o x.tiff
refuses 1 "exists already; --force" generate $w -o one.webp
refuses 1 "exists already; --force" generate $w --seeds 3 --save-z -o 'v-#.webp'
refuses 1 "no such weights" generate -w missing.safetensors -o x.gif
refuses 2 "nor is there such a file" morph $w burst missing.gif -o x.gif
refuses 2 "behind the colon" morph $w burst:x snow -o x.gif
refuses 2 "give SOURCE" morph $w burst -o x.gif
refuses 2 "for --style play" morph $w burst snow --style sheet --dwell 3 -o x.gif
refuses 2 "nothing between" morph $w burst snow --style strip --steps 1 -o x.gif
refuses 1 "too large" morph $w burst snow --style sheet --steps 1000 -o x.gif
refuses 1 "too much\|more than" morph $w burst snow --style strip --steps 1000 --scale 16 -o x.gif
refuses 1 "cannot open" reconstruct $w missing.gif -o x.gif
refuses 1 "cannot open" encode $w missing.gif -o x.z.safetensors
refuses 2 "named NAME.z.safetensors" encode $w "$clip" -o x.gif
refuses 2 "there is no kind" encode $w "$clip" --kind nothing -o x.z.safetensors
refuses 1 "missing.z.safetensors" decode $w missing.z.safetensors -o x.gif
refuses 1 "holds no z" decode $w w.safetensors -o x.gif
refuses 1 "holds tensors but no mograph model" generate -w v-7.z.safetensors -o x.gif

# Damaged and foreign files.
head -c 2000 w.safetensors >cut.safetensors
head -c 300 v-7.z.safetensors >cut.z.safetensors
head -c 300 "$clip" >cut.webp
echo "not a clip" >text.gif
refuses 1 "cut.safetensors" generate -w cut.safetensors -o x.gif
refuses 1 "cut.z.safetensors" decode $w cut.z.safetensors -o x.gif
refuses 1 "cut.webp" encode $w cut.webp -o x.z.safetensors
refuses 1 "text.gif" morph $w burst text.gif -o x.gif
"$untrained" wide.safetensors wide
"$untrained" kinds.safetensors kinds
"$untrained" newer.safetensors plain 2
refuses 1 "eps.0" decode -w wide.safetensors v-7.z.safetensors -o x.gif
refuses 1 "other kinds" decode -w kinds.safetensors v-7.z.safetensors -o x.gif
run 0 decode -w newer.safetensors v-7.z.safetensors -o newer.gif
says err "made with other weights"

# A tensor more, of a type that nothing here uses, or with a value that nobody asks for: named, not "not of the format".
for dtype in BOOL I8 U16 F8_E4M3 C64 F32; do
    "$python" - "$dtype" <<'EOF'
import json, struct, sys
size = {'C64': 8, 'F32': 4, 'U16': 2}.get(sys.argv[1], 1)
b = open('w.safetensors', 'rb').read()
n = struct.unpack('<Q', b[:8])[0]
header, data = json.loads(b[8:8 + n]), b[8 + n:]
header['extra'] = {'dtype': sys.argv[1], 'shape': [1], 'data_offsets': [len(data), len(data) + size]}
text = json.dumps(header).encode()
open('extra.safetensors', 'wb').write(struct.pack('<Q', len(text)) + text + data + b'\xff' * size)
EOF
    refuses 1 "holds extra, which the model .* does not have" generate -w extra.safetensors -o x.gif
done

# What is no result is refused, with the device named.
"$untrained" black.safetensors black
"$untrained" wild.safetensors wild
refuses 1 "black on \".*mograph doctor" generate -w black.safetensors --fine 0 -o x.gif
refuses 1 "not finite.*mograph doctor" generate -w wild.safetensors -o x.gif
refuses 1 "black\|not finite" morph -w black.safetensors burst snow --fine 0 -o x.gif

# A user's own number is no fault of the device.
refuses 1 "from a z that is far from what noise is" generate -w wild.safetensors --temperature 4 -o x.gif
check [ "$(grep -c doctor err)" -eq 0 ]

# What is read from a weights file is judged before there is room for it.
edit() { # OLD NEW: edited.safetensors, with another configuration
    "$python" -c "
import json, struct, sys
data = open('w.safetensors', 'rb').read()
size = struct.unpack('<Q', data[:8])[0]
header = json.loads(data[8:8 + size])
config = header['__metadata__']['mograph.config']
assert sys.argv[1] in config, config
header['__metadata__']['mograph.config'] = config.replace(sys.argv[1], sys.argv[2])
text = json.dumps(header).encode()
open('edited.safetensors', 'wb').write(struct.pack('<Q', len(text)) + text + data[8 + size:])
" "$1" "$2"
}
edit classes=6 classes=4294967295
refuses 1 "edited.safetensors: .*at most 65536 classes" generate -w edited.safetensors -o x.gif
edit classes=6 classes=60000
refuses 1 "edited.safetensors names fewer than its 60000 classes" generate -w edited.safetensors -o x.gif
edit top=8 top=65536
refuses 1 "edited.safetensors: .*at most 16384" generate -w edited.safetensors -o x.gif
edit embedding=8 embedding=6
refuses 1 "edited.safetensors: .*multiples of 4" generate -w edited.safetensors -o x.gif

# Judged before the work, before there is a device: sizes, formats and their programs, every source, memory.
early() {
    refuses "$@" --device "no such device"
    check [ "$(grep -c 'no device' err)" -eq 0 ]
}
early 1 "too large" generate $w -n 600 --scale 16 -o x.gif
early 1 "too large" generate $w --grid 1x600 --scale 2 -o x.webp
early 1 "too large" generate $w -n 1024 --scale 16 -o 'x.png'
early 1 "too large" morph $w burst snow vortex --style sheet --steps 300 -o x.gif
early 1 "too large" morph $w burst snow --scale 16 --style sheet --steps 20 -o x.gif
early 1 "more than" morph $w burst snow vortex --steps 1000 --style strip -o x.gif
# shellcheck disable=SC2046
early 1 "too large" reconstruct $w $(for _ in $(seq 250); do echo "$clip"; done) -o x.gif
early 1 "cut.webp" reconstruct $w "$clip" "$other" cut.webp -o x.gif
early 1 "cut.webp" morph $w "$clip" burst cut.webp -o x.gif
early 1 "cut.z.safetensors" morph $w "$clip" cut.z.safetensors -o x.gif
early 1 "cut.webp" encode $w cut.webp -o x.z.safetensors
early 1 "cut.z.safetensors" decode $w cut.z.safetensors -o x.gif
program=$mograph
mograph=$folder/without-ffmpeg
printf '#!/bin/sh\nPATH=/nonexistent exec "%s" "$@"\n' "$program" >without-ffmpeg
chmod +x without-ffmpeg
for out in x.mp4 x.mov x.webm; do
    early 1 "ffmpeg is needed to write videos" generate $w -n 4 -o $out
done
early 1 "ffmpeg is needed to write videos" generate $w -n 4 -o 'x-#.mp4'
early 1 "ffmpeg is needed to write videos" morph $w burst snow -o x.mp4
early 1 "ffmpeg is needed to write videos" decode $w v-7.z.safetensors -o x.mp4
early 1 "ffmpeg is needed to write videos" reconstruct $w "$clip" -o x.mp4
mograph=$program
# Memory that the process may not have. A sanitizer's shadow memory is larger than any limit: its program does not
# even start.
limited() {
    "$python" -c "
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (150000 << 10, 150000 << 10))
os.execv(sys.argv[1], sys.argv[1:])" "$mograph" "$@" >out 2>err
}
if limited --version; then
    last="generate, within a limit on memory"
    limited generate $w -n 484 --scale 4 -o x.gif
    status=$?
    check [ "$status" -eq 1 ]
    says err "^mograph: out of memory for the clips: 0.2 GiB are needed"
    check [ "$(wc -l <err)" -eq 1 ]
fi

# Nowhere to write; root may write anywhere.
mkdir locked
chmod a-w locked
if [ "$(id -u)" -ne 0 ]; then
    refuses 1 "Permission denied" generate $w -o locked/x.gif
    refuses 1 "Permission denied" encode $w "$clip" -o locked/x.z.safetensors
fi
refuses 1 "No such file" generate $w -o no/such/x.gif
refuses 1 "No such file" encode $w "$clip" -o no/such/x.z.safetensors
cp one.webp kept.webp
last="generate with a full disk"
for out in full.gif full.webp full.png full kept.webp; do
    LD_PRELOAD=$full_disk "$mograph" generate $w --seeds 9 -o $out --force >out 2>err
    status=$?
    check [ "$status" -eq 1 ]
    says err "No space left on device"
done
check cmp -s one.webp kept.webp
LD_PRELOAD=$full_disk "$mograph" encode $w "$clip" -o full.z.safetensors >out 2>err
status=$?
check [ "$status" -eq 1 ]
check [ -z "$(find . -mindepth 1 -maxdepth 1 \( -name '.*' -o -name 'full*' \))" ]

refuses 1 "no device matches" generate $w --device "no such device" -o x.gif
export VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent
for command in "generate" "morph burst snow" "reconstruct $clip"; do
    refuses 1 "install mesa-vulkan-drivers" $command $w -o x.gif
done
refuses 1 "install mesa-vulkan-drivers" encode $w "$clip" -o x.z.safetensors
refuses 1 "install mesa-vulkan-drivers" decode $w v-7.z.safetensors -o x.gif
unset VK_DRIVER_FILES VK_ICD_FILENAMES

# Ctrl-C: nothing is left, and the status says so.
"$python" - "$mograph" <<'PY' # a shell would start a background job with SIGINT ignored
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
run = subprocess.Popen([sys.argv[1], "morph", "-w", "w.safetensors", "burst", "snow", "--steps", "1000", "-o", "stop.gif"],
                       stderr=subprocess.PIPE, text=True)
told = [line for line in iter(run.stderr.readline, "") if "decoding" in line and not run.send_signal(signal.SIGINT)]
sys.exit(run.wait(60))
PY
status=$?
last="morph, stopped"
check [ "$status" -eq 130 ]
check [ ! -e stop.gif ]

finish

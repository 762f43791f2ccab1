#!/bin/sh
# The demo in a real window, under Xvfb and driven by xdotool: the picture is there and moves, every key does what the
# help says, resizing, scaling, full screen, the mouse, closing, a display that goes away.
#
#     sh tests/demo/xvfb.sh MOGRAPH_DEMO PYTHON
set -eu
demo=$1 python=$2
work=$(mktemp -d)
server='' manager='' player=''
stop() {
    for process in $player $manager $server; do
        kill "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap stop EXIT
cd "$work"

fail() {
    echo "xvfb.sh: $*" >&2
    [ ! -s err ] || sed 's/^/    /' err >&2
    exit 1
}

# Tries a command, on a busy machine for up to a minute, until it succeeds: `until_true WHAT COMMAND...`.
until_true() {
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || fail "not within a minute: $what"
        sleep 0.1
    done
}

# --- the display

start_display() {
    Xvfb -displayfd 3 -screen 0 1000x800x24 3>display >xvfb.log 2>&1 &
    server=$!
    until_true "Xvfb starts" test -s display
    DISPLAY=:$(cat display)
    export DISPLAY
    unset WAYLAND_DISPLAY SDL_VIDEODRIVER
    openbox --sm-disable >openbox.log 2>&1 &
    manager=$!
}

# A click twice a second, as a microphone.
write_clicks() {
    "$python" - <<'END'
import array, math
beat = [math.exp(-i / 44100 / 0.03) * math.sin(2 * math.pi * 80 * i / 44100) for i in range(22050)]
array.array("f", beat * 60).tofile(open("clicks", "wb"))
END
    export SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILEIN="$work/clicks"
}

window() {
    xdotool search --onlyvisible --name '^mograph$' 2>/dev/null | head -n 1 | grep .
}

# Plays, and waits for the window.
start() {
    "$demo" --stats --seed 3 >stats 2>err &
    player=$!
    until_true "a window opens" window >id
    id=$(cat id)
    until_true "the window has the keys" has_keys
}

has_keys() {
    xdotool windowfocus "$id" 2>/dev/null && [ "$(xdotool getwindowfocus 2>/dev/null)" = "$id" ]
}

# finished STATUS: it has ended by itself, with this status.
finished() {
    status=0
    wait "$player" || status=$?
    player=''
    [ "$status" = "$1" ] || fail "status $status instead of $1"
}

keys() {
    timeout 10 xdotool key --delay 30 "$@"
}

# --- pictures

# The window's pixels, without the frame that the window manager draws.
shot() {
    timeout 10 import -silent -window "$id" "$1.png"
}

# figure OPERATOR NUMBER FILE FX: judges a number that ImageMagick computes.
figure() {
    value=$(convert "$3.png" -format "%[fx:$4]" info:)
    "$python" -c "import sys; sys.exit(not ($value $1 $2))"
}

# How many pixels of two pictures differ.
differing() {
    { compare -metric AE "$1.png" "$2.png" null: 2>&1 || true; } | sed 's/[ (].*//'
}

not_black() {
    shot now && figure '>' 0.004 now mean && figure '>' 0.2 now maxima
}

# White letters: pixels of the panels' colour.
letters() {
    shot now
    convert now.png -fill black +opaque '#f2f2f2' -fill white -opaque '#f2f2f2' -format '%[fx:int(mean*w*h)]' info:
}

has_letters() {
    [ "$(letters)" -gt "$1" ]
}

has_no_letters() {
    [ "$(letters)" -lt 50 ]
}

picture_moves() {
    shot one
    sleep 0.3
    shot two
    [ "$(differing one two)" -gt 500 ]
}

# Whole numbers: the picture is of squares of 5 x 5 in a window of 700 x 640.
has_squares() {
    shot now
    convert now.png -gravity center -crop 640x640+0+0 +repage square.png
    convert square.png -sample 128x128 -sample 640x640 again.png
    [ "$(differing square again)" -eq 0 ]
}

is_smooth() {
    ! has_squares
}

size_is() {
    xdotool getwindowgeometry "$id" | grep -q "Geometry: $1\$"
}

# --- what is tried

# The last line of stats that is about the instrument: `stat NAME VALUE`.
stat() {
    "$python" -c "
import json, sys
value = json.load(open('stats'))['$1']
sys.exit(0 if value == $2 or print('$1 is', value, 'instead of', $2) else 1)" || fail "keys did not arrive"
}

test_picture() {
    until_true "the picture is not black" not_black
    until_true "the picture moves" picture_moves
    has_no_letters || fail "there is text that nobody asked for"
    keys h
    until_true "H shows the help" has_letters 2000
    shot help
    keys h
    until_true "H hides the help" has_no_letters
    keys i
    until_true "I shows the figures" has_letters 400
    keys i
    until_true "I hides the figures" has_no_letters
}

test_sizes() {
    xdotool windowsize "$id" 700 640
    until_true "the window is resized" size_is 700x640
    until_true "whole numbers: squares" has_squares
    keys x
    until_true "X scales smoothly" is_smooth
    keys x
    until_true "X scales by whole numbers" has_squares
    keys f
    until_true "F fills the screen" size_is 1000x800
    until_true "the picture is there in full screen" not_black
    keys Escape
    until_true "Escape leaves full screen" size_is 700x640
    keys alt+Return
    until_true "Alt and Return fill the screen" size_is 1000x800
    keys f
    until_true "F leaves full screen" size_is 700x640
}

# A faint grid of lines right across the picture, while the button is down.
has_map() {
    shot now
    [ "$(convert now.png -crop 700x1+0+2 +repage -fuzz 4% -fill white +opaque black -format '%[fx:int(mean*w+0.5)]' info:)" -gt 10 ]
}

test_mouse() {
    xdotool mousemove --window "$id" 200 200 mousedown 1 mousemove --window "$id" 500 300
    until_true "dragging shows the map" has_map
    xdotool mouseup 1
}

saved() {
    ls mograph-*.gif >/dev/null 2>&1
}

test_instrument() {
    keys Right Right Right Left Up Up Down l
    keys t
    sleep 0.47
    keys t
    sleep 0.47
    keys t
    sleep 0.47
    keys t
    keys s
    until_true "S saves a GIF" saved
    until_true "the message goes" has_no_letters
    keys g
    until_true "G says what is saved" has_letters 100
    keys m
    sleep 1
    keys 1 2 3 4 5 space 6
    keys q
    finished 0
    stat view '"window"'
    stat speed 1.5625
    stat temperature 1.1
    stat interpolation '"slerp"'
    stat listens_to '"microphone"'
    stat to '"vortex"'
    "$python" -c "
import json, sys
sys.exit(not 30 < json.load(open('stats'))['bpm'] < 300)" || fail "the beat that was tapped: $(cat stats)"
    head -c 6 mograph-*.gif | grep -q GIF89a || fail "what was saved is no GIF"
}

# A window that is closed, a program that is asked to end, a display that goes away: a clear end each time.
test_ends() {
    start
    keys alt+F4 # the window manager's
    finished 0
    start
    kill -TERM "$player"
    finished 143
    [ ! -s err ] || fail "it wrote to stderr"
    start
    kill "$server"
    server=''
    finished 1
    [ "$(cat err)" = "mograph-demo: the display went away, and the window with it" ] || fail "it must say that it went away"
}

start_display
write_clicks
start
test_picture
test_sizes
test_mouse
test_instrument
[ ! -s err ] || fail "it wrote to stderr"
test_ends
echo "xvfb.sh: done"

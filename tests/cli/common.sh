# shellcheck shell=sh disable=SC2154 # those who source it set $mograph
# Sourced by the tests of the program as a user meets it, which set $mograph before: a folder of its own, runs of the
# program, counted checks. Each line of a failure names what was run.
folder=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0
failed=0
unset MOGRAPH_DEVICE MOGRAPH_KERNELS
export PYTHONDONTWRITEBYTECODE=1

# run EXPECTED_STATUS ARGUMENT...: keeps stdout in out and stderr in err.
run() {
    wanted=$1
    shift
    last="mograph $*"
    "$mograph" "$@" >out 2>err
    status=$?
    check [ "$status" -eq "$wanted" ]
}

check() {
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed after \`$last\` (exit $status): $*" >&2
        tail -n 5 err >&2
    fi
}

# says out|err PATTERN
says() {
    check grep -q -e "$2" "$1"
}

# The end of a test: its totals, its status.
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

#!/bin/sh
# completions.sh MOGRAPH: the manual page as troff reads it, and what three shells offer.
mograph=$1
. "$(dirname "$0")/common.sh"

run 0 manual
cp out mograph.1
last="troff"
groff -man -Tascii -P-cbou -ww mograph.1 >page 2>err
status=$?
check [ ! -s err ]
"$mograph" --help | sed -n 's/^  \([a-z ]*[a-z]\)   *.*/\1/p' >commands
check [ -s commands ]
while read -r command; do
    says page "mograph $command "
done <commands

# offers SHELL "WORDS...": what is offered for the last word goes to out, a line for each.
for shell in bash zsh fish; do
    run 0 completions $shell
    cp out $shell.completions
done
run 2 completions csh
cat >offer.bash <<'EOF'
. ./bash.completions
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mograph
printf '%s\n' "${COMPREPLY[@]}"
EOF
# Of zsh's own machinery only what is called: the offers, and the line of options as it stands.
cat >offer.zsh <<'EOF'
compadd() { print -l -- "$@" }
_arguments() { print -l -- "$@"; print -- "seen: $words ($CURRENT)" }
words=("$@") CURRENT=$#
. ./zsh.completions
EOF
offers() {
    shell=$1
    shift
    last="$shell: $*"
    # shellcheck disable=SC2016 # fish expands it
    case $shell in
    fish) fish --no-config -c 'source ./fish.completions; complete -C "$argv"' "$*" >out 2>err ;;
    *) $shell offer.$shell "$@" >out 2>err ;;
    esac
    status=$?
    check [ ! -s err ]
}

for shell in bash zsh fish; do
    offers $shell mograph ""
    says out "^morph"
    says out "^dataset"
    check [ "$(grep -c "^dataset" out)" -eq 1 ]
    offers $shell mograph dataset ""
    says out "^particles"
    says out "^import"
    offers $shell mograph dataset particles --
    says out "--layouts"
    check [ "$(grep -c -e "--interp" out)" -eq 0 ]
done
for shell in bash fish; do
    offers $shell mograph morph --interp ""
    says out "^spline"
    offers $shell mograph generate --te
    says out "^--temperature"
    check [ "$(wc -l <out)" -eq 1 ]
done
offers zsh mograph bench kernels --
says out "seen: mograph -- (2)"
offers zsh mograph morph --
says out "seen: mograph -- (2)"
says out ":interp:(lerp slerp spline)"
says out "(-o --out)"

finish

#!/bin/sh
# refuse_portable.sh CC: check_portable.sh accepts a program that any Linux can run, and refuses others, each for its own
# fault.
cc=$1
judge=$(cd "$(dirname "$0")" && pwd)/check_portable.sh
mograph=
. "$(dirname "$0")/../cli/common.sh"

# judged STATUS PROGRAM ARGUMENT...
judged() {
    wanted=$1
    shift
    last="check_portable.sh $*"
    sh "$judge" "$@" >out 2>err
    status=$?
    check [ "$status" -eq "$wanted" ]
}

# It begins without the C library's own start, whose symbol has been as young as the library since glibc 2.34.
cat >old.c <<'END'
#include <unistd.h>
void _start(void);
void _start(void) { _exit(0); }
END
last="$cc old.c"
check "$cc" -O1 -nostartfiles -s -o old old.c
judged 0 old 100000
says out "portable: .* glibc 2.2.5; libc.so.6"

# Younger symbols: a version is asked for that no C library of 2020 has.
cat >young.c <<'END'
int young_symbol(void);
int young_symbol(void) { return 1; }
END
cat >young_user.c <<'END'
int young_symbol(void);
void _exit(int);
void _start(void);
void _start(void) { _exit(young_symbol()); }
END
echo 'GLIBC_2.32 { global: young_symbol; };' >young.map
last="$cc young.c"
check "$cc" -shared -fPIC -Wl,--version-script=young.map -Wl,-soname,libm.so.6 -o libyoung.so young.c
check "$cc" -O1 -nostartfiles -s -o young young_user.c libyoung.so
judged 1 young 100000
says err "needs GLIBC_2.32: young_symbol"
check [ "$(wc -l <err)" -eq 1 ]

# A library that is not the C library's.
check "$cc" -shared -fPIC -Wl,-soname,libyoung.so.1 -o libyoung.so young.c
check "$cc" -O1 -nostartfiles -s -o needy young_user.c libyoung.so
judged 1 needy 100000
says err "needs libyoung.so.1"

# Too large, not stripped, with a folder of the builder's, with a path to libraries.
judged 1 old 1000
says err "has [0-9]* bytes, more than 1000"
check "$cc" -O1 -nostartfiles -o symbols old.c
judged 1 symbols 100000
says err "is not stripped"
sed 's|_exit(0)|_exit(*(const volatile char *)"/where/it/was/built")|' old.c >named.c
check "$cc" -O1 -nostartfiles -s -o named named.c
judged 1 named 100000 /elsewhere /where/it/was
says err "names /where/it/was, where it was built"
judged 0 named 100000 /elsewhere
check "$cc" -O1 -nostartfiles -s -Wl,-rpath,/opt -o path old.c
judged 1 path 100000
says err "looks for libraries in a folder"

# No program at all, and one that loads nothing.
echo text >text
judged 1 text 100000
printf 'void _start(void);\nvoid _start(void) { for (;;) ; }\n' >static.c
check "$cc" -O1 -nostartfiles -nostdlib -static -s -o static static.c
judged 1 static 100000
says err "asks for no version"

finish

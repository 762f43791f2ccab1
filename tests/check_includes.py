"""Checks that the house has no circles and that includes point down.

1. No two headers include each other, by whatever detour.
2. No two .c files need each other, by whatever detour: what both need stands in a third below them. A file needs
   another when it names a function or a table that the other defines, and has seen its declaration.
3. Includes point down: between the rooms at the top, and between the rooms of model/.
4. Only runtime/system/ includes what one system has and another has not.

    python3 tests/check_includes.py [ROOT]

First it proves on made-up files that each rule can fail; then it prints one line per offence in ROOT.
"""
import pathlib
import re
import sys

HOUSE = ["runtime", "shaders", "model", "cli", "tests"]  # from below; tests/ may see everything
MODEL = ["files", "graph", "noise", "net", "weights", "clips", "sample", "train", "classifier"]
BESIDE = ["metrics"]  # in model/, sees no other room and is seen by none

SYSTEM_ROOM = "runtime/system/"
# Headers of POSIX that MinGW-w64 lacks or that mean something else there, and Windows' own. Not pthread.h: it brings it.
OF_SYSTEMS = re.compile(r'^\s*#\s*include\s+<((?:unistd|fcntl|dirent|termios|poll|spawn|dlfcn|pwd|grp|glob|fnmatch|ftw|'
                        r'windows|io|direct|conio|process|sys/[a-z_]+)\.h)>', re.M | re.I)

COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# A definition at the first column: a function whose body opens, or a table.
DEFINITION = re.compile(r'^(?!static\b|typedef\b|extern\b)[a-z][\w \t]*?[ *]\**([A-Za-z_]\w*)'
                        r'(?:\([^;{}]*\)\s*\{|(?:\[[^\]]*\])*\s*=)', re.M)
OWN = re.compile(r'^static\b[^;{}=(]*?([A-Za-z_]\w*)\s*[(\[=;]', re.M)
NAME = re.compile(r'(?<![\w.>])[A-Za-z_]\w*')


def read(root):
    """The sources below `root`, by path."""
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for room in HOUSE for path in sorted((root / room).rglob("*.[ch]"))}


def includes(sources):
    return {path: [name for name in INCLUDE.findall(text) if name in sources] for path, text in sources.items()}


def reachable(graph, start):
    seen, todo = set(), [start]
    while todo:
        for below in graph[todo.pop()]:
            if below not in seen:
                seen.add(below)
                todo.append(below)
    return seen


def calls(sources, included):
    """For each .c file the .c files whose functions and tables it names, having seen their declaration."""
    code = {path: COMMENT_OR_TEXT.sub(" ", text) for path, text in sources.items()}
    homes, declared = {}, {}
    for path, text in code.items():
        if path.endswith(".c"):
            for name in DEFINITION.findall(text):
                homes.setdefault(name, set()).add(path)
    for path, text in code.items():
        if path.endswith(".h"):
            declared[path] = set(NAME.findall(text)) & homes.keys()
    graph = {}
    for path, text in code.items():
        if path.endswith(".c"):
            seen = set().union(*(declared[header] for header in reachable(included, path) if header in declared))
            used = (set(NAME.findall(text)) & seen) - set(OWN.findall(text))
            # A name with several homes (the fuzzers' entry) tells nothing.
            graph[path] = {home for name in used if len(homes[name]) == 1 for home in homes[name]} - {path}
    return graph


def circles(graph):
    """Groups of nodes that reach each other (Tarjan), each with one way round."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for below in graph[node]:
            if below not in index:
                visit(below)
                low[node] = min(low[node], low[below])
            elif below in stack:
                low[node] = min(low[node], index[below])
        if low[node] == index[node]:
            at = stack.index(node)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1 or node in graph[node]:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)


def upward(included):
    """Includes that point up, as pairs of paths."""
    for path, below in included.items():
        for header in below:
            here, there = path.split("/"), header.split("/")
            if HOUSE.index(there[0]) > HOUSE.index(here[0]):
                yield path, header
            if here[0] == there[0] == "model" and len(here) > 2 and len(there) > 2 and here[1] != there[1]:
                rank = {room: i for i, room in enumerate(MODEL)}
                if here[1] not in rank or there[1] not in rank or rank[there[1]] > rank[here[1]]:
                    yield path, header


def offences(sources):
    included = includes(sources)
    lines = [f"circle of includes: {' '.join(group)}" for group in circles(included)]
    lines += [f"circle of calls: {' '.join(group)}" for group in circles(calls(sources, included))]
    lines += [f"points up: {path} includes {header}" for path, header in upward(included)]
    lines += [f"of one system only: {path} includes <{header}>" for path, text in sources.items()
              if not path.startswith(("tests/", SYSTEM_ROOM)) for header in OF_SYSTEMS.findall(text)]
    rooms = {path.split("/")[1] for path in sources if re.match(r"model/\w+/", path)}
    return lines + [f"no place in the order of model/'s rooms: {room}" for room in rooms - {*MODEL, *BESIDE}]


SOUND = {
    "runtime/system/one_posix.c": "#include <unistd.h>\n",
    "tests/one.c": "#include <sys/stat.h>\n",
    "cli/one.c": "#include <pthread.h>\n#include <time.h>\n",
    "runtime/low.h": "int low(void);\nextern const int table[2];\n",
    "runtime/low.c": '#include "runtime/low.h"\nconst int table[2] = {1, 2};\nint low(void) {\n    return 1;\n}\n',
    "model/files/mid.h": "struct mid { int high; };\nint mid(void);\n",
    "model/files/mid.c": '#include "model/files/mid.h"\n#include "runtime/low.h"\n// high() is above\n'
                         'static int high(struct mid *m) {\n    return m->high;\n}\n'
                         'int mid(void) {\n    return low() + high(0);\n}\n',
    "model/train/high.h": '#include "model/files/mid.h"\nint high(void);\n',
    "model/train/high.c": '#include "model/train/high.h"\nint high(void) {\n    return mid();\n}\n',
}

BROKEN = {
    "circle of includes: model/files/mid.h model/files/other.h": {
        "model/files/mid.h": '#include "model/files/other.h"\n',
        "model/files/other.h": '#include "model/files/mid.h"\n'},
    "circle of calls: model/files/mid.c model/files/other.c": {
        "model/files/mid.h": "int mid(void);\nstruct row *other(struct row *row);\n",
        "model/files/mid.c": '#include "model/files/mid.h"\nint mid(void) {\n    return other(0) != 0;\n}\n',
        "model/files/other.c": '#include "model/files/mid.h"\nstruct row *other(struct row *row) {\n'
                               '    return mid() ? row : 0;\n}\n'},
    "circle of calls: model/files/mid.c runtime/low.c": {  # a table counts like a function
        "model/files/mid.c": '#include "model/files/mid.h"\n#include "runtime/low.h"\n'
                             'int mid(void) {\n    return table[0];\n}\n',
        "runtime/low.c": '#include "runtime/low.h"\n#include "model/files/mid.h"\nconst int table[2] = {1};\n'
                         'int low(void) {\n    return mid();\n}\n'},
    "points up: runtime/low.h includes model/files/mid.h": {
        "runtime/low.h": '#include "model/files/mid.h"\n'},
    "points up: model/files/new.h includes model/train/high.h": {
        "model/files/new.h": '#include "model/train/high.h"\n'},
    "points up: model/metrics/new.h includes model/files/mid.h": {
        "model/metrics/new.h": '#include "model/files/mid.h"\n'},
    "no place in the order of model/'s rooms: attic": {"model/attic/new.h": ""},
    "of one system only: cli/new.c includes <unistd.h>": {"cli/new.c": "#include <stdio.h>\n#include <unistd.h>\n"},
    "of one system only: runtime/new.c includes <sys/stat.h>": {"runtime/new.c": "# include <sys/stat.h>\n"},
    "of one system only: model/files/new.h includes <windows.h>": {"model/files/new.h": "#include <windows.h>\n"},
}


def prove():
    assert offences(SOUND) == [], offences(SOUND)
    for line, files in BROKEN.items():
        found = offences({**SOUND, **files})
        assert line in found, (line, found)


if __name__ == "__main__":
    prove()
    found = offences(read(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    print("\n".join(found) if found else "includes point down, and there are no circles")
    sys.exit(1 if found else 0)

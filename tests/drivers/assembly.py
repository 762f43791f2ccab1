"""What part of a pipeline's hottest loop is multiply-adds, from the assembly that Mesa's compilers print.

A loop is found as compilers find it: a jump back to a block, and all blocks between. The hottest is the smallest that holds
half of all multiply-adds; where none does, because it was unrolled, it is the whole program. Every dialect has a reader that makes blocks of the text, and a price of an
instruction in issue slots of the vector unit: what runs beside it (scalar arithmetic, loads, branches of AMD) is free.
"""
import re


class Block:
    def __init__(self):
        self.instructions = []
        self.next = []  # names of blocks


def read_aco(text):
    """AMD: `BB12:`, then instructions with their encoding behind a semicolon; or, where Mesa's LLVM does not know the card,
    the compiler's own `BB12`, and instructions behind what they give: `v1: %62:v[5] = v_mul_lo_u32 ...`."""
    blocks, block, ended = {}, None, True
    for line in text.splitlines():
        label = re.match(r"(BB\d+):?$", line)
        if label:
            if block and not ended:
                block.next.append(label[1])
            block, ended = blocks.setdefault(label[1], Block()), False
            continue
        instruction = line.split(";")[0].split(" = ")[-1].strip()
        if not block or not instruction:
            continue
        block.instructions.append(instruction)
        jump = re.match(r"s_c?branch\w*\s+(?:block:)?(BB\d+)", instruction)
        if jump:
            block.next.append(jump[1])
        ended = instruction.startswith(("s_branch", "s_endpgm"))
    return blocks


ACO_FMA = re.compile(r"v_(?:dual_)?(?:fma|fmac|mac|mad|fmaak|fmamk|madak|madmk)_f32")
ACO_QUARTER = re.compile(r"v_(mul_(lo|hi)_[ui]32|mad_[ui]64_[ui]32|rcp|rsq|sqrt|exp|log|sin|cos)")


def price_aco(instruction):
    if not instruction.startswith("v_"):
        return 0, 0
    halves = instruction.split("::")  # two that RDNA 3 issues as one
    slots = sum(4 if ACO_QUARTER.match(half.strip()) else 1 for half in halves)
    return len(ACO_FMA.findall(instruction)), slots


def read_nak(text):
    """NVIDIA: `block.u 14 L6 [12, 13] -> {`, instructions, `} -> [15, 16]`."""
    blocks, block = {}, None
    for line in text.splitlines():
        head = re.match(r"block\S*\s+(\d+)\s", line)
        if head:
            block = blocks.setdefault(head[1], Block())
        elif line.startswith("}"):
            block.next = re.findall(r"\d+", line)
        elif block and line.strip():
            block.instructions.append(line.split("//")[0].strip())
    return blocks


def price_nak(instruction):
    return int(bool(re.search(r"\bffma\b", instruction))), 1


def read_brw(text):
    """Intel: `LABEL7:`, and loops that end in `while(8) JIP: LABEL7`. What leads forward stays in the order of the text."""
    blocks, block, name = {}, Block(), ""
    blocks[name] = block
    for line in text.splitlines():
        label = re.match(r"(LABEL\d+):", line)
        if label:
            name = label[1]
            block.next.append(name)
            block = blocks.setdefault(name, Block())
            continue
        if not re.match(r"\(?[+\-a-z]", line):
            continue  # the rest of a long instruction
        block.instructions.append(line)
        loop = re.search(r"\bwhile\(\d+\)\s+JIP:\s*(LABEL\d+)", line)
        if loop:
            block.next.append(loop[1])
            name += "'"
            block.next.append(name)
            block = blocks.setdefault(name, Block())
    return blocks


BRW = re.compile(r"(?:\([^)]*\)\s*)?(\w+)(?:\.\S+?)?\((\d+)\)\s+(\S+)?")
BRW_FREE = ("sync", "if", "else", "endif", "while", "break", "cont", "do", "nop")


def price_brw(instruction):
    """A slot is eight lanes."""
    match = BRW.match(instruction)
    if not match or match[1] in BRW_FREE:
        return 0, 0
    slots = max(int(match[2]) // 8, 1)
    is_fma = match[1] in ("mad", "mac") and bool(match[3]) and match[3].endswith("F")
    return slots if is_fma else 0, slots


DIALECTS = (("radv", read_aco, price_aco), ("NVK", read_nak, price_nak), ("Intel", read_brw, price_brw))


def loops(blocks):
    """Sets of names: the natural loop of every jump back, in the order of the text."""
    order = {name: at for at, name in enumerate(blocks)}
    before = {name: [] for name in blocks}
    for name, block in blocks.items():
        for following in block.next:
            before[following].append(name)
    for name, block in blocks.items():
        for head in block.next:
            if order[head] > order[name]:
                continue
            loop, todo = {head}, [name]
            while todo:
                at = todo.pop()
                if at not in loop:
                    loop.add(at)
                    todo += before[at]
            yield loop


def hottest_loop(driver, text):
    """(multiply-adds, issue slots) of one round; (0, 0) where nothing multiplies."""
    read, price = next((read, price) for name, read, price in DIALECTS if driver.startswith(name))
    blocks = read(text)
    prices = {name: [sum(pair) for pair in zip((0, 0), *map(price, block.instructions))]
              for name, block in blocks.items()}
    found = [[sum(pair) for pair in zip(*(prices[name] for name in loop))] for loop in loops(blocks)]
    whole = [sum(pair) for pair in zip(*prices.values())]
    return min((loop for loop in [*found, whole] if 2 * loop[0] >= whole[0] > 0), key=lambda loop: loop[1], default=(0, 0))

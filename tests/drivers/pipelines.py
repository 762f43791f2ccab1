"""What tests/drivers/pipelines wrote, read and summed up."""
import json
import pathlib
import re

import assembly

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = {"small": "small fp32 muon", "base": "base fp32 muon"}  # what shares are weighed by: the default of train
CONSTANT = re.compile(r"constant_id\s*=\s*(\d+)\)\s*const\s+(\w+)\s+(\w+)")
INCLUDE = re.compile(r'#include "(shaders/conv/\w+\.glsl)"')
TILE_FROM = 16  # constants before it are the family, the geometry and the channels of a convolution
SIGNS = {"BM": " ", "BD": " ", "BN": "x", "BH": "x", "BW": "x", "BK": " K", "TM": " M", "TN": " N", "KS": " teams "}


def constants(kernel):
    """(type, name) of the specialisation constants that make a convolution's tile, by their index, from its source."""
    name = re.sub(r"_bf16$", "", kernel)
    text = "".join(path.read_text() for path in (ROOT / "shaders" / "conv").glob(f"{name}.comp"))
    text += "".join((ROOT / path).read_text() for path in INCLUDE.findall(text))
    found = sorted((int(at), kind, name) for at, kind, name in CONSTANT.findall(text))
    return {at: (kind, name) for at, kind, name in found if at >= TILE_FROM and not name.startswith("SMALL_")}


class Pipeline:
    def __init__(self, folder, line):
        self.__dict__.update(json.loads(line))
        self.text = folder / self.assembly if "assembly" in self.__dict__ else None
        self.tile = self.kernel

    def name_tile(self, names):
        for at, (kind, name) in names.items():
            value = self.specialisation[at] if at < len(self.specialisation) else 0
            if kind == "bool":
                self.tile += f" {name.lower()}" * value
            elif (name, value) != ("KS", 1):
                self.tile += SIGNS.get(name, f" {name.lower()} ") + str(value)

    def work(self, preset):
        return self.flops.get(STEPS[preset], 0.0) if self.text else 0.0

    def is_hot(self):
        """A convolution of a training step, or of generating, that people wait for."""
        return self.text is not None and any(step.split()[0] in STEPS for step in self.flops)

    def share(self):
        """Of the hottest loop's issue slots, those that multiply and add; 0 where matrices are multiplied."""
        if "_coop" in self.kernel:
            return 0.0
        if "_share" not in self.__dict__:
            fma, slots = assembly.hottest_loop(self.driver, self.text.read_text(errors="replace"))
            self._share = fma / slots if slots else 0.0
        return self._share


def read(folder):
    folder = pathlib.Path(folder)
    lines = (folder / "pipelines.jsonl").read_text().splitlines()
    if not lines:
        raise SystemExit(f"{folder}: no pipelines")
    pipelines = [Pipeline(folder, line) for line in lines]
    names = {kernel: constants(kernel) for kernel in {p.kernel for p in pipelines}}
    for p in pipelines:
        p.name_tile(names[p.kernel])
    return pipelines


def share(pipelines, preset):
    """Multiply-adds of the issue slots that a step of a preset spends in its hottest loops, in percent; None where loops
    multiply in other ways, as with cooperative matrices."""
    if unseen(pipelines, preset) > 50:
        return None
    work = [(p.work(preset), p.share()) for p in pipelines if p.work(preset) > 0]
    slots = sum(flops / part for flops, part in work if part > 0)
    return round(100 * sum(flops for flops, part in work if part > 0) / slots, 1) if slots else None


def unseen(pipelines, preset):
    """Percent of a step's work whose loop was not found: no share is to be trusted with much of it."""
    work = [(p.work(preset), p.share()) for p in pipelines if p.work(preset) > 0]
    return 100 * sum(flops for flops, part in work if part == 0) / max(sum(flops for flops, _ in work), 1)


def known(pipelines, what):
    return [getattr(p, what) for p in pipelines if getattr(p, what) is not None]


def summary(pipelines):
    """The figures that limits are set for; None where the driver does not tell."""
    hot = [p for p in pipelines if p.is_hot()]
    spills, scratch = known(pipelines, "spills"), known(pipelines, "scratch_bytes")
    return {
        "pipelines": len(pipelines),
        "spilling": sum(n > 0 for n in spills) if spills else None,
        "most_spills": max(spills, default=None),
        "scratch_bytes": max(scratch, default=None),
        "waves": min(known(hot, "waves"), default=None),
        "registers": max(known(hot, "registers"), default=None),
        "code_bytes": max(known(pipelines, "code_bytes"), default=None),
        "share_small": share(pipelines, "small"),
        "share_base": share(pipelines, "base"),
    }


def by_tile(pipelines):
    """Rows of (tile, part of small's work, part of base's, its pipelines), those with the most work first."""
    total = {preset: sum(p.work(preset) for p in pipelines) or 1.0 for preset in STEPS}
    tiles = {}
    for p in pipelines:
        if any(p.work(preset) for preset in STEPS):
            tiles.setdefault(p.tile, []).append(p)
    rows = [(tile, *(sum(p.work(preset) for p in members) / total[preset] for preset in STEPS), members)
            for tile, members in tiles.items()]
    return sorted(rows, key=lambda row: -max(row[1], row[2]))

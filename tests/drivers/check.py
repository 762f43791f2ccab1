"""Judges what a driver says of the pipelines: python3 check.py LIMITS.toml FOLDER. LIMITS.toml says what is allowed.

Prints a table of the tiles with the most work, then one line per limit that is passed; 1 when there is one.
"""
import pathlib
import sys
import tomllib

import pipelines

# A limit by its name in the file, the figure of pipelines.summary() that it bounds, and whether from above.
LIMITS = {"least_waves": ("waves", False), "most_scratch_bytes": ("scratch_bytes", True),
          "least_share_small": ("share_small", False), "least_share_base": ("share_base", False)}


def worst_spills(found):
    """The most registers that one pipeline of each kernel and tile spills."""
    worst = {}
    for p in found:
        if p.spills:
            worst[p.tile] = max(worst.get(p.tile, 0), int(p.spills))
    return worst


def faults(limits, found, presets):
    summary = pipelines.summary(found)
    for tile, count in sorted(worst_spills(found).items()):
        if count > limits.get("spills", {}).get(tile, 0):
            yield f"{tile}: {count} registers spilled, {limits.get('spills', {}).get(tile, 0)} allowed"
    for name, bound in limits["limits"].items():
        figure, above = LIMITS[name]
        value = summary[figure]
        preset = figure.removeprefix("share_")
        if preset in pipelines.STEPS and preset not in presets:
            continue  # PRESETS left it out
        if value is None:
            yield f"{figure}: the driver does not tell, {bound} was expected"
        elif value > bound if above else value < bound:
            yield f"{figure}: {value}, {'at most' if above else 'at least'} {bound} allowed"
    for preset in presets:
        if f"least_share_{preset}" in limits["limits"] and pipelines.unseen(found, preset) > 1:
            yield f"share_{preset}: {pipelines.unseen(found, preset):.0f}% of the work has no loop that is understood"


def tile_row(row, width):
    tile, small, base, members = row
    shares = sorted(100 * p.share() for p in members if p.share())
    share = f"{shares[0]:5.0f}-{shares[-1]:.0f}%" if shares else "    -"
    known = [max(pipelines.known(members, what), default="-")
             for what in ("registers", "spills", "shared_bytes", "cycles")]
    waves = min(pipelines.known(members, "waves"), default="-")
    return (f"{tile:<{width}} {100 * small:5.1f}% {100 * base:5.1f}% {members[0].subgroup_size:4} {known[0]:>5} {waves:>5}"
            f" {known[1]:>6} {known[2]:>7} {known[3]:>7} {share}")


def print_table(found):
    print(f"{found[0].device} ({found[0].driver}), {len(found)} pipelines\n")
    rows = [row for row in pipelines.by_tile(found) if max(row[1], row[2]) >= 0.005]
    width = max((len(tile) for tile, *_ in rows), default=4)
    print(f"{'tile':<{width}} {'small':>6} {'base':>6} {'lane':>4} {'regs':>5} {'waves':>5} {'spills':>6} {'shared':>7} {'cycles':>7}"
          "  multiply-adds")
    for row in rows:
        print(tile_row(row, width))
    print("\n" + ", ".join(f"{name} {value}" for name, value in pipelines.summary(found).items() if value is not None))


def main():
    limits_path, folder = pathlib.Path(sys.argv[1]), sys.argv[2]
    limits = tomllib.loads(limits_path.read_text())
    found = pipelines.read(folder)
    print_table(found)
    presets = [preset for preset, step in pipelines.STEPS.items() if any(step in p.flops for p in found)]
    passed = list(faults(limits, found, presets))
    for fault in passed:
        print(f"{limits_path.stem}: {fault}")
    sys.exit(1 if passed else 0)


if __name__ == "__main__":
    main()

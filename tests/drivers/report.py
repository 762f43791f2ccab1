"""Writes RESULTS.md of what drivers said: python3 report.py FOLDER DEVICE..., of what run.sh has left in FOLDER/DEVICE.

With --before COMMIT in front it writes the figures into limits/ instead, as what later ones are compared with.
"""
import contextlib
import io
import pathlib
import sys
import tomllib

import check
import pipelines

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = (("spilling", "pipelines that spill"), ("most_spills", "most spills"), ("scratch_bytes", "scratch, bytes"),
           ("waves", "fewest waves"), ("registers", "most registers"), ("share_small", "`small`"), ("share_base", "`base`"))

HEAD = """# What drivers' compilers make of every pipeline

The last output of `sh setup.sh drivers`. Every figure stands before and now, "before" being the kernels of commit {before}.
Nothing here was run: these are the compilers' own words. The last two columns are multiply-adds of all issue slots of the
vector unit, in percent, over the hottest loops of a training step, weighed by its work ([README.md](README.md) says how).

| GPU | compiler | {columns} |
|---|---|{lines}|
"""


def read_limits(device):
    return tomllib.loads((HERE / "limits" / f"{device}.toml").read_text())


def cell(before, now):
    show = ["-" if value is None else str(value) for value in (before, now)]
    return show[1] if before is None else " → ".join(show)


def row(limits, found):
    summary, before = pipelines.summary(found), limits.get("before", {})
    cells = [cell(before.get(key), summary[key]) for key, _ in COLUMNS]
    return f"| {limits['name']} | {found[0].driver.replace(' open-source Mesa driver', ' ANV')} | {' | '.join(cells)} |"


def tables(found):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        check.print_table(found)
    return text.getvalue().rstrip()


def write_results(results):
    commit = next(limits["before"]["commit"] for limits, _ in results.values() if "before" in limits)
    text = HEAD.format(before=commit, columns=" | ".join(title for _, title in COLUMNS), lines="---|" * len(COLUMNS))
    text = text.replace("---||", "---|")
    text += "".join(row(limits, found) + "\n" for limits, found in results.values())
    text += ("\nThe tiles with the most work follow, as `run.sh` prints them: parts of the work of a step of `small` and `base`, lanes of a\n"
             "subgroup, the worst of each tile's pipelines, and the share of multiply-adds from the worst to the best of them.\n")
    for device, (limits, found) in results.items():
        text += f"\n## {limits['name']} (`{device}`)\n\n```\n{tables(found)}\n```\n"
    (HERE / "RESULTS.md").write_text(text)


def write_before(device, found, commit):
    path = HERE / "limits" / f"{device}.toml"
    text = path.read_text().split("\n[before]")[0].rstrip() + f'\n\n[before] # written by report.py\ncommit = "{commit}"\n'
    summary = pipelines.summary(found)
    text += "".join(f"{key} = {summary[key]}\n" for key, _ in COLUMNS if summary[key] is not None)
    path.write_text(text)


def main():
    before = sys.argv[1] == "--before"
    folder, *devices = sys.argv[3 if before else 1:]
    # A device whose driver failed has no row; all.sh has said so and fails.
    there = [device for device in devices if (pathlib.Path(folder) / device / "pipelines.jsonl").exists()]
    found = {device: pipelines.read(pathlib.Path(folder) / device) for device in there}
    if not before:
        write_results({device: (read_limits(device), of) for device, of in found.items()})
    for device, of in found.items() if before else ():
        write_before(device, of, sys.argv[2])


if __name__ == "__main__":
    main()

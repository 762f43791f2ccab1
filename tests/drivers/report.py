"""Writes RESULTS.md of what drivers said: python3 report.py FOLDER, which holds a folder DEVICE per file in limits/.

With --before it writes the figures into the files in limits/ instead, as what later ones are compared with.
"""
import contextlib
import io
import pathlib
import sys
import tomllib

import check
import pipelines

HERE = pathlib.Path(__file__).resolve().parent
DEVICES = ("polaris10", "navi21", "navi31", "gfx1200", "gp102", "tu102", "tgl", "dg2", "bmg")
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
    commit = next(limits["before"]["commit"] for limits, _ in results.values())
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
    arguments = [argument for argument in sys.argv[1:] if argument != "--before"]
    folder = pathlib.Path(arguments[0])
    found = {device: pipelines.read(folder / device) for device in DEVICES if (folder / device).exists()}
    if "--before" in sys.argv:
        for device, of in found.items():
            write_before(device, of, arguments[1])
    else:
        write_results({device: (read_limits(device), of) for device, of in found.items()})


if __name__ == "__main__":
    main()

"""mograph beside PyTorch on one machine: a training step with its optimiser, and the making of clips, by our program and
by the twin, in turn, pair by pair. What is timed in PyTorch is bench_work.py's; cli/BENCH.md says how to read the table.

    bench.py build/mograph --preset small --size 128x128x32 --batch 4

A ratio is PyTorch's time by ours: above 1, ours is faster. It is the median of the pairs' ratios."""
import argparse
import gc
import json
import os
import statistics
import subprocess
import sys

import torch

from bench_work import Generation, Mode, Training

PRECISIONS, EXECUTIONS = ("fp32", "tf32", "bf16"), ("eager", "compiled", "graphs")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mograph", help="the program")
    parser.add_argument("--preset", default="small")
    parser.add_argument("--size", help="WxHxF (default: the preset's)")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--optimiser", default="muon", choices=("muon", "adamw"))
    parser.add_argument("--precision", default="fp32", choices=("fp32", "bf16"), help="of mograph's training")
    parser.add_argument("--work", default="train,generate", help="which of the two")
    parser.add_argument("--modes", default=",".join(f"{e}-{p}" for p in PRECISIONS for e in EXECUTIONS),
                        help="PyTorch's, such as eager-fp32,compiled-bf16 (default: all)")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=5, help="steps or batches of each half of a pair")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="PyTorch's")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="PyTorch's")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def mograph(options, *command):
    """What `mograph bench COMMAND --json` says."""
    line = [options.mograph, "bench", *command, "--preset", options.preset, "--batch", str(options.batch), "--json"]
    line += ["--size", options.size] if options.size else []
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(line)}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


class Train:
    name = "train"

    def __init__(self, options):
        self.options = options

    def ours(self, steps):
        said = mograph(self.options, "train", "--no-profile", "--steps", str(steps), "--precision",
                       self.options.precision, "--optimiser", self.options.optimiser)
        return said, said["median_ms"]

    def theirs(self, mode, config):
        return Training(mode, config, self.options.batch, self.options.optimiser)


class Generate:
    name = "generate"

    def __init__(self, options):
        self.options = options

    def ours(self, steps):
        said = mograph(self.options, "generate", "--repeat", str(steps))
        return said, said["batches"][0]["median_ms"]

    def theirs(self, mode, config):
        return Generation(mode, config, self.options.batch)


def time_pairs(work, mode, config, options):
    """[(ours, theirs)] in ms, in turn; prepared beforehand."""
    theirs, pairs = work.theirs(mode, config), []
    for _ in range(options.pairs):
        ours = work.ours(options.steps)[1]
        pairs.append((ours, 1e3 * statistics.median(theirs.seconds(options.steps))))
    return pairs


def row_of(work, mode, pairs):
    ratios = [theirs / ours for ours, theirs in pairs]
    return {"work": work.name, "mode": mode.name, "mograph_ms": statistics.median(ours for ours, _ in pairs),
            "pytorch_ms": statistics.median(theirs for _, theirs in pairs), "ratio": statistics.median(ratios),
            "ratio_from": min(ratios), "ratio_to": max(ratios)}


def modes_of(options):
    for name in options.modes.split(","):
        execution, _, precision = name.partition("-")
        if execution not in EXECUTIONS or precision not in PRECISIONS:
            sys.exit(f"--modes: there is no {name!r}; give {'|'.join(EXECUTIONS)}-{'|'.join(PRECISIONS)}")
        yield Mode(precision, execution, options.device)


def measure(works, options, config, left_out, show):
    rows = []
    for work in works:
        for mode in modes_of(options):
            reason, pairs = mode.missing(), None
            if reason is None:
                try:
                    pairs = time_pairs(work, mode, config, options)
                except Exception as error:  # a compiler that is not there, a device that cannot
                    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
            if pairs is None:
                names = left_out.setdefault(reason, [])
                if mode.name not in names:
                    names.append(mode.name)
                continue
            rows.append(row_of(work, mode, pairs))
            show(rows[-1])
            gc.collect()
    return rows


def show_row(row):
    print(f"{row['work']:9} {row['mode']:14} {row['mograph_ms']:11.2f} {row['pytorch_ms']:11.2f} {row['ratio']:7.2f}"
          f"   {row['ratio_from']:.2f} to {row['ratio_to']:.2f}", flush=True)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    works = [{"train": Train, "generate": Generate}[name](options) for name in options.work.split(",")]
    said = works[0].ours(1)[0]
    theirs = torch.cuda.get_device_name() if options.device.startswith("cuda") else f"CPU, {options.threads} threads"
    head = {"mograph": f"{said['device']}, kernels {said['kernels']}", "pytorch": f"{torch.__version__} on {theirs}",
            "config": said["config"], "batch": options.batch, "optimiser": options.optimiser,
            "mograph_precision": options.precision, "pairs": options.pairs, "steps": options.steps}
    if not options.json:
        print(f"mograph {options.precision} on {head['mograph']}; PyTorch {head['pytorch']}")
        print(f"{said['config']}\nbatch {options.batch}, {options.optimiser}, {options.pairs} pairs of {options.steps}\n")
        print(f"{'work':9} {'PyTorch':14} {'mograph ms':>11} {'PyTorch ms':>11} {'ratio':>7}   of the pairs")
    left_out = {}
    rows = measure(works, options, said["config"], left_out, (lambda row: None) if options.json else show_row)
    if options.json:
        print(json.dumps({**head, "rows": rows, "left_out": left_out}, indent=1))
    elif left_out:
        print("left out: " + "; ".join(f"{', '.join(names)} ({reason})" for reason, names in left_out.items()))
    if not rows:
        sys.exit("no mode could be timed")


main()

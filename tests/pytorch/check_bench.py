"""What bench.py times in PyTorch is the work that mograph does: clips come out the same, the optimiser moves weights the
same way, and the bench itself runs.

    check_bench.py MOGRAPH WEIGHTS

Clips to a step of 255 (measured: 1 number in 50,000 is off by one): bytes are rounded. The optimiser against its rules
written down plainly in double precision, to 2e-4 of the largest change of a tensor (measured: 1e-5): Newton and Schulz on
gram matrices, in fp32."""
import json
import os
import subprocess
import sys
import tempfile
import zlib

import numpy
import torch

import bench_optimiser as ours
from bench_work import fold_norms
from safetensors_file import load
from twin import Twin

MOGRAPH, WEIGHTS = sys.argv[1:3]
STEPS = 3


def png(path):
    """[height][width][3]; filters as PNG has them."""
    with open(path, "rb") as file:
        raw, at, data, size = file.read(), 8, b"", None
    while at < len(raw):
        n, kind = int.from_bytes(raw[at:at + 4], "big"), raw[at + 4:at + 8]
        if kind == b"IHDR":
            size = [int.from_bytes(raw[at + 8 + 4 * i:at + 12 + 4 * i], "big") for i in (0, 1)]
        data += raw[at + 8:at + 8 + n] if kind == b"IDAT" else b""
        at += 12 + n
    (width, height), data = size, zlib.decompress(data)
    above, rows, stride = [0] * (3 * width), [], 3 * width
    for y in range(height):
        kind, row = data[y * (stride + 1)], list(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            a, b, c = row[x - 3] if x > 2 else 0, above[x], above[x - 3] if x > 2 else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        rows.append(row)
        above = row
    return numpy.array(rows, numpy.int64).reshape(height, width, 3)


def tensor(array):
    if array.dtype == numpy.uint16:  # bf16
        array = (array.astype(numpy.uint32) << 16).view(numpy.float32)
    return torch.from_numpy(array.copy())


def load_twin():
    metadata, tensors = load(WEIGHTS)
    twin = Twin(metadata["mograph.config"])
    known = {name: tensor(value) for name, value in tensors.items() if not name.startswith(("density.", "likelihood."))}
    missing, unexpected = twin.load_state_dict(known, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    return twin.eval()


def padded(eps):
    """[1][d][h][w][c], channels up to a multiple of 4."""
    return torch.nn.functional.pad(eps, (0, -eps.shape[-1] % 4))[None]


def check_generation(folder):
    subprocess.run([MOGRAPH, "generate", "--seeds", "3", "--fine", "1", "--kind", "ripple", "-w", WEIGHTS, "--save-z", "-q",
                    "-o", os.path.join(folder, "clip")], check=True)
    point = load(os.path.join(folder, "clip.z.safetensors"))[1]
    kind = torch.from_numpy(point["classes"].copy()).argmax()[None]
    eps = [padded(tensor(point[name])) for name in sorted(name for name in point if name.startswith("eps."))]
    folded = fold_norms(load_twin())
    kept = [name for name, m in folded.named_modules() if isinstance(m, torch.nn.BatchNorm3d)]
    assert all(name.startswith("encoder.") or name.endswith(".norm1") for name in kept), kept
    with torch.inference_mode():
        theirs = (folded.generate(kind, eps)[0, ..., :3] * 255).round().clamp(0, 255).long().numpy()
    for frame in (0, len(theirs) - 1):
        difference = abs(theirs[frame] - png(os.path.join(folder, "clip", f"{frame + 1:04}.png")))
        assert difference.max() <= 1 and (difference > 0).mean() < 1e-3, (frame, difference.max(), difference.mean())
    assert theirs.max() > 50, "the clip is black: nothing was compared"


class Rules:
    """The optimiser in double precision, a parameter at a time."""

    def __init__(self, model):
        self.p = {name: p.detach().double() for name, p in model.named_parameters()}
        self.m, self.v = ({name: torch.zeros_like(p) for name, p in self.p.items()} for _ in range(2))
        self.ema, self.norm, self.steps = dict(self.p), None, 0

    def direction(self, name, x):
        turned = x.transpose(0, 1) if name.endswith(".up.weight") else x
        matrix = turned.flatten(1) / turned.norm()
        for _ in range(5):
            gram = matrix @ matrix.T
            matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
        scale = 0.3 if name.startswith(("encoder.", "top.posterior.")) else 1.0
        matrix = (scale * 0.2 * max(matrix.shape) ** 0.5 * matrix).reshape(turned.shape)
        return matrix.transpose(0, 1) if name.endswith(".up.weight") else matrix

    def step(self, grads):
        self.steps += 1
        norm = sum(float((g.double() ** 2).sum()) for g in grads.values()) ** 0.5
        factor = 1.0 if self.norm is None else min(1.0, 2.0 * self.norm / norm)
        self.norm = norm if self.norm is None else 0.98 * self.norm + 0.02 * norm * factor
        for name, g in grads.items():
            g, p = g.double() * factor, self.p[name]
            if p.dim() >= 2 and name != "embedding.weight":
                p = p * (1 - 3e-3 * 1e-3)
            if ours.is_matrix(name, p):
                self.m[name] = 0.95 * self.m[name] + 0.05 * g
                p = p - 3e-3 * self.direction(name, 0.95 * self.m[name] + 0.05 * g)
            else:
                self.m[name], self.v[name] = 0.9 * self.m[name] + 0.1 * g, 0.99 * self.v[name] + 0.01 * g * g
                m, v = self.m[name] / (1 - 0.9**self.steps), self.v[name] / (1 - 0.99**self.steps)
                p = p - 3e-3 * m / (v.sqrt() + 1e-8)
            self.p[name], self.ema[name] = p, 0.995 * self.ema[name] + 0.005 * p
        return factor


def check_optimiser():
    torch.manual_seed(2)
    model = Twin("d=8 h=32 w=32 stages=3 channels=8,16,24 top=8 latent=0,2,4 classes=6 embedding=8 placed=128 mapped=16")
    rules, optimiser, factors = Rules(model), ours.Optimiser(model, "muon", False), []
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    for step in range(STEPS):
        grads = {name: torch.randn_like(p) * (1 + 4 * step) for name, p in model.named_parameters()}
        for name, p in model.named_parameters():
            p.grad = grads[name].clone()
        factors.append(rules.step(grads))
        optimiser.step()
    assert min(factors) < 1.0, "no step was clipped: the check has lost its point"
    assert len(optimiser.muon.named) > 20
    for (name, p), ema in zip(model.named_parameters(), optimiser.ema):
        for what, found, wanted in (("parameter", p.detach(), rules.p[name]), ("average", ema, rules.ema[name])):
            moved = float((wanted - start[name]).abs().max())
            error = float((found.double() - wanted).abs().max())
            assert moved > 0 and error <= 2e-4 * moved + 3e-7 * float(wanted.abs().max()), (what, name, error, moved)


def check_bench():
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench.py")
    said = json.loads(subprocess.run(
        [sys.executable, script, MOGRAPH, "--preset", "tiny", "--batch", "2", "--pairs", "1", "--steps", "1", "--device",
         "cpu", "--threads", "1", "--modes", "eager-fp32,eager-bf16,eager-tf32", "--json"],
        check=True, stdout=subprocess.PIPE).stdout)
    assert [(row["work"], row["mode"]) for row in said["rows"]] == [
        (work, mode) for work in ("train", "generate") for mode in ("eager fp32", "eager bf16")], said
    assert all(row["ratio"] > 0 and abs(row["pytorch_ms"] / row["mograph_ms"] / row["ratio"] - 1) < 1e-6
               for row in said["rows"]), said
    assert said["left_out"] == {"TF32 is of CUDA devices": ["eager tf32"]}, said


torch.set_num_threads(1)  # threads that wait for each other spin, which other tests beside this one would feel
with tempfile.TemporaryDirectory() as folder:
    check_generation(folder)
check_optimiser()
check_bench()
print("generation, the optimiser and the bench: they agree")

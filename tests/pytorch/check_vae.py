"""The model and its training against PyTorch, on preset `tiny`: forward pass, losses, every gradient, ten steps.

    check_vae.py VAE_BRIDGE muon|adamw

The bridge trains; the twin starts from the same weights, is given the same clips, noise and dropped levels, and has to find the
rest by itself: losses, gradients, learning rate, clipping, the likelihood's sigma, rate control, the optimiser,
the average.

Every step is looked at twice. Once by a twin that is given the bridge's weights of that very step: one forward and
backward pass, whatever came before. The model starts with whole branches at zero (heads of the levels, residual
blocks), where a gradient is zero on both sides and proves nothing; every parameter must have been seen off zero. And
once by the twin that trains along: here errors add up.

Bounds, of the largest value of a tensor: losses and KL to 1e-5 (measured: 3e-6), gradients to 1e-4 (measured:
6e-6): sums of thousands of products in two orders. Along the ten steps parameters, averages and statistics to 1e-3
(measured: 5e-5): Adam divides by the size of the gradient, so a parameter whose gradient is near zero moves by
rounding. Muon brings directions that the gradient hardly has to one length with the others, up to 485 times their own,
and rounding with them: the twin that trains along takes the bridge's gradients of Muon's matrices (judged against
PyTorch's in the other look), a pass with weights that moved so far keeps to 3e-5, and parameters, averages and
statistics to 5e-3 (measured: 1.5e-3), since ours works on the gram matrix, in fp32.
"""
import math
import os
import subprocess
import sys
import tempfile

import numpy
import torch

from safetensors_file import load
from twin import Twin

STEPS, BATCH, CLIPS, EPOCHS = 10, 4, 12, 10
LR, WARMUP, EMA, WEIGHT_DECAY, CLIP, CLIP_MEMORY = 3e-3, 3, 0.3, 1.0, 1.1, 0.98
MUON, MUON_MOMENTUM = sys.argv[2] == "muon", 0.95
PASS_BOUND, STEPS_BOUND = (3e-5, 5e-3) if MUON else (1e-5, 1e-3)
RATES, RATE_SPEED, SIGMA_FLOOR = (8.0, 5.0, 20.0), 0.1, 0.03
OURS_ALONE = ("density.", "likelihood.")
compared = 0


def check(what, ours, theirs, bound):
    """Relative to the largest value of the tensor."""
    global compared
    ours, theirs = numpy.asarray(ours, numpy.float64), numpy.asarray(theirs, numpy.float64)
    assert ours.shape == theirs.shape, (what, ours.shape, theirs.shape)
    error = numpy.abs(ours - theirs).max() / max(numpy.abs(theirs).max(), 1e-12)
    if not error <= bound:
        raise SystemExit(f"{what}: off by {error:.3g} of the largest, allowed {bound:g}")
    compared += 1


def tensor(array):
    return torch.from_numpy(array.copy())


def load_twin(path):
    metadata, tensors = load(path)
    twin = Twin(metadata["mograph.config"])
    state = {name: tensor(value) for name, value in tensors.items() if not name.startswith(OURS_ALONE)}
    missing, unexpected = twin.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    return twin.train()


def is_matrix(name, p):
    """Weights between hidden layers: not those next to the picture, of places, and of classes."""
    return (p.dim() >= 2 and not name.startswith(("embedding.", "encoder.0.conv.", "decoder.0.conv."))
            and not name.endswith(".place.weight"))


def lr_scale(name):
    """The encoder's matrices take shorter steps."""
    return 0.3 if name.startswith(("encoder.", "top.posterior.")) else 1.0


def muon_direction(name, x):
    """Newton and Schulz's five rounds in double precision, on [out][all else], scaled to AdamW's size."""
    turned = x.transpose(0, 1) if name.endswith(".up.weight") else x
    matrix = turned.double().flatten(1)
    matrix = matrix / matrix.norm().clamp(min=1e-12)
    for _ in range(5):
        gram = matrix @ matrix.T
        matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
    direction = (lr_scale(name) * 0.2 * max(matrix.shape) ** 0.5 * matrix).float().reshape(turned.shape)
    return direction.transpose(0, 1) if name.endswith(".up.weight") else direction


class Training:
    """The trainer's rules, from model/README.md and the public headers."""

    def __init__(self, twin):
        self.twin, self.step = twin, 0
        self.mse = self.updates = 0.0
        self.beta, self.kl_mean = [1.0] * len(RATES), [None] * len(RATES)
        self.norm = None
        zeros = {name: torch.zeros_like(p) for name, p in twin.named_parameters()}
        self.m, self.v = zeros, {name: z.clone() for name, z in zeros.items()}
        self.ema = {name: p.detach().clone() for name, p in twin.named_parameters()}

    def lr(self):
        steps = EPOCHS * CLIPS // BATCH
        if self.step < WARMUP:
            return LR * (self.step + 1) / WARMUP
        part = (self.step - WARMUP) / (steps - WARMUP - 1)
        return LR * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * min(part, 1.0))))

    def sigma2(self):
        return max(self.mse, SIGMA_FLOOR ** 2)

    def calibrate(self, batch_mse):
        self.mse += max(0.01, 1 / (self.updates + 1)) * (batch_mse - self.mse)
        self.updates += 1

    def clip_factor(self, norm):
        limit = CLIP * self.norm if self.norm is not None else math.inf
        factor = limit / norm if norm > limit else 1.0
        kept = norm * factor
        self.norm = kept if self.norm is None else CLIP_MEMORY * self.norm + (1 - CLIP_MEMORY) * kept
        return factor

    def control(self, kls):
        """kls: per level the mean over the samples that used it, None for none."""
        for level, kl in enumerate(kls):
            if kl is None:
                continue
            mean = kl if self.kl_mean[level] is None else 0.9 * self.kl_mean[level] + 0.1 * kl
            self.kl_mean[level] = mean
            over = max(-1.0, min(1.0, mean / RATES[level] - 1.0))
            self.beta[level] = max(0.01, min(300.0, self.beta[level] * math.exp(RATE_SPEED * over)))

    def update(self, given, factor, lr):
        step, decay = self.step + 1, min(EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, p in self.twin.named_parameters():
                g = p.grad * factor
                if p.dim() >= 2 and name != "embedding.weight":
                    p -= lr * WEIGHT_DECAY * p
                if MUON and is_matrix(name, p):
                    g = tensor(given[f"gradient.{name}"]) * factor
                    self.m[name] = MUON_MOMENTUM * self.m[name] + (1 - MUON_MOMENTUM) * g
                    p -= lr * muon_direction(name, MUON_MOMENTUM * self.m[name] + (1 - MUON_MOMENTUM) * g)
                else:
                    self.m[name] = 0.9 * self.m[name] + 0.1 * g
                    self.v[name] = 0.99 * self.v[name] + 0.01 * g * g
                    p -= lr * (self.m[name] / (1 - 0.9**step)) / ((self.v[name] / (1 - 0.99**step)).sqrt() + 1e-8)
                self.ema[name] = decay * self.ema[name] + (1 - decay) * p
        self.step += 1


def forward(twin, given):
    levels = range(len(RATES))
    eps = [tensor(given[f"eps{i}"]) for i in levels]
    drops = [tensor(given[f"drop{i}"]) if i > 0 else None for i in levels]
    clip, classes = tensor(given["clip"]), tensor(given["classes"]).long()
    output, kls = twin(clip, classes, eps, drops)
    squared = ((output[..., :3] - clip[..., :3]) ** 2).flatten(1).sum(1)
    return squared, kls


def negative_log_likelihood(given, squared, sigma2):
    numbers = given["clip"][0, ..., :3].size
    return squared / (2 * sigma2) + numbers / 2 * math.log(2 * math.pi * sigma2)


def check_losses(given, squared, kls, sigma2, bound):
    check("squared error", given["squared_error"], squared.detach(), bound)
    check("nll", given["nll"], negative_log_likelihood(given, squared, sigma2).detach(), bound)
    for level, kl in enumerate(kls):
        check(f"kl of level {level}", given[f"kl{level}"], kl.detach(), bound)


def backward(twin, given, squared, kls, sigma2):
    loss = (tensor(given["d_nll"]) * squared).sum() / (2 * sigma2)
    for level, kl in enumerate(kls):
        loss = loss + (tensor(given[f"d_kl{level}"]) * kl).sum()
    twin.zero_grad()
    loss.backward()


def check_pass(twin, given, sigma2_before, sigma2, seen):
    """One pass from the bridge's weights; adds to `seen` what was compared off zero. The likelihood's sigma learns of a
    step between that step's loss and its gradient."""
    squared, kls = forward(twin, given)
    check_losses(given, squared, kls, sigma2_before, PASS_BOUND)
    backward(twin, given, squared, kls, sigma2)
    seen.update(f"kl of level {level}" for level, kl in enumerate(kls) if (kl > 0).any())
    for name, p in twin.named_parameters():
        check(f"gradient of {name}", given[f"gradient.{name}"], p.grad, 1e-4)
        if (p.grad != 0).any():
            seen.add(name)


def open_samples(given, level):
    """Which samples use a level: its weight says so."""
    return given[f"d_kl{level}"] > 0


def check_drops(given):
    """A sample uses a level, with its drop, noise and weight, or does without all three; levels close from below."""
    for level in range(1, len(RATES)):
        is_open = open_samples(given, level)
        eps = given[f"eps{level}"].reshape(BATCH, -1)
        assert (given[f"drop{level}"] == numpy.where(is_open, 0.0, -1.0)[:, None]).all(), level
        assert ((eps != 0).any(1) == is_open).all(), level
        assert not (is_open & ~open_samples(given, level - 1)).any(), level


def check_weights_of_losses(training, given):
    check("weight of nll", given["d_nll"], numpy.full(BATCH, 1 / BATCH), 1e-6)
    for level in range(len(RATES)):
        weights = numpy.where(open_samples(given, level), training.beta[level] / BATCH, 0.0)
        check(f"weight of level {level}", given[f"d_kl{level}"], weights, 1e-3)


def run_step(training, given):
    """One step of the twin that trains along."""
    twin = training.twin
    check_drops(given)
    squared, kls = forward(twin, given)
    check_losses(given, squared, kls, training.sigma2(), 1e-3)
    check_weights_of_losses(training, given)
    training.calibrate(float(squared.mean()) / given["clip"][0, ..., :3].size)
    backward(twin, given, squared, kls, training.sigma2())
    norm = math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in twin.parameters()))
    lr, factor = training.lr(), training.clip_factor(norm)
    for what, ours, theirs in zip(("learning rate", "norm", "clipping"), given["facts"], (lr, norm, factor)):
        check(what, ours, theirs, 1e-3)
    training.control([float(kl.detach()[open_samples(given, i)].mean()) if open_samples(given, i).any() else None
                      for i, kl in enumerate(kls)])
    training.update(given, factor, lr)
    return factor


def check_state(training, weights, ema):
    for name, p in training.twin.named_parameters():
        check(f"{name} after {training.step} steps", weights[name], p.detach(), STEPS_BOUND)
        check(f"average of {name} after {training.step} steps", ema[name], training.ema[name], STEPS_BOUND)
    for name, value in training.twin.named_buffers():
        if not name.endswith("num_batches_tracked"):
            check(f"{name} after {training.step} steps", weights[name], value, STEPS_BOUND)


def file(folder, name):
    return os.path.join(folder, f"{name}.safetensors")


def train_along(folder):
    training, seen, factors, drops = Training(load_twin(file(folder, "weights-0"))), set(), [], []
    for step in range(STEPS):
        given = load(file(folder, f"step-{step}"))[1]
        before = training.sigma2()
        factors.append(run_step(training, given))
        check_pass(load_twin(file(folder, f"weights-{step}")), given, before, training.sigma2(), seen)
        check_state(training, *(load(file(folder, f"{kind}-{step + 1}"))[1] for kind in ("weights", "ema")))
        drops.append(given["drop2"].ravel())
    return training, seen, factors, numpy.concatenate(drops)


def check_coverage(twin, seen, factors, drops):
    """That the ten steps held what is to be compared."""
    due = {name for name, _ in twin.named_parameters()} | {f"kl of level {i}" for i in range(len(RATES))}
    assert seen == due, f"zero at every step, so nothing was compared: {sorted(due - seen)}"
    assert min(factors) < 1.0, "no step was clipped: the check has lost its point"
    assert (drops == 0).any() and (drops == -1).any(), "level dropout was never seen both ways"


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder, sys.argv[2]], check=True)
    training, *facts = train_along(folder)
check_coverage(training.twin, *facts)
print(f"{compared} comparisons over {STEPS} steps, {len(list(training.twin.parameters()))} parameters: they agree")

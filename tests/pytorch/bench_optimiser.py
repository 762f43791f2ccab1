"""The optimiser of a training step in PyTorch, as fast as its own means go: gradient clipping by a running norm, Muon
and AdamW with weight decay, the average. The rules are those of model/train/ and shaders/muon/muon.h; check_vae.py
judges them, this is for bench.py. Nothing here reads a number on the host, so that a CUDA graph may hold it."""
import inspect

import torch

LR, WEIGHT_DECAY, MUON_MOMENTUM = 3e-3, 1e-3, 0.95
BETAS, EPS = (0.9, 0.99), 1e-8
CLIP, CLIP_MEMORY, EMA = 2.0, 0.98, 0.995
ROUNDS = 5  # of Newton and Schulz


def is_matrix(name, p):
    """Weights between hidden layers: not those next to the picture, of places, and of classes."""
    return (p.dim() >= 2 and not name.startswith(("embedding.", "encoder.0.conv.", "decoder.0.conv."))
            and not name.endswith(".place.weight"))


def is_decayed(name, p):
    return p.dim() >= 2 and name != "embedding.weight"


def lr_scale(name):
    """The encoder's matrices take shorter steps."""
    return 0.3 if name.startswith(("encoder.", "top.posterior.")) else 1.0


def rows_of(name, x):
    """[out][all else], as the optimiser sees a weight; a view where the layout allows it."""
    return (x.transpose(0, 1) if name.endswith(".up.weight") else x).flatten(1)


def back(name, matrix, like):
    if not name.endswith(".up.weight"):
        return matrix.reshape(like.shape)
    return matrix.reshape(like.transpose(0, 1).shape).transpose(0, 1)


class Muon:
    """Newton and Schulz on the gram matrices: those of one size are one batch, and only two products have the size of
    the weights. In fp32 (TF32 where it is on), as ours."""

    def __init__(self, named):
        self.named = named
        self.m = [torch.zeros_like(p) for _, p in named]
        self.batches = {}  # the shorter side: which matrices, and what scales their directions
        for i, (name, p) in enumerate(named):
            self.batches.setdefault(min(rows_of(name, p).shape), []).append(i)
        device = self.m[0].device
        scales = [lr_scale(name) * 0.2 * max(rows_of(name, p).shape) ** 0.5 for name, p in named]
        self.scales = {n: torch.tensor([scales[i] for i in batch], device=device) for n, batch in self.batches.items()}
        self.ones = {n: torch.eye(n, device=device) for n in self.batches}

    def directions(self, xs):
        out = [None] * len(xs)
        for n, batch in self.batches.items():
            matrices = [rows_of(self.named[i][0], xs[i]) for i in batch]
            for i, x, q in zip(batch, matrices, self.polynomials(n, matrices)):
                out[i] = back(self.named[i][0], q @ x if x.shape[0] <= x.shape[1] else x @ q, xs[i])
        return out

    def polynomials(self, n, matrices):
        """Of each matrix x the q for which q x (or x q) is 0.2 sqrt(longer side) times its direction."""
        gram = torch.stack([x @ x.T if x.shape[0] <= x.shape[1] else x.T @ x for x in matrices])
        squares = gram.diagonal(dim1=1, dim2=2).sum(1).clamp(min=1e-24)
        gram, one = gram / squares[:, None, None], self.ones[n]
        q = one.expand_as(gram)
        for _ in range(ROUNDS):
            p = torch.baddbmm(3.4445 * one - 4.7750 * gram, gram, gram, alpha=2.0315)
            q = torch.bmm(p, q)
            gram = torch.bmm(p, torch.bmm(gram, p))
        return q * (self.scales[n] * squares.rsqrt())[:, None, None]

    def step(self):
        parameters, grads = [p for _, p in self.named], [p.grad for _, p in self.named]
        torch._foreach_mul_(self.m, MUON_MOMENTUM)
        torch._foreach_add_(self.m, grads, alpha=1 - MUON_MOMENTUM)
        ahead = torch._foreach_mul(self.m, MUON_MOMENTUM)
        torch._foreach_add_(ahead, grads, alpha=1 - MUON_MOMENTUM)
        directions = self.directions(ahead)
        torch._foreach_mul_(parameters, 1 - LR * WEIGHT_DECAY)
        torch._foreach_add_(parameters, directions, alpha=-LR)


def adamw(named, cuda):
    """torch.optim's, fused where this PyTorch can."""
    decayed = [p for name, p in named if is_decayed(name, p)]
    others = [p for name, p in named if not is_decayed(name, p)]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    options = {"lr": LR, "betas": BETAS, "eps": EPS}
    groups = [group for group in groups if group["params"]]
    known = inspect.signature(torch.optim.AdamW).parameters
    if cuda and "capturable" in known:
        options["capturable"] = True
    if "fused" in known:
        try:
            return torch.optim.AdamW(groups, fused=True, **options)
        except RuntimeError:  # on a CPU from 2.4 on
            pass
    return torch.optim.AdamW(groups, foreach=True, **options)


class Optimiser:
    def __init__(self, model, kind, cuda):
        named = list(model.named_parameters())
        matrices = [(name, p) for name, p in named if kind == "muon" and is_matrix(name, p)]
        taken = {name for name, _ in matrices}
        self.parameters = [p for _, p in named]
        self.muon = Muon(matrices) if matrices else None
        self.adamw = adamw([(name, p) for name, p in named if name not in taken], cuda)
        self.ema = [p.detach().clone() for p in self.parameters]
        self.norm = torch.full((), float("inf"), device=self.parameters[0].device)

    def clip(self):
        """By a multiple of the norm's running mean, which the first step sets."""
        grads = [p.grad for p in self.parameters]
        norm = torch.stack(torch._foreach_norm(grads)).norm()
        factor = (CLIP * self.norm / norm).clamp(max=1.0)
        kept = norm * factor
        self.norm.copy_(torch.where(torch.isinf(self.norm), kept, CLIP_MEMORY * self.norm + (1 - CLIP_MEMORY) * kept))
        try:
            torch._foreach_mul_(grads, factor)
        except (TypeError, RuntimeError):  # no tensor as a factor before PyTorch 2.1
            for grad in grads:
                grad.mul_(factor)

    @torch.no_grad()
    def step(self):
        self.clip()
        if self.muon is not None:
            self.muon.step()
        self.adamw.step()
        torch._foreach_mul_(self.ema, EMA)
        torch._foreach_add_(self.ema, self.parameters, alpha=1 - EMA)

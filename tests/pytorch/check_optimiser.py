"""check_optimiser.py OP_BRIDGE: ten steps of Adam and AdamW, with weight decay on the first parameters only and an
average of the parameters, against torch.optim."""
import struct
import sys

import numpy
import torch
from bridge import Bridge, Judge

COUNT, DECAY_COUNT, STEPS = 1028, 512, 10
BETA1, BETA2, EPS, DECAY, LR, EMA_DECAY = 0.9, 0.99, 1e-8, 0.05, 3e-3, 0.9
# fp32 on both sides: ten steps of rounding, and PyTorch orders its operations otherwise.
TOLERANCE = 1e-5


def check(ops, judge, kind, name, optimiser):
    start = torch.randn(COUNT)
    parts = [start[:DECAY_COUNT].clone().requires_grad_(), start[DECAY_COUNT:].clone().requires_grad_()]
    groups = [{"params": parts[:1], "weight_decay": DECAY}, {"params": parts[1:], "weight_decay": 0.0}]
    judge_of = optimiser(groups, lr=LR, betas=(BETA1, BETA2), eps=EPS)
    params = struct.pack("@iIIffff?", kind, COUNT, DECAY_COUNT, BETA1, BETA2, EPS, DECAY, True) + b"\0\0\0"
    state = {"param": start.numpy().copy(), "m": numpy.zeros(COUNT, numpy.float32),
             "v": numpy.zeros(COUNT, numpy.float32), "ema": start.numpy().copy()}
    average = start.clone()
    for step in range(1, STEPS + 1):
        grad = torch.randn(COUNT)
        factor = 0.5 if step % 2 else 1.0
        parts[0].grad, parts[1].grad = factor * grad[:DECAY_COUNT], factor * grad[DECAY_COUNT:]
        judge_of.step()
        average = EMA_DECAY * average + (1 - EMA_DECAY) * torch.cat(parts).detach()
        hyper = numpy.array([LR, 1 - BETA1**step, 1 - BETA2**step, EMA_DECAY], numpy.float32)
        grad_clip = numpy.array([1, factor, 1, 0], numpy.float32)  # norm, factor, apply, limit
        state = ops.run("optimiser", params, hyper=hyper, grad_clip=grad_clip, grad=grad.numpy(), **state)
    judge.close(f"{name}: param", state["param"], torch.cat(parts), TOLERANCE)
    judge.close(f"{name}: ema", state["ema"], average, TOLERANCE)


def main():
    torch.manual_seed(1)
    ops, judge = Bridge(sys.argv[1]), Judge()
    check(ops, judge, 0, "adam", torch.optim.Adam)
    check(ops, judge, 1, "adamw", torch.optim.AdamW)
    judge.finish()


main()

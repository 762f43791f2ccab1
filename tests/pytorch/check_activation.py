"""check_activation.py OP_BRIDGE: the activations and their gradients against PyTorch."""
import struct
import sys

import torch
from bridge import BF16, F32, Bridge, Judge

KINDS = [
    ("relu", torch.relu),
    ("leaky_relu", lambda x: torch.nn.functional.leaky_relu(x, 0.2)),
    ("silu", torch.nn.functional.silu),
    ("sigmoid", torch.sigmoid),
    ("tanh", torch.tanh),
]


def check(ops, judge, kind, dtype):
    name, function = KINDS[kind]
    src = torch.randn(1028).requires_grad_()
    d_dst = torch.randn(1028)
    if dtype == BF16:
        src, d_dst = src.detach().bfloat16().float().requires_grad_(), d_dst.bfloat16().float()
    dst = function(src)
    dst.backward(d_dst)
    params = struct.pack("@iiIf", kind, dtype, src.numel(), 0.2)
    tolerance = 1e-2 if dtype == BF16 else 1e-5
    stored = ("src", "d_dst") if dtype == BF16 else ()
    what = f"{name} {'bf16' if dtype == BF16 else 'fp32'}"
    got = ops.run("activation_forward", params, bf16=stored, src=src.detach().numpy())
    judge.close(f"{what}: dst", got["dst"], dst, tolerance)
    got = ops.run("activation_backward", params, bf16=stored, src=src.detach().numpy(), d_dst=d_dst.numpy())
    judge.close(f"{what}: d_src", got["d_src"], src.grad, tolerance)


def main():
    torch.manual_seed(1)
    ops, judge = Bridge(sys.argv[1]), Judge()
    for kind in range(len(KINDS)):
        for dtype in (F32, BF16):
            check(ops, judge, kind, dtype)
    judge.finish()


main()

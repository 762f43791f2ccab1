"""check_style.py OP_BRIDGE: how a style enters the decoder, against PyTorch: FiLM with and without SiLU, and Fourier
features of moved coordinates."""
import struct
import sys

import torch
from bridge import BF16, F32, Bridge, Judge
from twin import film, fourier

FLAG = b"\0\0\0"  # behind a bool


def stored(dtype, x):
    return x.bfloat16().float() if dtype == BF16 else x


def check_film(ops, judge, dtype, silu):
    n, voxels, c = 3, 343, 20
    src, d_dst = (stored(dtype, torch.randn(n, voxels, c)) for _ in range(2))
    src.requires_grad_()
    both = torch.randn(n, 2 * c).requires_grad_()
    y = film(src.transpose(1, 2)[..., None, None], lambda _: both, None)[..., 0, 0].transpose(1, 2)
    dst = torch.nn.functional.silu(y) if silu else y
    dst.backward(d_dst)
    params = struct.pack("@iIII?", dtype, n, voxels, c, silu) + FLAG
    scale, shift = (part.detach().contiguous().numpy() for part in both.chunk(2, 1))
    d_scale, d_shift = both.grad.chunk(2, 1)
    tolerance, bf16 = (1e-2, ("src", "d_dst")) if dtype == BF16 else (1e-5, ())
    what = f"film {'silu ' if silu else ''}{'bf16' if dtype == BF16 else 'fp32'}"
    got = ops.run("film_forward", params, bf16=bf16, src=src.detach().numpy(), scale=scale, shift=shift)
    judge.close(f"{what}: dst", got["dst"], dst, tolerance)
    given = {"shift": shift} if silu else {}
    got = ops.run("film_backward", params, bf16=bf16, src=src.detach().numpy(), scale=scale, d_dst=d_dst.numpy(), **given)
    judge.close(f"{what}: d_src", got["d_src"], src.grad, tolerance)
    judge.close(f"{what}: d_scale", got["d_scale"], d_scale.contiguous(), 1e-5)
    judge.close(f"{what}: d_shift", got["d_shift"], d_shift.contiguous(), 1e-5)


def check_fourier(ops, judge, dtype, grid, waves, poses, gain):
    n = 3
    pose = torch.randn(n, 10 * poses).requires_grad_()
    frequencies = 2 * torch.randn(waves, 3)
    dst = fourier(gain * pose, frequencies, grid)
    d_dst = stored(dtype, torch.randn(n, *grid, 2 * waves * poses))
    dst.permute(0, 2, 3, 4, 1).backward(d_dst)
    params = struct.pack("@i6If", dtype, n, *grid, waves, poses, gain)
    given = {"pose": pose.detach().numpy(), "frequencies": frequencies.numpy()}
    what = f"fourier {grid} {'bf16' if dtype == BF16 else 'fp32'}"
    got = ops.run("fourier_forward", params, **given)
    judge.close(f"{what}: dst", got["dst"], dst.permute(0, 2, 3, 4, 1).contiguous(), 1e-2 if dtype == BF16 else 5e-5)
    got = ops.run("fourier_backward", params, bf16=("d_dst",) if dtype == BF16 else (), d_dst=d_dst.numpy(), **given)
    judge.close(f"{what}: d_pose", got["d_pose"], pose.grad, 5e-5)


def main():
    torch.manual_seed(1)
    ops, judge = Bridge(sys.argv[1]), Judge()
    for dtype in (F32, BF16):
        for silu in (False, True):
            check_film(ops, judge, dtype, silu)
        check_fourier(ops, judge, dtype, (2, 8, 8), 48, 2, 0.3)
        check_fourier(ops, judge, dtype, (3, 5, 7), 8, 4, 1.0)
    judge.finish()


main()

"""check_batch_norm.py OP_BRIDGE: BatchNorm3d in training, frozen and folded, with all gradients, against PyTorch."""
import copy
import struct
import sys

import torch
from bridge import BF16, F32, Bridge, Judge, ncdhw, ndhwc

N, C, D, H, W = 3, 12, 5, 7, 6
EPS, MOMENTUM = 1e-3, 0.3
SILU = 2


def params(dtype, activate, voxels=D * H * W, n=N):
    return struct.pack("@iIIIffif??xx", dtype, n, voxels, C, EPS, MOMENTUM, SILU, 0.0, activate, False)


def layer():
    """A BatchNorm3d with nothing at its default."""
    module = torch.nn.BatchNorm3d(C, eps=EPS, momentum=MOMENTUM)
    with torch.no_grad():
        module.weight.uniform_(0.5, 2.0)
        module.bias.uniform_(-1.0, 1.0)
        module.running_mean.normal_()
        module.running_var.uniform_(0.5, 2.0)
    return module


def tensors(dtype, offset):
    src = torch.randn(N, C, D, H, W) * 3.0 + offset
    d_dst = torch.randn(N, C, D, H, W)
    if dtype == BF16:
        src, d_dst = src.bfloat16().float(), d_dst.bfloat16().float()
    return src.requires_grad_(), d_dst


def channels(module, *names):
    return {name: getattr(module, of).detach().numpy().copy() for name, of in names}


def check(ops, judge, dtype, activate, frozen, offset, tolerance):
    module = layer().train(not frozen)
    before = copy.deepcopy(module)
    src, d_dst = tensors(dtype, offset)
    dst = module(src)
    if activate:
        dst = torch.nn.functional.silu(dst)
    dst.backward(d_dst)

    what = f"{'frozen' if frozen else 'training'}{' silu' if activate else ''} dtype {dtype} offset {offset:g}"
    name = "batch_norm_frozen" if frozen else "batch_norm"
    stored = ("src", "d_dst") if dtype == BF16 else ()
    affine = channels(before, ("gamma", "weight"), ("beta", "bias"))
    running = channels(before, ("running_mean", "running_mean"), ("running_var", "running_var"))
    got = ops.run(f"{name}_forward", params(dtype, activate), bf16=stored, src=ndhwc(src), **affine, **running)
    judge.close(f"{what}: dst", ncdhw(got["dst"], N, D, H, W, C), dst, tolerance)
    saved = running
    if not frozen:
        judge.close(f"{what}: running_mean", got["running_mean"], module.running_mean, 1e-5)
        judge.close(f"{what}: running_var", got["running_var"], module.running_var, 1e-5)
        saved = {"mean": got["mean"], "inv_std": got["inv_std"]}
    got = ops.run(f"{name}_backward", params(dtype, activate), bf16=stored, src=ndhwc(src), d_dst=ndhwc(d_dst),
                  **affine, **saved)
    judge.close(f"{what}: d_src", ncdhw(got["d_src"], N, D, H, W, C), src.grad, tolerance)
    judge.close(f"{what}: d_gamma", got["d_gamma"], module.weight.grad, tolerance)
    judge.close(f"{what}: d_beta", got["d_beta"], module.bias.grad, tolerance)


def check_reestimation(ops, judge):
    """Three batches pooled are one large batch: PyTorch with momentum 1 sees the same statistics."""
    batches = [torch.randn(n, C, D, H, W) * 2.0 + 5.0 for n in (1, 3, 2)]
    zero = torch.zeros(C).numpy()
    pooled = {"mean": zero, "m2": zero, "count": zero}
    for batch in batches:
        pooled = ops.run("batch_norm_accumulate", params(F32, False, n=batch.shape[0]), src=ndhwc(batch), **pooled)
    got = ops.run("batch_norm_estimate", params(F32, False), **pooled)
    module = torch.nn.BatchNorm3d(C, momentum=1.0)
    module(torch.cat(batches))
    judge.close("re-estimated running_mean", got["running_mean"], module.running_mean, 1e-5)
    judge.close("re-estimated running_var", got["running_var"], module.running_var, 1e-5)


def check_fold(ops, judge):
    """The folded weights in PyTorch's own convolution give what convolution and frozen layer gave."""
    conv = torch.nn.Conv3d(8, C, 3, padding=1)
    module = layer().eval()
    src = torch.randn(2, 8, 4, 5, 6)
    weight = conv.weight.detach().permute(2, 3, 4, 1, 0).contiguous()  # OIDHW to [tap][cin][cout]
    got = ops.run("batch_norm_fold", struct.pack("@IIIf?xxx", 27, 8, C, EPS, True), weight=weight.numpy(),
                  bias=conv.bias.detach().numpy(),
                  **channels(module, ("gamma", "weight"), ("beta", "bias"), ("running_mean", "running_mean"),
                             ("running_var", "running_var")))
    folded = torch.from_numpy(got["folded_weight"].copy()).reshape(3, 3, 3, 8, C).permute(4, 3, 0, 1, 2)
    dst = torch.nn.functional.conv3d(src, folded, torch.from_numpy(got["folded_bias"].copy()), padding=1)
    judge.close("folded convolution", dst.detach(), module(conv(src)), 1e-5)


def main():
    torch.manual_seed(1)
    ops, judge = Bridge(sys.argv[1]), Judge()
    for frozen in (False, True):
        for activate in (False, True):
            check(ops, judge, F32, activate, frozen, 0.5, 1e-5)
            check(ops, judge, BF16, activate, frozen, 0.5, 1e-2)
    check(ops, judge, F32, False, False, 1e4, 1e-3)
    check_reestimation(ops, judge)
    check_fold(ops, judge)
    judge.finish()


main()

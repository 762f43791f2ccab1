"""check_conv.py OP_BRIDGE: Conv3d, ConvTranspose3d and Linear with all gradients, against PyTorch."""
import struct
import sys

import torch
from bridge import BF16, F32, Bridge, Judge, ncdhw, ndhwc

# n, d, h, w, cin, cout, kernel, stride, padding, output padding
CONV = [
    (2, 5, 7, 6, 8, 12, (3, 3, 3), (1, 1, 1), (1, 1, 1)),
    (1, 8, 10, 9, 12, 16, (4, 4, 4), (2, 2, 2), (1, 1, 1)),
    (1, 6, 5, 8, 4, 20, (1, 3, 4), (1, 2, 2), (0, 1, 2)),
    (3, 1, 1, 1, 32, 24, (1, 1, 1), (1, 1, 1), (0, 0, 0)),
]
TRANSPOSE = [
    (2, 3, 4, 5, 12, 8, (4, 4, 4), (2, 2, 2), (1, 1, 1), (0, 0, 0)),
    (1, 3, 3, 4, 8, 16, (3, 3, 3), (2, 2, 2), (1, 1, 1), (1, 1, 0)),
    (1, 2, 5, 4, 20, 4, (2, 3, 4), (1, 2, 2), (0, 1, 1), (0, 1, 0)),
]
PLAIN = (0, False, False, False)  # nothing behind the convolution: struct conv_epilogue


def tap_major(weight, cin_axis):
    """A PyTorch weight as [kd][kh][kw][cin][cout]."""
    order = (2, 3, 4, 1, 0) if cin_axis == 1 else (2, 3, 4, 0, 1)
    return weight.detach().permute(*order).contiguous().numpy()


def check(ops, judge, name, module, cin_axis, params, shape, dtype):
    n, cin = shape[0], shape[1]
    src = torch.randn(*shape)
    if dtype == BF16:
        src = src.bfloat16().float()
    src.requires_grad_()
    dst = module(src)
    d_dst = torch.randn_like(dst)
    if dtype == BF16:
        d_dst = d_dst.bfloat16().float()
    dst.backward(d_dst)
    weight, bias = tap_major(module.weight, cin_axis), module.bias.detach().numpy()
    tolerance = 1e-2 if dtype == BF16 else 1e-5
    half = dtype == BF16
    what = f"{name} {tuple(shape)} dtype {dtype}"
    got = ops.run(f"{name}_forward", params, bf16=("src",) if half else (), src=ndhwc(src), weight=weight, bias=bias)
    judge.close(f"{what}: dst", ncdhw(got["dst"], n, *dst.shape[2:], dst.shape[1]), dst, tolerance)
    got = ops.run(f"{name}_backward_input", params, bf16=("d_dst",) if half else (), d_dst=ndhwc(d_dst), weight=weight)
    judge.close(f"{what}: d_src", ncdhw(got["d_src"], n, *shape[2:], cin), src.grad, tolerance)
    got = ops.run(f"{name}_backward_weight", params, bf16=("src", "d_dst") if half else (), src=ndhwc(src),
                  d_dst=ndhwc(d_dst))
    judge.close(f"{what}: d_weight", got["d_weight"], tap_major(module.weight.grad, cin_axis).reshape(-1), 1e-5)
    judge.close(f"{what}: d_bias", got["d_bias"], module.bias.grad, 1e-5)


def check_conv3d(ops, judge, dtype):
    for n, d, h, w, cin, cout, k, s, p in CONV:
        module = torch.nn.Conv3d(cin, cout, k, s, p)
        params = struct.pack("@I3III3I3I3IiI???x??xx", n, d, h, w, cin, cout, *k, *s, *p, dtype, *PLAIN, True, False)
        check(ops, judge, "conv3d", module, 1, params, (n, cin, d, h, w), dtype)


def check_conv_transpose3d(ops, judge, dtype):
    for n, d, h, w, cin, cout, k, s, p, o in TRANSPOSE:
        module = torch.nn.ConvTranspose3d(cin, cout, k, s, p, o)
        params = struct.pack("@I3III3I3I3I3IiI???x??xx", n, d, h, w, cin, cout, *k, *s, *p, *o, dtype, *PLAIN, True, False)
        check(ops, judge, "conv_transpose3d", module, 0, params, (n, cin, d, h, w), dtype)


def check_linear(ops, judge):
    rows, cin, cout = 9, 60, 28
    module = torch.nn.Linear(cin, cout)
    src = torch.randn(rows, cin, requires_grad=True)
    dst = module(src)
    d_dst = torch.randn_like(dst)
    dst.backward(d_dst)
    params = struct.pack("@IIIi??xx", rows, cin, cout, F32, True, False)
    weight = module.weight.detach().t().contiguous().numpy()
    got = ops.run("linear_forward", params, src=src.detach().numpy(), weight=weight, bias=module.bias.detach().numpy())
    judge.close("linear: dst", got["dst"], dst.detach().reshape(-1), 1e-5)
    got = ops.run("linear_backward_input", params, d_dst=d_dst.numpy(), weight=weight)
    judge.close("linear: d_src", got["d_src"], src.grad.reshape(-1), 1e-5)
    got = ops.run("linear_backward_weight", params, src=src.detach().numpy(), d_dst=d_dst.numpy())
    judge.close("linear: d_weight", got["d_weight"], module.weight.grad.t().reshape(-1), 1e-5)
    judge.close("linear: d_bias", got["d_bias"], module.bias.grad, 1e-5)


def main():
    torch.manual_seed(11)
    ops, judge = Bridge(sys.argv[1]), Judge()
    for dtype in (F32, BF16):
        check_conv3d(ops, judge, dtype)
        check_conv_transpose3d(ops, judge, dtype)
    check_linear(ops, judge)
    judge.finish()


main()

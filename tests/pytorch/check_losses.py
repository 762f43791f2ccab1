"""check_losses.py OP_BRIDGE: kl, reconstruction, picture_loss, softmax_cross_entropy, hinge, reparameterise and embedding
against PyTorch's own."""
import struct
import sys

import numpy
import torch
import torch.nn.functional as F
from bridge import F32, Bridge, Judge
from torch.distributions import Normal, kl_divergence

N, VOXELS, C, USED = 3, 343, 4, 3
TOLERANCE = 1e-5


def leaf(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).requires_grad_()


def array(tensor):
    return tensor.detach().numpy()


def used_only(gradient):
    """A gradient as the operations give it: nothing in the padding channels."""
    out = gradient.clone()
    out[..., USED:] = 0
    return out


def check_kl(ops, judge, standard):
    names = ("mu_q", "log_sigma_q") if standard else ("mu_q", "log_sigma_q", "mu_p", "log_sigma_p")
    x = {name: leaf(N, VOXELS, C, scale=0.5) for name in names}
    q = Normal(x["mu_q"], x["log_sigma_q"].exp())
    p = Normal(torch.zeros(1), torch.ones(1)) if standard else Normal(x["mu_p"], x["log_sigma_p"].exp())
    terms = kl_divergence(q, p)[..., :USED]
    kl, weight = terms.sum((1, 2)), torch.tensor([0.5, 30.0, 2.0])
    kl.backward(weight)
    params = struct.pack("@4I???", N, VOXELS, C, USED, standard, True, False) + b"\0"
    inputs = {name: array(x[name]) for name in names}
    what = "kl to N(0, 1)" if standard else "kl"
    got = ops.run("kl_forward", params, **inputs)
    judge.close(f"{what}: kl", got["kl"], kl, TOLERANCE)
    judge.close(f"{what}: channels", got["channels"], F.pad(terms.sum((0, 1)), (0, C - USED)), TOLERANCE)
    got = ops.run("kl_backward", params, d_kl=weight.numpy(), **inputs)
    for name in names:
        judge.close(f"{what}: d_{name}", got["d_" + name], used_only(x[name].grad), TOLERANCE)


def check_reconstruction(ops, judge):
    pred, target, sigma2 = leaf(N, VOXELS, C), torch.randn(N, VOXELS, C), 0.07
    # sigma^2 has no gradient here; full: with the constant log(2 pi) / 2 of each element.
    terms = F.gaussian_nll_loss(pred[..., :USED], target[..., :USED], torch.full((N, VOXELS, USED), sigma2), full=True,
                                reduction="none")
    nll, weight = terms.sum((1, 2)), torch.tensor([1.0, 0.25, 3.0])
    nll.backward(weight)
    params = struct.pack("@iiIIIIff?", F32, F32, N, VOXELS, C, USED, 0.03, 0.1, False) + b"\0\0\0"
    inputs = {"pred": array(pred), "target": array(target),
              "calibration": numpy.array([sigma2, sigma2, 5, 0], numpy.float32)}
    got = ops.run("reconstruction_forward", params, **inputs)
    judge.close("reconstruction: nll", got["nll"], nll, TOLERANCE)
    squares = ((pred - target)[..., :USED] ** 2).sum((1, 2))
    judge.close("reconstruction: squared_error", got["squared_error"], squares, TOLERANCE)
    got = ops.run("reconstruction_backward", params, d_nll=weight.numpy(), **inputs)
    judge.close("reconstruction: d_pred", got["d_pred"], used_only(pred.grad), TOLERANCE)


def check_picture_loss(ops, judge):
    size, block, sigma2 = (4, 6, 10), (2, 2, 2), 0.07
    deep = leaf(N, *(whole // part for whole, part in zip(size, block)), 8 * C, scale=2.0)
    scale, shift, target = leaf(N, C), leaf(N, C), torch.rand(N, *size, C)
    # Blocks [n][d][h][w][id][ih][iw][c] to voxels.
    wide = deep.unflatten(-1, (*block, C)).permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(N, *size, C)
    film = [x[:, None, None, None] for x in (scale, shift)]
    pred = torch.sigmoid(wide * (1 + film[0]) + film[1])[..., :USED]
    terms = F.gaussian_nll_loss(pred, target[..., :USED], torch.full_like(pred, sigma2), full=True, reduction="none")
    nll, weight = terms.flatten(1).sum(1), torch.tensor([1.0, 0.25, 3.0])
    nll.backward(weight)
    params = struct.pack("@i9If", F32, N, *size, C, *block, USED, 0.03)
    inputs = {"deep": array(deep), "scale": array(scale), "shift": array(shift), "target": array(target),
              "calibration": numpy.array([sigma2, sigma2, 5, 0], numpy.float32)}
    got = ops.run("picture_loss_forward", params, **inputs)
    judge.close("picture loss: nll", got["nll"], nll, TOLERANCE)
    squares = ((pred - target[..., :USED]) ** 2).flatten(1).sum(1)
    judge.close("picture loss: squared_error", got["squared_error"], squares, TOLERANCE)
    got = ops.run("picture_loss_backward", params, d_nll=weight.numpy(), **inputs)
    for name, x in (("deep", deep), ("scale", scale), ("shift", shift)):
        judge.close(f"picture loss: d_{name}", got["d_" + name], x.grad, TOLERANCE)


def check_cross_entropy(ops, judge):
    logits, labels, weight = leaf(8, 6, scale=4.0), torch.randint(0, 6, (8,)), torch.rand(8)
    loss = F.cross_entropy(logits, labels, reduction="none")
    loss.backward(weight)
    params, ids = struct.pack("@II?", 8, 6, False) + b"\0\0\0", labels.numpy().astype(numpy.uint32)
    got = ops.run("softmax_cross_entropy_forward", params, logits=array(logits), labels=ids)
    judge.close("cross-entropy: loss", got["loss"], loss, TOLERANCE)
    judge.close("cross-entropy: probabilities", got["probabilities"], logits.softmax(1), TOLERANCE)
    got = ops.run("softmax_cross_entropy_backward", params, probabilities=got["probabilities"], labels=ids,
                  d_loss=weight.numpy())
    judge.close("cross-entropy: d_logits", got["d_logits"], logits.grad, TOLERANCE)


def check_hinge(ops, judge, side, name, loss, anchor):
    """anchor: the index in `anchors` of the other side's mean; None without LeCam."""
    x, anchors, weights = leaf(517, C, scale=2.0), numpy.array([0.5, -0.75, 3, 0], numpy.float32), (1.5, 0.05)
    logits = x[:, :1]
    total, lecam = loss(logits).mean(), torch.zeros(())
    if anchor is not None:
        lecam = ((logits - float(anchors[anchor])) ** 2).mean()
    (weights[0] * total + weights[1] * lecam).backward()
    params = struct.pack("@iIII??", side, 517, C, 1, anchor is not None, False) + b"\0\0"
    inputs = {"x": array(x)} if anchor is None else {"x": array(x), "anchors": anchors}
    got = ops.run("hinge_forward", params, **inputs)
    judge.close(f"hinge {name}: result", got["result"][:3], [float(v) for v in (total, lecam, logits.mean())],
                TOLERANCE)
    got = ops.run("hinge_backward", params, d_result=numpy.array(weights, numpy.float32), **inputs)
    judge.close(f"hinge {name}: d_x", got["d_x"], x.grad, TOLERANCE)


def check_reparameterise(ops, judge):
    mu, log_sigma, eps, d_z = leaf(N, VOXELS, C), leaf(N, VOXELS, C), torch.randn(N, VOXELS, C), torch.randn(N, VOXELS, C)
    temperature = numpy.array([0.7], numpy.float32)
    z = used_only(mu + 0.7 * log_sigma.exp() * eps)
    z.backward(d_z)
    params = struct.pack("@4I??", N, VOXELS, C, USED, True, False) + b"\0\0"
    inputs = {"log_sigma": array(log_sigma), "temperature": temperature, "eps": array(eps)}
    got = ops.run("reparameterise_forward", params, mu=array(mu), **inputs)
    judge.close("reparameterise: z", got["z"], z, TOLERANCE)
    got = ops.run("reparameterise_backward", params, d_z=array(d_z), **inputs)
    judge.close("reparameterise: d_mu", got["d_mu"], mu.grad, TOLERANCE)
    judge.close("reparameterise: d_log_sigma", got["d_log_sigma"], log_sigma.grad, TOLERANCE)


def check_embedding(ops, judge):
    table, ids, d_dst = leaf(6, 32), torch.randint(0, 6, (17,)), torch.randn(17, 32)
    dst = F.embedding(ids, table)
    dst.backward(d_dst)
    params, labels = struct.pack("@III?", 6, 32, 17, False) + b"\0\0\0", ids.numpy().astype(numpy.uint32)
    got = ops.run("embedding_forward", params, table=array(table), ids=labels)
    judge.close("embedding: dst", got["dst"], dst, 0.0)
    got = ops.run("embedding_backward", params, ids=labels, d_dst=array(d_dst))
    judge.close("embedding: d_table", got["d_table"], table.grad, TOLERANCE)


def main():
    torch.manual_seed(1)
    ops, judge = Bridge(sys.argv[1]), Judge()
    check_kl(ops, judge, False)
    check_kl(ops, judge, True)
    check_reconstruction(ops, judge)
    check_picture_loss(ops, judge)
    check_cross_entropy(ops, judge)
    check_hinge(ops, judge, 0, "real", lambda x: F.relu(1 - x), 1)
    check_hinge(ops, judge, 1, "fake", lambda x: F.relu(1 + x), 0)
    check_hinge(ops, judge, 2, "generator", lambda x: -x, None)
    check_reparameterise(ops, judge)
    check_embedding(ops, judge)
    judge.finish()


main()
